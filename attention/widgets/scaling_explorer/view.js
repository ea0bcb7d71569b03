// ScalingExplorer: sliders for d_k and temperature, a switch for the scale; 16 scores, their softmax and its Jacobian.
//
// Hooks for tests and for style sheets (kept stable):
//   .afm-scaling                               the widget; data-d_k, data-temperature, data-scaled (of the state)
//   input[data-control=d_k|temperature]        native sliders; aria-valuetext says their value in words
//   input[data-control=scaled]                 a checkbox
//   .afm-figures [data-figure]                 square, deviation, largest, entropy, jacobian, raw; data-value
//   .afm-grid td[data-query][data-key]         the Jacobian: row = weight, column = score; data-weight = the signed number
//   .afm-steps td[data-step=product|score|exp|weight]  one row a key; data-value (filled while the list is open)
//   .afm-readout                               the pointed-at or chosen cell in words
//   p[role=status]                             the one live region, 0.6 s after the last move

import { barChart } from "../js/bars.js";
import { checkbox, slider, withPresent } from "../js/controls.js";
import { AS_IT_IS, element, setAttribute, setText } from "../js/dom.js";
import { figureRow } from "../js/figures.js";
import { decimal, plural } from "../js/format.js";
import { heatGrid, keepInSight, readout } from "../js/heatmap.js";
import { painter } from "../js/ink.js";
import { exponentiate, unpack } from "../js/maths.js";
import { readState, setState, viewOf } from "../js/mount.js";
import { deviation, rootMeanSquare } from "../js/spread.js";
import { stepsTable } from "../js/steps.js";
import { entropy, frobenius, saturation } from "./saturation.js";

const DATA = ["query", "key_vectors"];
const STATE = ["d_k", "temperature", "scaled"];
const TEMPERATURES = [
  ...[0.1, 0.125, 0.16, 0.2, 0.25, 0.315, 0.4, 0.5, 0.63, 0.8],
  ...[1, 1.25, 1.6, 2, 2.5, 3.15, 4, 5, 6.3, 8, 10],
];
const MOST = 0.25; // of an entry of the Jacobian: where a weight is one half
const LONGEST = 0.5; // of the whole Jacobian: two weights of one half
/** @type {import("../js/steps.js").Column[]} */
const COLUMNS = [
  { name: "product", title: "q·k" },
  { name: "score", title: "score" },
  { name: "exp", title: "exp", formula: "exp(s − max)" },
  { name: "weight", title: "weight", formula: "÷ sum" },
];
const FIGURES = {
  square: "mean square of q·k",
  deviation: "deviation of scores",
  largest: "largest weight",
  entropy: "entropy",
  jacobian: "Jacobian’s norm",
};

/**
 * Three digits that count, so that neither 4096 nor 0.00012 needs room: 4096, 8.12, 0.012, 1.2·10⁻⁴.
 * @param {number} number
 */
export function compact(number) {
  const size = Math.abs(number);
  if (size >= 100) return decimal(number, 0);
  if (size >= 10) return decimal(number, 1);
  if (size >= 0.0995 || number === 0) return decimal(number, 2);
  if (size >= 0.00095) return decimal(number, 3);
  const [digits, exponent] = size.toExponential(1).split("e-");
  const raised = Array.from(exponent, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]).join("");
  return `${number < 0 ? "−" : ""}${digits}·10⁻${raised}`;
}

/**
 * A weight: never rounded to a full 1.
 * @param {number} weight
 */
export function weightText(weight) {
  if (weight === 1 || weight < 0.995) return compact(weight);
  return weight < 0.9995 ? decimal(weight, 3) : "> 0.999";
}

/**
 * The axis of the scores, up to 30 or 300 …: heights are square roots, so that neither small nor large scores are lost.
 * @param {import("../js/maths.js").Vector} scores
 * @returns {{ place: (score: number) => number, ticks: [number, string][] }}
 */
export function scoreAxis(scores) {
  const largest = Math.max(...scores.map(Math.abs));
  let top = 30;
  while (top < largest) top *= 10;
  /** @param {number} score */
  const place = (score) => 50 - 38 * Math.sign(score) * Math.sqrt(Math.abs(score) / top);
  return { place, ticks: [0, top / 3, -top / 3, top, -top].map((tick) => [tick, decimal(tick, 0)]) };
}

