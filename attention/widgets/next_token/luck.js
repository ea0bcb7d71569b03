// The next token's chances, and tokens that are drawn by them. No DOM; equal to Python by test.

import { softmax } from "../js/maths.js";

/**
 * The chances of the first n tokens, and of all others together.
 * @param {import("../js/maths.js").Vector} logits
 * @param {{ n: number, temperature: number, topK: number }} options
 */
export function nextChances(logits, { n, temperature, topK }) {
  const all = softmax(logits.map((logit, i) => (i < topK ? logit / temperature : -Infinity)));
  return Float64Array.of(
    ...all.subarray(0, n),
    all.subarray(n).reduce((sum, p) => sum + p, 0),
  );
}

/**
 * Which token each number draws: its place, or n for another one. `kept` of the n are kept; isAll: they are not the only ones.
 * @param {import("../js/maths.js").Vector} luck
 * @param {import("../js/maths.js").Vector} chances
 * @param {{ kept: number, isAll: boolean }} options
 */
export function drawnTokens(luck, chances, { kept, isAll }) {
  let sum = 0;
  const ends = chances.subarray(0, kept).map((p) => (sum += p));
  const last = isAll ? kept - 1 : kept;
  return Array.from(luck, (u) => {
    const found = ends.findIndex((end) => u < end);
    return found < 0 ? last : found;
  });
}
