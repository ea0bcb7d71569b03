// One query and its keys: how wide the scores spread, what softmax makes of them, and how much of a gradient it lets pass.
// No DOM, as in maths.js; tests/node holds it equal to torch.

import { dot, softmax } from "../js/maths.js";

/**
 * products = query · key over the first dK numbers; scores = products scale, where scale = 1 / temperature, and with
 * `scaled` 1 / (√dK temperature); weights = softmax(scores); jacobian[i][j] = ∂ weight i / ∂ score j.
 * @typedef {import("../js/maths.js").Vector} Vector
 * @param {Vector} query
 * @param {Vector[]} keys
 * @param {{ dK: number, temperature: number, scaled: boolean }} setting
 */
export function saturation(query, keys, { dK, temperature, scaled }) {
  const first = query.subarray(0, dK);
  const products = Float64Array.from(keys, (key) => dot(first, key)); // (S,); dot stops where the query ends
  const scale = (scaled ? 1 / Math.sqrt(dK) : 1) / temperature;
  const scores = products.map((product) => product * scale); // (S,)
  const weights = softmax(scores); // (S,)
  return { products, scale, scores, weights, jacobian: softmaxJacobian(weights) };
}

/**
 * diag(p) − p pᵀ, row by row. On the diagonal p (1 − p), with 1 − p as the sum of the others: no digits are lost.
 * @param {Vector} p
 */
export function softmaxJacobian(p) {
  return Array.from(p, (pi, i) =>
    p.map((pj, j) => (i === j ? pi * p.reduce((sum, x, k) => (k === i ? sum : sum + x), 0) : -pi * pj)),
  );
}

/**
 * −Σ p log₂ p, in bits; a weight of 0 adds nothing.
 * @param {Vector} p
 */
export const entropy = (p) => p.reduce((sum, x) => (x > 0 ? sum - x * Math.log2(x) : sum), 0);

/**
 * The length of a matrix as if it were one long vector (its Frobenius norm).
 * @param {Vector[]} matrix
 */
export const frobenius = (matrix) => Math.sqrt(matrix.reduce((sum, row) => sum + dot(row, row), 0));
