// Quality against length: a line for each model, named at its end, with the present length and model marked.

import { element, setAttribute, setText } from "../js/dom.js";
import { plural } from "../js/format.js";
import { apart } from "../js/labels.js";
import { percent, place } from "../js/quality.js";
import { drawing, spot } from "../js/vector.js";

const HEIGHT = 132; // of the plot in CSS pixels, as in style.css
const LABEL = 24; // least distance of two names, in CSS pixels

/**
 * What is drawn: scores[m][l] of each model at each length, up to which length was seen in training, and what lengths count.
 * @typedef {{ models: string[], lengths: number[], scores: number[][], trained: number | null, unit: string }} Curve
 */

/**
 * update({ model, length }) marks one.
 * @param {Curve} given
 */
export function qualityCurve({ models, lengths, scores, trained, unit }) {
  const points = scores.map((row) => lengths.map((length, l) => place(lengths, length, row[l])));
  const still = { "vector-effect": "non-scaling-stroke" };
  const lines = models.map((_, m) =>
    drawing("path", {
      ...still,
      class: "afm-line",
      "data-line": m,
      d: `M${points[m].map((at) => at.join(" ")).join("L")}`,
    }),
  );
  const dots = points.flatMap((line, m) =>
    line.map((at) => {
      const { node, moveTo } = spot({ class: "afm-dots", "data-line": m });
      moveTo(at);
      return node;
    }),
  );
  const here = drawing("path", { ...still, class: "afm-here" });
  const dot = spot({ class: "afm-dot" });
  const levels = drawing("path", { ...still, class: "afm-levels", d: "M0 4H100M0 50H100M0 96H100" });
  const edge = trained === null ? 0 : trainedEdge(lengths, trained);
  const seen = edge > 0 ? [drawing("rect", { class: "afm-seen", x: 0, y: 4, width: edge, height: 92 })] : [];
  const picture = drawing(
    "svg",
    { viewBox: "0 0 100 100", preserveAspectRatio: "none", role: "img" },
    ...seen,
    levels,
    here,
    ...lines,
  );
  setAttribute(picture, "aria-label", describe({ models, lengths, scores, trained, unit }));

  /** @param {string} className @param {string} style @param {string} text */
  const at = (className, style, text) => element("span", { class: className, style, "aria-hidden": "true" }, text);
  const ends = apart(
    points.map((line) => (line[line.length - 1][1] / 100) * HEIGHT),
    LABEL,
    HEIGHT,
  );
  const names = models.map((name, m) => {
    const sample = drawing(
      "svg",
      { viewBox: "0 0 18 6" },
      drawing("path", { class: "afm-line", "data-line": m, d: "M0 3H18" }),
    );
    return element(
      "span",
      { class: "afm-name", style: `top:${ends[m]}px`, "aria-hidden": "true" },
      sample,
      element("span", {}, name),
    );
  });
  const ticks = lengths.map((length) => at("afm-tick", `left:${place(lengths, length, 0)[0]}%`, String(length)));
  const node = element(
    "div",
    { class: "afm-curve" },
    element(
      "div",
      { class: "afm-plot" },
      picture,
      ...dots,
      dot.node,
      ...[1, 0.5, 0].map((level) => at("afm-level", `top:${place(lengths, lengths[0], level)[1]}%`, percent(level))),
      ...ticks,
      ...(edge > 0 ? [at("afm-seen-label", `width:${edge}%`, "seen in training")] : []),
    ),
    element("div", { class: "afm-names" }, ...names),
    at("afm-axis", "", plural(2, unit).slice(2)),
  );
  node.style.setProperty("--letters", String(Math.max(...models.map((name) => name.length))));
  const words = element("p", { class: "afm-readout" });

  /** @param {{ model: string, length: number }} now */
  function update({ model, length }) {
    const [m, l] = [models.indexOf(model), lengths.indexOf(length)];
    const [x, y] = points[m][l];
    setAttribute(here, "d", `M${x} 4V96`);
    dot.moveTo([x, y]);
    [...lines, ...dots].forEach((one) => setAttribute(one, "data-chosen", Number(one.dataset.line) === m && ""));
    names.forEach((name, k) => setAttribute(name, "data-chosen", k === m && ""));
    ticks.forEach((tick, k) => setAttribute(tick, "data-chosen", k === l && ""));
    const unseen =
      trained !== null && length > trained ? `, longer than any in training (${plural(trained, unit)} at most)` : "";
    setText(
      words,
      `At ${plural(length, unit)}${unseen}: ${models.map((name, k) => `${name} ${percent(scores[k][l])}`).join(", ")}.`,
    );
  }
  return { node, words, update };
}

/**
 * How far to the right the lengths seen in training reach: half-way to the first one that was not.
 * @param {number[]} lengths
 * @param {number} trained
 */
function trainedEdge(lengths, trained) {
  const seen = lengths.filter((length) => length <= trained);
  if (seen.length === 0) return 0;
  if (seen.length === lengths.length) return 100;
  return place(lengths, (seen[seen.length - 1] + lengths[seen.length]) / 2, 0)[0];
}

/** @param {Curve} curve */
function describe({ models, lengths, scores, trained, unit }) {
  const rows = models.map(
    (name, m) => `${name}: ${lengths.map((length, l) => `${percent(scores[m][l])} at ${length}`).join(", ")}`,
  );
  const seen = trained === null ? "" : ` Seen in training: up to ${plural(trained, unit)}.`;
  return `Share of held-out sentences translated without a fault, by number of ${unit}s. ${rows.join(". ")}.${seen}`;
}
