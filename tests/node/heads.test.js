// The scores of heads against the package's, and the weights as the wire brings them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { patternScore, unpackWeights, wantedKeys } from "../../attention/widgets/js/patterns.js";
import { cases, close } from "./cases.js";

const weightsOf = ({ shape, data }) =>
  unpackWeights({ shape, data: new DataView(Uint8Array.from(Buffer.from(data, "hex")).buffer) });

cases.heads.forEach(({ tokens, weights, all, scores }, n) => {
  const [layers, heads] = weights.shape;
  test(`model ${n}: every weight and every score of ${layers * heads} heads equal torch`, () => {
    const matrix = weightsOf(weights);
    assert.ok(Object.keys(scores).length >= 3);
    for (let l = 0; l < layers; l += 1) {
      for (let h = 0; h < heads; h += 1) {
        close(matrix(l, h), all[l][h], `weights of layer ${l}, head ${h}`);
        for (const [pattern, theirs] of Object.entries(scores)) {
          close(
            patternScore(matrix(l, h), wantedKeys(pattern, tokens)),
            theirs[l][h],
            `${pattern} of layer ${l}, head ${h}`,
          );
        }
      }
    }
  });
});

test("by hand: the lower triangle, row by row, in steps of 1/255", () => {
  const matrix = weightsOf({ shape: [1, 2, 2], data: "ff0033ffcc" + "ff" });
  assert.deepEqual(
    matrix(0, 0).map((row) => [...row]),
    [
      [1, 0],
      [0, 0.2],
    ],
  );
  assert.deepEqual(
    matrix(0, 1).map((row) => [...row]),
    [
      [1, 0],
      [0.8, 1],
    ],
  );
});

test("induction: after every earlier occurrence, right after as well, and never later", () => {
  const wanted = wantedKeys("induction", ["a", "a", "b", "a"]).map((row) => [...row]);
  assert.deepEqual(wanted, [
    [0, 0, 0, 0],
    [0, 1, 0, 0],
    [0, 0, 0, 0],
    [0, 1, 1, 0],
  ]);
});

test("a pattern that says nothing of any position has no score", () => {
  assert.equal(
    patternScore(
      [
        [1, 0],
        [0.5, 0.5],
      ],
      wantedKeys("induction", ["a", "b"]),
    ),
    null,
  );
  assert.equal(
    patternScore(
      [
        [1, 0],
        [0.5, 0.5],
      ],
      wantedKeys("first", ["a", "b"]),
    ),
    0.5,
  );
});
