// What goes into each step and what comes out of it, as tables of cells in the colours of the heads. No DOM.

import { destination, origin, splitAndMix } from "./split.js";

/**
 * A side of a step: its name, its tables, whether a whole row of it is followed, and where the number that is followed in what
 * comes out stands in it, and the other way round.
 * @typedef {object} Side
 * @property {string} name
 * @property {import("./blocks.js").Table[]} tables
 * @property {boolean} [isRow]
 * @property {(after: import("./blocks.js").Place) => import("./blocks.js").Place} from
 * @property {(place: import("./blocks.js").Place) => import("./blocks.js").Place} to
 */

/** @typedef {{ n_heads: number, step: string, transposed: boolean, causal: boolean }} State */

/**
 * @param {Record<"query" | "key" | "value" | "w_o", import("../js/maths.js").Vector[]>} given
 * @param {string[]} tokens
 * @param {State} state
 */
export function sidesOf(given, tokens, { n_heads: nHeads, step, transposed, causal }) {
  const [length, width] = [tokens.length, given.query[0].length];
  const dHead = width / nHeads;
  const sizes = { length, width, nHeads, transposed };
  const found = splitAndMix(given, { nHeads, transposed, causal });
  /** @param {import("./blocks.js").Place} place */
  const same = (place) => place;

  /**
   * (T, d_model) as one table.
   * @param {string} name @param {import("../js/maths.js").Vector[]} matrix @param {boolean} [isMixed]
   * @returns {Side}
   */
  function whole(name, matrix, isMixed = false) {
    /** @type {import("./blocks.js").Cell[][]} */
    const rows = matrix.map((row, r) =>
      Array.from(row, (value, c) => ({ value, place: [r, c], head: isMixed ? null : Math.floor(c / dHead) })),
    );
    return { name, tables: [{ head: null, names: tokens, rows, mask: found.mask }], from: same, to: same };
  }

  /**
   * H matrices (T, d_head), a table each. A number keeps the colour of the columns that it comes from.
   * @param {string} name @param {import("../js/maths.js").Vector[][]} heads @param {import("../js/maths.js").Vector[][]} [weights]
   * @returns {Side}
   */
  function perHead(name, heads, weights) {
    const tables = heads.map((matrix, h) => {
      /** @type {import("./blocks.js").Cell[][]} */
      const rows = matrix.map((row, r) =>
        Array.from(row, (value, d) => {
          const column = h * dHead + d;
          return { value, place: [r, column], head: Math.floor(origin([r, column], sizes)[1] / dHead) };
        }),
      );
      const names = matrix.map((_, r) => tokens[origin([r, h * dHead], sizes)[0]]);
      return { head: h, names, rows, weights: weights?.[h], mask: found.mask };
    });
    return { name, tables, from: same, to: same };
  }

  /** @type {Record<string, () => Side[]>} */
  const steps = {
    split: () => [
      {
        ...whole("q", given.query),
        from: (place) => origin(place, sizes),
        to: (place) => destination(place, sizes),
      },
      perHead("q of each head", found.queries),
    ],
    attend: () => [perHead("weights and context of each head", found.contexts, found.weights)],
    rejoin: () => [perHead("context of each head", found.contexts), whole("context", found.joined)],
    mix: () => [{ ...whole("context", found.joined), isRow: true }, whole("output", found.output, true)],
  };
  return { ...found, sizes, dHead, sides: steps[step]() };
}
