// BlockDiagram: a GPT from top to bottom, with the shape of all that flows and the parameters of every box.
//
// Hooks for tests and for style sheets (kept stable):
//   .afm-block-diagram                         the widget; data-length, data-n_heads, data-n_layers, data-d_model, data-norm_order
//   .afm-figures                               data-largest = the name of the largest tensor
//   select[data-control=preset|d_model]        a known model; the width
//   input[data-control=length|n_heads|n_layers] native sliders; aria-valuetext says their value in words
//   input[data-control=norm_order]             radio buttons, value pre | post
//   [data-figure=parameters|block|scores|largest]  data-value
//   li[data-stage]                             a box, in order; data-place, data-value = its parameters, data-shape = what comes out
//   p[role=status]                             the one live region, 0.6 s after the last move

import { radios, select, slider, withPresent } from "../js/controls.js";
import { AS_IT_IS, element, setText } from "../js/dom.js";
import { figureRow } from "../js/figures.js";
import { grouped, plural } from "../js/format.js";
import { readState, setState, viewOf } from "../js/mount.js";
import { headCounts, lengths, parameterCounts, stages, tensorSizes } from "./sizes.js";

const SIZES = ["d_model", "n_heads", "n_layers", "n_tokens", "max_len"];
const STATE = ["batch", "length", ...SIZES, "norm_order"];
const DATA = ["presets"];
const WIDTHS = [64, 128, 256, 384, 512, 768, 1024, 1280, 1600, 2048];
const MOST_BLOCKS = 48;
const OWN = "other";
const FLAT = "B, T, d_model";
const SPLIT = "B, H, T, d_head";
const SQUARE = "B, H, T, T";
/**
 * Title, what it computes, the name of what comes out, the letters of its shape.
 * @type {Record<string, [string, string, string, string]>}
 */
const STAGES = {
  embedding: ["token embedding", "V rows", "", FLAT],
  position: ["position embedding", "added", "x", FLAT],
  norm_attention: ["norm", "", "", FLAT],
  w_qkv: ["W_Q, W_K, W_V", "", "q, k, v", FLAT],
  split: ["split into heads", "", "q, k, v", SPLIT],
  scores: ["scores", "Q Kᵀ / √d_head", "scores", SQUARE],
  softmax: ["mask, softmax", "", "weights", SQUARE],
  context: ["context", "weights × V", "context", SPLIT],
  join: ["join the heads", "", "", FLAT],
  w_o: ["W_O", "", "", FLAT],
  add_attention: ["add to the stream", "", "x", FLAT],
  norm_feed_forward: ["norm", "", "", FLAT],
  w_in: ["W_in", "then GELU", "hidden", "B, T, 4 d_model"],
  w_out: ["W_out", "", "", FLAT],
  add_feed_forward: ["add to the stream", "", "x", FLAT],
  norm: ["final norm", "", "", FLAT],
  readout: ["read-out", "the embedding’s matrix", "logits", "B, T, V"],
};
const ORDERS = [
  { value: "pre", content: ["pre-norm"] },
  { value: "post", content: ["post-norm"] },
];
/** @type {Record<string, string>} */
const WHERE = {
  pre: "Pre-norm (GPT-2): a norm stands in front of each branch, and one at the end. Nothing but sums touches the stream.",
  post: "Post-norm (2017, GPT-1): a norm stands on the stream itself, after each sum. No final norm is needed.",
};
/** @type {Record<string, string>} */
const TENSORS = { stream: "the stream", hidden: "hidden, one block", scores: "scores, one block", logits: "logits" };

/**
 * Bytes of so many float32 numbers.
 * @param {number} numbers
 */
export function float32Bytes(numbers) {
  const units = ["bytes", "KB", "MB", "GB", "TB", "PB"];
  let [size, unit] = [4 * numbers, 0];
  while (size >= 1000 && unit < units.length - 1) [size, unit] = [size / 1000, unit + 1];
  return `${unit === 0 || size >= 100 ? Math.round(size) : Number(size.toPrecision(3))} ${units[unit]}`;
}

