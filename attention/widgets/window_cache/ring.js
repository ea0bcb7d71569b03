// A sliding window with sinks, and the places of its rotating cache. No DOM; equal to torch by test.

import { MASKS } from "../js/masks.js";
import { range } from "../js/range.js";

/** @typedef {{ window: number, nSink: number }} Shape */

/**
 * Whether a query sees a key: in its window, or a sink.
 * @param {number} query
 * @param {number} key
 * @param {Shape} shape
 */
export function sees(query, key, { window, nSink }) {
  return MASKS.window.allows(query, key, { window }) || (MASKS.causal.allows(query, key, { window }) && key < nSink);
}

/**
 * Where a position is written: the sinks first, then the others round and round.
 * @param {number} position
 * @param {Shape} shape
 */
export function placeOf(position, { window, nSink }) {
  return position < nSink ? position : nSink + ((position - nSink) % window);
}

/**
 * The position that each place holds once so many tokens have been read; -1 of none.
 * @param {number} step
 * @param {Shape} shape
 */
export function heldAfter(step, shape) {
  const held = range(shape.nSink + shape.window).map(() => -1);
  for (let p = 0; p < step; p += 1) held[placeOf(p, shape)] = p;
  return held;
}

/**
 * Of which of n positions a query can hear through so many layers: what it sees, what that has seen, and so on.
 * @param {number} query
 * @param {number} n
 * @param {number} nLayers
 * @param {Shape} shape
 */
export function reachedFrom(query, n, nLayers, shape) {
  let known = range(n).map((p) => p === query);
  for (let layer = 0; layer < nLayers; layer += 1) {
    const before = known;
    known = range(n).map((key) => before.some((is, p) => is && sees(p, key, shape)));
  }
  return known;
}

/** @typedef {"query" | "seen" | "reach" | "gone" | "later"} Kind */

/**
 * What each of n positions is to the newest query.
 * @param {{ n: number, step: number, nLayers: number, shape: Shape }} now
 * @returns {Kind[]}
 */
export function kindsOf({ n, step, nLayers, shape }) {
  const query = step - 1;
  const reached = reachedFrom(query, n, nLayers, shape);
  return range(n).map((p) => {
    if (p > query) return "later";
    if (p === query) return "query";
    if (sees(query, p, shape)) return "seen";
    return reached[p] ? "reach" : "gone";
  });
}
