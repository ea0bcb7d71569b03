// ResidualStream: a token's vector grows part by part; how long it is, what was added, what the model would say.
//
// Hooks for tests and for style sheets (kept stable):
//   .afm-stream                     the widget; data-layer (of the state)
//   input[data-control=layer]       a native slider; aria-valuetext says its value in words
//   .afm-stream-parts li            a part each; its bars: data-value = the stream's length after it, and the contribution's
//   .afm-stream-sum svg             the stream before, what is added, the stream now
//   .afm-stream-guesses li          the likeliest candidates and the right one; the bar's data-value = the probability
//   p[role=status]                  the one live region, 0.6 s after the last move

import { slider } from "../js/controls.js";
import { AS_IT_IS, element, setAttribute, setText } from "../js/dom.js";
import { decimal, visible } from "../js/format.js";
import { unpack } from "../js/maths.js";
import { readState, setState, viewOf } from "../js/mount.js";
import { range } from "../js/range.js";
import { shareList } from "../js/shares.js";
import { drawing, stripPath } from "../js/vector.js";
import { norm, readOff, streamOf } from "./stream.js";

const DATA = ["names", "contributions", "candidates", "readout", "offsets", "others", "right", "text", "epsilon"];
const STATE = ["layer"];
const SHOWN = 5; // guesses

/** @param {number} share */
const chance = (share) => (share < 0.005 ? "< 0.01" : decimal(share));

/** @type {import("../js/mount.js").Build} */
function build({ model, root }) {
  const { names, candidates, right, text, epsilon } = readState(model, DATA);
  const [contributions, readout] = ["contributions", "readout"].map((name) => unpack(model.get(name))[0]);
  const [offsets, others] = ["offsets", "others"].map((name) => unpack(model.get(name))[0][0]);
  const stream = streamOf(contributions);
  const chances = stream.map((x, l) => readOff(x, { readout, offsets, others: others[l], epsilon }));
  const [lengths, added] = [stream.map(norm), contributions.map(norm)];
  const longest = Math.max(...lengths, ...added);
  const largest = Math.max(...[...stream, ...contributions].flatMap((x) => [...x].map(Math.abs)), 1e-9);
  /** The candidates after a part, the likeliest first. @param {number} l */
  const ordered = (l) => range(candidates.length).sort((a, b) => chances[l][b] - chances[l][a]);
  let said = "";

  const layerSlider = slider({
    name: "layer",
    label: "Up to",
    choices: range(names.length),
    describe: (l) => ({ text: names[l], spoken: `${names[l]}, part ${l + 1} of ${names.length}` }),
    onInput: (layer) => setState(model, { layer }),
  });
  const parts = shareList({ label: "The parts of the model", most: names.length, bars: 2 });
  const strips = ["the stream before", "what is added", "the stream now"].map((title, i) => {
    const bars = drawing("path", { class: i === 1 ? "afm-stream-added" : "afm-stream-bars" });
    const zero = drawing("path", {
      class: "afm-strip-zero",
      d: `M0 0H${stream[0].length}`,
      "vector-effect": "non-scaling-stroke",
    });
    const size = { viewBox: `0 -1.04 ${stream[0].length} 2.08`, preserveAspectRatio: "none", role: "img" };
    const picture = drawing("svg", { ...size, class: "afm-stream-strip" }, zero, bars);
    const name = element("span", {}, title);
    const sign = element("b", { "aria-hidden": "true" }, ["", "+", "="][i]);
    return { bars, picture, name, node: element("div", {}, sign, name, picture) };
  });
  const heading = element("p", { class: "afm-title" });
  const guesses = shareList({ label: "The likeliest next tokens", most: SHOWN + 1 });
  const title = (/** @type {string} */ words) => element("p", { class: "afm-title" }, words);
  const content = [
    ...(text ? [element("p", { class: "afm-stream-text", ...AS_IT_IS }, text)] : []),
    element("div", { class: "afm-controls" }, layerSlider.node),
    element(
      "div",
      { class: "afm-stream-detail" },
      element(
        "div",
        { class: "afm-stream-parts" },
        title("How long the stream is after each part"),
        parts.node,
        element("p", { class: "afm-note-soft" }, "Thin: how long the part’s own contribution is."),
      ),
      element("div", { class: "afm-stream-guesses" }, heading, guesses.node),
    ),
    element("div", { class: "afm-stream-sum" }, ...strips.map(({ node }) => node)),
  ];

  function update() {
    const { layer } = readState(model, STATE);
    layerSlider.update(layer);
    parts.update(
      names.map((/** @type {string} */ name, /** @type {number} */ l) => ({
        name,
        shares: [lengths[l] / longest, added[l] / longest],
        values: [lengths[l], added[l]],
        text: decimal(lengths[l], 1),
        kind: l === layer ? "chosen" : l > layer ? "later" : "",
      })),
    );
    const before = layer === 0 ? stream[0].map(() => 0) : stream[layer - 1];
    [before, contributions[layer], stream[layer]].forEach((x, i) => {
      const name = i === 1 ? `what ${names[layer]} adds` : ["the stream before", "", "the stream now"][i];
      setAttribute(strips[i].bars, "d", stripPath(x, largest));
      setText(strips[i].name, `${name}, length ${decimal(norm(x), 1)}`);
      setAttribute(
        strips[i].picture,
        "aria-label",
        `${name}: ${x.length} numbers from ${decimal(Math.min(...x))} to ${decimal(Math.max(...x))}`,
      );
    });
    const order = ordered(layer);
    const shown = order.slice(0, SHOWN);
    const rows = shown.includes(right) ? shown : [...shown, right];
    setText(
      heading,
      layer === names.length - 1 ? "What it says at the end" : `What it would say after ${names[layer]}`,
    );
    guesses.update(
      rows.map((n) => ({
        name: candidates[n],
        shares: [chances[layer][n]],
        values: [chances[layer][n]],
        text: `${chance(chances[layer][n])}${n === right ? " ✓" : ""}`,
        kind: n === right ? "chosen" : "",
      })),
    );
    said =
      `Up to ${names[layer]}: length ${decimal(lengths[layer], 1)}, of which it added ${decimal(added[layer], 1)}. ` +
      `Likeliest: “${visible(candidates[order[0]])}”, ${chance(chances[layer][order[0]])}; right: “${visible(candidates[right])}”, ${chance(chances[layer][right])}.`;
    Object.assign(root.dataset, { layer });
  }
  return { content, update, announcement: () => said };
}

export default viewOf({ className: "afm-stream", build, state: STATE, data: DATA });
