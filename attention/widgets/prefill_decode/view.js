// PrefillDecode: one pass reads the prompt, then a pass for each token written; the cache grows, and each pass has its intensity.
//
// Hooks for tests and for style sheets (kept stable):
//   .afm-passes                                  the widget; data-prompt, data-written, data-batch, data-step (of the state)
//   input[data-control=step|prompt|written|batch]  native sliders; aria-valuetext says their value in words
//   button[data-control=next|again]              the next pass; back to the prompt
//   .afm-passes-cache li                         the prompt's columns together, then one for each token; data-kind = new, held, later
//   .afm-passes-axis [data-pass]                 a mark for each pass; data-value = its intensity; data-now on the one that is shown
//   .afm-passes-axis                             data-waits = memory, arithmetic or either
//   [data-figure=flops|moved|intensity|cache]    data-value
//   p[role=status]                               the one live region, 0.6 s after the last move

import { button, slider, withPresent } from "../js/controls.js";
import { readableBytes, readableFlops, threeDigits } from "../js/cost_formulas.js";
import { AS_IT_IS, element, setAttribute, setText } from "../js/dom.js";
import { figureRow } from "../js/figures.js";
import { grouped, plural } from "../js/format.js";
import { readState, setState, viewOf } from "../js/mount.js";
import { range } from "../js/range.js";
import { BALANCE, passAt, placeOn, waitsFor } from "./passes.js";

const STATE = ["step", "prompt", "written", "batch", "n_layers", "d_model"];
const MOST_WRITTEN = 16;
const PROMPTS = range(13).map((i) => 2 ** i);
const BATCHES = range(11).map((i) => 2 ** i);
const TICKS = [1, 100, 10000, 1000000];
const WAITS = { memory: "waits for memory", arithmetic: "busy with arithmetic", either: "about in balance" };

/** @type {import("../js/mount.js").Build} */
function build({ model, root }) {
  let said = "";
  /** @param {string} name @param {string} label @param {(value: number) => { text: string, spoken: string }} describe */
  const sliding = (name, label, describe) =>
    slider({
      name,
      label,
      choices: [model.get(name)],
      describe,
      onInput: (value) => setState(model, { [name]: value }),
    });
  /** @param {string} noun */
  const counted = (noun) => (/** @type {number} */ n) => {
    const text = plural(grouped(n), noun);
    return { text, spoken: text };
  };
  const prompt = sliding("prompt", "Prompt", counted("token"));
  const written = slider({
    name: "written",
    label: "Written",
    choices: range(MOST_WRITTEN).map((i) => i + 1),
    describe: counted("token"),
    onInput: (value) => setState(model, { written: value, step: Math.min(model.get("step"), value) }),
  });
  const batch = sliding("batch", "Texts at once", counted("text"));
  const step = sliding("step", "Pass", (k) => {
    return k ? { text: `token ${k}`, spoken: `writes token ${k}` } : { text: "prompt", spoken: "reads the prompt" };
  });
  const next = () => setState(model, { step: Math.min(model.get("written"), model.get("step") + 1) });
  const buttons = [
    button({ name: "next", label: "Next pass", onPress: next }),
    button({ name: "again", label: "Start again", onPress: () => setState(model, { step: 0 }) }),
  ];
  const columns = range(MOST_WRITTEN + 1).map(() => element("li", AS_IT_IS));
  const title = element("p", { class: "afm-title" });
  const cache = element(
    "ol",
    { class: "afm-passes-cache", role: "list", "aria-label": "Columns of the cache" },
    ...columns,
  );
  const marks = range(MOST_WRITTEN + 1).map((k) => element("span", { class: "afm-passes-mark", "data-pass": k }));
  const [from, to] = BALANCE.map(placeOn);
  const axis = element(
    "div",
    { class: "afm-passes-axis", "aria-hidden": "true" },
    element("span", { class: "afm-passes-band", style: `left:${from}%;width:${to - from}%` }),
    ...marks,
    ...TICKS.map((tick) =>
      element("span", { class: "afm-passes-tick", style: `left:${placeOn(tick)}%`, ...AS_IT_IS }, grouped(tick)),
    ),
  );
  const figures = figureRow({
    flops: "computed",
    moved: "moved",
    intensity: "FLOPs a byte",
    cache: "cache of each text",
  });
  const content = [
    element(
      "div",
      { class: "afm-controls" },
      ...[step, prompt, written, batch].map((one) => one.node),
      element("div", { class: "afm-buttons" }, ...buttons),
    ),
    element("div", {}, title, cache),
    figures.node,
    element(
      "div",
      {},
      element("p", { class: "afm-title" }, "FLOPs for each byte moved, logarithmic; grey: the balance of an A100"),
      axis,
    ),
  ];

  function update() {
    const state = /** @type {Parameters<typeof passAt>[1] & { step: number, written: number }} */ (
      readState(model, STATE)
    );
    const now = passAt(state.step, state);
    const waits = waitsFor(now.intensity);
    const held = state.prompt + state.step;
    prompt.update(state.prompt, { choices: withPresent(PROMPTS, state.prompt) });
    written.update(state.written);
    batch.update(state.batch, { choices: withPresent(BATCHES, state.batch) });
    step.update(state.step, { choices: range(state.written + 1) });
    setText(title, `The cache of each text: ${plural(grouped(held), "column")}`);
    columns.forEach((node, k) => {
      node.hidden = k > state.written;
      setAttribute(node, "data-kind", k === state.step ? "new" : k < state.step ? "held" : "later");
      setText(node, k ? String(k) : `prompt: ${grouped(state.prompt)}`);
    });
    marks.forEach((node, k) => {
      node.hidden = k > state.written;
      const { intensity } = passAt(k, state);
      setAttribute(node, "data-value", node.hidden ? null : intensity);
      setAttribute(node, "data-now", k === state.step && "");
      node.style.setProperty("left", `${placeOn(intensity).toFixed(3)}%`);
    });
    setAttribute(axis, "data-waits", waits);
    const each = now.caches / state.batch;
    figures.flops(now.flops, readableFlops(now.flops), `for ${plural(grouped(now.tokens), "token")}`);
    figures.moved(
      now.moved,
      readableBytes(now.moved),
      `parameters ${readableBytes(now.parameters)}, caches ${readableBytes(now.caches)}`,
    );
    figures.intensity(now.intensity, threeDigits(now.intensity), WAITS[waits]);
    figures.cache(each, readableBytes(each), `${plural(grouped(held), "column")} of ${readableBytes(each / held)}`);
    const does = state.step ? `Writes token ${state.step} of ${state.written}` : "Reads the prompt";
    said = `${does}: ${readableFlops(now.flops)}, ${readableBytes(now.moved)} moved, ${threeDigits(now.intensity)} FLOPs a byte, ${WAITS[waits]}.`;
    const { prompt: read, written: most, batch: texts, step: pass } = state;
    Object.assign(root.dataset, { prompt: read, written: most, batch: texts, step: pass });
  }
  return { content, update, announcement: () => said };
}

export default viewOf({ className: "afm-passes", build, state: STATE, data: [] });
