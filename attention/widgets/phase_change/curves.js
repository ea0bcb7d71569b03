// Lines over training steps, and where the present step is on each.

import { AS_IT_IS, element, setAttribute, setText } from "../js/dom.js";
import { decimal } from "../js/format.js";
import { range } from "../js/range.js";
import { drawing, spot } from "../js/vector.js";

const [TOP, FOOT] = [6, 96]; // of the plot, in hundredths of its height

/**
 * Where the plot shows a number at a step, in hundredths of its width and height; the highest number is `most`.
 * @param {number[]} steps
 * @param {number} step
 * @param {number} share of the highest
 * @returns {[number, number]}
 */
export function stepPlace(steps, step, share) {
  const last = steps[steps.length - 1];
  return [(100 * (step - steps[0])) / (last - steps[0]), FOOT - (FOOT - TOP) * share];
}

/**
 * The index of the step before which a loss has fallen most since the one before.
 * @param {ArrayLike<number>} losses
 */
export function steepestFall(losses) {
  const falls = range(losses.length - 1).map((i) => losses[i] - losses[i + 1]);
  return 1 + falls.indexOf(Math.max(...falls));
}

/**
 * A chart of one or two lines with their names. update(lines, most, place, words): the numbers of each line, the number at the
 * plot's top, the index of the present step, and the whole in words.
 * @param {{ steps: number[], names: string[], kinds: string[] }} given
 */
export function stepChart({ steps, names, kinds }) {
  const still = { "vector-effect": "non-scaling-stroke" };
  const lines = kinds.map((kind) => drawing("path", { ...still, class: "afm-step-line", "data-line": kind }));
  const here = drawing("path", { ...still, class: "afm-step-here" });
  const base = drawing("path", { ...still, class: "afm-step-base", d: `M0 ${TOP}H100M0 ${FOOT}H100` });
  const picture = drawing(
    "svg",
    { viewBox: "0 0 100 100", preserveAspectRatio: "none", role: "img" },
    base,
    here,
    ...lines,
  );
  const spots = kinds.map((kind) => spot({ class: "afm-step-spot", "data-line": kind }));
  const highest = element("span", { class: "afm-step-level", "aria-hidden": "true", ...AS_IT_IS });
  const key = names.map((name, i) =>
    element(
      "span",
      {},
      drawing(
        "svg",
        { viewBox: "0 0 24 6", "aria-hidden": "true" },
        drawing("path", { class: "afm-step-line", "data-line": kinds[i], d: "M0 3H24" }),
      ),
      name,
    ),
  );
  const node = element(
    "div",
    { class: "afm-step-chart" },
    element("p", { class: "afm-step-key" }, ...key),
    element("div", { class: "afm-step-plot" }, picture, ...spots.map((one) => one.node), highest),
    element(
      "p",
      { class: "afm-step-axis", "aria-hidden": "true" },
      element("span", AS_IT_IS, `step ${steps[0]}`),
      element("span", AS_IT_IS, String(steps[steps.length - 1])),
    ),
  );

  /** @param {ArrayLike<number>[]} curves @param {number} most @param {number} place @param {string} words */
  function update(curves, most, place, words) {
    curves.forEach((curve, i) => {
      const at = steps.map((step, p) => stepPlace(steps, step, curve[p] / most));
      setAttribute(lines[i], "d", `M${at.map((one) => one.map((x) => x.toFixed(2)).join(" ")).join("L")}`);
      spots[i].moveTo(at[place]);
    });
    setAttribute(here, "d", `M${stepPlace(steps, steps[place], 0)[0].toFixed(2)} ${TOP}V${FOOT}`);
    setAttribute(picture, "aria-label", words);
    setText(highest, decimal(most, 1));
  }
  return { node, update };
}
