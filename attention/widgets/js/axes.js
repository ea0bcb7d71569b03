// Numbers and names along the axes of a plane, as text over it.

import { AS_IT_IS, element } from "./dom.js";
import { decimal } from "./format.js";

/**
 * Numbers under the axis of x and to the left of that of y, and the axes' names at their ends; to be put into the plane's node.
 * @param {object} given
 * @param {import("./plane.js").At} given.at
 * @param {number} [given.ratio]
 * @param {number[]} given.x
 * @param {number[]} given.y
 * @param {[string, number, number][]} [given.names] each with its place
 */
export function axisNames({ at, ratio = 1, x, y, names = [] }) {
  /** @param {string} text @param {string} kind @param {[number, number]} place */
  const name = (text, kind, [left, top]) => {
    const style = `left:${left.toFixed(2)}%;top:${(top / ratio).toFixed(2)}%`;
    return element("span", { class: "afm-unit", "data-axis": kind, "aria-hidden": "true", style, ...AS_IT_IS }, text);
  };
  return [
    ...x.map((value) => name(decimal(value, 0), "x", at(value, 0))),
    ...y.map((value) => name(decimal(value, 0), "y", at(0, value))),
    ...names.map(([text, px, py]) => name(text, "name", at(px, py))),
  ];
}
