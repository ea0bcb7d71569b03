// What a head may be looking for, and how much of its attention goes there. No DOM, as in maths.js; tests/node holds it equal
// to the package's heads.py.

import { dot } from "../js/maths.js";

/** Weights from the wire (see _levels.py): the lower triangle in steps of 1/255. Returns (layer, head) -> rows (T, T). */
export function unpackWeights({ shape: [layers, heads, n], data }) {
  const size = (n * (n + 1)) / 2;
  const matrix = (start) =>
    Array.from({ length: n }, (_, t) => {
      const row = new Float64Array(n);
      for (let s = 0; s <= t; s += 1) row[s] = data.getUint8(start + (t * (t + 1)) / 2 + s) / 255;
      return row;
    });
  const all = Array.from({ length: layers * heads }, (_, i) => matrix(i * size));
  return (layer, head) => all[layer * heads + head];
}

const WANTED = {
  previous: (tokens, t, s) => s === t - 1,
  first: (tokens, t, s) => s === 0 && t > 0,
  induction: (tokens, t, s) => s > 0 && s <= t && tokens[s - 1] === tokens[t],
  current: (tokens, t, s) => s === t && t > 0,
};

/** Where a pattern wants the weight: rows of 0 and 1, (T, T). A row of zeros is a position of which it says nothing. */
export function wantedKeys(pattern, tokens) {
  return tokens.map((_, t) => Float64Array.from(tokens, (__, s) => Number(WANTED[pattern](tokens, t, s))));
}

/** The weight that lies where it is wanted, as a mean over the positions of which the pattern says something; null if none. */
export function patternScore(weights, wanted) {
  const asked = wanted.map((row, t) => [row, weights[t]]).filter(([row]) => row.includes(1));
  if (asked.length === 0) return null;
  return asked.reduce((sum, [row, found]) => sum + dot(row, found), 0) / asked.length;
}
