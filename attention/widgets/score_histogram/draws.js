// Random queries and keys, their scores, a histogram of these, and the weights of one query. No DOM; tests/node holds it equal to torch.

import { normals } from "../js/luck.js";
import { dot, softmax } from "../js/maths.js";
import { range } from "../js/range.js";

export const N_QUERIES = 32;
export const N_KEYS = 64;
export const WIDEST = 256;
const [BIN, OUTER] = [4, 15]; // the width of a bin; the number of the outermost one, to either side of the middle one

/** The middles of the bins. */
export const BINS = range(2 * OUTER + 1).map((i) => BIN * (i - OUTER));

/**
 * Which bin a score falls into; what lies beyond the outermost is counted there.
 * @param {number} score
 */
export const binOf = (score) => OUTER + Math.max(-OUTER, Math.min(OUTER, Math.floor(score / BIN + 0.5)));

/**
 * The queries, then as many keys as are wanted, each as wide as can be.
 * @param {number} seed
 * @param {number} nKeys
 */
export function drawVectors(seed, nKeys) {
  const count = N_QUERIES + Math.max(N_KEYS, nKeys);
  const numbers = normals(seed, count * WIDEST);
  return range(count).map((i) => numbers.subarray(i * WIDEST, (i + 1) * WIDEST));
}

/**
 * `all` scores of the queries with the first keys, and in how many of them each bin is hit; the scores of the first query with its
 * keys, and their weights.
 * @param {Float64Array[]} vectors
 * @param {{ dK: number, nKeys: number, isScaled: boolean }} setting
 */
export function scoresOf(vectors, { dK, nKeys, isScaled }) {
  const scale = isScaled ? 1 / Math.sqrt(dK) : 1;
  const queries = vectors.slice(0, N_QUERIES).map((vector) => vector.subarray(0, dK));
  const keys = vectors.slice(N_QUERIES);
  /** @param {Float64Array} query @param {number} n */
  const meet = (query, n) => keys.slice(0, n).map((key) => scale * dot(query, key)); // dot stops where the query ends
  const all = Float64Array.from(queries.flatMap((query) => meet(query, N_KEYS)));
  const counts = new Float64Array(BINS.length);
  all.forEach((score) => counts[binOf(score)]++);
  const scores = Float64Array.from(meet(queries[0], nKeys));
  return { all, counts, scores, weights: softmax(scores) };
}
