// What a head may be looking for, and how much of its attention goes there. No DOM, as in maths.js; tests/node holds it equal
// to the package's heads.py.

import { dot } from "./maths.js";
import { range } from "./range.js";

/** @typedef {import("./maths.js").Vector} Vector */

/**
 * Weights from the wire (see levels.py): the lower triangle in steps of 1/255. Returns indices, such as (layer, head), -> rows (T, T).
 * @param {{ shape: number[], data: DataView }} packed
 * @returns {(...indices: number[]) => Vector[]}
 */
export function unpackWeights({ shape, data }) {
  const sizes = shape.slice(0, -1);
  const n = shape[sizes.length];
  const size = (n * (n + 1)) / 2;
  /** @param {number} start */
  const matrix = (start) =>
    Array.from({ length: n }, (_, t) => {
      const row = new Float64Array(n);
      for (let s = 0; s <= t; s += 1) row[s] = data.getUint8(start + (t * (t + 1)) / 2 + s) / 255;
      return row;
    });
  const all = range(sizes.reduce((product, count) => product * count, 1)).map((i) => matrix(i * size));
  return (...indices) => all[indices.reduce((place, index, axis) => place * sizes[axis] + index, 0)];
}

/** @type {Record<string, (tokens: string[], t: number, s: number) => boolean>} */
const WANTED = {
  previous: (tokens, t, s) => s === t - 1,
  first: (tokens, t, s) => s === 0 && t > 0,
  induction: (tokens, t, s) => s > 0 && s <= t && tokens[s - 1] === tokens[t],
  current: (tokens, t, s) => s === t && t > 0,
};

/**
 * Where a pattern wants the weight: rows of 0 and 1, (T, T). A row of zeros is a position of which it says nothing.
 * @param {string} pattern
 * @param {string[]} tokens
 */
export function wantedKeys(pattern, tokens) {
  return tokens.map((_, t) => Float64Array.from(tokens, (__, s) => Number(WANTED[pattern](tokens, t, s))));
}

/**
 * The weight that lies where it is wanted, as a mean over the positions of which the pattern says something; null if none.
 * @param {Vector[]} weights
 * @param {Vector[]} wanted
 */
export function patternScore(weights, wanted) {
  const positions = range(wanted.length).filter((t) => wanted[t].includes(1));
  if (positions.length === 0) return null;
  return positions.reduce((sum, t) => sum + dot(wanted[t], weights[t]), 0) / positions.length;
}
