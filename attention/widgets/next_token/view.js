// NextToken: the chances of the next token by temperature and top-k, and tokens that are drawn by them.
//
// Hooks for tests and for style sheets (kept stable):
//   .afm-next-token                              the widget; data-temperature, data-top_k, data-draws (of the state)
//   input[data-control=temperature|top_k]  native sliders; aria-valuetext says their value in words
//   button[data-control=draw|many|clear]   draw one token, draw a hundred, begin anew
//   .afm-shares li                         a token each, the others last; its bars: data-value = its chance, its share of the draws
//   .afm-next-last                         what was drawn last
//   p[role=status]                         the one live region, 0.6 s after the last move

import { button, slider, withPresent } from "../js/controls.js";
import { AS_IT_IS, element, setText } from "../js/dom.js";
import { decimal, grouped, plural, visible } from "../js/format.js";
import { uniforms } from "../js/luck.js";
import { unpack } from "../js/maths.js";
import { readState, setState, viewOf } from "../js/mount.js";
import { range } from "../js/range.js";
import { shareList } from "../js/shares.js";
import { drawnTokens, nextChances } from "./luck.js";

const DATA = ["tokens", "logits", "text", "seed"];
const STATE = ["temperature", "top_k", "draws"];
const TEMPERATURES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.2, 1.5, 2, 3, 5, 10];
const MOST_DRAWS = 2000;
const WIDTHS = [0.1, 0.2, 0.5, 1]; // what the full width of a bar may be

/** @type {import("../js/mount.js").Build} */
function build({ model, root }) {
  /** @type {string[]} */
  const tokens = model.get("tokens");
  const { text, seed } = readState(model, DATA);
  const [logits] = unpack(model.get("logits"))[0];
  const [n, all] = [tokens.length, logits.length];
  const hasOthers = all > n;
  const ks = [...range(n).map((k) => k + 1), 20, 40, 100, 200].filter((k) => k < all).concat(all);
  /** @param {number} more */
  const draw = (more) => setState(model, { draws: Math.min(MOST_DRAWS, model.get("draws") + more) });
  let said = "";

  const heat = slider({
    name: "temperature",
    label: "Temperature τ",
    choices: TEMPERATURES,
    describe: (value) => ({ text: String(value), spoken: `temperature ${value}` }),
    onInput: (temperature) => setState(model, { temperature }),
  });
  const cut = slider({
    name: "top_k",
    label: "Top k",
    choices: ks,
    describe: (k) => ({
      text: k === all ? `all ${grouped(k)}` : String(k),
      spoken: `the ${plural(k, "likeliest token")}`,
    }),
    onInput: (k) => setState(model, { top_k: k }),
  });
  const last = element("p", { class: "afm-next-last" });
  const list = shareList({ label: "The next token", most: n + Number(hasOthers), bars: 2 });
  const note = element("p", { class: "afm-note-soft" });
  const buttons = [
    button({ name: "draw", label: "Draw one", onPress: () => draw(1) }),
    button({ name: "many", label: "Draw 100", onPress: () => draw(100) }),
    button({ name: "clear", label: "Clear", onPress: () => setState(model, { draws: 0 }) }),
  ];
  const content = [
    ...(text ? [element("p", { class: "afm-next-text", ...AS_IT_IS }, text)] : []),
    element("div", { class: "afm-controls" }, heat.node, cut.node),
    list.node,
    element("div", { class: "afm-next-draw" }, element("div", { class: "afm-buttons" }, ...buttons), last),
    note,
  ];

  function update() {
    const { temperature, top_k: topK, draws } = readState(model, STATE);
    heat.update(temperature, { choices: withPresent(TEMPERATURES, temperature) });
    cut.update(topK, { choices: withPresent(ks, topK) });
    const chances = nextChances(logits, { n, temperature, topK });
    const found = drawnTokens(uniforms(seed, draws), chances, { kept: Math.min(topK, n), isAll: topK <= n });
    const counts = chances.map((_, i) => found.filter((token) => token === i).length);
    const shares = counts.map((count) => (draws ? count / draws : 0));
    const longest = Math.max(...chances, ...shares);
    const full = WIDTHS.find((width) => longest <= width) ?? 1;
    const names = [...tokens, `${grouped((topK > n ? topK : all) - n)} others`];
    /** @param {number} i */
    const isOut = (i) => i >= topK;
    list.update(
      range(n + Number(hasOthers)).map((i) => ({
        name: names[i],
        shares: [chances[i] / full, shares[i] / full],
        values: [chances[i], shares[i]],
        text: isOut(i) ? "cut" : `${decimal(chances[i], 3)}${draws ? ` · ${counts[i]}` : ""}`,
        kind: isOut(i) ? "out" : draws && found[draws - 1] === i ? "chosen" : "",
      })),
    );
    const latest = draws ? `“${visible(names[found[draws - 1]])}”` : "";
    setText(last, draws ? `${plural(grouped(draws), "draw")}, the last one: ${latest}` : "nothing drawn yet");
    setText(note, `Thick: the chance. Thin: its share of the draws. The full width is ${full}.`);
    const likeliest = `likeliest “${visible(tokens[0])}”, ${decimal(chances[0], 3)}`;
    said = `Temperature ${temperature}, top ${grouped(topK)}: ${likeliest}; ${plural(grouped(draws), "draw")}${latest && `, last ${latest}`}.`;
    Object.assign(root.dataset, { temperature, top_k: topK, draws });
  }
  return { content, update, announcement: () => said };
}

export default viewOf({ className: "afm-next-token", build, state: STATE, data: DATA });
