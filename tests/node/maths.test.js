// The page's arithmetic against torch's, to 1e-6, over the whole table of cases that test_node.py wrote.

import assert from "node:assert/strict";
import { test } from "node:test";

import { MASKS } from "../../attention/widgets/js/masks.js";
import * as maths from "../../attention/widgets/js/maths.js";
import { cases, close, unpack } from "./cases.js";

for (const { seed, traits, choices, answers } of cases.explorers) {
  const tensors = ["query", "key", "value"].map((name) => unpack(traits[name]));
  for (const mask of Object.keys(MASKS)) {
    const rows = answers.filter((answer) => answer.mask === mask);
    test(`seed ${seed}, mask ${mask}: ${rows.length} settings of heads, length and window equal torch`, () => {
      assert.ok(rows.length >= 36);
      for (const { scores, weights, context, ...setting } of rows) {
        const projection = tensors.map((m) => m[m.length > 1 ? choices.indexOf(setting.nHeads) : 0]);
        const heads = maths.multiHeadAttention(...projection, setting);
        const name = JSON.stringify(setting);
        close(
          heads.map((head) => head.scores),
          scores,
          `scores of ${name}`,
          1e-6 * Math.max(1, 20 ** 2),
        );
        close(
          heads.map((head) => head.weights),
          weights,
          `weights of ${name}`,
        );
        close(
          heads.map((head) => head.context),
          context,
          `contexts of ${name}`,
        );
      }
    });
  }
}

test("any mask, any lengths, any scale, empty rows", () => {
  for (const { query, key, value, mask, scale, weights, context } of cases.free) {
    const ours = maths.attention(query, key, value, { mask, scale });
    close(ours.weights, weights, "weights");
    close(ours.context, context, "contexts");
  }
});

test("by hand: q = [0, √2], k = I, d_k = 2 gives [1, e] / (1 + e)", () => {
  const identity = [
    [1, 0],
    [0, 1],
  ];
  const { weights, context } = maths.attention([[0, Math.SQRT2]], identity, identity);
  const sum = 1 + Math.E;
  close(weights, [[1 / sum, Math.E / sum]], "weights", 1e-15);
  close(context, weights, "context", 1e-15);
});

test("softmax: shift invariant, finite at 1e4, zeros when nothing is visible", () => {
  close(maths.softmax([1e4, 1e4 - 1]), maths.softmax([1, 0]), "weights", 1e-12);
  assert.deepEqual(Array.from(maths.softmax([-1e4, 1e4])), [0, 1]);
  assert.deepEqual(Array.from(maths.softmax([-Infinity, -Infinity])), [0, 0]);
  assert.deepEqual(Array.from(maths.softmax([-Infinity, 3])), [0, 1]);
});

test("a head reads its own columns", () => {
  const [first, second] = maths.splitHeads([Float64Array.of(1, 2, 3, 4), Float64Array.of(5, 6, 7, 8)], 2);
  assert.deepEqual(
    first.map((row) => [...row]),
    [
      [1, 2],
      [5, 6],
    ],
  );
  assert.deepEqual(
    second.map((row) => [...row]),
    [
      [3, 4],
      [7, 8],
    ],
  );
});