/**
 * The most heads up to `heads` that divide the width.
 * @param {number} width
 * @param {number} heads
 */
export function fittingHeads(width, heads) {
  return Math.max(...headCounts(width).filter((count) => count <= heads));
}

/** @type {import("../js/mount.js").Build} */
function build({ model, root }) {
  /** @type {(import("./sizes.js").Sizes & Record<string, any>)[]} */
  const presets = model.get("presets");
  /** @param {Record<string, unknown>} changes */
  const move = (changes) => setState(model, changes);
  let said = "";

  const presetChoice = select({
    name: "preset",
    label: "Model",
    options: [...presets.map(({ name }) => ({ value: name, text: name })), { value: OWN, text: "none of these" }],
    onInput: (chosen) => {
      const { name: _, ...sizes } = presets.find((preset) => preset.name === chosen) ?? presets[0];
      move({ ...sizes, length: Math.min(model.get("length"), sizes.max_len) });
    },
  });
  const widthChoice = select({
    name: "d_model",
    label: "Width d_model",
    options: WIDTHS.map((value) => ({ value, text: String(value) })),
    onInput: (width) => move({ d_model: width, n_heads: fittingHeads(width, model.get("n_heads")) }),
  });
  /** @param {string} name @param {string} label @param {string} noun @param {(n: number) => string} note */
  const range = (name, label, noun, note = () => "") =>
    slider({
      name,
      label,
      choices: [model.get(name)],
      describe: (n) => ({
        text: `${grouped(n)}${note(n)}`,
        spoken: `${plural(n, noun)}${note(n).replace("×", "of width")}`,
      }),
      onInput: (value) => move({ [name]: value }),
    });
  const lengthSlider = range("length", "Length T", "token");
  const headSlider = range("n_heads", "Heads H", "head", (n) => ` × ${model.get("d_model") / n}`);
  const layerSlider = range("n_layers", "Blocks N", "block");
  const orderChoice = radios({
    name: "norm_order",
    label: "Order",
    options: ORDERS,
    onInput: (order) => move({ norm_order: order }),
  });
  const where = element("p", { class: "afm-note-soft" });
  const figures = figureRow({
    parameters: "parameters",
    block: "in each block",
    scores: "scores of one block",
    largest: "largest tensor",
  });
  const boxes = Object.fromEntries(Object.keys(STAGES).map((name) => [name, box(name)]));
  const blockTitle = element("p", { class: "afm-title" });
  const blockList = element("ol", { class: "afm-flow", role: "list" });
  const block = element("li", { class: "afm-repeated" }, blockTitle, blockList);
  const list = element("ol", { class: "afm-flow afm-whole", role: "list" });
  const content = [
    element("div", { class: "afm-controls" }, presetChoice.node, widthChoice.node, orderChoice.node),
    element("div", { class: "afm-controls" }, lengthSlider.node, headSlider.node, layerSlider.node),
    figures.node,
    where,
    list,
    element(
      "p",
      { class: "afm-note-soft" },
      "The bar at a box’s foot is its share of all parameters, all blocks taken together.",
    ),
  ];
  let order = ""; // in which the boxes stand

  /** @param {ReturnType<typeof stages>} all */
  function place({ before, block: inside, after }) {
    /** @param {import("./sizes.js").Stage[]} part */
    const nodes = (part) => part.map(({ name }) => boxes[name].node);
    blockList.replaceChildren(...nodes(inside));
    list.replaceChildren(...nodes(before), block, ...nodes(after));
  }

  function update() {
    const state = /** @type {import("./sizes.js").Sizes & Record<string, any>} */ (readState(model, STATE));
    const { batch, length, d_model: width, n_heads: heads, n_layers: layers, norm_order: norms } = state;
    const all = stages(state);
    const counts = parameterCounts(state);
    const sizes = tensorSizes(state);
    if (order !== norms) place(all);
    order = norms;
    const known = presets.find((preset) => [...SIZES, "norm_order"].every((name) => preset[name] === state[name]));
    presetChoice.update(known ? known.name : OWN, [OWN]);
    widthChoice.update(width);
    lengthSlider.update(length, { choices: withPresent(lengths(state.max_len), length) });
    headSlider.update(heads, { choices: withPresent(headCounts(width), heads) });
    const blocks = Array.from({ length: MOST_BLOCKS }, (_, i) => i + 1);
    layerSlider.update(layers, { choices: withPresent(blocks, layers) });
    orderChoice.update(norms);
    setText(where, WHERE[norms]);
    setText(blockTitle, `Block, ${layers === 1 ? "once" : `${layers} times`}`);
    for (const [name, part] of Object.entries(all)) {
      const times = name === "block" ? layers : 1;
      part.forEach((stage) => boxes[stage.name].update(stage, (times * stage.parameters) / counts.total));
    }
    const largest = Object.keys(sizes).reduce((a, b) => (sizes[b] > sizes[a] ? b : a));
    const share = Math.round((100 * layers * counts.block) / counts.total);
    figures.parameters(counts.total, grouped(counts.total), `${float32Bytes(counts.total)} in float32`);
    figures.block(counts.block, grouped(counts.block), `all blocks: ${share}% of all`);
    figures.scores(sizes.scores, grouped(sizes.scores), `${float32Bytes(sizes.scores)}; ∝ T²`);
    figures.largest(sizes[largest], grouped(sizes[largest]), TENSORS[largest]);
    figures.node.dataset.largest = largest;
    said =
      `${plural(layers, "block")} of width ${width}, ${plural(heads, "head")}, ${norms}-norm: ${grouped(counts.total)} parameters. ` +
      `For ${batch} × ${plural(length, "token")} the scores of one block are ${grouped(sizes.scores)} numbers; ` +
      `largest: ${TENSORS[largest]}, ${grouped(sizes[largest])}.`;
    Object.assign(root.dataset, { length, n_heads: heads, n_layers: layers, d_model: width, norm_order: norms });
  }

  return { content, update, announcement: () => said };
}

