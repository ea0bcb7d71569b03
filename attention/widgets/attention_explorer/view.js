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

import { announcer, decimal, element, plural, radios, setText, slider, visible } from "../js/controls.js";
import { heatGrid } from "../js/heatmap.js";
import { painter, thumbnail } from "../js/ink.js";
import { multiHeadAttention, unpack } from "../js/maths.js";
import { cellSentence, contextVector, softmaxSteps, stepsTable } from "../js/steps.js";
import { setState, viewOf } from "../js/view.js";
import { sentence } from "../js/words.js";

const DATA = ["tokens", "query", "key", "value", "head_choices", "controls", "label", "caption"];
const STATE = ["mask", "window", "n_heads", "length", "query_index", "head"];
const MASKS = [
  { value: "none", content: ["none"] },
  { value: "causal", content: ["causal"] },
  { value: "window", content: ["window"] },
];

/** The model's state, with the chosen query and head kept inside what length and head count leave. */
function readState(model) {
  const state = Object.fromEntries(STATE.map((name) => [name, model.get(name)]));
  state.query_index = Math.min(state.query_index, state.length - 1);
  state.head = Math.min(state.head, state.n_heads - 1);
  return state;
}

/** The trained projection that belongs to a head count: its own one, or the only one. */
function projection(tensors, choices, nHeads) {
  const index = choices.indexOf(nHeads);
  return tensors.map((matrices) => matrices[matrices.length > 1 ? index : 0]);
}

/** Build the widget for the model's words and tensors. Returns { node, update, stop }. */
function build(model) {
  const [tokens, choices, controls] = ["tokens", "head_choices", "controls"].map((n) => model.get(n));
  const tensors = ["query", "key", "value"].map((name) => unpack(model.get(name)));
  const dModel = tensors[0][0][0].length;
  let chosenKey = null; // of this view only; null follows the query
  let heads = [];
  let state = readState(model);

  const move = (changes) => setState(model, { ...state, ...changes });

  const maskChoice = radios({ name: "mask", label: "Mask", options: MASKS, onInput: (mask) => move({ mask }) });
  const lengths = tokens.map((_, i) => i + 1);
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
  const useful = {
    mask: true,
    window: controls.includes("mask") || state.mask === "window",
    heads: choices.length > 1,
    length: tokens.length > 1,
  };
  const panel = { mask: maskChoice, window: windowSlider, heads: headsSlider, length: lengthSlider };
  const shown = controls.filter((name) => useful[name]).map((name) => panel[name].node);

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
  const mapTitle = element("p", { class: "afm-title" }, "");
  const readout = element("p", { class: "afm-readout" }, "");
  const steps = stepsTable({ tokens });
  const context = contextVector({ size: dModel / Math.min(...choices) });
  const live = announcer();
  const node = element(
    "div",
    {
      class: "afm afm-explorer",
      role: "group",
      "aria-label": model.get("label"),
    },
    element("div", { class: "afm-controls" }, ...shown),
    words.node,
    ...(severalHeads ? [headChoice.node] : []),
    element(
      "div",
      { class: "afm-detail" },
      element("div", { class: "afm-map" }, mapTitle, readout, element("div", { class: "afm-scroll" }, grid.node)),
      element("div", { class: "afm-arithmetic" }, steps.node),
    ),
    context.node,
    ...(model.get("caption") ? [element("p", { class: "afm-caption" }, model.get("caption"))] : []),
    live.node,
  );
  node.style.setProperty("--n", tokens.length);
  node.style.setProperty("--thumbs", thumbs.length > 8 ? Math.ceil(thumbs.length / 2) : thumbs.length);
  if (tokens.length > 12) node.classList.add("afm-long");

  function chooseCell(query, key) {
    chosenKey = key;
    if (query === state.query_index) update();
    else move({ query_index: query });
  }

  const keyShown = () => Math.min(chosenKey ?? state.query_index, state.length - 1);

  function readOut(query = null, key = null) {
    const at = query === null ? { query: state.query_index, key: keyShown() } : { query, key };
    setText(readout, cellSentence({ ...at, tokens, head: heads[state.head] }));
  }

  function update() {
    state = readState(model);
    const { mask, window, n_heads: nHeads, length, query_index: query, head } = state;
    heads = multiHeadAttention(...projection(tensors, choices, nHeads), { nHeads, length, mask, window });
    const one = heads[head];
    maskChoice.update(mask);
    windowSlider.update(window, { disabled: mask !== "window" });
    headsSlider.update(nHeads);
    lengthSlider.update(length);
    words.update({ weights: one.weights[query], mask: one.mask[query], chosen: query });
    headChoice.update(head, nHeads);
    grid.update({
      weights: one.weights,
      mask: one.mask,
      query,
      key: keyShown(),
      name: `Weights${severalHeads ? ` of head ${head}` : ""}: rows are queries, columns are keys`,
    });
    const { exponentials, totals } = softmaxSteps(one.scores[query], one.weights[query], one.masked[query]);
    steps.update({
      values: [one.scores[query], one.masked[query], exponentials, one.weights[query]],
      totals: [null, null, ...totals],
      key: keyShown(),
      title: `Query “${visible(tokens[query])}”, step by step`,
      formula: `q·k / √${dModel / nHeads}`,
      maskable: controls.includes("mask") || mask !== "none",
    });
    context.update({ context: one.context[query], weights: one.weights[query], tokens });
    setText(mapTitle, severalHeads ? `Head ${head}, every query` : "Every query");
    readOut();
    Object.assign(node.dataset, { mask, heads: nHeads, length, query, head, key: keyShown() });
    paper.paint();
  }

  function drawMaps(ramp) {
    heads.forEach(({ weights, mask }, h) => thumbs[h].update({ weights, mask, query: state.query_index, ramp }));
    grid.draw(ramp);
  }

  function announce() {
    const { query_index: query, head, length } = state;
    const weights = heads[head].weights[query];
    const best = weights.indexOf(Math.max(...weights));
    const seen = heads[head].mask[query].filter(Boolean).length;
    live.say(
      `${severalHeads ? `Head ${head} of ${state.n_heads}, query` : "Query"} ${tokens[query]}: ${seen} of ${plural(length, "key")} visible, ` +
        `most weight on ${tokens[best]}, ${decimal(weights[best])}.`,
    );
  }

  const paper = painter(node, () => grid.ink, drawMaps);
  return {
    node,
    update,
    announce,
    stop() {
      paper.stop();
      grid.stop();
      live.stop();
    },
  };
}

export default viewOf({ build, state: STATE, data: DATA });
