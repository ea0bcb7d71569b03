// FLOPs against length, both on logarithmic axes: a straight line for what grows with n, a steeper one for what grows with n².

import { blockFlops, readableFlops } from "../js/cost_formulas.js";
import { AS_IT_IS, element, setAttribute, setText } from "../js/dom.js";
import { grouped } from "../js/format.js";
import { apart } from "../js/labels.js";
import { drawing, spot } from "../js/vector.js";

export const SHORTEST = 64;
export const LONGEST = 131072;
const [LOWEST, HIGHEST] = [1e7, 1e17]; // FLOPs
const TICKS = [64, 1024, 16384, 131072];
const LEVELS = [1e9, 1e12, 1e15];
const HEIGHT = 210; // of the plot in CSS pixels, as in cost_tables.css
const LABEL = 17; // least distance of two names, in CSS pixels
const STEPS = 33; // points of a line
/** @type {["total" | "attention" | "linear", string][]} */
const LINES = [
  ["total", "total"],
  ["attention", "scores, context"],
  ["linear", "the rest"],
];

/**
 * Where the plot shows n and FLOPs, in hundredths of its width and of its height from the top.
 * @param {number} n
 * @param {number} flops
 * @returns {[number, number]}
 */
export function placeOf(n, flops) {
  /** @param {number} value @param {number} low @param {number} high */
  const part = (value, low, high) => (100 * Math.log(value / low)) / Math.log(high / low);
  return [part(n, SHORTEST, LONGEST), 100 - part(flops, LOWEST, HIGHEST)];
}

/**
 * The outlines of the three lines.
 * @param {number} layers
 * @param {number} width
 */
export function linePaths(layers, width) {
  const lengths = Array.from({ length: STEPS }, (_, i) => SHORTEST * (LONGEST / SHORTEST) ** (i / (STEPS - 1)));
  /** @param {"total" | "attention" | "linear"} key */
  const path = (key) =>
    lengths
      .map((n) =>
        placeOf(n, layers * blockFlops(n, width)[key])
          .map((x) => x.toFixed(2))
          .join(" "),
      )
      .join("L");
  return Object.fromEntries(LINES.map(([key]) => [key, `M${path(key)}`]));
}

/** update({ length, layers, width }). */
export function flopsCurve() {
  const still = { "vector-effect": "non-scaling-stroke" };
  /** @param {Record<string, string>} attributes */
  const path = (attributes) => drawing("path", { ...still, ...attributes });
  const levels = path({
    class: "afm-loglog-levels",
    d: [...LEVELS, LOWEST].map((flops) => `M0 ${placeOf(1, flops)[1]}H100`).join(""),
  });
  const here = path({ class: "afm-loglog-here" });
  const equal = path({ class: "afm-loglog-equal" });
  const lines = LINES.map(([key]) => path({ class: "afm-loglog-line", "data-ink": key }));
  const dots = LINES.map(([key]) => spot({ class: "afm-loglog-dot", "data-ink": key }));
  const picture = drawing(
    "svg",
    { viewBox: "0 0 100 100", preserveAspectRatio: "none", role: "img" },
    ...[levels, equal, here, ...lines],
  );
  /** @param {string} className @param {string} [style] @param {string} [text] */
  const label = (className, style, text = "") =>
    element("span", { class: className, style, "aria-hidden": "true", ...AS_IT_IS }, text);
  const ticks = TICKS.map((n) => label("afm-loglog-tick", `left:${placeOf(n, 1)[0]}%`, grouped(n)));
  setAttribute(ticks[ticks.length - 2], "data-between", ""); // left out where there is little room
  setAttribute(ticks[ticks.length - 1], "data-last", "");
  const names = LINES.map(([key, text]) => {
    const sample = drawing(
      "svg",
      { viewBox: "0 0 18 6" },
      path({ class: "afm-loglog-line", "data-ink": key, d: "M0 3H18" }),
    );
    return element(
      "span",
      { class: "afm-loglog-name", "data-ink": key, "aria-hidden": "true" },
      sample,
      element("span", {}, text),
    );
  });
  const middle = label("afm-loglog-middle");
  const present = label("afm-loglog-now");
  const node = element(
    "div",
    { class: "afm-loglog" },
    element(
      "div",
      { class: "afm-loglog-plot" },
      picture,
      ...dots.map((dot) => dot.node),
      ...LEVELS.map((flops) => label("afm-loglog-level", `top:${placeOf(1, flops)[1]}%`, readableFlops(flops))),
      ...ticks,
      middle,
      present,
    ),
    element("div", { class: "afm-loglog-names" }, ...names),
  );

  /** @param {{ length: number, layers: number, width: number }} now */
  function update({ length, layers, width }) {
    const [now, last] = [blockFlops(length, width), blockFlops(LONGEST, width)];
    const paths = linePaths(layers, width);
    /** @param {"total" | "attention" | "linear"} key */
    const end = (key) => Math.max(0, (placeOf(LONGEST, layers * last[key])[1] / 100) * HEIGHT);
    const ends = apart(
      LINES.map(([key]) => end(key)),
      LABEL,
      HEIGHT,
    );
    LINES.forEach(([key], i) => {
      const [x, y] = placeOf(length, layers * now[key]);
      setAttribute(lines[i], "d", paths[key]);
      dots[i].moveTo([x, y]);
      dots[i].node.hidden = y < 0 || y > 100; // as the drawing is cut
      names[i].style.setProperty("--top", `${ends[i].toFixed(1)}px`);
    });
    const [x] = placeOf(length, 1);
    setAttribute(here, "d", `M${x.toFixed(2)} 0V100`);
    present.style.left = `${x.toFixed(2)}%`;
    setText(present, `n = ${grouped(length)}`);
    setAttribute(present, "data-right", x > 60 && "");
    const half = 6 * width;
    const seen = half >= SHORTEST && half <= LONGEST;
    const [at, height] = placeOf(half, layers * blockFlops(half, width).linear);
    setAttribute(equal, "d", seen ? `M${at.toFixed(2)} ${height.toFixed(2)}V100` : "");
    middle.hidden = !seen;
    middle.style.left = `${at.toFixed(2)}%`;
    setText(middle, `6d = ${grouped(half)}`);
    setAttribute(middle, "data-right", at > 60 && "");
    setAttribute(picture, "aria-label", describe(length, layers, width));
  }
  return { node, update };
}

/**
 * The drawing in words.
 * @param {number} length
 * @param {number} layers
 * @param {number} width
 */
function describe(length, layers, width) {
  const said = [SHORTEST, length, LONGEST].map((n) => {
    const { linear, attention, total } = blockFlops(n, width);
    const [all, rest, square] = [total, linear, attention].map((flops) => readableFlops(layers * flops));
    return `${grouped(n)} tokens: ${all} in all, ${square} for scores and context, ${rest} for the rest`;
  });
  return `FLOPs against length, both axes logarithmic. ${said.join("; ")}. Scores and context equal the rest at 6d = ${grouped(6 * width)} tokens.`;
}