/**
 * A stage of the diagram: its box, and what comes out of it.
 * @param {string} name
 */
function box(name) {
  const [title, formula, out, letters] = STAGES[name];
  const count = element("span", { class: "afm-count", ...AS_IT_IS });
  const numbers = element("b", AS_IT_IS);
  const plus = name.startsWith("add") ? [element("span", { class: "afm-plus", "aria-hidden": "true" }, "+")] : [];
  const symbols = element("span", { class: "afm-letters", ...AS_IT_IS }, `(${letters})`);
  const node = element(
    "li",
    { class: "afm-stage", "data-stage": name },
    element(
      "div",
      { class: "afm-op" },
      ...plus,
      element("span", { class: "afm-op-title", translate: title.startsWith("W_") && "no" }, title),
      " ",
      element("small", AS_IT_IS, formula),
      " ",
      count,
    ),
    element(
      "div",
      { class: "afm-out" },
      element("span", { class: "afm-arrow", "aria-hidden": "true" }, ""),
      `${out} `,
      symbols,
      " ",
      numbers,
    ),
  );
  /** @param {import("./sizes.js").Stage} stage @param {number} share */
  function update({ place, parameters, shape }, share) {
    const nothing = name === "readout" ? "0: tied" : "";
    setText(count, parameters ? grouped(parameters) : nothing);
    setText(numbers, `(${shape.join(", ")})`);
    node.style.setProperty("--w", share.toFixed(4));
    Object.assign(node.dataset, { place, value: parameters, shape: shape.join() });
  }
  return { node, update };
}

export default viewOf({ className: "afm-block-diagram", build, state: STATE, data: DATA });
