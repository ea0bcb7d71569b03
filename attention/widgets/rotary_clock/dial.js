// One of the clocks: two hands, their dot product, and how slowly they go round.

import { AS_IT_IS, element, setAttribute, setText } from "../js/dom.js";
import { decimal, grouped } from "../js/format.js";
import { drawing } from "../js/vector.js";

const REACH = 42; // of a hand of the greatest length, in hundredths of its clock

/**
 * A clock: the key's hand is broad, the query's narrow and above it, so that both are seen where they point the same way.
 * @param {number} i
 * @param {number} reach the length of a hand that goes to the rim
 */
export function dial(i, reach) {
  const [keyHand, queryHand] = ["k", "q"].map((ink) => drawing("path", { class: "afm-hand", "data-ink": ink }));
  const rim = drawing("circle", { class: "afm-rim", cx: 50, cy: 50, r: 46 });
  const picture = drawing("svg", { viewBox: "0 0 100 100", role: "img" }, rim, keyHand, queryHand);
  const number = element("b", { "data-figure": "product", ...AS_IT_IS });
  const words = element("span");
  const node = element("div", { class: "afm-dial", "data-pair": i }, picture, number, words);
  /** @param {{ q: Float64Array, k: Float64Array, product: number, turn: number, isOn: boolean }} now */
  function update({ q, k, product, turn, isOn }) {
    [
      [queryHand, q],
      [keyHand, k],
    ].forEach(([hand, vector]) => {
      const [up, right] = [2 * i, 2 * i + 1].map((d) => (REACH * /** @type {Float64Array} */ (vector)[d]) / reach);
      setAttribute(/** @type {Element} */ (hand), "d", `M50 50L${(50 + right).toFixed(2)} ${(50 - up).toFixed(2)}`);
    });
    setAttribute(picture, "aria-label", `Clock ${i + 1}: the dot product of its hands is ${decimal(product)}`);
    setText(number, decimal(product));
    setAttribute(number, "data-value", product);
    setText(words, `one turn in ${turn < 100 ? decimal(turn, 1) : grouped(Math.round(turn))} places`);
    setAttribute(node, "data-off", !isOn && "");
  }
  return { node, update };
}
