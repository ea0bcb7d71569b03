// QualityByLength: how much of a translation is right by length, three seeds, and a real sentence with its faults marked.
//
// Hooks for tests and for style sheets (kept stable):
//   .afm-quality                          the widget; data-length (of the state)
//   input[data-control=length]            native slider; aria-valuetext says its value in words
//   [data-figure=whole|words]             the seeds' median; data-value
//   .afm-quality-line[data-line]          a curve for each seed and measure: whole | words; .afm-quality-spot[data-line]
//   ol[data-text=source|reference|output] the words of each text
//   ol[data-text=output] li[data-kind]    right | wrong | missing | extra, each fault with its sign and underlined
//   p[role=status]                        the one live region, 0.6 s after the last move

import { slider } from "../js/controls.js";
import { AS_IT_IS, element } from "../js/dom.js";
import { SIGNS, editAlignment, verdict } from "../js/edits.js";
import { figureRow } from "../js/figures.js";
import { plural, visible } from "../js/format.js";
import { unpack } from "../js/maths.js";
import { readState, setState, viewOf } from "../js/mount.js";
import { percent } from "../js/quality.js";
import { KINDS, NAMES, median, seedChart } from "./chart.js";

const DATA = ["lengths", "sources", "references", "outputs", "scores", "unit", "trained", "languages"];
const STATE = ["length"];
const TEXTS = { source: "Sentence", reference: "Right", output: "Model" };
/** @type {Record<import("../js/edits.js").Kind, string>} */
const SPOKEN = { right: "", wrong: "wrong: ", missing: "missing: ", extra: "too many: " };

/** @type {import("../js/mount.js").Build} */
function build({ model, root }) {
  const { lengths, sources, references, outputs, unit, trained, languages } = /** @type {any} */ (
    readState(model, DATA)
  );
  const scores = unpack(model.get("scores")).map((rows) => rows.map((row) => Array.from(row)));
  let said = "";

  const control = slider({
    name: "length",
    label: "Length",
    choices: lengths,
    describe: (n) => ({
      text: plural(n, unit),
      spoken: `${plural(n, unit)}${trained !== null && n > trained ? ", longer than in training" : ""}`,
    }),
    onInput: (length) => setState(model, { length }),
  });
  const figures = figureRow({ whole: `${NAMES[0]} right`, words: `${NAMES[1]} right` });
  const chart = seedChart({ lengths, scores, trained, unit });
  const lists = Object.keys(TEXTS).map((name, i) =>
    element("ol", { class: "afm-quality-text", "data-text": name, lang: languages[i && 1] || null, ...AS_IT_IS }),
  );
  const rows = Object.values(TEXTS).flatMap((title, i) => [element("p", { class: "afm-title" }, title), lists[i]]);
  const result = element("p", { class: "afm-note-soft" });
  const content = [
    element("div", { class: "afm-controls" }, control.node),
    figures.node,
    chart.node,
    element("div", { class: "afm-quality-texts" }, ...rows),
    result,
  ];

  function update() {
    const { length } = readState(model, STATE);
    const l = lengths.indexOf(length);
    control.update(length);
    chart.update(length);
    const middles = KINDS.map((kind, k) => {
      const runs = scores[k].map((row) => row[l]);
      const [low, high] = [Math.min(...runs), Math.max(...runs)].map(percent);
      const remark = `${plural(runs.length, "seed")}: ${low === high ? low : `${low} to ${high}`}`;
      figures[/** @type {"whole" | "words"} */ (kind)](median(runs), percent(median(runs)), remark, median(runs));
      return percent(median(runs));
    });
    const edits = editAlignment(references[l], outputs[l]);
    const found = verdict(edits, references[l].length);
    [sources[l], references[l]].forEach((/** @type {string[]} */ words, i) =>
      lists[i].replaceChildren(...words.map((text) => element("li", {}, visible(text)))),
    );
    lists[2].replaceChildren(
      ...edits.map(({ kind, reference, written }) => {
        const text = written === null ? references[l][reference ?? 0] : outputs[l][written];
        const sign = element("span", { class: "afm-quality-sign", "aria-hidden": "true" }, SIGNS[kind]);
        const spoken = element("span", { class: "afm-spoken", lang: "en" }, SPOKEN[kind]);
        return element("li", { "data-kind": kind }, ...(kind === "right" ? [] : [spoken, sign]), visible(text));
      }),
    );
    result.textContent = `${found.text}. ${SIGNS.wrong} another word, ${SIGNS.missing} missing, ${SIGNS.extra} too many.`;
    said = `${plural(length, unit)}: ${NAMES[0]} ${middles[0]}, ${NAMES[1]} ${middles[1]}. Here ${found.text}.`;
    Object.assign(root.dataset, { length });
  }
  return { content, update, announcement: () => said };
}

export default viewOf({ className: "afm-quality", build, state: STATE, data: DATA });
