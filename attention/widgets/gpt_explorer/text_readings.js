// What a GPT makes of a text: read by the model in the page once it is there, and before that from what Python sent along.

import { plural } from "../js/format.js";
import { maskTable } from "../js/masks.js";
import { likeliest, makeReader } from "./transformer.js";

const SHOWN = 10;

/**
 * A reading of the start of a text. `names` are all tokens that could be read, `total` counts those before them, too;
 * `length` of them are read. `guesses` are the next token's; `chances` are [id, probability] of all, where the model is there.
 * Weights are null where nothing is read: an empty text, or what is not known before the model is there. kept() is the text
 * of what is read, where it can be gone on from.
 * @typedef {object} Reading
 * @property {string[]} names
 * @property {number} total
 * @property {number} length
 * @property {string} mask
 * @property {boolean[][]} allowed
 * @property {Weights | null} weights
 * @property {import("./guesses.js").Guess[]} guesses
 * @property {[id: number, chance: number][]} chances
 * @property {boolean} known
 * @property {() => string} [kept]
 */

/** @typedef {(layer: number, head: number) => ArrayLike<number>[]} Weights */

/** @typedef {(text: string, length: number | null, mask: string) => Reading} Read */

/**
 * Where nothing is read.
 * @param {Partial<Reading>} [given]
 * @returns {Reading}
 */
export function emptyReading({ names = [], total = 0, length = 0, mask = "causal" } = {}) {
  return { names, total, length, mask, allowed: [], weights: null, guesses: [], chances: [], known: total === 0 };
}

/**
 * Readings by a model: (text, length or null, mask) -> reading. What did not change is not computed again.
 * @param {import("./fetch_model.js").Fetched} model
 * @returns {Read}
 */
export function modelReadings({ gpt, tokenizer }) {
  const reader = makeReader(gpt);
  /** @type {{ text: string | null, ids: number[], total: number, names: string[] }} */
  let last = { text: null, ids: [], total: 0, names: [] };
  /** @type {{ mask: string | null, table: boolean[][] }} */
  let allowed = { mask: null, table: [] };
  return (text, given, mask) => {
    if (text !== last.text) {
      const all = tokenizer.encode(text);
      const ids = all.slice(-gpt.maxLen);
      last = { text, ids, total: all.length, names: ids.map(tokenizer.nameOf) };
    }
    const length = Math.min(given ?? last.ids.length, last.ids.length);
    const base = { names: last.names, total: last.total, length, mask };
    if (length === 0) return emptyReading(base);
    reader.read(last.ids.slice(0, length), mask);
    if (allowed.mask !== mask || allowed.table.length !== length) allowed = { mask, table: maskTable(mask, length) };
    const chances = likeliest(reader.logits(length - 1), gpt.nTokens);
    /** @type {import("./guesses.js").Guess[]} */
    const guesses = chances.slice(0, SHOWN).map(([id, p]) => [tokenizer.nameOf(id), tokenizer.textOf(id), p]);
    return {
      ...base,
      allowed: allowed.table,
      weights: reader.weights,
      guesses,
      chances,
      kept: () => tokenizer.decode(last.ids.slice(0, length)),
      known: true,
    };
  };
}

/**
 * Readings from what Python sent: of its own text alone, see model.py.
 * @param {{ text: string, names: string[], total: number, readings: Record<string, any>[] }} preview
 * @param {{ layers: number, heads: number }} facts
 * @returns {Read}
 */
export function storedReadings({ text: known, names, total, readings }, { layers, heads }) {
  return (text, given, mask) => {
    if (text !== known) return { ...emptyReading({ mask }), known: false };
    const length = Math.min(given ?? names.length, names.length);
    const base = { names, total, length, mask };
    const causal = mask === "causal"; // then every shorter text is a part of the longest
    const found = readings.find((r) => r.mask === mask && (causal ? r.length >= length : r.length === length));
    if (!found || length === 0) return emptyReading(base);
    const size = found.length;
    /** @param {number} layer @param {number} head */
    const matrix = (layer, head) =>
      Array.from({ length }, (_, t) =>
        Float32Array.from({ length }, (__, s) => {
          const place = ((layer * heads + head) * size + t) * size + s;
          return found.weights.getUint16(2 * place, true) / 65535;
        }),
      );
    const all = Array.from({ length: layers * heads }, (_, i) => matrix(Math.floor(i / heads), i % heads));
    return {
      ...base,
      allowed: maskTable(mask, length),
      weights: (layer, head) => all[layer * heads + head],
      guesses: found.guesses[causal ? length - 1 : 0],
      chances: [],
      known: true,
    };
  };
}

/**
 * Why there is nothing to show.
 * @param {Reading} reading
 */
export function whyNothing({ known }) {
  if (known) return "Nothing is written yet. A GPT needs at least one token to go on from: type a word.";
  return "This was not computed beforehand. Load the model, and it is computed here.";
}

/**
 * How much of the text is read.
 * @param {Reading} reading
 * @param {{ max_len: number }} facts
 * @param {boolean} ready
 */
export function noteOn({ names, total }, { max_len: maxLen }, ready) {
  const count =
    total > maxLen ? `${total} tokens, of which the last ${maxLen} are read.` : `${plural(names.length, "token")}.`;
  if (ready) return total > 0 ? count : "No token yet.";
  return `${total > 0 ? `${count} ` : ""}All numbers here were computed beforehand. With the model you can type your own text.`;
}
