// The recurring picture's numbers, part by part, against torch.

import assert from "node:assert/strict";
import { test } from "node:test";

import { flow, product, shades } from "../../attention/widgets/attention_picture/flow.js";
import { cases, close } from "./cases.js";

test("every part equals torch, with the mask and without", () => {
  const { numbers, answers } = cases.flows;
  assert.equal(answers.length, 2);
  for (const { causal, parts } of answers) {
    const ours = flow(numbers, causal);
    assert.deepEqual(Object.keys(ours), Object.keys(parts));
    assert.equal(Object.keys(ours).length, 12);
    for (const [name, torch] of Object.entries(parts)) {
      const rows = torch.map((row) => row.map((number) => number ?? -Infinity));
      ours[name].forEach((row, t) =>
        row.forEach((number, j) => {
          if (rows[t][j] === -Infinity) assert.equal(number, -Infinity);
          else close(number, rows[t][j], `${name}, ${t}, ${j}`);
        }),
      );
    }
    assert.equal(ours.mask.flatMap((row) => [...row]).filter((x) => x === -Infinity).length, causal ? 6 : 0);
  }
});

test("by hand: rows times columns", () => {
  const found = product(
    [
      [1, 2],
      [0, 3],
    ],
    [
      [5, 0, 1],
      [7, 1, 0],
    ],
  );
  assert.deepEqual(
    found.map((row) => [...row]),
    [
      [19, 2, 1],
      [21, 3, 0],
    ],
  );
});

test("a larger number is darker; 0 is palest unless there are smaller ones; what is hidden has no ink", () => {
  const rows = (...all) => all.map((row) => Float64Array.from(row));
  const found = (...all) => shades(rows(...all)).map((row) => [...row]);
  assert.deepEqual(found([1, 2], [4, 0]), [
    [0.25, 0.5],
    [1, 0],
  ]);
  assert.deepEqual(found([-2, 2], [0, -Infinity]), [
    [0, 1],
    [0.5, 0],
  ]);
});
