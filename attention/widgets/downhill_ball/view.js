// DownhillBall: the curve of a loss, a ball that is dragged to its start, and steps against the slope.
//
// Hooks for tests and for style sheets (kept stable):
//   .afm-downhill                              the widget; data-curve, data-start, data-rate, data-steps, data-w
//   .afm-handle                                the ball, to be dragged to another start
//   input[data-control=start|rate]             native sliders; aria-valuetext says their value in words
//   input[data-control=curve]                  radio buttons
//   button[data-control=step|ten|again]        one step, ten steps, back to the start
//   .afm-figures [data-figure]                 loss, gradient, move, steps; data-value
//   .afm-verdict                               what has become of the ball
//   p[role=status]                             the one live region, 0.6 s after the last move

import { axisNames } from "../js/axes.js";
import { radios } from "../js/controls.js";
import { descentControls } from "../js/descent.js";
import { element, setAttribute, setText } from "../js/dom.js";
import { figureRow } from "../js/figures.js";
import { decimal, plural } from "../js/format.js";
import { readState, setState, viewOf } from "../js/mount.js";
import { coordinate, plane, snapped } from "../js/plane.js";
import { range } from "../js/range.js";
import { drawing } from "../js/vector.js";
import { CURVES, REACH, ballWords, descend } from "./descent.js";

const STATE = ["curve", "start", "rate", "steps"];
const START = { low: -REACH, high: REACH, step: 0.1 };
const ROOM = { low: -3.4, high: 3.4, step: 0.1 };
const HEIGHT = { low: -0.9, high: 6.4, step: 0.1 };
const RATES = [0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.2, 1.5, 1.8, 1.9, 2, 2.1, 2.5];
const MOST_STEPS = 60;
const RATIO = 0.56; // of the picture's height to its width
const TANGENT = 13; // half its length, in hundredths of the width
const FIGURES = {
  loss: "loss",
  gradient: "gradient = slope",
  move: "next: −rate × slope",
  steps: "steps taken",
};

/** @type {import("../js/mount.js").Build} */
function build({ model, root }) {
  /** @param {Record<string, unknown>} changes */
  const move = (changes) => setState(model, changes);
  const [curve, trail, feet, tangent] = ["curve-line", "trail", "feet", "tangent"].map((name) =>
    drawing("path", { class: `afm-${name}`, "vector-effect": "non-scaling-stroke" }),
  );
  const ground = plane({
    ...{ x: ROOM, y: HEIGHT, ratio: RATIO, grid: 1, under: () => [curve, tangent, trail, feet] },
    marks: [{ kind: "spot", ink: "weight", text: "", onMove: (w) => move({ start: snapped(START, w), steps: 0 }) }],
  });
  ground.picture.after(
    ...axisNames({
      at: ground.at,
      ratio: RATIO,
      x: [-3, -2, -1, 1, 2, 3],
      y: [2, 4],
      names: [
        ["loss", 0, HEIGHT.high],
        ["w", 2.9, 0.8],
      ],
    }),
  );
  const startSlider = coordinate({
    ...{ name: "start", label: "start: w", span: START, onInput: (start) => move({ start, steps: 0 }) },
  });
  const descent = descentControls({
    ...{ model, rates: RATES, most: MOST_STEPS },
    buttons: [
      ["step", "step", 1],
      ["ten", "10 steps", 10],
      ["again", "back to the start", 0],
    ],
  });
  const curveChoice = radios({
    name: "curve",
    label: "The loss is",
    options: Object.keys(CURVES).map((value) => ({ value, content: [CURVES[value].label] })),
    onInput: (value) => move({ curve: value, steps: 0 }),
  });
  const figures = figureRow(FIGURES);
  const verdict = element("p", { class: "afm-verdict" });
  let told = "";

  /** A place of the ball in the picture; one that has left lies at its edge. @param {number} w @returns {[number, number]} */
  const place = (w, loss = CURVES[model.get("curve")].loss(w)) => [
    Math.max(ROOM.low, Math.min(ROOM.high, w)),
    Math.max(HEIGHT.low, Math.min(HEIGHT.high, loss)),
  ];
  /** @param {[number, number]} point */
  const at = (point) =>
    ground
      .at(...point)
      .map((x) => x.toFixed(2))
      .join(" ");

  function update() {
    const state = /** @type {any} */ (readState(model, STATE));
    const { loss, slope } = CURVES[state.curve];
    const path = descend(state);
    const now = path[path.length - 1];
    const [height, gradient] = [loss(now), slope(now)];
    const points = range(137).map((i) => at([ROOM.low + i * 0.05, loss(ROOM.low + i * 0.05)]));
    setAttribute(curve, "d", `M${points.join("L")}`);
    setAttribute(trail, "d", path.length > 1 ? `M${path.map((w) => at(place(w))).join("L")}` : "");
    setAttribute(
      feet,
      "d",
      path
        .slice(0, -1)
        .map((w) => `M${at(place(w))}h0`)
        .join(""),
    );
    const [x, y] = ground.at(...place(now));
    const rise = (gradient * RATIO * (ROOM.high - ROOM.low)) / (HEIGHT.high - HEIGHT.low);
    const along = TANGENT / Math.hypot(1, rise);
    const ends = [-along, along].map((far) => `${(x + far).toFixed(2)} ${(y - far * rise).toFixed(2)}`);
    setAttribute(tangent, "d", Math.abs(now) > REACH ? "" : `M${ends.join("L")}`);
    ground.update(
      [place(now)],
      `The loss over w from ${decimal(-REACH, 0)} to ${REACH}: ${CURVES[state.curve].label}. The ball is at w ${decimal(now)}, where the loss is ${decimal(height)} and the slope ${decimal(gradient)}`,
    );
    curveChoice.update(state.curve);
    startSlider.update(state.start);
    descent.update(state.rate);
    figures.loss(height, decimal(height), `at w = ${decimal(now)}`);
    figures.gradient(
      gradient,
      decimal(gradient),
      gradient > 0 ? "uphill to the right" : gradient < 0 ? "uphill to the left" : "level",
    );
    const step = -state.rate * gradient;
    figures.move(
      step,
      decimal(step),
      `−${state.rate} × ${gradient < 0 ? `(${decimal(gradient)})` : decimal(gradient)}`,
    );
    figures.steps(path.length - 1, String(path.length - 1), `start at w = ${decimal(state.start, 1)}`);
    const words = ballWords(state);
    setText(verdict, words);
    told = `After ${plural(path.length - 1, "step")}: w ${decimal(now)}, loss ${decimal(height)}. ${words}`;
    Object.assign(root.dataset, state, { w: now });
  }

  return {
    content: [
      element("div", { class: "afm-controls" }, curveChoice.node),
      ground.node,
      element("div", { class: "afm-controls" }, descent.rate, startSlider.node, descent.steps),
      verdict,
      figures.node,
    ],
    update,
    announcement: () => told,
  };
}

export default viewOf({ className: "afm-downhill", build, state: STATE, data: [] });
