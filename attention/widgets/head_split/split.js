// Where each number of a (T, d_model) matrix goes when it is cut into heads. No DOM.
//
// A place in a head, (head h, row r, number d), is told as (r, h d_head + d), where it would stand once the heads are side by side.

import { maskTable } from "../js/masks.js";
import { attention, splitHeads, weightedSum } from "../js/maths.js";
import { range } from "../js/range.js";

/** @typedef {{ length: number, width: number, nHeads: number, transposed: boolean }} Sizes */

/**
 * (T, d_model) -> H matrices (T, d_head): by view and transpose, or by view alone, which reads on in memory.
 * @param {import("../js/maths.js").Vector[]} matrix
 * @param {number} nHeads
 * @param {boolean} transposed
 */
export function cut(matrix, nHeads, transposed) {
  if (transposed) return splitHeads(matrix, nHeads);
  const [length, width] = [matrix.length, matrix[0].length];
  const memory = Float64Array.from(matrix.flatMap((row) => [...row]));
  const dHead = width / nHeads;
  return range(nHeads).map((h) =>
    range(length).map((r) => memory.subarray((h * length + r) * dHead, (h * length + r + 1) * dHead)),
  );
}

/**
 * From where in (T, d_model) the number comes that stands in row r of a head.
 * @param {[row: number, column: number]} place
 * @param {Sizes} sizes
 * @returns {[number, number]}
 */
export function origin([row, column], { length, width, nHeads, transposed }) {
  if (transposed) return [row, column];
  const dHead = width / nHeads;
  const at = (Math.floor(column / dHead) * length + row) * dHead + (column % dHead); // in memory
  return [Math.floor(at / width), at % width];
}

/**
 * Where a number of (T, d_model) goes: the inverse of origin.
 * @param {[row: number, column: number]} place
 * @param {Sizes} sizes
 * @returns {[number, number]}
 */
export function destination([row, column], { length, width, nHeads, transposed }) {
  if (transposed) return [row, column];
  const dHead = width / nHeads;
  const at = row * width + column;
  const piece = Math.floor(at / dHead);
  return [piece % length, Math.floor(piece / length) * dHead + (at % dHead)];
}

/**
 * Multi-head attention with all that lies between: each head's queries, values, weights and contexts, the contexts side by
 * side, and the output.
 * @param {Record<"query" | "key" | "value" | "w_o", import("../js/maths.js").Vector[]>} given
 * @param {{ nHeads: number, transposed: boolean, causal: boolean }} options
 */
export function splitAndMix({ query, key, value, w_o: wO }, { nHeads, transposed, causal }) {
  const [queries, keys, values] = [query, key, value].map((matrix) => cut(matrix, nHeads, transposed));
  const mask = maskTable(causal ? "causal" : "none", query.length);
  const heads = queries.map((q, h) => attention(q, keys[h], values[h], { mask }));
  const [contexts, weights] = [heads.map((head) => head.context), heads.map((head) => head.weights)];
  const joined = query.map((_, t) => Float64Array.from(contexts.flatMap((rows) => [...rows[t]])));
  return { mask, queries, values, weights, contexts, joined, output: joined.map((row) => weightedSum(row, wO)) };
}