/** @type {import("../js/mount.js").Build} */
function build({ model, root }) {
  const [query] = unpack(model.get("query"))[0];
  const keys = unpack(model.get("key_vectors"))[0];
  const names = keys.map((_, j) => String(j));
  const widths = [];
  for (let width = 1; width <= query.length; width *= 2) widths.push(width);
  /** @param {Record<string, unknown>} changes */
  const move = (changes) => setState(model, changes);
  /** What the page computed last. @type {ReturnType<typeof compute>} */
  let now;
  /** [weight, score] of this view; null follows the largest weight. @type {[number, number] | null} */
  let chosen = null;
  let said = "";

  const widthSlider = slider({
    name: "d_k",
    label: "d_k",
    choices: widths,
    describe: (n) => ({ text: String(n), spoken: plural(n, "dimension") }),
    onInput: (dK) => move({ d_k: dK }),
  });
  const heatSlider = slider({
    name: "temperature",
    label: "Temperature",
    choices: TEMPERATURES,
    describe: (value) => ({ text: String(value), spoken: `temperature ${value}` }),
    onInput: (temperature) => move({ temperature }),
  });
  const scale = checkbox({ name: "scaled", label: "divide by √d_k", onInput: (scaled) => move({ scaled }) });

  const figures = figureRow(FIGURES);
  const raw = element("span", { "data-figure": "raw", ...AS_IT_IS });
  const scoreBars = barChart({ names, title: "Scores" });
  const weightBars = barChart({ names, title: "Weights" });
  const grid = heatGrid({
    rows: names,
    columns: names,
    corner: ["score →", "weight ↓"],
    shade: (entry) => Math.min(1, Math.abs(entry) / MOST),
    least: 0.005,
    digits: 4,
    onChoose: (i, j) => {
      chosen = [i, j];
      update();
    },
    onPoint: readOut,
  });
  const scroll = element("div", { class: "afm-scroll" }, grid.node);
  const told = readout();
  const steps = stepsTable({ tokens: names, columns: COLUMNS, head: "key" });
  const details = element(
    "details",
    { ontoggle: fill },
    element("summary", {}, `The ${plural(names.length, "key")} in numbers`),
    steps.node,
  );
  /** @param {...(string | Node)} text */
  const note = (...text) => element("p", { class: "afm-note-soft" }, ...text);
  const content = [
    element("div", { class: "afm-controls" }, widthSlider.node, heatSlider.node, scale.node),
    figures.node,
    element("div", { class: "afm-charts" }, scoreBars.node, weightBars.node),
    element(
      "div",
      { class: "afm-detail" },
      element(
        "div",
        { class: "afm-map" },
        element("p", { class: "afm-title" }, "The Jacobian: what softmax lets through"),
        scroll,
      ),
      element(
        "div",
        { class: "afm-beside" },
        told.node,
        note(
          "Row: the weight that moves. Column: the score that moves it. Positive on the diagonal, negative elsewhere; the darkest is ±0.25, the most there can be. A pale map passes no gradient.",
        ),
        note("Down to q·k the gradient also meets the factor of the scores: ", raw, "."),
        details,
      ),
    ),
  ];
  root.style.setProperty("--n", String(names.length));

  const pair = () => chosen ?? [now.best, now.best];

  /** @param {number} [row] @param {number} [column] */
  function readOut(row = pair()[0], column = pair()[1]) {
    const entry = now.jacobian[row][column];
    told.update(`weight ${row} by score ${column}: ${entry > 0 ? "+" : ""}${compact(entry)}`, product(row, column));
  }

  /**
   * The arithmetic of an entry. 1 − p is read off the entry, which has more digits than the weight.
   * @param {number} row
   * @param {number} column
   */
  function product(row, column) {
    const [p, other] = [row, column].map((k) => now.weights[k]);
    if (row !== column) return `−p p′ = −${weightText(p)} × ${weightText(other)}`;
    return `p (1 − p) = ${weightText(p)} × ${weightText(p > 0 ? now.jacobian[row][row] / p : 1)}`;
  }

  function fill() {
    if (!details.open) return;
    const { exponentials, sum } = exponentiate(now.scores);
    steps.update({
      values: [now.products, now.scores, exponentials, now.weights],
      totals: [null, null, sum, now.weights.reduce((a, b) => a + b, 0)],
      key: pair()[1],
      title: `${formula()}, and its softmax`,
    });
  }

  function formula() {
    const { d_k: dK, temperature, scaled } = now.state;
    const divisors = [...(scaled ? [`√${dK}`] : []), ...(temperature === 1 ? [] : [String(temperature)])];
    if (divisors.length === 0) return "q·k";
    return divisors.length === 1 ? `q·k / ${divisors[0]}` : `q·k / (${divisors.join(" · ")})`;
  }

  function compute() {
    const state = readState(model, STATE);
    const { d_k: dK, temperature, scaled } = state;
    const found = saturation(query, keys, { dK, temperature, scaled });
    return { ...found, state, best: found.weights.indexOf(Math.max(...found.weights)) };
  }

  function update() {
    now = compute();
    const { state, products, scores, weights, jacobian, best } = now;
    const { d_k: dK, temperature, scaled } = state;
    widthSlider.update(dK);
    heatSlider.update(temperature, { choices: withPresent(TEMPERATURES, temperature) });
    scale.update(scaled);
    const [expected, norm, bits] = [Math.sqrt(dK) * now.scale, frobenius(jacobian), entropy(weights)];
    const [square, spread, all] = [rootMeanSquare(products) ** 2, deviation(scores), Math.log2(names.length)];
    figures.square(square, compact(square), `d_k = ${dK}`);
    figures.deviation(spread, compact(spread), `expected ${compact(expected)}`);
    figures.largest(weights[best], weightText(weights[best]), `key ${best}`, weights[best]);
    figures.entropy(bits, compact(bits), `of ${compact(all).replace(/\.?0+$/, "")} bits`, bits / all);
    figures.jacobian(
      norm,
      compact(norm),
      `all equal: ${compact(Math.sqrt(names.length - 1) / names.length)}`,
      norm / LONGEST,
    );
    setText(raw, `${compact(norm)} × ${Number(now.scale.toPrecision(3))} = ${compact(norm * now.scale)}`);
    setAttribute(raw, "data-value", norm * now.scale);
    const [i, j] = pair();
    const axis = scoreAxis(scores);
    scoreBars.update({
      values: scores,
      name: `Scores: ${names.map((key, k) => `key ${key} ${compact(scores[k])}`).join(", ")}`,
      text: `${formula()}; dashed: ±${compact(expected)}, the deviation expected`,
      ...axis,
      dashed: [expected, -expected],
      noted: [Math.max(...scores), Math.min(...scores)].map((score) => [scores.indexOf(score), compact(score)]),
      chosen: j,
    });
    weightBars.update({
      values: weights,
      name: `Weights: ${names.map((key, k) => `key ${key} ${weightText(weights[k])}`).join(", ")}`,
      text: `softmax of the scores; dashed: all equal, 1/${names.length}`,
      place: (weight) => 96 - 88 * weight,
      ticks: [
        [0, "0"],
        [0.5, "½"],
        [1, "1"],
      ],
      dashed: [1 / names.length],
      noted: [[best, weightText(weights[best])]],
      chosen: i,
    });
    grid.update({
      weights: jacobian,
      mask: jacobian.map((row) => Array.from(row, () => true)),
      query: i,
      key: j,
      name: "Jacobian of the softmax: rows are weights, columns are scores",
    });
    readOut();
    fill();
    said =
      `d_k ${dK}, ${scaled ? "scaled" : "not scaled"}, temperature ${temperature}: most weight on key ${best}, ${weightText(weights[best])}; ` +
      `entropy ${compact(bits)} of ${compact(all)} bits; norm of the Jacobian ${compact(norm)}.`;
    Object.assign(root.dataset, state);
    paper.paint();
  }

  const paper = painter(
    root,
    () => grid.ink,
    (ramp) => {
      grid.draw(ramp);
      keepInSight(scroll, grid, pair()[1], names.length);
    },
  );
  return {
    content,
    update,
    announcement: () => said,
    parts: [paper, grid],
  };
}

export default viewOf({ className: "afm-scaling", build, state: STATE, data: DATA });
