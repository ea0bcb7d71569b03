// NormBars: the numbers of a vector on sliders, and beside each what the norm makes of it, step by step.
//
// Hooks for tests and for style sheets (kept stable):
//   .afm-norm                          the widget; data-norm, data-times, data-plus (of the state)
//   input[data-control=norm]           radio buttons, value layer | rms
//   input[data-control=times|plus]     native sliders
//   input[data-control=x0|x1|…]        a native slider for each number of the vector
//   .afm-norm-row [data-step=input|centred|normal|output]   data-value; --x is the bar's length, from -1 to 1
//   [data-figure=mean|deviation]       data-value
//   p[role=status]                     the one live region, 0.6 s after the last move

import { radios, slider, withPresent } from "../js/controls.js";
import { AS_IT_IS, element, setAttribute, setText } from "../js/dom.js";
import { decimal } from "../js/format.js";
import { readState, setState, viewOf } from "../js/mount.js";
import { normSteps } from "../js/norm.js";
import { range } from "../js/range.js";

const DATA = ["gain", "bias"];
const STATE = ["values", "norm", "times", "plus"];
const VALUES = range(25).map((i) => (i - 12) / 4);
const TIMES = [0.1, 0.2, 0.5, 1, 2, 5, 10];
const SUMS = range(13).map((i) => (i - 6) / 2);
const MOST = 33; // where a bar ends; its length is a logarithm, so that neither small nor large numbers are lost
const LAYER = ["x", "− mean", "÷ deviation", "× gain + bias"];
const RMS = ["x", "as it is", "÷ root mean square", "× gain"];
const STEPS = ["input", "centred", "normal", "output"];

/**
 * How long a number's bar is, from -1 to 1.
 * @param {number} x
 */
export const barLength = (x) => Math.sign(x) * Math.min(1, Math.log1p(Math.abs(x)) / Math.log1p(MOST));

/** @type {import("../js/mount.js").Build} */
function build({ model, root }) {
  /** @type {{ gain: number[], bias: number[] }} */
  const { gain, bias } = /** @type {any} */ (readState(model, DATA));
  let said = "";

  const kind = radios({
    name: "norm",
    label: "Norm",
    options: [
      { value: "layer", content: ["LayerNorm"] },
      { value: "rms", content: ["RMSNorm"] },
    ],
    onInput: (norm) => setState(model, { norm }),
  });
  /** @param {string} name @param {string} label @param {number[]} choices @param {(x: number) => string} write */
  const onAll = (name, label, choices, write) =>
    slider({
      name,
      label,
      choices,
      describe: (x) => ({ text: write(x), spoken: `${name} ${x}` }),
      onInput: (x) => setState(model, { [name]: x }),
    });
  const times = onAll("times", "Multiply all by", TIMES, (x) => `× ${x}`);
  const plus = onAll("plus", "Add to all", SUMS, (x) => `${x < 0 ? "−" : "+"} ${Math.abs(x)}`);
  const heads = STEPS.map(() => element("span", AS_IT_IS));
  const rows = gain.map((_, i) => {
    const control = slider({
      name: `x${i}`,
      label: `x${"₀₁₂₃₄₅₆₇₈₉"[i]}`,
      choices: VALUES,
      describe: (x) => ({ text: decimal(x), spoken: `number ${i}: ${x}` }),
      onInput: (x) =>
        setState(model, {
          values: model.get("values").map((/** @type {number} */ old, /** @type {number} */ j) => (i === j ? x : old)),
        }),
    });
    const cells = STEPS.map((step) => element("span", { "data-step": step, ...AS_IT_IS }));
    return { control, cells, node: element("li", { class: "afm-norm-row" }, control.node, ...cells) };
  });
  const [mean, deviation] = ["mean", "deviation"].map((name) => element("b", { "data-figure": name, ...AS_IT_IS }));
  const divisor = element("span");
  const content = [
    element("div", { class: "afm-controls" }, kind.node, times.node, plus.node),
    element("div", { class: "afm-norm-heads", "aria-hidden": "true" }, element("span", {}, "the vector"), ...heads),
    element("ol", { class: "afm-norm-rows", role: "list" }, ...rows.map(({ node }) => node)),
    element("p", { class: "afm-norm-figures" }, "mean ", mean, ", ", divisor, " ", deviation),
    element(
      "p",
      { class: "afm-note-soft" },
      "Bars to the right are positive, to the left negative. Their length is log(1 + |x|), so that small and large numbers fit.",
    ),
  ];

  function update() {
    const { values, norm, times: factor, plus: sum } = readState(model, STATE);
    const isCentred = norm === "layer";
    kind.update(norm);
    times.update(factor, { choices: withPresent(TIMES, factor) });
    plus.update(sum, { choices: withPresent(SUMS, sum) });
    const input = Float64Array.from(values, (x) => x * factor + sum);
    const found = normSteps(input, { isCentred });
    const output = found.normal.map((x, i) => gain[i] * x + (isCentred ? bias[i] : 0));
    const steps = [input, found.centred, found.normal, output];
    heads.forEach((head, s) => setText(head, (isCentred ? LAYER : RMS)[s]));
    rows.forEach(({ control, cells }, i) => {
      control.update(values[i], { choices: withPresent(VALUES, values[i]) });
      cells.forEach((cell, s) => {
        const x = steps[s][i];
        setText(cell, decimal(x));
        setAttribute(cell, "data-value", x);
        setAttribute(cell, "data-negative", x < 0 && "");
        setAttribute(cell, "aria-label", `${(isCentred ? LAYER : RMS)[s]}: ${decimal(x)}`);
        cell.style.setProperty("--x", Math.abs(barLength(x)).toFixed(4));
      });
    });
    const ownMean = input.reduce((total, x) => total + x, 0) / input.length;
    setText(mean, decimal(ownMean));
    setAttribute(mean, "data-value", ownMean);
    setText(divisor, isCentred ? "deviation" : "root mean square");
    setText(deviation, decimal(found.deviation));
    setAttribute(deviation, "data-value", found.deviation);
    const name = isCentred ? "LayerNorm" : "RMSNorm";
    said = `${name}, times ${factor}, plus ${sum}: output ${Array.from(output, (x) => decimal(x)).join(", ")}.`;
    Object.assign(root.dataset, { norm, times: factor, plus: sum });
  }
  return { content, update, announcement: () => said };
}

export default viewOf({ className: "afm-norm", build, state: STATE, data: DATA });
