// A bar for each of a few numbers, up for positive and down for negative, on an axis that the caller chooses.

import { AS_IT_IS, element, setAttribute, setText } from "./dom.js";
import { drawing } from "./vector.js";

const STILL = { "vector-effect": "non-scaling-stroke" };

/**
 * The outline of bars from `zero` to their heights, which are in hundredths from the top; one unit of width a bar.
 * @param {number[]} heights
 * @param {number} zero
 */
export function barPath(heights, zero) {
  return heights.map((y, i) => `M${i + 0.12} ${zero.toFixed(2)}V${y.toFixed(2)}h.76V${zero.toFixed(2)}z`).join("");
}

/**
 * names are the bars'. update({ values, name, place, ticks, dashed, noted, chosen }): place(value) is its height in hundredths
 * from the top; ticks are [value, text], dashed values get a line across, noted are [bar, text], chosen is one bar or null.
 * @param {{ names: string[], title: string }} given
 */
export function barChart({ names, title: start }) {
  const rest = drawing("path", { class: "afm-bars-all" });
  const one = drawing("path", { class: "afm-bars-one" });
  const lines = drawing("path", { ...STILL, class: "afm-bars-lines" });
  const across = drawing("path", { ...STILL, class: "afm-bars-dashed" });
  const picture = drawing(
    "svg",
    { viewBox: `0 0 ${names.length} 100`, preserveAspectRatio: "none", role: "img" },
    ...[lines, rest, one, across],
  );
  const title = element("p", { class: "afm-title" }, start);
  const more = element("p", { class: "afm-bars-more" });
  const labels = element("div", { "aria-hidden": "true" });
  const keys = names.map((name) => element("span", AS_IT_IS, name));
  const node = element(
    "div",
    { class: "afm-bars" },
    title,
    more,
    element("div", { class: "afm-bars-plot" }, picture, labels),
    element("div", { class: "afm-bars-names", "aria-hidden": "true" }, ...keys),
  );
  /** @param {string} className @param {string} text @param {string} style */
  const label = (className, text, style) => element("span", { class: className, style, ...AS_IT_IS }, text);

  /**
   * @param {object} now
   * @param {import("../js/maths.js").Vector} now.values
   * @param {string} now.name
   * @param {string} now.text
   * @param {(value: number) => number} now.place
   * @param {[number, string][]} now.ticks
   * @param {number[]} now.dashed
   * @param {[number, string][]} now.noted
   * @param {number | null} now.chosen
   */
  function update({ values, name, text, place, ticks, dashed, noted, chosen }) {
    const heights = Array.from(values, place);
    /** @param {boolean} keep */
    const alone = (keep) => heights.map((y, i) => ((i === chosen) === keep ? y : place(0)));
    setAttribute(rest, "d", barPath(alone(false), place(0)));
    setAttribute(one, "d", barPath(alone(true), place(0)));
    setAttribute(lines, "d", ticks.map(([value]) => `M0 ${place(value).toFixed(2)}H${names.length}`).join(""));
    setAttribute(across, "d", dashed.map((value) => `M0 ${place(value).toFixed(2)}H${names.length}`).join(""));
    setAttribute(picture, "aria-label", name);
    setText(more, text);
    keys.forEach((key, i) => setAttribute(key, "data-chosen", i === chosen && ""));
    labels.replaceChildren(
      ...ticks.map(([value, written]) => label("afm-bars-tick", written, `top:${place(value)}%`)),
      ...noted.map(([i, written]) => {
        const side = values[i] < 0 ? "afm-bars-below" : "afm-bars-above";
        return label(side, written, `left:max(1rem, ${(100 * (i + 0.5)) / names.length}%);top:${heights[i]}%`);
      }),
    );
  }
  return { node, update };
}
