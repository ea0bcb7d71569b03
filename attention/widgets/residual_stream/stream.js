// A stream that grows by what is added to it, and what a model would say of it. No DOM; equal to torch by test.

import { dot, softmax } from "../js/maths.js";
import { normSteps } from "../js/norm.js";

/** @typedef {import("../js/maths.js").Vector} Vector */

/**
 * The stream after each contribution.
 * @param {Vector[]} contributions
 */
export function streamOf(contributions) {
  /** @type {Vector[]} */
  const stream = [];
  contributions.forEach((added, l) => stream.push(l === 0 ? added : added.map((x, d) => stream[l - 1][d] + x)));
  return stream;
}

/**
 * The probabilities of the candidates if the model stopped at x; `others` stands for all other tokens.
 * @param {Vector} x
 * @param {{ readout: Vector[], offsets: Vector, others: number, epsilon: number }} model
 */
export function readOff(x, { readout, offsets, others, epsilon }) {
  const { normal } = normSteps(x, { epsilon });
  const logits = readout.map((row, n) => dot(row, normal) + offsets[n]);
  return softmax(Float64Array.of(...logits, others)).subarray(0, logits.length);
}

/** @param {Vector} x */
export const norm = (x) => Math.sqrt(dot(x, x));
