// A vector in two forms: a strip of bars, one a number, up for positive and down for negative; and the numbers themselves.

import { AS_IT_IS, element, setAttribute, setText } from "./dom.js";
import { decimal, plural } from "./format.js";

const NAMESPACE = "http://www.w3.org/2000/svg";

/**
 * As element() in dom.js, for drawings.
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number>} [attributes]
 * @param {...Node} children
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function drawing(tag, attributes = {}, ...children) {
  const node = document.createElementNS(NAMESPACE, tag);
  Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, String(value)));
  node.append(...children);
  return node;
}

/**
 * A round spot over a drawing that is stretched: moveTo([x, y]) in hundredths. It is no part of the drawing, since a stroke of no
 * length, with round ends, is stretched along in some browsers.
 * @param {import("./dom.js").Attributes} attributes
 */
export function spot(attributes) {
  const node = element("span", { ...attributes, class: `afm-spot ${attributes.class}`, "aria-hidden": "true" });
  /** @param {[number, number]} place */
  const moveTo = ([x, y]) => Object.assign(node.style, { left: `${x}%`, top: `${y}%` });
  return { node, moveTo };
}

/**
 * The numbers of a vector, each with a bar to the left or right of zero.
 * @param {{ size: number }} given
 */
export function vectorList({ size }) {
  const entries = Array.from({ length: size }, (_, d) => element("li", { "data-dim": d }));
  const node = element("ol", { class: "afm-vector", start: 0, ...AS_IT_IS }, ...entries);

  /** @param {Float64Array} vector */
  function update(vector) {
    const largest = vector.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-9);
    entries.forEach((entry, d) => {
      entry.hidden = d >= vector.length;
      if (entry.hidden) return;
      setText(entry, decimal(vector[d], 3));
      setAttribute(entry, "data-value", vector[d]);
      entry.style.setProperty("--size", (Math.abs(vector[d]) / largest).toFixed(3));
      setAttribute(entry, "data-negative", vector[d] < 0 && "");
    });
  }
  return { node, update };
}

/**
 * The outline of a strip: a bar from zero for each number, one unit wide; what is as large as `largest` is one unit high, which is
 * the vector's own largest number unless another one is told.
 * @param {Float64Array} vector
 * @param {number} [largest]
 */
export function stripPath(vector, largest = vector.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-9)) {
  const bars = Array.from(vector, (x, d) => `M${(d + 0.14).toFixed(2)} 0v${(-x / largest).toFixed(3)}h.72V0z`);
  return bars.join("");
}

/**
 * A strip of `size` numbers, and a list of them that opens; it is written when it is opened, and from then on.
 * @param {{ size: number }} given
 */
export function vectorStrip({ size }) {
  const bars = drawing("path", { class: "afm-strip-bars" });
  const zero = drawing("path", { class: "afm-strip-zero", d: `M0 0H${size}`, "vector-effect": "non-scaling-stroke" });
  const picture = drawing(
    "svg",
    { class: "afm-strip", viewBox: `0 -1.04 ${size} 2.08`, preserveAspectRatio: "none", role: "img" },
    zero,
    bars,
  );
  const list = vectorList({ size });
  const details = element(
    "details",
    { ontoggle: fill },
    element("summary", {}, `The ${plural(size, "number")}`),
    list.node,
  );
  /** @type {Float64Array | null} */
  let shown = null;
  function fill() {
    if (shown && details.open) list.update(shown);
  }

  /** @param {Float64Array} vector @param {string} name */
  function update(vector, name) {
    shown = vector;
    setAttribute(bars, "d", stripPath(vector));
    const [low, high] = [Math.min(...vector), Math.max(...vector)];
    setAttribute(picture, "aria-label", `${name}: ${plural(size, "number")} from ${decimal(low)} to ${decimal(high)}`);
    fill();
  }
  return { picture, details, update };
}
