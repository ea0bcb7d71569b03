// AttentionExplorer: sliders for mask, heads and length over a real sentence; attention is recomputed at every move.
//
// Hooks for tests and for style sheets (kept stable):
//   .afm-explorer                              the widget; data-mask, data-heads, data-length, data-query, data-head, data-key
//   input[data-control=mask]                   radio buttons, value none | causal | window
//   input[data-control=window|heads|length]    native sliders; aria-valuetext says their value in words
//   input[data-control=query|head]             radio buttons: the words, the small maps; value = index
//   .afm-grid td[data-query][data-key]         cells of the chosen head; data-weight = the number drawn, data-masked
//   .afm-sentence label[data-position]         words; data-weight, data-masked, data-outside (beyond the length)
//   .afm-steps td[data-step=score|masked|exp|weight]   one row a key; data-value
//   .afm-vector li[data-dim]                   the context vector; data-value
//   .afm-readout                               the pointed-at or chosen cell in words
//   p[role=status]                             the one live region, 0.6 s after the last move

import { radios, slider } from "../js/controls.js";
import { element, setText } from "../js/dom.js";
import { decimal, plural, visible } from "../js/format.js";
import { heatGrid, readout } from "../js/heatmap.js";
import { painter, thumbnail } from "../js/ink.js";
import { MASKS, maskOptions } from "../js/masks.js";
import { multiHeadAttention, unpack } from "../js/maths.js";
import { readState, setState, viewOf } from "../js/mount.js";
import { range } from "../js/range.js";
import { sentence } from "../js/sentence.js";
import { cellWords, contextVector, softmaxSteps, stepsTable } from "../js/steps.js";

const DATA = ["tokens", "query", "key", "value", "head_choices", "controls"];
const STATE = ["mask", "window", "n_heads", "length", "query_index", "head"];

/**
 * The state, with the chosen query and head kept inside what length and head count leave.
 * @param {import("../js/mount.js").Model} model
 */
function presentState(model) {
  const state = readState(model, STATE);
  state.query_index = Math.min(state.query_index, state.length - 1);
  state.head = Math.min(state.head, state.n_heads - 1);
  return state;
}

/**
 * The trained projections that belong to a head count: its own, or the only ones.
 * @param {import("../js/maths.js").Vector[][][]} tensors
 * @param {number[]} choices
 * @param {number} nHeads
 */
function projections(tensors, choices, nHeads) {
  const index = choices.indexOf(nHeads);
  return tensors.map((matrices) => matrices[matrices.length > 1 ? index : 0]);
}

