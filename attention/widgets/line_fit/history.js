// The loss after each step, as a small curve with a spot at its end.

import { AS_IT_IS, element, setAttribute, setText } from "../js/dom.js";
import { decimal } from "../js/format.js";
import { drawing, spot } from "../js/vector.js";

const LEAST_STEPS = 20; // of the axis

/** update(losses) */
export function lossHistory() {
  const still = { "vector-effect": "non-scaling-stroke" };
  const curve = drawing("path", { ...still, class: "afm-history-line" });
  const base = drawing("path", { ...still, class: "afm-history-base", d: "M0 100H100" });
  const picture = drawing("svg", { viewBox: "0 0 100 100", preserveAspectRatio: "none", role: "img" }, base, curve);
  const end = spot({ class: "afm-history-spot" });
  const [top, last] = [0, 1].map(() =>
    element("span", { class: "afm-history-number", "aria-hidden": "true", ...AS_IT_IS }),
  );
  const node = element(
    "div",
    { class: "afm-history" },
    element("p", { class: "afm-title" }, "Loss after each step"),
    element("div", { class: "afm-history-plot" }, picture, top, end.node),
    element("p", { class: "afm-history-axis" }, element("span", {}, "0 steps"), last),
  );

  /** @param {number[]} losses */
  function update(losses) {
    const [most, steps] = [Math.max(...losses), Math.max(LEAST_STEPS, losses.length - 1)];
    /** @type {[number, number][]} */
    const places = losses.map((loss, i) => [(100 * i) / steps, most > 0 ? 100 - (100 * loss) / most : 100]);
    setAttribute(curve, "d", `M${places.map((at) => at.map((x) => x.toFixed(2)).join(" ")).join("L")}`);
    end.moveTo(places[places.length - 1]);
    setText(top, decimal(most));
    setText(last, String(steps));
    const [first, now] = [losses[0], losses[losses.length - 1]].map((loss) => decimal(loss));
    setAttribute(
      picture,
      "aria-label",
      `Loss after each step: from ${first} at the start to ${now} after ${losses.length - 1}`,
    );
  }
  return { node, update };
}
