// Attention from tokens to the block's sum, part by part. No DOM; tests/node holds it equal to torch.

import { attention, dot } from "../js/maths.js";

/** @typedef {import("../js/maths.js").Vector} Vector */
/** @typedef {{ x: number[][], w_q: number[][][], w_k: number[][][], w_v: number[][][], w_o: number[][] }} Numbers */

/**
 * A matrix times another one.
 * @param {ArrayLike<number>[]} left
 * @param {number[][]} right
 * @returns {Vector[]}
 */
export function product(left, right) {
  const columns = right[0].map((_, j) => right.map((row) => row[j]));
  return left.map((row) => Float64Array.from(columns, (column) => dot(row, column)));
}

/**
 * What each part holds, (T, n); of the parts of a head, head 0's.
 * @param {Numbers} numbers
 * @param {boolean} causal
 * @returns {Record<string, Vector[]>}
 */
export function flow({ x, w_q: wQ, w_k: wK, w_v: wV, w_o: wO }, causal) {
  const mask = causal ? x.map((_, i) => x.map((__, j) => j <= i)) : null;
  const heads = wQ.map((_, h) => {
    const [query, key, value] = [wQ, wK, wV].map((w) => product(x, w[h])); // (T, d_k)
    return { query, key, value, ...attention(query, key, value, { mask }) };
  });
  const [{ query, key, value, scores, masked, weights, context }] = heads;
  const beside = x.map((_, t) => Float64Array.from(heads.flatMap((head) => Array.from(head.context[t])))); // (T, H d_k)
  const output = product(beside, wO); // (T, d_model)
  return {
    tokens: x.map((row) => Float64Array.from(row)),
    ...{ query, key, value, scores, mask: masked },
    softmax: masked.map((row) => row.map(Math.exp)),
    ...{ weights, context, heads: beside, output },
    block: output.map((row, t) => row.map((number, d) => number + x[t][d])),
  };
}

/**
 * How dark each number is: the smallest, or 0, is palest, and the largest darkest. Minus infinity has no ink.
 * @param {Vector[]} rows
 */
export function shades(rows) {
  const finite = rows.flatMap((row) => Array.from(row)).filter(Number.isFinite);
  const low = Math.min(0, ...finite);
  const span = Math.max(...finite) - low || 1;
  return rows.map((row) => row.map((number) => (Number.isFinite(number) ? (number - low) / span : 0)));
}
