// PhaseChange: a model learns to repeat; its loss, two heads' scores and what they look at, step by step.
//
// Hooks for tests and for style sheets (kept stable):
//   .afm-phase                             the widget; data-run, data-step (of the state), data-query, data-fall
//   input[data-control=step]               native slider; aria-valuetext says its value in words
//   input[data-control=run]                radio buttons, value = index
//   button[data-control=fall]              to the step before which the loss falls most
//   [data-figure=loss|previous|induction]  data-value
//   .afm-step-chart [data-line]            a line and its spot each: loss | previous | induction
//   [data-map=previous|induction] td[data-query][data-key]   a head's weights; data-weight, data-masked, data-wanted
//   p[role=status]                         the one live region, 0.6 s after the last move

import { button, radios, slider } from "../js/controls.js";
import { element } from "../js/dom.js";
import { figureRow } from "../js/figures.js";
import { decimal, plural } from "../js/format.js";
import { painter } from "../js/ink.js";
import { unpack } from "../js/maths.js";
import { readState, setState, viewOf } from "../js/mount.js";
import { unpackWeights } from "../js/patterns.js";
import { range } from "../js/range.js";
import { steepestFall, stepChart } from "./curves.js";
import { headMap } from "./head_map.js";

const DATA = ["tokens", "steps", "runs", "curves", "maps"];
const STATE = ["run", "step", "query_index"];
const KINDS = ["loss", "previous", "induction"];
const HEADS = ["previous-token head", "induction head"];

/** @type {import("../js/mount.js").Build} */
function build({ model, root }) {
  /** @type {{ tokens: string[], steps: number[], runs: string[] }} */
  const { tokens, steps, runs } = /** @type {any} */ (readState(model, DATA));
  const curves = unpack(model.get("curves")); // for each run rows of loss and scores
  const matrix = unpackWeights(model.get("maps"));
  /** @param {number} run @param {number} kind */
  const curve = (run, kind) => curves[run].map((row) => row[kind]);
  const most = Math.max(...range(runs.length).flatMap((run) => curve(run, 0)));
  let said = "";

  const progress = slider({
    name: "step",
    label: "Training step",
    choices: steps,
    describe: (step) => ({ text: String(step), spoken: `step ${step}` }),
    onInput: (step) => setState(model, { step }),
  });
  const choice = radios({
    name: "run",
    label: "Run",
    options: runs.map((name, value) => ({ value, content: [name] })),
    onInput: (run) => setState(model, { run }),
  });
  const fall = () => steps[steepestFall(curve(model.get("run"), 0))];
  const steepest = button({
    name: "fall",
    label: "Steepest fall",
    onPress: () => setState(model, { step: fall() }),
  });
  const figures = figureRow({ loss: "loss", previous: "previous-token score", induction: "induction score" });
  const charts = [
    stepChart({ steps, names: ["loss"], kinds: KINDS.slice(0, 1) }),
    stepChart({ steps, names: ["previous token", "induction"], kinds: KINDS.slice(1) }),
  ];
  const onQuery = (/** @type {number} */ query) => setState(model, { query_index: query });
  const maps = HEADS.map((name, h) => headMap({ tokens, name, kind: KINDS[h + 1], onQuery }));
  const content = [
    element(
      "div",
      { class: "afm-controls" },
      progress.node,
      ...(runs.length > 1 ? [choice.node] : []),
      element("div", { class: "afm-buttons" }, steepest),
    ),
    figures.node,
    element("div", { class: "afm-phase-pair" }, ...charts.map((chart) => chart.node)),
    element("div", { class: "afm-phase-pair" }, ...maps.map((map) => map.node)),
    element("p", { class: "afm-note-soft" }, "Dashed frames: where such a head looks. Weights are rounded to 1/255."),
  ];
  root.style.setProperty("--n", String(tokens.length));

  const paper = painter(
    root,
    () => maps[0].grid.ink,
    (ramp) => maps.forEach((map) => map.draw(ramp)),
  );

  function update() {
    const { run, step, query_index: query } = readState(model, STATE);
    const place = steps.indexOf(step);
    const lines = range(KINDS.length).map((kind) => curve(run, kind));
    progress.update(step);
    choice.update(run);
    const since = place > 0 ? `since step ${steps[place - 1]}` : "before training";
    KINDS.forEach((kind, k) => {
      const number = lines[k][place];
      const change = place > 0 ? number - lines[k][place - 1] : 0;
      const remark = place > 0 ? `${change < 0 ? "" : "+"}${decimal(change)} ${since}` : since;
      figures[/** @type {"loss" | "previous" | "induction"} */ (kind)](number, decimal(number), remark);
    });
    const ends = lines.map((line) => `from ${decimal(line[0])} to ${decimal(line[line.length - 1])}`);
    const over = `over ${plural(steps[steps.length - 1], "step")}`;
    charts[0].update(lines.slice(0, 1), most, place, `Loss ${over}: ${ends[0]}`);
    const scores = `Scores ${over}: previous token ${ends[1]}, induction ${ends[2]}`;
    charts[1].update(lines.slice(1), 1, place, scores);
    maps.forEach((map, h) => map.update(matrix(run, place, h), query));
    paper.paint();
    const [loss, previous, induction] = lines.map((line) => decimal(line[place]));
    said = `${runs[run]}, step ${step}: loss ${loss}, previous-token score ${previous}, induction score ${induction}.`;
    Object.assign(root.dataset, { run, step, query, fall: fall() });
  }
  return { content, update, announcement: () => said, parts: [paper, ...maps.map((map) => map.grid)] };
}

export default viewOf({ className: "afm-phase", build, state: STATE, data: DATA });
