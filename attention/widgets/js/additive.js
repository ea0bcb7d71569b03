// The first attention in plain numbers: a small network scores each pair, softmax, a sum. No DOM, as in maths.js.

import { softmax, weightedSum } from "./maths.js";

/**
 * scores = v · tanh(q + k), weights = softmax(scores), context = weights annotations. Matrices are arrays of rows:
 * queries (T, d_attn), keys (S, d_attn), annotations (S, d_key); v has d_attn numbers.
 * @typedef {import("./maths.js").Vector} Vector
 * @param {Vector[]} queries
 * @param {Vector[]} keys
 * @param {Vector} v
 * @param {Vector[]} annotations
 */
export function additiveAttention(queries, keys, v, annotations) {
  const scores = queries.map((q) => Float64Array.from(keys, (k) => additiveScore(q, k, v))); // (T, S)
  const weights = scores.map(softmax); // (T, S)
  const context = weights.map((row) => weightedSum(row, annotations)); // (T, d_key)
  return { scores, weights, context };
}

/** @param {Vector} q @param {Vector} k @param {Vector} v */
function additiveScore(q, k, v) {
  let sum = 0;
  for (let i = 0; i < v.length; i += 1) sum += v[i] * Math.tanh(q[i] + k[i]);
  return sum;
}
