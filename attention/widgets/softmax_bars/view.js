// SoftmaxBars: a slider for each score, one for the temperature, one for what is added to all; powers of e and weights follow.
//
// Hooks for tests and for style sheets (kept stable):
//   .afm-softmax                               the widget; data-temperature, data-shift, data-scores (with commas)
//   input[data-control=score]                  native sliders, one a score
//   input[data-control=temperature|shift]      native sliders; aria-valuetext says their value in words
//   .afm-power-row [data-step=exp]                   e to the power of the score; data-value
//   .afm-power-row .afm-slice                        its weight; data-value
//   .afm-total [data-step=sum]                 the sum of the powers; data-value
//   p[role=status]                             the one live region, 0.6 s after the last move

import { slider, withPresent } from "../js/controls.js";
import { AS_IT_IS, element, setAttribute, setText } from "../js/dom.js";
import { decimal } from "../js/format.js";
import { softmax } from "../js/maths.js";
import { readState, setState, viewOf } from "../js/mount.js";
import { coordinate, stops } from "../js/plane.js";
import { sliceBar } from "../js/slice.js";

const STATE = ["scores", "temperature", "shift"];
const SPAN = { low: -5, high: 5, step: 0.5 };
const STOPS = stops(SPAN);
const TEMPERATURES = [0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 7, 10];

/**
 * The scores with the shift, divided by the temperature; their powers of e; and the weights.
 * @param {number[]} scores
 * @param {number} temperature
 * @param {number} shift
 */
export function shareOut(scores, temperature, shift) {
  const divided = Float64Array.from(scores, (score) => (score + shift) / temperature);
  const powers = divided.map(Math.exp);
  return { divided, powers, sum: powers.reduce((a, b) => a + b, 0), weights: softmax(divided) };
}

/**
 * A power of e with three digits that count: 7.39, 148, 2.7·10⁴³.
 * @param {number} number
 */
export function powerText(number) {
  if (number >= 0.01 && number < 1e5) return number < 100 ? decimal(number, 2) : decimal(number, 0);
  const [digits, exponent] = number.toExponential(1).split("e");
  const raised = Array.from(exponent.replace("+", ""), (digit) => (digit === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]));
  return `${digits}·10${raised.join("")}`;
}

/**
 * What e is raised to: s, s + 1, s / 2, (s + 1) / 2.
 * @param {number} temperature
 * @param {number} shift
 */
export function exponentText(temperature, shift) {
  const shifted = shift ? `s ${shift < 0 ? "−" : "+"} ${Math.abs(shift)}` : "s";
  if (temperature === 1) return shifted;
  return `${shift ? `(${shifted})` : shifted} / ${temperature}`;
}

/** @param {number} temperature @param {number} shift */
function factorWords(temperature, shift) {
  if (!shift) return "Each weight is a power divided by the sum of them all, so the weights add up to 1.";
  const factor = powerText(Math.exp(shift / temperature));
  return `What is added multiplies every power, and their sum, by the same ${factor}: no weight changes.`;
}

/** @type {import("../js/mount.js").Build} */
function build({ model, root }) {
  /** @type {string[]} */
  const names = model.get("names");
  let said = "";
  const rows = names.map((name, j) => {
    const score = slider({
      name: "score",
      label: name,
      choices: [0],
      describe: (value) => ({ text: decimal(value, 1), spoken: `score ${decimal(value, 1)}` }),
      onInput(value) {
        setState(model, {
          scores: model
            .get("scores")
            .map((/** @type {number} */ old, /** @type {number} */ i) => (i === j ? value : old)),
        });
      },
    });
    score.node.firstElementChild?.setAttribute("translate", "no");
    const power = element("span", { class: "afm-power", "data-step": "exp", ...AS_IT_IS });
    const share = sliceBar();
    return { score, power, share, node: element("div", { class: "afm-power-row" }, score.node, power, share.node) };
  });
  const raised = element("span", { class: "afm-raised", ...AS_IT_IS });
  const heads = [
    element("span", {}, "score s"),
    element("span", {}, "e to the power ", raised),
    element("span", {}, "weight: its part of the sum"),
  ];
  const sum = element("span", { class: "afm-power", "data-step": "sum", ...AS_IT_IS });
  const total = element(
    "div",
    { class: "afm-power-row afm-total" },
    element("span", {}, "sum"),
    sum,
    element("span", { class: "afm-one", ...AS_IT_IS }, "1.00"),
  );
  const heat = slider({
    name: "temperature",
    label: "Temperature",
    choices: TEMPERATURES,
    describe: (value) => ({ text: String(value), spoken: `temperature ${value}` }),
    onInput: (temperature) => setState(model, { temperature }),
  });
  const added = coordinate({
    name: "shift",
    label: "Add to each",
    span: SPAN,
    onInput: (shift) => setState(model, { shift }),
  });
  const note = element("p", { class: "afm-note-soft" });
  const content = [
    element("div", { class: "afm-power-row afm-heads-of-rows", "aria-hidden": "true" }, ...heads),
    ...rows.map((row) => row.node),
    total,
    note,
    element("div", { class: "afm-controls" }, heat.node, added.node),
  ];

  function update() {
    const { scores, temperature, shift } = readState(model, STATE);
    const found = shareOut(scores, temperature, shift);
    heat.update(temperature, { choices: withPresent(TEMPERATURES, temperature) });
    added.update(shift);
    rows.forEach(({ score, power, share }, j) => {
      score.update(scores[j], { choices: withPresent(STOPS, scores[j]) });
      setText(power, powerText(found.powers[j]));
      setAttribute(power, "data-value", found.powers[j]);
      share.update(found.weights[j]);
    });
    setText(raised, exponentText(temperature, shift));
    setText(note, factorWords(temperature, shift));
    setText(sum, powerText(found.sum));
    setAttribute(sum, "data-value", found.sum);
    said = names.map((name, j) => `${name} ${decimal(found.weights[j])}`).join(", ");
    Object.assign(root.dataset, { temperature, shift, scores: scores.join(",") });
  }

  return { content, update, announcement: () => `Weights: ${said}.` };
}

export default viewOf({ className: "afm-softmax", build, state: STATE, data: ["names"] });
