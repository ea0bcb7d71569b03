// WindowCache: tokens arrive one by one; what the newest query sees, and what its rotating cache holds.
//
// Hooks for tests and for style sheets (kept stable):
//   .afm-window                                  the widget; data-step, data-window, data-n_sink, data-n_layers (of the state)
//   input[data-control=step|window|n_sink|n_layers]  native sliders; aria-valuetext says their value in words
//   button[data-control=next|again]              read the next token; begin anew
//   .afm-window-text li                          a position each; data-kind = query, seen, reach, gone or later
//   .afm-window-places li                        a place each; data-value = the position that it holds, or -1; data-new where it was
//                                                written last
//   [data-figure=seen|held|lost|reach]           data-value
//   p[role=status]                               the one live region, 0.6 s after the last move

import { button, slider } from "../js/controls.js";
import { AS_IT_IS, element, setAttribute, setText } from "../js/dom.js";
import { figureRow } from "../js/figures.js";
import { plural, visible } from "../js/format.js";
import { readState, setState, viewOf } from "../js/mount.js";
import { range } from "../js/range.js";
import { heldAfter, kindsOf, placeOf, reachedFrom } from "./ring.js";

const DATA = ["tokens"];
const STATE = ["step", "window", "n_sink", "n_layers"];
const MOST_SINKS = 3;
const LAYERS = [1, 2, 3, 4];
const TOLD = { query: "query", seen: "seen", reach: "reach", gone: "out", later: "later" };

/** A row of small cards, each with a number, a mark, a word and what it is. @param {string} name @param {string} label @param {number} most */
function cards(name, label, most) {
  const all = range(most).map(() => {
    const number = element("span", { class: "afm-window-number", ...AS_IT_IS });
    const word = element("span", { class: "afm-window-word", ...AS_IT_IS });
    const told = element("span", { class: "afm-window-told" });
    const mark = element("span", { class: "afm-window-mark" });
    return { node: element("li", {}, number, " ", mark, word, " ", told), number, word, told };
  });
  const list = element("ol", { class: name, role: "list", "aria-label": label }, ...all.map((card) => card.node));
  return { node: element("div", {}, element("p", { class: "afm-title" }, label), list), all };
}

/** @type {import("../js/mount.js").Build} */
function build({ model, root }) {
  /** @type {string[]} */
  const tokens = model.get("tokens").map(visible);
  const n = tokens.length;
  const mostSinks = Math.min(MOST_SINKS, n - 1);
  let said = "";

  /** @param {string} name @param {string} label @param {number[]} choices @param {(value: number) => { text: string, spoken: string }} describe */
  const sliding = (name, label, choices, describe) =>
    slider({ name, label, choices, describe, onInput: (value) => setState(model, { [name]: value }) });
  const counts = range(n).map((i) => i + 1);
  const sliders = {
    step: sliding("step", "Tokens read", counts, (step) => ({
      text: `${step} of ${n}`,
      spoken: `${step} of ${n} read, the newest: ${tokens[step - 1]}`,
    })),
    window: sliding("window", "Window w", counts, (w) => ({ text: String(w), spoken: plural(w, "position") })),
    n_sink: sliding("n_sink", "Sinks kept", range(mostSinks + 1), (s) => ({
      text: s ? String(s) : "none",
      spoken: s ? `the first ${plural(s, "position")}` : "none",
    })),
    n_layers: sliding("n_layers", "Layers L", LAYERS, (count) => ({
      text: String(count),
      spoken: plural(count, "layer"),
    })),
  };
  const next = () => setState(model, { step: Math.min(n, model.get("step") + 1) });
  const buttons = [
    button({ name: "next", label: "Next token", onPress: next }),
    button({ name: "again", label: "Start again", onPress: () => setState(model, { step: 1 }) }),
  ];
  const text = cards("afm-window-text", "The text: what the newest token sees", n);
  const memory = cards("afm-window-places", "The cache: which position each place holds", n + mostSinks);
  const figures = figureRow({ seen: "keys seen", held: "places in use", lost: "overwritten so far", reach: "reach" });
  const content = [
    element(
      "div",
      { class: "afm-controls" },
      ...Object.values(sliders).map((one) => one.node),
      element("div", { class: "afm-buttons" }, ...buttons),
    ),
    text.node,
    memory.node,
    figures.node,
  ];

  function update() {
    const state = readState(model, STATE);
    const { step, window, n_sink: nSink, n_layers: nLayers } = state;
    const shape = { window, nSink };
    const newest = step - 1;
    const kinds = kindsOf({ n, step, nLayers, shape });
    const held = heldAfter(step, shape);
    const over = heldAfter(newest, shape)[placeOf(newest, shape)];
    for (const [name, one] of Object.entries(sliders)) one.update(state[name]);
    text.all.forEach(({ node, number, word, told }, p) => {
      setAttribute(node, "data-kind", kinds[p]);
      setText(number, String(p));
      setText(word, tokens[p]);
      setText(told, kinds[p] === "seen" && p < nSink ? "sink" : TOLD[kinds[p]]);
    });
    memory.all.forEach(({ node, number, word, told }, place) => {
      node.hidden = place >= held.length;
      if (node.hidden) return;
      const p = held[place];
      const isNew = p === newest;
      setAttribute(node, "data-value", p);
      setAttribute(node, "data-new", isNew && "");
      setText(number, p < 0 ? "–" : String(p));
      setText(word, p < 0 ? "empty" : tokens[p]);
      setText(told, isNew ? (over < 0 ? "new" : `over ${over}`) : place < nSink ? "sink" : "");
    });
    const seen = kinds.filter((kind) => kind === "seen" || kind === "query").length;
    const used = held.filter((p) => p >= 0).length;
    const reach = reachedFrom(newest, n, nLayers, shape).filter(Boolean).length;
    figures.seen(seen, String(seen), `of ${step} so far`);
    figures.held(
      used,
      `${used} of ${held.length}`,
      nSink ? `${nSink} + ${window}, whatever the length` : "whatever the length",
    );
    figures.lost(step - used, String(step - used), over < 0 ? "nothing now" : `now: ${over}, ${tokens[over]}`);
    figures.reach(reach, plural(reach, "position"), `through ${plural(nLayers, "layer")}`);
    const lost = over < 0 ? "" : `, written over ${tokens[over]}`;
    said = `${step} of ${n}: ${tokens[newest]}, in place ${placeOf(newest, shape)}${lost}. It sees ${plural(seen, "key")}; reach: ${reach} of ${step}.`;
    Object.assign(root.dataset, state);
  }
  return { content, update, announcement: () => said };
}

export default viewOf({ className: "afm-window", build, state: STATE, data: DATA });
