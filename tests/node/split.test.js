// The split into heads against torch, and where each number goes.

import assert from "node:assert/strict";
import { test } from "node:test";

import { cut, destination, origin, splitAndMix } from "../../attention/widgets/head_split/split.js";
import { cases, close, unpack } from "./cases.js";

const NAMES = ["query", "key", "value", "w_o"];

cases.splits.forEach(({ traits, answers }, n) => {
  const given = Object.fromEntries(NAMES.map((name) => [name, unpack(traits[name])[0]]));
  test(`tensors ${n}: ${answers.length} ways to split them equal torch`, () => {
    assert.ok(answers.length >= 4 * 2 * 2);
    for (const { nHeads, transposed, causal, ...torch } of answers) {
      const ours = splitAndMix(given, { nHeads, transposed, causal });
      for (const [part, numbers] of Object.entries(torch))
        close(ours[part], numbers, `${part} of ${JSON.stringify({ nHeads, transposed, causal })}`);
    }
  });
});

test("by hand: view alone puts the first token's second half where the second token belongs", () => {
  const matrix = [Float64Array.of(1, 2), Float64Array.of(3, 4)];
  const plain = (heads) => heads.map((rows) => rows.map((row) => [...row]));
  assert.deepEqual(plain(cut(matrix, 2, true)), [
    [[1], [3]],
    [[2], [4]],
  ]);
  assert.deepEqual(plain(cut(matrix, 2, false)), [
    [[1], [2]],
    [[3], [4]],
  ]);
});

test("each number is found where it came from, and goes where it is found", () => {
  for (const [length, width, nHeads] of [
    [5, 12, 3],
    [3, 8, 8],
    [2, 6, 1],
    [7, 4, 2],
  ]) {
    for (const transposed of [true, false]) {
      const sizes = { length, width, nHeads, transposed };
      const matrix = Array.from({ length }, (_, t) => Float64Array.from({ length: width }, (__, c) => 100 * t + c));
      const heads = cut(matrix, nHeads, transposed);
      for (let row = 0; row < length; row += 1) {
        for (let column = 0; column < width; column += 1) {
          const [t, c] = origin([row, column], sizes);
          const dHead = width / nHeads;
          assert.equal(heads[Math.floor(column / dHead)][row][column % dHead], matrix[t][c]);
          assert.deepEqual(destination([t, c], sizes), [row, column]);
        }
      }
    }
  }
});
