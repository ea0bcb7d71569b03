// OnlineSoftmax: a row of scores is read tile by tile; maximum, sum and output are carried along and rescaled.
//
// Hooks for tests and for style sheets (kept stable):
//   .afm-online                       the widget; data-size, data-step (of the state)
//   input[data-control=size|step]     native sliders; aria-valuetext says their value in words
//   button[data-control=next|again]   read the next tile; begin anew
//   .afm-shares li                    a key each, data-begins where a tile begins; its bars: data-value = its exponential under
//                                     the present maximum, and under the one before the last tile
//   [data-figure=maximum|sum|output|context]   data-value
//   p[role=status]                    the one live region, 0.6 s after the last move

import { button, slider } from "../js/controls.js";
import { element, setAttribute } from "../js/dom.js";
import { figureRow } from "../js/figures.js";
import { decimal, indexed } from "../js/format.js";
import { softmax } from "../js/maths.js";
import { readState, setState, viewOf } from "../js/mount.js";
import { range } from "../js/range.js";
import { shareList } from "../js/shares.js";
import { carriedAlong } from "./tiles.js";

const DATA = ["scores", "values"];
const STATE = ["size", "step"];

/** @type {import("../js/mount.js").Build} */
function build({ model, root }) {
  /** @type {{ scores: number[], values: number[] }} */
  const { scores, values } = /** @type {any} */ (readState(model, DATA));
  const n = scores.length;
  /** @param {number} size */
  const tilesOf = (size) => Math.ceil(n / size);
  let said = "";

  const width = slider({
    name: "size",
    label: "Keys in a tile",
    choices: range(n).map((i) => i + 1),
    describe: (size) => ({ text: String(size), spoken: `${size} in a tile` }),
    onInput: (size) => setState(model, { size, step: Math.min(model.get("step"), tilesOf(size)) }),
  });
  const progress = slider({
    name: "step",
    label: "Tiles read",
    choices: [0],
    describe: (step) => {
      const text = `${step} of ${tilesOf(model.get("size"))}`;
      return { text, spoken: `${text} read` };
    },
    onInput: (step) => setState(model, { step }),
  });
  const next = () => setState(model, { step: Math.min(tilesOf(model.get("size")), model.get("step") + 1) });
  const buttons = [
    button({ name: "next", label: "Next tile", onPress: next }),
    button({ name: "again", label: "Start again", onPress: () => setState(model, { step: 0 }) }),
  ];
  const list = shareList({ label: "Each score’s exponential", most: n, bars: 2 });
  const figures = figureRow({ maximum: "maximum m", sum: "sum ℓ", output: "output o", context: "o / ℓ" });
  const content = [
    element(
      "div",
      { class: "afm-controls" },
      width.node,
      progress.node,
      element("div", { class: "afm-buttons" }, ...buttons),
    ),
    list.node,
    element(
      "p",
      { class: "afm-note-soft" },
      "Thick: exp(s − m), times its value. Thin: what it was before the last tile.",
    ),
    figures.node,
  ];

  function update() {
    const { size, step } = readState(model, STATE);
    const nRead = Math.min(n, size * step);
    const carried = carriedAlong(scores, values, { size, step });
    const [now, old] = [carried[step], carried[Math.max(0, step - 1)]];
    width.update(size);
    progress.update(step, { choices: range(tilesOf(size) + 1) });
    list.update(
      scores.map((score, j) => {
        const isRead = j < nRead;
        const isNew = isRead && j >= size * (step - 1);
        const power = isRead ? Math.exp(score - now.maximum) : 0;
        const before = isRead && !isNew ? Math.exp(score - old.maximum) : 0;
        const text = isRead ? `${decimal(power)} × ${decimal(values[j], 1)}` : "not read";
        const kind = isNew ? "chosen" : isRead ? "" : "later";
        const name = `${indexed("s", j + 1)} = ${decimal(score, 1)}`;
        return { name, shares: [power, before], values: [power, before], text, kind };
      }),
    );
    [...list.node.children].forEach((row, j) => setAttribute(row, "data-begins", j > 0 && j % size === 0 && ""));
    const weights = softmax(Float64Array.from(scores.slice(0, nRead)));
    const atOnce = weights.reduce((sum, weight, j) => sum + weight * values[j], 0);
    const context = now.sum > 0 ? now.output / now.sum : 0;
    const rises = now.maximum > old.maximum;
    const [kept, isLater] = [decimal(now.factor), step > 1];
    /** @param {number} before @param {number} added */
    const summed = (before, added) =>
      isLater ? `${kept} × ${decimal(before)} + ${decimal(added)}` : step ? "of the first tile" : "nothing read yet";
    figures.maximum(
      now.maximum,
      decimal(now.maximum),
      isLater ? (rises ? `it was ${decimal(old.maximum)}` : "as before") : summed(0, 0),
    );
    figures.sum(now.sum, decimal(now.sum), summed(old.sum, now.added));
    figures.output(now.output, decimal(now.output), summed(old.output, now.weighted));
    figures.context(
      context,
      step ? decimal(context) : "–",
      step ? `softmax at once, of ${nRead}: ${decimal(atOnce)}` : "nothing read yet",
    );
    const told = `${step} of ${tilesOf(size)} tiles read`;
    const scaled = isLater ? `, the older sums times ${kept}` : "";
    said = step
      ? `${told}: maximum ${decimal(now.maximum)}${scaled}, sum ${decimal(now.sum)}, output ${decimal(now.output)}, o over ℓ ${decimal(context)}.`
      : `${told}.`;
    Object.assign(root.dataset, { size, step });
  }
  return { content, update, announcement: () => said };
}

export default viewOf({ className: "afm-online", build, state: STATE, data: DATA });
