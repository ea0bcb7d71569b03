// Pairs of numbers that turn with their place. No DOM; tests/node holds it equal to torch.

import { range } from "../js/range.js";

export const LAST = 63; // the last place
export const DISTANCES = range(2 * LAST + 1).map((i) => i - LAST);

/**
 * How far each pair is turned from one place to the next, in radians.
 * @param {number} width of a query
 * @param {number} base
 */
export const speeds = (width, base) => range(width / 2).map((i) => base ** ((-2 * i) / width));

/**
 * A vector with each pair of neighbours turned by its place.
 * @param {ArrayLike<number>} vector
 * @param {number} place
 * @param {number} base
 */
export function turned(vector, place, base) {
  return Float64Array.from(
    speeds(vector.length, base).flatMap((speed, i) => {
      const [x, y] = [vector[2 * i], vector[2 * i + 1]];
      const [cos, sin] = [Math.cos(place * speed), Math.sin(place * speed)];
      return [x * cos - y * sin, x * sin + y * cos];
    }),
  );
}

/**
 * The dot product of each pair of one vector with that of another.
 * @param {ArrayLike<number>} a
 * @param {ArrayLike<number>} b
 */
export const pairProducts = (a, b) => range(a.length / 2).map((i) => a[2 * i] * b[2 * i] + a[2 * i + 1] * b[2 * i + 1]);

/**
 * Which pairs count: all of them, or the fastest or the slowest alone.
 * @param {string} hands
 * @param {number} n
 */
export const counting = (hands, n) => (hands === "all" ? range(n) : [hands === "fastest" ? 0 : n - 1]);

/**
 * The dot product of the pairs that count, at every distance from query to key.
 * @param {ArrayLike<number>} query
 * @param {ArrayLike<number>} key
 * @param {{ base: number, hands: string }} setting
 */
export function curve(query, key, { base, hands }) {
  const chosen = counting(hands, query.length / 2);
  return DISTANCES.map((far) => {
    const products = pairProducts(query, turned(key, far, base));
    return chosen.reduce((sum, i) => sum + products[i], 0);
  });
}
