// A softmax that is read in tiles: what is carried along. No DOM; equal to torch by test.

/**
 * The maximum, the sum of exponentials and the sum of exponentials times values, relative to that maximum.
 * @typedef {{ maximum: number, sum: number, output: number }} Carried
 */

/** What is carried when nothing has been read. @type {Carried} */
export const NOTHING = { maximum: -Infinity, sum: 0, output: 0 };

/**
 * Read one tile more. `factor` is what the older sums are multiplied by; 0 of nothing.
 * @param {Carried} so
 * @param {number[]} scores
 * @param {number[]} values
 */
export function readTile(so, scores, values) {
  const maximum = Math.max(so.maximum, ...scores);
  const factor = Math.exp(so.maximum - maximum);
  const powers = scores.map((score) => Math.exp(score - maximum));
  const added = powers.reduce((total, power) => total + power, 0);
  const weighted = powers.reduce((total, power, j) => total + power * values[j], 0);
  return { maximum, sum: factor * so.sum + added, output: factor * so.output + weighted, factor, added, weighted };
}

/**
 * What is carried after each of so many tiles of a size, nothing first.
 * @param {number[]} scores
 * @param {number[]} values
 * @param {{ size: number, step: number }} options
 */
export function carriedAlong(scores, values, { size, step }) {
  const found = [{ ...NOTHING, factor: 0, added: 0, weighted: 0 }];
  for (let k = 0; k < step; k += 1) {
    const [from, to] = [k * size, (k + 1) * size];
    found.push(readTile(found[k], scores.slice(from, to), values.slice(from, to)));
  }
  return found;
}
