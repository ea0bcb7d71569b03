// CostExplorer: sliders for the length, the layers and the heads; what a forward pass computes, and what has to be stored.
//
// Hooks for tests and for style sheets (kept stable):
//   .afm-cost                                  the widget; data-length, data-n_layers, data-n_heads (of the state)
//   input[data-control=length|n_layers|n_heads] native sliders; aria-valuetext says their value in words
//   [data-figure=flops|share|scores|cache]     data-value
//   .afm-stack [data-part]                     the parts of the stacked bar; data-value = share of all FLOPs
//   tr[data-row=projections|feed_forward|attention]  data-value = FLOPs
//   tr[data-row=scores|vectors|cache]          data-value = bytes
//   .afm-loglog-dot[data-ink]                  where the lines of the curve are now
//   p[role=status]                             the one live region, 0.6 s after the last move

import { slider, withPresent } from "../js/controls.js";
import {
  attentionShare,
  blockFlops,
  cacheBytes,
  halfSteps,
  inPercent,
  projectionBytes,
  readableBytes,
  readableFlops,
  scoreBytes,
} from "../js/cost_formulas.js";
import { AS_IT_IS, element, setAttribute, setText } from "../js/dom.js";
import { barTable, figureRow } from "../js/figures.js";
import { grouped, plural } from "../js/format.js";
import { readState, setState, viewOf } from "../js/mount.js";
import { LONGEST, SHORTEST, flopsCurve } from "./loglog.js";

const STATE = ["length", "n_layers", "n_heads", "d_head"];
/** @type {string[]} */
const DATA = [];
const LENGTHS = halfSteps(SHORTEST, LONGEST);
const LAYERS = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 80, 96, 128];
const HEADS = [1, 2, 3, 4, 6, 8, 12, 16, 20, 25, 32, 40, 48, 64, 96, 128];
/** @type {{ key: string, name: string, remark: string, flops: "projections" | "feedForward" | "attention" }[]} */
const PARTS = [
  { key: "projections", name: "projections", remark: "2n · 4d²", flops: "projections" },
  { key: "feed_forward", name: "feed-forward", remark: "2n · 8d²", flops: "feedForward" },
  { key: "attention", name: "scores and context", remark: "2n · 2nd", flops: "attention" },
];

