// HeadSplit: the vectors of a few tokens are cut into heads, each attends, and they are put together and mixed.
//
// Hooks for tests and for style sheets (kept stable):
//   .afm-split                         the widget; data-n_heads, data-step, data-transposed (of the state)
//   input[data-control=n_heads]        a native slider; aria-valuetext says its value in words
//   input[data-control=step]           radio buttons, value split | attend | rejoin | mix
//   input[data-control=transposed]     a checkbox
//   .afm-split-path li[data-now]       the shapes of the present step; data-shape
//   [data-panel=before|after] td[data-cell]   the numbers, in the order of memory; data-at = row,column; data-value, data-marked
//   [data-panel=after] i[data-weight]  each head's weights, while it attends
//   .afm-readout                       where the followed number comes from and goes to
//   p[role=status]                     the one live region, 0.6 s after the last move

import { checkbox, radios, slider } from "../js/controls.js";
import { AS_IT_IS, element, setAttribute, setText } from "../js/dom.js";
import { decimal, plural, visible } from "../js/format.js";
import { readout } from "../js/heatmap.js";
import { unpack } from "../js/maths.js";
import { readState, setState, viewOf } from "../js/mount.js";
import { range } from "../js/range.js";
import { blocks } from "./blocks.js";
import { origin } from "./split.js";
import { sidesOf } from "./tables.js";

const DATA = ["tokens", "query", "key", "value", "w_o", "causal"];
const STATE = ["n_heads", "step", "transposed"];
const STEPS = ["split", "attend", "rejoin", "mix"];
/** What is done, the letters of the shape that comes of it, the step in which it is done. @type {[string, string, string][]} */
const PATH = [
  ["q", "T, d_model", "split"],
  ["view", "T, H, d_head", "split"],
  ["transpose", "H, T, d_head", "split"],
  ["attend", "H, T, d_head", "attend"],
  ["transpose", "T, H, d_head", "rejoin"],
  ["flatten", "T, d_model", "rejoin"],
  ["· W_O", "T, d_model", "mix"],
];
/** @type {Record<string, string>} */
const NOTES = {
  split:
    "view cuts each row of q into H pieces and moves nothing; transpose puts the head first. Now each head holds one piece of every token. k and v are split in the same way.",
  attend:
    "Each head compares its own pieces of q and k. After each name stand the weights that its token gives in this head, then its context.",
  rejoin: "transpose puts the token first again, and flatten writes the contexts of its heads side by side.",
  mix: "Until here no head knew of another. Each number of the output is a sum over the token’s whole row of contexts: W_O mixes all heads.",
};
/** The same where the view is alone. @type {Record<string, string>} */
const WRONG = {
  split:
    "view alone reads on in memory, row after row. The shape is right, so nothing complains. But a head now holds whole tokens, cut into pieces, as the names beside its rows say, and no head holds all tokens.",
  attend:
    "The rows are pieces of tokens, so a head compares a token with itself and with few others. The rest it cannot see.",
  rejoin: "Row by row the heads’ contexts are joined as if they were of one token. They are not, as the names say.",
  mix: "Each number of the output is a sum over contexts of several tokens, and every shape was right.",
};

