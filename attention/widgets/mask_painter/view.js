// MaskPainter: a table of scores whose cells hide a key from a query, and the weights that are left.
//
// Hooks for tests and for style sheets (kept stable):
//   .afm-painter                               the widget; data-query, data-mask (rows of 1 = may attend, 0 = hidden), data-future
//   button[data-control=causal|open]           the causal triangle, nothing hidden
//   button[data-control=cell]                  a score: data-query, data-key; aria-pressed = hidden
//   .afm-painted td[data-query][data-key]      the weights; data-weight, data-masked
//   .afm-painted td[data-sum]                  the sum of a row
//   input[data-control=query]                  the row in numbers; .afm-steps td[data-step] as in steps.js
//   .afm-verdict                               how far the mask is from the causal one
//   p[role=status]                             the one live region, 0.6 s after the last move

import { button, slider } from "../js/controls.js";
import { element, setAttribute, setText } from "../js/dom.js";
import { decimal, plural, visible } from "../js/format.js";
import { maskTable } from "../js/masks.js";
import { softmax, unpack } from "../js/maths.js";
import { readState, setState, viewOf } from "../js/mount.js";
import { range } from "../js/range.js";
import { softmaxSteps, stepsTable } from "../js/steps.js";
import { paintTable, weightTable } from "./tables.js";

const DATA = ["tokens", "scores"];
const STATE = ["mask", "query"];
const COLUMNS = [
  { name: "score", title: "score" },
  { name: "masked", title: "masked", formula: "or −∞" },
  { name: "exp", title: "exp", formula: "exp(s − max)" },
  { name: "weight", title: "weight", formula: "÷ sum" },
];

/**
 * Scores where the mask is true, -Infinity elsewhere, and the softmax of each row.
 * @param {import("../js/maths.js").Vector[]} scores
 * @param {boolean[][]} mask
 */
export function maskedWeights(scores, mask) {
  const masked = scores.map((row, t) => row.map((score, s) => (mask[t][s] ? score : -Infinity)));
  return { masked, weights: masked.map(softmax) };
}

/**
 * How far a mask is from the causal one: cells that see the future, cells of the past that are hidden, queries that see nothing.
 * @param {boolean[][]} mask
 */
export function judgeMask(mask) {
  const cells = mask.flatMap((row, t) => row.map((seen, s) => ({ seen, causal: s <= t })));
  return {
    future: cells.filter(({ seen, causal }) => seen && !causal).length,
    lost: cells.filter(({ seen, causal }) => !seen && causal).length,
    blind: range(mask.length).filter((t) => !mask[t].includes(true)),
  };
}

/**
 * The same in words.
 * @param {ReturnType<typeof judgeMask>} judged
 * @param {string[]} tokens
 */
export function maskVerdict({ future, lost, blind }, tokens) {
  if (future + lost === 0) return "This is the causal mask: no cell sees the future.";
  const ahead = future
    ? `${plural(future, "cell")} still see${future === 1 ? "s" : ""} the future`
    : "No cell sees the future";
  const behind = lost ? `, and ${plural(lost, "cell")} of the past ${lost === 1 ? "is" : "are"} hidden` : "";
  const names = blind.map((t) => `“${visible(tokens[t])}”`).join(", ");
  const none = blind.length ? ` Nothing is left for ${names}: all its weights are 0, not 1/${tokens.length}.` : "";
  return `${ahead}${behind}.${none}`;
}

/** @type {import("../js/mount.js").Build} */
function build({ model, root }) {
  /** @type {string[]} */
  const tokens = model.get("tokens");
  const [scores] = unpack(model.get("scores"));
  const all = range(tokens.length);
  /** @param {Record<string, unknown>} changes */
  const move = (changes) => setState(model, changes);
  let told = "";

  const buttons = element(
    "div",
    { class: "afm-buttons", role: "group", "aria-label": "The whole mask" },
    button({
      name: "causal",
      label: "causal triangle",
      onPress: () => move({ mask: maskTable("causal", tokens.length) }),
    }),
    button({ name: "open", label: "nothing hidden", onPress: () => move({ mask: maskTable("none", tokens.length) }) }),
  );
  const verdict = element("p", { class: "afm-verdict" });
  const paint = paintTable({
    tokens,
    onPaint: (query, key, seen) =>
      move({
        query,
        mask: model
          .get("mask")
          .map((/** @type {boolean[]} */ row, /** @type {number} */ t) =>
            row.map((was, s) => (t === query && s === key ? seen : was)),
          ),
      }),
    onWalk: (query) => move({ query }),
  });
  const result = weightTable(tokens);
  const rowSlider = slider({
    name: "query",
    label: "One row in numbers",
    choices: all,
    describe: (t) => ({ text: visible(tokens[t]), spoken: `row ${t + 1} of ${tokens.length}: ${visible(tokens[t])}` }),
    onInput: (query) => move({ query }),
  });
  const steps = stepsTable({ tokens, columns: COLUMNS });
  /** @param {string} title @param {Node} table */
  const part = (title, table) =>
    element(
      "div",
      { class: "afm-map" },
      element("p", { class: "afm-title" }, title),
      element("div", { class: "afm-scroll" }, table),
    );
  root.style.setProperty("--n", String(tokens.length));

  function update() {
    const state = readState(model, STATE);
    /** @type {{ mask: boolean[][], query: number }} */
    const { mask, query } = /** @type {any} */ (state);
    const { masked, weights } = maskedWeights(scores, mask);
    const judged = judgeMask(mask);
    paint.update({ scores, mask, query });
    result.update({ weights, mask, query });
    rowSlider.update(query);
    const { exponentials, totals } = softmaxSteps(masked[query], weights[query]);
    steps.update({
      values: [scores[query], masked[query], exponentials, weights[query]],
      totals: [null, null, ...totals],
      key: query,
      title: `What “${visible(tokens[query])}” makes of each key`,
      maskable: true,
    });
    const words = maskVerdict(judged, tokens);
    setText(verdict, words);
    setAttribute(verdict, "data-causal", judged.future + judged.lost === 0 && "");
    const shares = all.map((s) => `${visible(tokens[s])} ${mask[query][s] ? decimal(weights[query][s]) : "hidden"}`);
    told = `“${visible(tokens[query])}” sees: ${shares.join(", ")}. ${words}`;
    const rows = mask.map((row) => row.map(Number).join("")).join(" ");
    Object.assign(root.dataset, { query, mask: rows, future: judged.future });
  }

  return {
    content: [
      element("div", { class: "afm-controls" }, buttons),
      element(
        "div",
        { class: "afm-tables" },
        part("Scores: press or drag to hide", paint.node),
        part("Weights: softmax of each row", result.node),
      ),
      verdict,
      element("div", { class: "afm-row" }, rowSlider.node, steps.node),
    ],
    update,
    announcement: () => told,
  };
}

export default viewOf({ className: "afm-painter", build, state: STATE, data: DATA });
