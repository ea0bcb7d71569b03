// CacheCalculator: the key-value cache of published models, and what fewer heads, a window or a latent make of it.
//
// Hooks for tests and for style sheets (kept stable):
//   .afm-calculator                            the widget; data-model, data-context, data-n_kv_heads, data-window, data-d_latent
//                                              (0: none), data-bytes_per_number (of the state)
//   select[data-control=model]                 a published model; it sets all the others
//   input[data-control=context|window]         native sliders; aria-valuetext says their value in words
//   input[data-control=kind]                   radio buttons, value heads | latent: what is cached, and which slider there is
//   input[data-control=n_kv_heads|d_latent]    the one or the other
//   input[data-control=bytes_per_number]       radio buttons, value 1 | 2 | 4
//   button[data-control=publish]               all as published
//   [data-figure=layer|token|total|times]      data-value
//   .afm-formula                               two lines: the formula with the numbers put in
//   tr[data-row=multi_head|published|setting]  data-value = bytes of the whole cache
//   p[role=status]                             the one live region, 0.6 s after the last move

import { button, radios, select, slider, withPresent } from "../js/controls.js";
import {
  cacheBytes,
  compare,
  compared,
  halfSteps,
  keptTokens,
  multiHead,
  numbersPerLayer,
  readableBytes,
  threeDigits,
} from "../js/cost_formulas.js";
import { AS_IT_IS, element, setText } from "../js/dom.js";
import { barTable, figureRow } from "../js/figures.js";
import { grouped, plural } from "../js/format.js";
import { readState, setState, viewOf } from "../js/mount.js";
import { divisors } from "../js/range.js";

const STATE = ["model", "context", "n_kv_heads", "window", "d_latent", "bytes_per_number"];
const DATA = ["models"];
const CONTEXTS = halfSteps(256, 131072);
const WINDOWS = halfSteps(256, 65536).filter(Number.isInteger);
const LATENTS = [64, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096];
const USUAL = { d_latent: 512, d_rope: 64 }; // DeepSeek's
const OFF = Infinity; // the last stop of the window's slider

/**
 * A published model, or one with the present settings.
 * @typedef {import("../js/cost_formulas.js").CacheConfig & { name: string, n_heads: number, max_context: number, window: number }} Config
 */

/**
 * The formula with its letters and with the numbers put in: what one token takes, and the whole.
 * @param {import("../js/cost_formulas.js").CacheConfig} config
 * @param {number} context
 * @param {number} bytesPerNumber
 */
export function formula(config, context, bytesPerNumber) {
  const { n_layers: layers, n_kv_heads: kvHeads, d_head: size, d_latent: latent, d_rope: rope } = config;
  const { token, total } = cacheBytes(config, context, bytesPerNumber);
  const letters = latent ? "L × (d_latent + d_rope) × b" : "L × 2 × n_kv × d_head × b";
  const numbers = latent ? `(${latent} + ${rope})` : `2 × ${kvHeads} × ${size}`;
  const kept = keptTokens(context, config.window);
  return [
    `a token: ${letters} = ${layers} × ${numbers} × ${plural(bytesPerNumber, "byte")} = ${readableBytes(token)}`,
    `in all: ${readableBytes(token)} × ${grouped(kept)} tokens${kept < context ? " of the window" : ""} = ${readableBytes(total)}`,
  ];
}

/**
 * What the cache of a model holds, in few words.
 * @param {Omit<Config, "name" | "n_layers" | "d_head" | "max_context">} config
 */
export function kindOf({ n_heads: heads, n_kv_heads: kvHeads, d_latent: latent, d_rope: rope, window }) {
  const grouping = kvHeads === heads ? "multi-head" : kvHeads === 1 ? "multi-query" : `${kvHeads} KV heads`;
  return `${latent ? `latent ${latent} + ${rope}` : grouping}${window ? `, window ${grouped(window)}` : ""}`;
}