/** @type {import("../js/mount.js").Build} */
function build({ model, root }) {
  /** @type {string[]} */
  const tokens = model.get("tokens");
  const [query, key, value, wO] = ["query", "key", "value", "w_o"].map((name) => unpack(model.get(name))[0]);
  const [length, width] = [tokens.length, query[0].length];
  /** @typedef {import("./blocks.js").Place} Place */
  /** The followed number's place in what comes out. @type {Place} */
  let chosen = [Math.min(2, length - 1), Math.min(5, width - 1)];
  /** @type {(ReturnType<typeof blocks> & import("./tables.js").Side)[]} */
  let panels = [];
  /** @type {ReturnType<typeof sidesOf>} */
  let now;
  let state = readState(model, STATE);
  let said = "";

  const headSlider = slider({
    name: "n_heads",
    label: "Heads H",
    choices: range(width + 1).filter((n) => n > 0 && width % n === 0),
    describe: (n) => ({
      text: `${n} × ${width / n}`,
      spoken: `${plural(n, "head")} of ${plural(width / n, "number")}`,
    }),
    onInput: (nHeads) => setState(model, { n_heads: nHeads }),
  });
  const stepChoice = radios({
    name: "step",
    label: "Step",
    options: STEPS.map((name) => ({ value: name, content: [name] })),
    onInput: (name) => setState(model, { step: name }),
  });
  const order = checkbox({
    name: "transposed",
    label: "transpose after view",
    onInput: (on) => setState(model, { transposed: on }),
  });
  const path = PATH.map(([name]) => {
    const [shape, small] = [element("b", AS_IT_IS), element("small", AS_IT_IS)];
    return { node: element("li", AS_IT_IS, element("span", {}, name), " ", shape, " ", small), shape, small };
  });
  const place = element("div", { class: "afm-split-panels" });
  const told = readout();
  const note = element("p", { class: "afm-note-soft" });
  const content = [
    element("div", { class: "afm-controls" }, headSlider.node, stepChoice.node, order.node),
    element("ol", { class: "afm-split-path", role: "list" }, ...path.map(({ node }) => node)),
    place,
    told.node,
    note,
  ];

  function draw() {
    panels = now.sides.map((side) => {
      const { name, tables, to } = side;
      /** @param {Place} spot */
      const choose = (spot) => follow((chosen = to(spot)));
      /** @param {Place} [spot] */
      const point = (spot) => follow(spot ? to(spot) : chosen);
      return { ...side, ...blocks({ name, tables, onChoose: choose, onPoint: point }) };
    });
    const parts = panels.map(({ name, node }, i) => {
      const title = element("p", { class: "afm-title", ...AS_IT_IS }, name);
      const side = i === panels.length - 1 ? "after" : "before";
      return element(
        "div",
        { class: "afm-split-panel", "data-panel": side },
        title,
        element("div", { class: "afm-scroll" }, node),
      );
    });
    place.replaceChildren(...parts);
  }

  /** Show where a number of what comes out is from. @param {Place} spot */
  function follow(spot) {
    panels.forEach(({ mark, from, isRow }) => mark(from(spot), isRow));
    const { dHead, sizes, values, weights, joined } = now;
    const [row, column] = spot;
    const [h, d] = [Math.floor(column / dHead), column % dHead];
    const [t, c] = origin(spot, sizes);
    /** @param {number} token */
    const name = (token) => `“${visible(tokens[token])}”`;
    const head = `head ${h}, row ${row}, number ${d}`;
    const right = `[${Math.floor(c / dHead)}, ${t}, ${c % dHead}]`;
    if (state.step === "split" && state.transposed) {
      told.update(`q[${t}, ${c}] of ${name(t)}`, `view: [${t}, ${h}, ${d}], transpose: [${h}, ${t}, ${d}]: ${head}`);
    } else if (state.step === "split") {
      const there = right === `[${h}, ${row}, ${d}]` ? "the same as" : `and not ${right}, as`;
      told.update(`q[${t}, ${c}] of ${name(t)}`, `view: [${h}, ${row}, ${d}], ${there} with the transpose`);
    } else if (state.step === "attend") {
      const terms = range(length).filter((s) => weights[h][row][s] >= 0.005);
      const sum = terms.map((s) => `${decimal(weights[h][row][s])} × ${decimal(values[h][s][d])}`).join(" + ");
      told.update(`context[${h}, ${row}, ${d}]`, `Σ weight × v = ${sum} = ${decimal(now.contexts[h][row][d])}`);
    } else if (state.step === "rejoin") {
      told.update(
        `context[${h}, ${row}, ${d}]: ${head}`,
        `transpose: [${row}, ${h}, ${d}], flatten: [${row}, ${column}]`,
      );
    } else {
      const parts = range(sizes.nHeads).map((n) =>
        range(dHead).reduce((sum, k) => sum + joined[row][n * dHead + k] * wO[n * dHead + k][column], 0),
      );
      const sum = parts.map((part, n) => `head ${n}: ${decimal(part)}`).join(", ");
      told.update(`output[${row}, ${column}] of ${name(row)} = ${decimal(now.output[row][column])}`, sum);
    }
  }

  function update() {
    state = readState(model, STATE);
    const { n_heads: nHeads, step, transposed } = state;
    const causal = model.get("causal");
    headSlider.update(nHeads);
    stepChoice.update(step);
    order.update(transposed);
    now = sidesOf({ query, key, value, w_o: wO }, tokens, { n_heads: nHeads, step, transposed, causal });
    /** @type {Record<string, number>} */
    const sizes = { T: length, H: nHeads, d_head: now.dHead, d_model: width };
    PATH.forEach(([name, right, part], i) => {
      const letters = name === "view" && !transposed ? "H, T, d_head" : right;
      const { node, shape, small } = path[i];
      setText(shape, `(${letters.split(", ").map((letter) => sizes[letter])})`.replaceAll(",", ", "));
      setText(small, `(${letters})`);
      setAttribute(node, "data-now", part === step && "");
      setAttribute(node, "aria-current", part === step && "step");
      node.hidden = name === "transpose" && part === "split" && !transposed;
    });
    draw();
    follow(chosen);
    setText(note, transposed ? NOTES[step] : WRONG[step]);
    const shown = `${plural(nHeads, "head")} of ${plural(now.dHead, "number")}, ${step}`;
    said = `${shown}: ${now.sides.map(({ name }) => name).join(", then ")}${transposed ? "." : "; the view alone mixes tokens."}`;
    Object.assign(root.dataset, { n_heads: nHeads, step, transposed });
  }
  return { content, update, announcement: () => said };
}

export default viewOf({ className: "afm-split", build, state: STATE, data: DATA });
