// An encoder of one direction and a decoder without attention. No DOM; equal to torch by test.

import { dot, softmax } from "../js/maths.js";

export const BEGIN = 1;
export const END = 2;

/** @typedef {Float64Array[]} Matrix */

/** @param {Float64Array[]} parts */
function joined(...parts) {
  return Float64Array.from(parts.flatMap((part) => [...part]));
}

/** The matrix times x, and its last column added. @param {Matrix} matrix @param {Float64Array} x */
function affine(matrix, x) {
  return Float64Array.from(matrix, (row) => dot(x, row) + row[row.length - 1]);
}

/** @param {number} a */
const sigmoid = (a) => 1 / (1 + Math.exp(-a));

/**
 * One step of a gated recurrent unit; the rows are those of the reset, the update and the candidate, as in PyTorch.
 * @param {Float64Array} x
 * @param {Float64Array} h
 * @param {Matrix} ofInput
 * @param {Matrix} ofState
 */
export function gruStep(x, h, ofInput, ofState) {
  const d = h.length;
  const [given, kept] = [affine(ofInput, x), affine(ofState, h)];
  return Float64Array.from(h, (old, i) => {
    const reset = sigmoid(given[i] + kept[i]);
    const update = sigmoid(given[d + i] + kept[d + i]);
    const candidate = Math.tanh(given[2 * d + i] + reset * kept[2 * d + i]);
    return (1 - update) * candidate + update * old;
  });
}

/**
 * Read all ids, hand on the last state, and write greedily until the end mark, or `most` tokens.
 * @param {number[]} ids
 * @param {Matrix[]} weights
 * @param {number} most
 */
export function runMachine(ids, weights, most) {
  const [readIn, ofIn, ofState, writeIn, first, outIn, outState, combine, readout] = weights;
  const states = [new Float64Array(first.length)];
  ids.forEach((id, j) => states.push(gruStep(readIn[id], states[j], ofIn, ofState)));
  const context = states[states.length - 1];
  const decoderStates = [affine(first, context).map(Math.tanh)];
  /** @type {number[]} */
  const tokens = [];
  /** @type {number[]} */
  const chances = [];
  while (tokens.length < most && tokens[tokens.length - 1] !== END) {
    const y = writeIn[tokens[tokens.length - 1] ?? BEGIN];
    const state = gruStep(joined(y, context), decoderStates[tokens.length], outIn, outState);
    const guess = affine(combine, joined(state, context, y)).map(Math.tanh);
    const shares = softmax(affine(readout, guess));
    const best = shares.indexOf(Math.max(...shares));
    decoderStates.push(state);
    tokens.push(best);
    chances.push(shares[best]);
  }
  return { states, decoderStates, tokens, chances };
}