/** @type {import("../js/mount.js").Build} */
function build({ model, root }) {
  /** @type {Config[]} */
  const models = model.get("models");
  /** @param {Record<string, unknown>} changes */
  const move = (changes) => setState(model, changes);
  const published = (name = model.get("model")) => models.find((one) => one.name === name) ?? models[0];
  let said = "";

  const modelChoice = select({
    name: "model",
    label: "Model",
    options: models.map(({ name }) => ({ value: name, text: name })),
    onInput: publish,
  });
  /** @param {string} name */
  function publish(name) {
    const { max_context: context, n_kv_heads, window, d_latent } = published(name);
    move({ model: name, context, n_kv_heads, window, d_latent });
  }
  const again = button({ name: "publish", label: "as published", onPress: () => publish(model.get("model")) });
  const bytesChoice = radios({
    name: "bytes_per_number",
    label: "Bytes per number",
    options: [1, 2, 4].map((value) => ({ value, content: [String(value)] })),
    onInput: (value) => move({ bytes_per_number: value }),
  });
  const kindChoice = radios({
    name: "kind",
    label: "In the cache",
    options: [
      { value: "heads", content: ["keys, values"] },
      { value: "latent", content: ["latent (MLA)"] },
    ],
    onInput: (kind) => move({ d_latent: kind === "heads" ? 0 : published().d_latent || USUAL.d_latent }),
  });
  /**
   * @param {string} name
   * @param {string} label
   * @param {(n: number) => { text: string, spoken: string }} describe
   */
  const range = (name, label, describe, onInput = (/** @type {number} */ value) => move({ [name]: value })) =>
    slider({ name, label, choices: [model.get(name)], describe, onInput });
  const contextSlider = range("context", "Context", (n) => ({
    text: plural(grouped(n), "token"),
    spoken: plural(n, "token"),
  }));
  const windowSlider = range(
    "window",
    "Window",
    (n) =>
      n === OFF
        ? { text: "off", spoken: "no window" }
        : { text: plural(grouped(n), "token"), spoken: plural(n, "token") },
    (n) => move({ window: n === OFF ? 0 : n }),
  );
  const headSlider = range("n_kv_heads", "KV heads", (n) => {
    const { n_heads: heads } = published();
    const kind = n === heads ? " (MHA)" : n === 1 ? " (MQA)" : "";
    return { text: `${n} of ${heads}${kind}`, spoken: `${n} of ${plural(heads, "head")}${kind}` };
  });
  const latentSlider = range("d_latent", "Latent width", (n) => {
    const { d_rope: rope } = config();
    return { text: `${grouped(n)} + ${rope} rotary`, spoken: `${plural(n, "number")} and ${rope} rotary` };
  });
  const which = element("div", { class: "afm-which" }); // holds the one slider or the other
  const figures = figureRow({
    layer: "a token in a layer",
    token: "a token in all layers",
    total: "the whole context",
    times: "against multi-head",
  });
  const lines = [1, 2].map(() => element("p", { class: "afm-formula", ...AS_IT_IS }));
  const table = barTable({
    title: "The whole cache",
    rows: [
      { key: "multi_head", kind: "full" },
      { key: "published", kind: "feed_forward" },
      { key: "setting", kind: "projections" },
    ],
    columns: ["a token", "in all"],
  });
  const beyond = element("p", { class: "afm-note-soft" });
  const content = [
    element(
      "div",
      { class: "afm-controls" },
      element("div", { class: "afm-published" }, modelChoice.node, again),
      kindChoice.node,
      bytesChoice.node,
    ),
    element("div", { class: "afm-controls" }, contextSlider.node, which, windowSlider.node),
    figures.node,
    element("div", {}, ...lines),
    table.node,
    beyond,
  ];

  /**
   * The published model with the present settings; all but MLA models borrow the width of the rotary key.
   * @returns {Config}
   */
  function config() {
    const own = readState(model, ["n_kv_heads", "window", "d_latent"]);
    return { ...published(), ...own, d_rope: published().d_rope || USUAL.d_rope };
  }

  function update() {
    const state = readState(model, STATE);
    const { context, window, d_latent: latent, bytes_per_number: bytesPerNumber } = state;
    const [now, theirs] = [config(), published()];
    const full = multiHead(theirs);
    const [here, there, most] = [now, theirs, full].map((one) => cacheBytes(one, context, bytesPerNumber));
    modelChoice.update(state.model);
    bytesChoice.update(bytesPerNumber);
    kindChoice.update(latent ? "latent" : "heads");
    contextSlider.update(context, { choices: withPresent(CONTEXTS, context) });
    windowSlider.update(window || OFF, {
      choices: withPresent([...WINDOWS.filter((n) => n < context), OFF], window || OFF),
    });
    headSlider.update(state.n_kv_heads, { choices: divisors(theirs.n_heads) });
    if (latent) latentSlider.update(latent, { choices: withPresent(LATENTS, latent) });
    const shown = latent ? latentSlider.node : headSlider.node;
    if (which.firstChild !== shown) which.replaceChildren(shown);
    const layer = numbersPerLayer(now);
    figures.layer(layer, grouped(layer), `numbers; multi-head: ${grouped(numbersPerLayer(full))}`);
    figures.token(here.token, readableBytes(here.token), `${plural(theirs.n_layers, "layer")}`);
    figures.total(here.total, readableBytes(here.total), `${grouped(keptTokens(context, window))} tokens kept`);
    const { times, word } = compare(here.total, most.total);
    const than = {
      multiHead: compared(here.total, most.total, "multi-head"),
      published: compared(here.total, there.total, "published"),
    };
    figures.times(most.total / here.total, `${threeDigits(times)}×`, word);
    formula(now, context, bytesPerNumber).forEach((text, i) => setText(lines[i], text));
    const largest = Math.max(here.total, there.total, most.total);
    /** @param {string} name @param {string} remark @param {{ token: number, total: number }} bytes */
    const row = (name, remark, { token, total }) => ({
      name,
      remark,
      value: total,
      cells: [readableBytes(token), readableBytes(total)],
      share: total / largest,
    });
    table.update([
      row("multi-head attention", `${theirs.n_heads} KV heads`, most),
      row("as published", `${kindOf(theirs)}; ${compared(there.total, most.total, "multi-head")}`, there),
      row("your setting", `${kindOf(now)}; ${than.published}`, here),
    ]);
    beyond.hidden = context <= theirs.max_context;
    setText(beyond, `${theirs.name} was made for ${grouped(theirs.max_context)} tokens at most.`);
    said =
      `${state.model}, ${kindOf(now)}, ${plural(context, "token")}: ${readableBytes(here.token)} a token, ${readableBytes(here.total)} in all; ` +
      `${than.multiHead}, ${than.published}.`;
    Object.assign(root.dataset, state);
  }

  return { content, update, announcement: () => said };
}

export default viewOf({ className: "afm-calculator", build, state: STATE, data: DATA });
