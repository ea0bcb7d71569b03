// LineFit: points, a line that is moved by hand or by steps against the gradient, and the history of its loss.
//
// Hooks for tests and for style sheets (kept stable):
//   .afm-line-fit                              the widget; data-slope, data-intercept (before the first step), data-rate, data-steps
//   input[data-control=slope|intercept|rate]   native sliders: the line as it is now; aria-valuetext says their value in words
//   button[data-control=step|twenty|undo]      one step, 20 steps, back to the start
//   .afm-figures [data-figure]                 loss, slope, intercept (the gradients), steps; data-value
//   .afm-verdict                               how the fit goes
//   p[role=status]                             the one live region, 0.6 s after the last move

import { axisNames } from "../js/axes.js";
import { descentControls } from "../js/descent.js";
import { element, setAttribute, setText } from "../js/dom.js";
import { figureRow } from "../js/figures.js";
import { decimal, plural } from "../js/format.js";
import { unpack } from "../js/maths.js";
import { readState, setState, viewOf } from "../js/mount.js";
import { coordinate, plane } from "../js/plane.js";
import { range } from "../js/range.js";
import { drawing } from "../js/vector.js";
import { lossHistory } from "./history.js";
import { fitLine, fitWords, leastLoss } from "./least_squares.js";

const STATE = ["slope", "intercept", "rate", "steps"];
const [REACH, MOST_STEPS, RATIO] = [5, 200, 0.62];
const RATES = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.12, 0.14, 0.16, 0.18, 0.2, 0.3];
const FIGURES = {
  loss: "mean squared loss",
  slope: "∂loss / ∂slope",
  intercept: "∂loss / ∂intercept",
  steps: "steps taken",
};

/** @type {import("../js/mount.js").Build} */
function build({ model, root }) {
  const [points] = unpack(model.get("points"));
  const [xs, ys] = [0, 1].map((axis) => points.map((point) => point[axis]));
  const x = { low: Math.min(0, ...xs) - 0.3, high: Math.max(...xs) + 0.3, step: 0.1 };
  const y = { low: Math.min(0, ...ys) - 0.5, high: Math.max(...ys) + 1, step: 0.1 };
  const least = leastLoss(points);
  /** @type {ReturnType<typeof fitLine>[number]} */
  let now;
  let told = "";
  /** @param {number} number */
  const inside = (number) => Math.max(-REACH, Math.min(REACH, number));
  // A hand on one parameter begins anew from the line as it is now.
  /** @param {Partial<import("./least_squares.js").Line>} changes */
  const begin = (changes) => {
    const { slope, intercept } = { ...now.line, ...changes };
    setState(model, { slope: inside(slope), intercept: inside(intercept), steps: 0 });
  };

  const [lineDrawn, residuals, dots] = ["fit-line", "residuals", "fit-points"].map((name) =>
    drawing("path", { class: `afm-${name}`, "vector-effect": "non-scaling-stroke" }),
  );
  const ground = plane({ x, y, ratio: RATIO, grid: 1, marks: [], under: () => [residuals, lineDrawn, dots] });
  /** @param {number} px @param {number} py */
  const at = (px, py) =>
    ground
      .at(px, py)
      .map((part) => part.toFixed(2))
      .join(" ");
  setAttribute(dots, "d", points.map(([px, py]) => `M${at(px, py)}h0`).join(""));
  /** @param {{ low: number, high: number }} span */
  const whole = ({ low, high }) =>
    range(11)
      .map((i) => i - 5)
      .filter((unit) => unit !== 0 && unit > low && unit < high);
  ground.picture.after(
    ...axisNames({
      at: ground.at,
      ratio: RATIO,
      x: whole(x),
      y: whole(y),
      names: [
        ["y", 0, y.high],
        ["x", x.high - 0.25, 0.45],
      ],
    }),
  );
  const span = { low: -3, high: 4, step: 0.1 };
  const slopeSlider = coordinate({
    name: "slope",
    label: "slope",
    span,
    digits: 2,
    onInput: (slope) => begin({ slope }),
  });
  const interceptSlider = coordinate({
    ...{ name: "intercept", label: "intercept", span, digits: 2, onInput: (intercept) => begin({ intercept }) },
  });
  const descent = descentControls({
    ...{ model, rates: RATES, most: MOST_STEPS },
    buttons: [
      ["step", "one step", 1],
      ["twenty", "20 steps", 20],
      ["undo", "back to the start", 0],
    ],
  });
  const history = lossHistory();
  const figures = figureRow(FIGURES);
  const verdict = element("p", { class: "afm-verdict" });

  function update() {
    const state = /** @type {any} */ (readState(model, STATE));
    const path = fitLine(points, state);
    now = path[path.length - 1];
    const { line, loss, gradient } = now;
    /** @param {number} px */
    const on = (px) => Math.max(-1e4, Math.min(1e4, line.slope * px + line.intercept));
    setAttribute(lineDrawn, "d", `M${at(x.low, on(x.low))}L${at(x.high, on(x.high))}`);
    setAttribute(residuals, "d", points.map(([px, py]) => `M${at(px, py)}L${at(px, on(px))}`).join(""));
    const [slope, intercept] = [line.slope, line.intercept].map((part) => decimal(part));
    ground.update([], `${plural(points.length, "point")}, and a line with slope ${slope} and intercept ${intercept}`);
    slopeSlider.update(line.slope);
    interceptSlider.update(line.intercept);
    descent.update(state.rate);
    const losses = path.map((one) => one.loss);
    history.update(losses);
    figures.loss(loss, decimal(loss), `the least there is: ${decimal(least)}`);
    for (const name of /** @type {const} */ (["slope", "intercept"])) {
      figures[name](gradient[name], decimal(gradient[name]), `next step: ${decimal(-state.rate * gradient[name])}`);
    }
    figures.steps(path.length - 1, String(path.length - 1), `at rate ${state.rate}`);
    const words = fitWords(losses, least);
    setText(verdict, words);
    told = `After ${plural(path.length - 1, "step")}: slope ${slope}, intercept ${intercept}, loss ${decimal(loss)}. ${words}`;
    Object.assign(root.dataset, state);
  }

  return {
    content: [
      element("div", { class: "afm-fit" }, ground.node, history.node),
      element("div", { class: "afm-controls" }, slopeSlider.node, interceptSlider.node, descent.rate, descent.steps),
      verdict,
      figures.node,
    ],
    update,
    announcement: () => told,
  };
}

export default viewOf({ className: "afm-line-fit", build, state: STATE, data: ["points"] });
