// Curves of quality by length: one for each seed and measure, the present length marked at the seeds' median.

import { element, setAttribute } from "../js/dom.js";
import { plural } from "../js/format.js";
import { percent, place } from "../js/quality.js";
import { drawing, spot } from "../js/vector.js";

export const KINDS = ["whole", "words"];
export const NAMES = ["whole sentences", "words"];

/**
 * The middle number, the lower one of two.
 * @param {number[]} numbers
 */
export function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[Math.floor((numbers.length - 1) / 2)];
}

/**
 * update(length) marks one. scores[k][r][l]: of measure k, seed r, length l.
 * @param {{ lengths: number[], scores: number[][][], trained: number | null, unit: string }} given
 */
export function seedChart({ lengths, scores, trained, unit }) {
  const still = { "vector-effect": "non-scaling-stroke" };
  /** @param {number[]} row */
  const path = (row) => `M${row.map((share, l) => place(lengths, lengths[l], share).join(" ")).join("L")}`;
  const lines = KINDS.flatMap((kind, k) =>
    scores[k].map((row) => drawing("path", { ...still, class: "afm-quality-line", "data-line": kind, d: path(row) })),
  );
  const last = lengths[lengths.length - 1];
  const edge = trained !== null && trained < last ? place(lengths, trained + 0.5, 0)[0] : 100;
  const longer = edge < 100;
  const shade = drawing("rect", { class: "afm-quality-new", x: edge, y: 4, width: 100 - edge, height: 92 });
  const levels = drawing("path", { ...still, class: "afm-quality-levels", d: "M0 4H100M0 50H100M0 96H100" });
  const here = drawing("path", { ...still, class: "afm-quality-here" });
  const ends = KINDS.map((_, k) => scores[k].map((row) => [row[0], row[row.length - 1]]));
  const words = KINDS.map((_, k) => {
    const [from, to] = [0, 1].map((end) => percent(median(ends[k].map((pair) => pair[end]))));
    return `${NAMES[k]} from ${from} to ${to}`;
  });
  const picture = drawing(
    "svg",
    {
      viewBox: "0 0 100 100",
      preserveAspectRatio: "none",
      role: "img",
      "aria-label": `Share right over ${plural(last, unit)}, ${plural(scores[0].length, "seed")}: ${words.join(", ")}`,
    },
    ...(longer ? [shade] : []),
    ...[levels, here, ...lines],
  );
  const spots = KINDS.map((kind) => spot({ class: "afm-quality-spot", "data-line": kind }));
  /** @param {string} name @param {string} style @param {string} text */
  const label = (name, style, text) => element("span", { class: name, style, "aria-hidden": "true" }, text);
  const ticks = lengths.map((n) => label("afm-quality-tick", `left:${place(lengths, n, 0)[0]}%`, String(n)));
  const key = KINDS.map((kind, k) => {
    const sample = drawing("path", { class: "afm-quality-line", "data-line": kind, d: "M0 3H24" });
    return element("span", {}, drawing("svg", { viewBox: "0 0 24 6", "aria-hidden": "true" }, sample), NAMES[k]);
  });
  const node = element(
    "div",
    { class: "afm-quality-chart" },
    element("p", { class: "afm-quality-key" }, ...key),
    element(
      "div",
      { class: "afm-quality-plot" },
      picture,
      ...spots.map((one) => one.node),
      ...[1, 0.5, 0].map((x) => label("afm-quality-level", `top:${place(lengths, last, x)[1]}%`, percent(x))),
      ...ticks,
      ...(longer ? [label("afm-quality-longer", `width:${100 - edge}%`, "longer than in training")] : []),
    ),
  );

  /** @param {number} length */
  function update(length) {
    const l = lengths.indexOf(length);
    KINDS.forEach((_, k) => spots[k].moveTo(place(lengths, length, median(scores[k].map((row) => row[l])))));
    setAttribute(here, "d", `M${place(lengths, length, 0)[0]} 4V96`);
    ticks.forEach((tick, i) => setAttribute(tick, "data-chosen", i === l && ""));
  }
  return { node, update };
}