/** @type {import("../js/mount.js").Build} */
function build({ model, root }) {
  /** @param {Record<string, unknown>} changes */
  const move = (changes) => setState(model, changes);
  const size = () => model.get("d_head");
  let said = "";

  /** @param {string} name @param {string} label @param {(n: number) => { text: string, spoken: string }} describe */
  const range = (name, label, describe) =>
    slider({ name, label, choices: [model.get(name)], describe, onInput: (value) => move({ [name]: value }) });
  const lengthSlider = range("length", "Length n", (n) => ({
    text: plural(grouped(n), "token"),
    spoken: plural(n, "token"),
  }));
  const layerSlider = range("n_layers", "Layers L", (n) => ({ text: String(n), spoken: plural(n, "layer") }));
  const headSlider = range("n_heads", "Heads H", (n) => ({
    text: `${n} × ${size()}: d = ${grouped(n * size())}`,
    spoken: `${plural(n, "head")} of width ${size()}, model width ${n * size()}`,
  }));
  const figures = figureRow({
    flops: "a forward pass",
    share: "scores and context",
    scores: "scores of one layer",
    cache: "KV cache of all layers",
  });
  const stack = Object.fromEntries(
    PARTS.map(({ key }) => {
      const text = element("span", AS_IT_IS);
      return [key, { text, node: element("span", { "data-part": key, "data-ink": key }, text) }];
    }),
  );
  const parts = barTable({
    title: "Where the FLOPs go",
    rows: PARTS.map(({ key }) => ({ key, kind: key })),
    columns: ["all layers", "share"],
    bars: false,
  });
  const memory = barTable({
    title: "What has to be stored",
    rows: ["scores", "vectors", "cache"].map((key) => ({ key, kind: key === "scores" ? "attention" : "projections" })),
    columns: ["memory"],
  });
  const curve = flopsCurve();
  const content = [
    element("div", { class: "afm-controls" }, lengthSlider.node, layerSlider.node, headSlider.node),
    figures.node,
    element(
      "div",
      { class: "afm-costs" },
      element(
        "div",
        { class: "afm-part" },
        parts.node,
        element("div", { class: "afm-stack", "aria-hidden": "true" }, ...Object.values(stack).map((part) => part.node)),
      ),
      element("div", { class: "afm-part" }, memory.node),
      element(
        "div",
        { class: "afm-part afm-wide" },
        element("p", { class: "afm-title" }, "FLOPs against length, both logarithmic"),
        curve.node,
      ),
    ),
    element(
      "p",
      { class: "afm-note-soft" },
      "A multiply-add counts as two FLOPs. The whole square of scores is counted, as if no mask hid half of it; embedding and read-out are not. The cache takes 2 bytes a number, all else 4; scores take that memory only where they are stored.",
    ),
  ];

  function update() {
    const state = readState(model, STATE);
    const { length: n, n_layers: layers, n_heads: heads, d_head: dHead } = state;
    const width = heads * dHead;
    const block = blockFlops(n, width);
    const total = layers * block.total;
    const share = attentionShare(n, width);
    const bytes = {
      scores: scoreBytes(n, heads),
      vectors: projectionBytes(n, width),
      cache: cacheBytes({ n_layers: layers, n_kv_heads: heads, d_head: dHead, d_latent: 0, window: 0 }, n, 2).total,
    };
    lengthSlider.update(n, { choices: withPresent(LENGTHS, n) });
    layerSlider.update(layers, { choices: withPresent(LAYERS, layers) });
    headSlider.update(heads, { choices: withPresent(HEADS, heads) });
    figures.flops(total, readableFlops(total), `${readableFlops(total / n)} a token`);
    figures.share(share, inPercent(share), `half at n = 6d = ${grouped(6 * width)}`);
    figures.scores(bytes.scores, readableBytes(bytes.scores), `${grouped(heads)} × ${grouped(n)}² numbers`);
    figures.cache(bytes.cache, readableBytes(bytes.cache), `${readableBytes(bytes.cache / n)} a token`);
    const shares = PARTS.map(({ flops }) => block[flops] / block.total);
    PARTS.forEach(({ key }, i) => {
      const { node, text } = stack[key];
      node.style.setProperty("--w", shares[i].toFixed(5));
      setAttribute(node, "data-value", shares[i]);
      setAttribute(node, "data-narrow", shares[i] < 0.15 && "");
      setText(text, inPercent(shares[i]));
    });
    parts.update(
      PARTS.map(({ name, remark, flops }, i) => {
        const value = layers * block[flops];
        return { name, remark, value, cells: [readableFlops(value), inPercent(shares[i])], share: shares[i] };
      }),
    );
    const most = Math.max(...Object.values(bytes));
    /** @param {"scores" | "vectors" | "cache"} key @param {string} name @param {string} remark */
    const row = (key, name, remark) => ({
      name,
      remark,
      value: bytes[key],
      cells: [readableBytes(bytes[key])],
      share: bytes[key] / most,
    });
    memory.update([
      row("scores", "scores", "one layer, H n²"),
      row("vectors", "q, k, v, contexts", "one layer, 4nd"),
      row("cache", "KV cache", "all layers, 2Lnd"),
    ]);
    curve.update({ length: n, layers, width });
    said =
      `${plural(n, "token")}, ${plural(layers, "layer")} of width ${width}: ${readableFlops(total)}, of which scores and context ${inPercent(share)}. ` +
      `Scores of one layer ${readableBytes(bytes.scores)}, cache ${readableBytes(bytes.cache)}.`;
    Object.assign(root.dataset, state);
  }

  return { content, update, announcement: () => said };
}

export default viewOf({ className: "afm-cost", build, state: STATE, data: DATA });
