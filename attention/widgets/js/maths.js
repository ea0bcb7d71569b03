// Attention in plain numbers: no DOM, no state. Node imports this file as it is, and tests/node holds it
// equal to torch to 1e-6. The letters are the book's: T queries, S keys, H heads, D = d_head.
// A matrix is an array of rows, a row a Float64Array; a mask is an array of rows of booleans, true = may attend.

import { maskTable } from "./masks.js";

/**
 * A number per position or per dimension.
 * @typedef {Float64Array<ArrayBufferLike>} Vector
 */

/**
 * A tensor on the wire.
 * @typedef {{ shape: number[], step: number, data: DataView }} Packed
 */

/**
 * What one head computes: (T, S) tables of scores before and after the mask and of weights, and contexts (T, D).
 * @typedef {{ scores: Vector[], masked: Vector[], weights: Vector[], context: Vector[] }} Attention
 */

/**
 * One of several heads, with its own queries, keys, values and its mask.
 * @typedef {Attention & { query: Vector[], key: Vector[], value: Vector[], mask: boolean[][] }} Head
 */

/**
 * Numbers from the wire (see base/traits.py): 16-bit integers times a power of two, so nothing is rounded twice. A
 * (T, d_model) tensor gives one matrix, (N, T, d_model) gives N, (d,) one with one row.
 * @param {Packed} packed
 * @returns {Vector[][]}
 */
export function unpack({ shape, step, data }) {
  const width = shape[shape.length - 1];
  const height = shape.length > 1 ? shape[shape.length - 2] : 1;
  const matrices = [];
  for (let offset = 0; offset < data.byteLength; offset += 2 * width * height) {
    matrices.push(
      Array.from({ length: height }, (_, row) =>
        Float64Array.from(
          { length: width },
          (__, column) => step * data.getInt16(offset + 2 * (row * width + column), true),
        ),
      ),
    );
  }
  return matrices;
}

/** @param {ArrayLike<number>} a @param {ArrayLike<number>} b */
export function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += a[i] * b[i];
  return sum;
}

/**
 * Softmax of one row. Masked entries are -Infinity and get 0; a row with nothing but those gives zeros.
 * @param {Vector} scores
 */
export function softmax(scores) {
  const { exponentials, sum } = exponentiate(scores);
  return exponentials.map((e) => (sum > 0 ? e / sum : 0));
}

/**
 * The numerators of softmax, e^(score - max), and their sum. The shift by max changes no weight.
 * @param {Vector} scores
 */
export function exponentiate(scores) {
  const max = scores.reduce((a, b) => Math.max(a, b), -Infinity);
  const exponentials = scores.map((s) => (s === -Infinity ? 0 : Math.exp(s - max)));
  return { exponentials, sum: exponentials.reduce((a, b) => a + b, 0) };
}

/**
 * (T, d_model) -> H matrices (T, D): head h reads columns h D ... (h + 1) D - 1. Views, no copies.
 * @param {Vector[]} matrix
 * @param {number} nHeads
 */
export function splitHeads(matrix, nHeads) {
  const dHead = matrix[0].length / nHeads;
  return Array.from({ length: nHeads }, (_, h) => matrix.map((row) => row.subarray(h * dHead, (h + 1) * dHead)));
}

/**
 * One head: scores = query key^T scale, masked = scores or -Infinity, weights = softmax(masked), context = weights value.
 * `bias`, a function (query, key), is added to the scores. Every intermediate is returned, since every one is shown.
 * @param {Vector[]} query
 * @param {Vector[]} key
 * @param {Vector[]} value
 * @param {{ mask?: boolean[][] | null, scale?: number, bias?: ((query: number, key: number) => number) | null }} [options]
 * @returns {Attention}
 */
export function attention(
  query,
  key,
  value,
  { mask = null, scale = 1 / Math.sqrt(query[0].length), bias = null } = {},
) {
  const scores = query.map((q, i) => Float64Array.from(key, (k, j) => dot(q, k) * scale + (bias ? bias(i, j) : 0))); // (T, S)
  const masked = mask ? scores.map((row, i) => row.map((score, j) => (mask[i][j] ? score : -Infinity))) : scores;
  const weights = masked.map(softmax); // (T, S)
  const context = weights.map((row) => weightedSum(row, value)); // (T, D)
  return { scores, masked, weights, context };
}

/**
 * A sum of rows, each times its weight.
 * @param {Vector} weights
 * @param {Vector[]} rows
 */
export function weightedSum(weights, rows) {
  const sum = new Float64Array(rows[0].length);
  rows.forEach((row, j) => {
    for (let d = 0; d < sum.length; d += 1) sum[d] += weights[j] * row[d];
  });
  return sum;
}

/**
 * All heads over the first `length` positions.
 * @param {Vector[]} query
 * @param {Vector[]} key
 * @param {Vector[]} value
 * @param {{ nHeads: number, length: number, mask: string, window?: number }} options
 * @returns {Head[]}
 */
export function multiHeadAttention(query, key, value, { nHeads, length, mask, window }) {
  /** @param {Vector[]} matrix */
  const split = (matrix) => splitHeads(matrix.slice(0, length), nHeads);
  const [queries, keys, values] = [query, key, value].map(split);
  const table = maskTable(mask, length, { window });
  return queries.map((q, h) => ({
    ...attention(q, keys[h], values[h], { mask: table }),
    query: q,
    key: keys[h],
    value: values[h],
    mask: table,
  }));
}
