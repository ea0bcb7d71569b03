// The small widgets' arithmetic against torch and autograd, and their words.

import assert from "node:assert/strict";
import { test } from "node:test";

import { judgeMask, maskVerdict, maskedWeights } from "../../attention/widgets/mask_painter/view.js";
import { cases, close } from "./cases.js";

cases.masks_painted.forEach(({ scores, mask, weights, future, lost, blind }, n) => {
  test(`painted mask ${n}: the weights that are left equal torch, and cells are counted as in Python`, () => {
    const rows = scores.map((row) => Float64Array.from(row));
    close(maskedWeights(rows, mask).weights, weights, "weights");
    assert.deepEqual(judgeMask(mask), { future, lost, blind });
  });
});

test("a mask in words: one cell, several, none, and a row that sees nothing", () => {
  const tokens = ["a", "b\n"];
  const says = (...mask) => maskVerdict(judgeMask(mask.map((row) => Array.from(row, (cell) => cell === "1"))), tokens);
  assert.equal(says("10", "11"), "This is the causal mask: no cell sees the future.");
  assert.equal(says("11", "11"), "1 cell still sees the future.");
  assert.equal(says("11", "01"), "1 cell still sees the future, and 1 cell of the past is hidden.");
  assert.equal(
    says("10", "00"),
    "No cell sees the future, and 2 cells of the past are hidden. Nothing is left for “b↵”: all its weights are 0, not 1/2.",
  );
});
