// What attention costs: FLOPs, the memory of scores, the key-value cache, and such numbers in words.
// No DOM, as in maths.js; tests/node holds it equal to attention/functional/costs.py, where the formulas are explained.

import { grouped } from "./format.js";

/**
 * What a model caches, as the traits have it.
 * @typedef {object} CacheConfig
 * @property {number} n_layers
 * @property {number} n_kv_heads
 * @property {number} d_head
 * @property {number} d_latent
 * @property {number} [d_rope]
 * @property {number} [window]
 */

/**
 * The FLOPs of one block over n tokens, by part; a multiply-add is two.
 * @param {number} n
 * @param {number} d
 */
export function blockFlops(n, d) {
  const [projections, feedForward, attention] = [2 * n * 4 * d * d, 2 * n * 8 * d * d, 2 * n * 2 * n * d];
  const linear = projections + feedForward;
  return { projections, feedForward, attention, linear, total: linear + attention };
}

/**
 * The part of these FLOPs that scores and context take.
 * @param {number} n
 * @param {number} d
 */
export const attentionShare = (n, d) => n / (6 * d + n);

/**
 * The bytes of one layer's matrices of scores, as float32 numbers.
 * @param {number} n
 * @param {number} heads
 */
export const scoreBytes = (n, heads) => heads * n * n * 4;

/**
 * The bytes of one layer's queries, keys, values and contexts, as float32 numbers.
 * @param {number} n
 * @param {number} d
 */
export const projectionBytes = (n, d) => 4 * n * d * 4;

/**
 * How many numbers a token adds to the cache of one layer; d_latent is 0 where heads keep keys and values.
 * @param {CacheConfig} config
 */
export function numbersPerLayer({ n_kv_heads: kvHeads, d_head: size, d_latent: latent, d_rope: rope = 0 }) {
  return latent ? latent + rope : 2 * kvHeads * size;
}

/**
 * How many tokens stay in the cache; a window of 0 is none.
 * @param {number} context
 * @param {number} [window]
 */
export const keptTokens = (context, window = 0) => (window ? Math.min(context, window) : context);

/**
 * The bytes of the cache of all layers for one sequence, and for one of its tokens.
 * @param {CacheConfig} config
 * @param {number} context
 * @param {number} bytesPerNumber
 */
export function cacheBytes(config, context, bytesPerNumber) {
  const token = config.n_layers * numbersPerLayer(config) * bytesPerNumber;
  return { token, total: token * keptTokens(context, config.window) };
}

/**
 * The same model with full multi-head attention.
 * @template {{ n_heads: number }} Config
 * @param {Config} config
 */
export const multiHead = (config) => ({ ...config, n_kv_heads: config.n_heads, window: 0, d_latent: 0 });

/**
 * A positive number in three digits, or all before the point; no zeros at the end.
 * @param {number} value
 */
export function threeDigits(value) {
  if (value >= 100) return grouped(Math.floor(value + 0.5));
  return String(Number(value < 1 ? value.toFixed(2) : value.toPrecision(3)));
}

/** @param {number} value @param {number} step @param {string[]} units */
function inUnits(value, step, units) {
  let [size, unit] = [value, 0];
  while (unit < units.length - 1 && Math.floor(size + 0.5) >= step) [size, unit] = [size / step, unit + 1];
  return `${threeDigits(size)}\u00a0${units[unit]}`;
}

/** @param {number} bytes */
export const readableBytes = (bytes) => inUnits(bytes, 1024, ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"]);
/** @param {number} flops */
export const readableFlops = (flops) =>
  inUnits(flops, 1000, ["FLOPs", "kFLOPs", "MFLOPs", "GFLOPs", "TFLOPs", "PFLOPs"]);

/**
 * A share of a whole, in percent.
 * @param {number} share
 */
export const inPercent = (share) => `${threeDigits(100 * share)}%`;

/**
 * How `bytes` compare with those of `other`: a number of times, and what that says: "smaller", "larger" or "the same".
 * @param {number} bytes
 * @param {number} other
 */
export function compare(bytes, other) {
  if (bytes === other) return { times: 1, word: "the same" };
  return bytes < other ? { times: other / bytes, word: "smaller" } : { times: bytes / other, word: "larger" };
}

/**
 * The same in words: "4 times smaller than multi-head".
 * @param {number} bytes
 * @param {number} other
 * @param {string} whose
 */
export function compared(bytes, other, whose) {
  const { times, word } = compare(bytes, other);
  return times === 1 ? `the same as ${whose}` : `${threeDigits(times)} times ${word} than ${whose}`;
}

/**
 * Powers of two and what lies half-way between them, as far as `last`: 64, 96, 128, 192 …
 * @param {number} first
 * @param {number} last
 */
export function halfSteps(first, last) {
  const found = [];
  for (let n = first; n <= last; n *= 2) found.push(n, n * 1.5);
  return found.filter((n) => n <= last);
}
