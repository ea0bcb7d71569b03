// A share from 0 to 1 as a bar, with its number beside it.

import { AS_IT_IS, element, setAttribute, setText } from "./dom.js";
import { decimal } from "./format.js";

/** update(share); the number is in the bar's own cell, as data-value. */
export function sliceBar() {
  const bar = element("span", { class: "afm-slice-bar" });
  const number = element("span", { class: "afm-slice-number", ...AS_IT_IS });
  const node = element("span", { class: "afm-slice", "data-step": "weight" }, bar, number);
  /** @param {number} share */
  function update(share) {
    setText(number, decimal(share));
    setAttribute(node, "data-value", share);
    bar.style.setProperty("--w", share.toFixed(4));
  }
  return { node, update };
}
