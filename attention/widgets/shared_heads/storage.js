// What a token adds to the cache of a layer, and what a decoding step does with it. No DOM; equal to the package's count by test.

import { divisors } from "../js/range.js";

/**
 * The shape of a layer: what is kept, its heads and its widths.
 * @typedef {{ kept: "heads" | "latent", nHeads: number, nKvHeads: number, dHead: number, dLatent: number, dRope: number }} Layer
 */

/**
 * What is kept of a token, by part, in numbers.
 * @param {Layer} layer
 */
export function partsOf({ kept, nKvHeads, dHead, dLatent, dRope }) {
  const width = nKvHeads * dHead;
  return kept === "latent"
    ? [
        { name: "latent", ink: "weight", numbers: dLatent },
        { name: "rotary key", ink: "k", numbers: dRope },
      ]
    : [
        { name: "keys", ink: "k", numbers: width },
        { name: "values", ink: "v", numbers: width },
      ];
}

/**
 * Numbers, and what multi-head attention keeps; bytes, two for each number; FLOPs of scores and context for one cached token.
 * @param {Layer} layer
 */
export function storageOf(layer) {
  const { kept, nHeads, dHead, dLatent, dRope } = layer;
  const numbers = partsOf(layer).reduce((sum, part) => sum + part.numbers, 0);
  const most = 2 * nHeads * dHead;
  const flops = kept === "latent" ? 2 * nHeads * (2 * dLatent + dRope) : 4 * nHeads * dHead;
  return { numbers, most, bytes: 2 * numbers, flops, intensity: flops / (2 * numbers) };
}

/** How many heads of keys n heads of queries can share, the most first. @param {number} n */
export const keyHeadCounts = (n) => divisors(n).reverse();
