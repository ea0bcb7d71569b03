// Self-attention that is told where each word stands, in one of five ways. No DOM, as in maths.js; tests/node holds it equal
// to the package's positions.py and to its attention.

import { maskTable } from "../js/masks.js";
import { attention, dot } from "../js/maths.js";

/** @typedef {import("../js/maths.js").Vector} Vector */

/** Rounding leaves traces of 1e-16 where sums run in another order; what is below this counts as none. */
const NOTHING = 1e-9;
/** ALiBi's slope here: that of the first of eight heads, 2^(−8 / 8). */
export const SLOPE = 0.5;

/**
 * The vector of waves of one place: sine and cosine by turns, from fast to slow.
 * @param {number} place
 * @param {number} size
 */
export function sinusoid(place, size, base = 10000) {
  return Float64Array.from({ length: size }, (_, d) => {
    const angle = place / base ** ((d - (d % 2)) / size);
    return d % 2 ? Math.cos(angle) : Math.sin(angle);
  });
}

/**
 * Turn number i and number i + d/2 of a vector by its place times the pair's frequency.
 * @param {Vector} vector
 * @param {number} place
 */
export function rotate(vector, place, base = 10000) {
  const half = vector.length / 2;
  const turned = new Float64Array(vector.length);
  for (let i = 0; i < half; i += 1) {
    const angle = place / base ** (i / half);
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    turned[i] = vector[i] * cos - vector[i + half] * sin;
    turned[i + half] = vector[i] * sin + vector[i + half] * cos;
  }
  return turned;
}

/** @param {Vector} a @param {Vector} b */
const plus = (a, b) => a.map((x, i) => x + b[i]);
/**
 * x Wᵀ, with W as it is stored: a row for each number of the result.
 * @param {Vector[]} rows
 * @param {Vector[]} weight
 */
const project = (rows, weight) => rows.map((row) => Float64Array.from(weight, (line) => dot(line, row)));

/**
 * x holds the words' vectors in the order in which they stand. Returns scores, weights, context, mask, and products: the
 * scores before ALiBi's share. Matrices are arrays of rows.
 * @param {string} scheme
 * @param {Vector[]} x
 * @param {{ wQ: Vector[], wK: Vector[], wV: Vector[], learned: Vector[], causal?: boolean }} model
 */
export function attendInOrder(scheme, x, { wQ, wK, wV, learned, causal = false }) {
  /** @type {Record<string, (place: number) => Vector>} */
  const schemes = { sinusoidal: (place) => sinusoid(place, x[0].length), learned: (place) => learned[place] };
  const added = schemes[scheme];
  const input = added ? x.map((row, place) => plus(row, added(place))) : x;
  let [query, key] = [project(input, wQ), project(input, wK)];
  if (scheme === "rotary") [query, key] = [query, key].map((rows) => rows.map((row, place) => rotate(row, place)));
  const mask = maskTable(causal ? "causal" : "none", x.length);
  /** @param {number} i @param {number} j */
  const bias = (i, j) => (scheme === "alibi" ? -SLOPE * Math.abs(i - j) : 0);
  const found = attention(query, key, project(input, wV), { mask, bias });
  return { ...found, mask, products: found.scores.map((row, i) => row.map((score, j) => score - bias(i, j))) };
}

/**
 * Take the word out of the order and put it in at `place`; words are named by where they stood at first.
 * @param {number[]} order
 * @param {number} word
 * @param {number} place
 */
export function moveWord(order, word, place) {
  const rest = order.filter((other) => other !== word);
  return [...rest.slice(0, place), word, ...rest.slice(place)];
}

/**
 * Let two words change places.
 * @param {number[]} order
 * @param {[number, number]} words
 */
export function swapWords(order, [a, b]) {
  return order.map((word) => (word === a ? b : word === b ? a : word));
}

/**
 * How far each word's context has moved, in lengths of an average context of the original order. `first` holds the contexts
 * in that order, `now` in the present one.
 * @param {Vector[]} first
 * @param {Vector[]} now
 * @param {number[]} order
 */
export function distances(first, now, order) {
  /** @param {Vector} vector */
  const length = (vector) => Math.sqrt(dot(vector, vector));
  const mean = first.reduce((sum, vector) => sum + length(vector), 0) / first.length;
  return first.map((vector, word) => {
    const other = now[order.indexOf(word)];
    const far = length(vector.map((x, d) => x - other[d])) / mean;
    return far < NOTHING ? 0 : far;
  });
}

/**
 * The number of the largest logit of each context: readout has a row for each answer.
 * @param {Vector[]} contexts
 * @param {Vector[]} readout
 */
export function answers(contexts, readout) {
  return project(contexts, readout).map((logits) => logits.indexOf(Math.max(...logits)));
}