/** @type {import("../js/mount.js").Build} */
function build({ model, root }) {
  const [tokens, choices, controls] = ["tokens", "head_choices", "controls"].map((n) => model.get(n));
  const tensors = ["query", "key", "value"].map((name) => unpack(model.get(name)));
  const dModel = tensors[0][0][0].length;
  /** @type {number | null} */
  let chosenKey = null; // of this view only; null follows the query
  /** @type {import("../js/maths.js").Head[]} */
  let heads = [];
  let state = presentState(model);

  /** @param {Record<string, unknown>} changes */
  const move = (changes) => setState(model, { ...state, ...changes });

  const maskChoice = radios({ name: "mask", label: "Mask", options: maskOptions(), onInput: (mask) => move({ mask }) });
  const lengths = range(tokens.length).map((i) => i + 1);
  const windowSlider = slider({
    name: "window",
    label: "Window",
    choices: lengths,
    describe: (n) => ({ text: plural(n, "key"), spoken: `window of ${plural(n, "key")}, the query included` }),
    onInput: (window) => move({ window }),
  });
  const headsSlider = slider({
    name: "heads",
    label: "Heads",
    choices,
    describe: (n) => ({
      text: `${n} × ${dModel / n} dims`,
      spoken: `${plural(n, "head")} of ${plural(dModel / n, "dimension")}`,
    }),
    onInput: (nHeads) => move({ n_heads: nHeads }),
  });
  const lengthSlider = slider({
    name: "length",
    label: "Length",
    choices: lengths,
    describe: (n) => ({ text: plural(n, "token"), spoken: `${n} of ${plural(tokens.length, "token")}` }),
    onInput: (length) => move({ length }),
  });
  /** @type {Record<string, boolean | undefined>} */
  const useful = {
    mask: true,
    window: controls.includes("mask") || MASKS[state.mask].sized,
    heads: choices.length > 1,
    length: tokens.length > 1,
  };
  /** @type {Record<string, { node: HTMLElement }>} */
  const panel = { mask: maskChoice, window: windowSlider, heads: headsSlider, length: lengthSlider };
  const shown = controls
    .filter((/** @type {string} */ name) => useful[name])
    .map((/** @type {string} */ name) => panel[name].node);

  const words = sentence({ tokens, onChoose: (index) => move({ query_index: index }) });
  const thumbs = Array.from({ length: Math.max(...choices) }, thumbnail);
  const headChoice = radios({
    name: "head",
    label: "Heads: rows are queries, columns are keys",
    className: "afm-heads",
    options: thumbs.map(({ node }, value) => ({ value, content: [node, element("span", {}, `head ${value}`)] })),
    onInput: (head) => move({ head }),
  });
  const severalHeads = thumbs.length > 1;
  const grid = heatGrid({ rows: tokens, columns: tokens, onChoose: chooseCell, onPoint: readOut });
  const mapTitle = element("p", { class: "afm-title" });
  const told = readout();
  const steps = stepsTable({ tokens });
  const context = contextVector({ size: dModel / Math.min(...choices) });
  const content = [
    element("div", { class: "afm-controls" }, ...shown),
    words.node,
    ...(severalHeads ? [headChoice.node] : []),
    element(
      "div",
      { class: "afm-detail" },
      element("div", { class: "afm-map" }, mapTitle, told.node, element("div", { class: "afm-scroll" }, grid.node)),
      element("div", { class: "afm-arithmetic" }, steps.node),
    ),
    context.node,
  ];
  root.style.setProperty("--n", String(tokens.length));
  root.style.setProperty("--thumbs", String(thumbs.length > 8 ? Math.ceil(thumbs.length / 2) : thumbs.length));
  if (tokens.length > 12) root.classList.add("afm-long");

  /** @param {number} query @param {number} key */
  function chooseCell(query, key) {
    chosenKey = key;
    if (query === state.query_index) update();
    else move({ query_index: query });
  }

  const keyShown = () => Math.min(chosenKey ?? state.query_index, state.length - 1);

  /** @param {number} [query] @param {number} [key] */
  function readOut(query = state.query_index, key = keyShown()) {
    told.update(...cellWords({ query, key, tokens, head: heads[state.head] }));
  }

  function update() {
    state = presentState(model);
    const { mask, window, n_heads: nHeads, length, query_index: chosen, head } = state;
    const [query, key, value] = projections(tensors, choices, nHeads);
    heads = multiHeadAttention(query, key, value, { nHeads, length, mask, window });
    const one = heads[head];
    maskChoice.update(mask);
    windowSlider.update(window, { disabled: !MASKS[mask].sized });
    headsSlider.update(nHeads);
    lengthSlider.update(length);
    words.update({ weights: one.weights[chosen], mask: one.mask[chosen], chosen });
    headChoice.update(head, nHeads);
    grid.update({
      weights: one.weights,
      mask: one.mask,
      query: chosen,
      key: keyShown(),
      name: `Weights${severalHeads ? ` of head ${head}` : ""}: rows are queries, columns are keys`,
    });
    const { exponentials, totals } = softmaxSteps(one.masked[chosen], one.weights[chosen]);
    steps.update({
      values: [one.scores[chosen], one.masked[chosen], exponentials, one.weights[chosen]],
      totals: [null, null, ...totals],
      key: keyShown(),
      title: `Query “${visible(tokens[chosen])}”, step by step`,
      formula: `q·k / √${dModel / nHeads}`,
      maskable: controls.includes("mask") || mask !== "none",
    });
    context.update({ context: one.context[chosen], weights: one.weights[chosen], tokens });
    setText(mapTitle, severalHeads ? `Head ${head}, every query` : "Every query");
    readOut();
    Object.assign(root.dataset, { mask, heads: nHeads, length, query: chosen, head, key: keyShown() });
    paper.paint();
  }

  /** @param {import("../js/ink.js").Ramp} ramp */
  function drawMaps(ramp) {
    heads.forEach(({ weights, mask }, h) => thumbs[h].update({ weights, mask, query: state.query_index, ramp }));
    grid.draw(ramp);
  }

  function announcement() {
    const { query_index: query, head, length } = state;
    const weights = heads[head].weights[query];
    const best = weights.indexOf(Math.max(...weights));
    const seen = heads[head].mask[query].filter(Boolean).length;
    return (
      `${severalHeads ? `Head ${head} of ${state.n_heads}, query` : "Query"} ${tokens[query]}: ${seen} of ${plural(length, "key")} visible, ` +
      `most weight on ${tokens[best]}, ${decimal(weights[best])}.`
    );
  }

  const paper = painter(root, () => grid.ink, drawMaps);
  return {
    content,
    update,
    announcement,
    parts: [paper, grid],
  };
}

export default viewOf({ className: "afm-explorer", build, state: STATE, data: DATA });
