// AlignmentExplorer: a decoder with additive attention writes a translation, one word a step; the alignment grows.
//
// Hooks for tests and for style sheets (kept stable):
//   .afm-alignment                             the widget; data-example, data-step, data-position (of the source)
//   input[data-control=step]                   native slider; aria-valuetext says its value in words
//   input[data-control=example|position]       radio buttons: the sentences, the source words; value = index
//   .afm-sentence label[data-position]         the source words; data-weight = the number drawn
//   .afm-writing li[data-step-index]           the output; data-now, data-later (not written yet)
//   .afm-candidates li                         the next word's candidates; data-value = probability, data-chosen = written
//   .afm-steps td[data-step=score|exp|weight]  one row a source word; data-value
//   .afm-strip, .afm-vector li[data-dim]       the context as a picture, its numbers (filled while the list is open); data-value
//   .afm-grid td[data-query][data-key]         row = step, column = source word; data-weight, data-masked = not written yet
//   .afm-readout                               the pointed-at or chosen cell in words
//   p[role=status]                             the one live region, 0.6 s after the last move

import { additiveAttention } from "../js/additive.js";
import { sentenceChoice, slider } from "../js/controls.js";
import { element } from "../js/dom.js";
import { decimal, visible } from "../js/format.js";
import { heatGrid, keepInSight, readout } from "../js/heatmap.js";
import { painter } from "../js/ink.js";
import { unpack } from "../js/maths.js";
import { setState, viewOf } from "../js/mount.js";
import { range } from "../js/range.js";
import { sentence } from "../js/sentence.js";
import { contextTitle, softmaxSteps, stepsTable } from "../js/steps.js";
import { vectorStrip } from "../js/vector.js";
import { candidateList, writtenWords } from "./decoder_output.js";

const DATA = [
  ...["sources", "outputs", "queries", "key_vectors", "score_vector", "annotations", "candidates"],
  "languages",
];
const STATE = ["example", "step", "position"];
/** @type {import("../js/steps.js").Column[]} */
const ADDITIVE = [
  { name: "score", step: "1", title: "score", formula: "v·tanh(q + k)" },
  { name: "exp", title: "exp", formula: "exp(s − max)" },
  { name: "weight", step: "2", title: "weight", formula: "÷ sum" },
];
const LONG = 12; // a table with more rows is closed at first, and in two parts, side by side where there is room
const LEAST = 0.005; // what would be written as .00 is not written

/** @type {import("../js/mount.js").Build} */
function build({ model, root }) {
  const [sources, outputs] = ["sources", "outputs"].map((name) => model.get(name));
  /** @param {Record<string, unknown>} changes */
  const move = (changes) => setState(model, changes);
  /** The parts that belong to a sentence, made when it is first shown. @type {(ReturnType<typeof sentenceParts> | null)[]} */
  const views = Array(sources.length).fill(null);
  let view = views[0];
  let said = "";

  const stepSlider = slider({
    name: "step",
    label: "Step",
    choices: range(outputs[0].length),
    describe: (step) => {
      const words = outputs[model.get("example")];
      const word = visible(words[step] ?? "");
      return {
        text: `${step + 1} of ${words.length}: ${word}`,
        spoken: `step ${step + 1} of ${words.length}: ${word}`,
      };
    },
    onInput: (step) => move({ step, position: null }), // a new step: look where it looks
  });
  const exampleChoice = sentenceChoice(sources, (example) =>
    move({ example, step: Math.min(model.get("step"), outputs[example].length - 1), position: null }),
  );
  const place = element("div", { class: "afm-parts" });
  const content = [
    element("div", { class: "afm-controls" }, stepSlider.node, ...(sources.length > 1 ? [exampleChoice.node] : [])),
    place,
  ];

  function update() {
    const example = model.get("example");
    const step = Math.min(model.get("step"), outputs[example].length - 1);
    if (view !== views[example] || view === null) {
      view = views[example] ??= sentenceParts(model, example, move);
      place.replaceChildren(...view.nodes);
      root.style.setProperty("--n", String(sources[example].length));
      root.classList.toggle("afm-long", sources[example].length > LONG);
    }
    stepSlider.update(step, { choices: range(outputs[example].length) });
    exampleChoice.update(example);
    const { position, words } = view.update(step, model.get("position"));
    said = `Step ${step + 1} of ${outputs[example].length}, ${visible(outputs[example][step])}: ${words}`;
    Object.assign(root.dataset, { example, step, position });
    paper.paint();
  }
  const paper = painter(
    root,
    () => /** @type {NonNullable<typeof view>} */ (view).grid.ink,
    (ramp) => view?.draw(ramp),
  );
  return {
    content,
    update,
    announcement: () => said,
    parts: [paper, { stop: () => views.forEach((parts) => parts?.grid.stop()) }],
  };
}

/**
 * All that belongs to one sentence. update(step, position) returns { position, words }.
 * @param {import("../js/mount.js").Model} model
 * @param {number} example
 * @param {(changes: Record<string, unknown>) => void} move
 */
function sentenceParts(model, example, move) {
  /** @type {string[][]} */
  const [source, output] = ["sources", "outputs"].map((name) => model.get(name)[example]);
  /** @type {[string, number][][]} */
  const candidates = model.get("candidates")[example];
  /** @param {string} name */
  const matrix = (name) => unpack(model.get(name)[example])[0];
  const [v] = unpack(model.get("score_vector"))[0];
  const { scores, weights, context } = additiveAttention(
    matrix("queries"),
    matrix("key_vectors"),
    v,
    matrix("annotations"),
  );
  const [sourceLang, targetLang] = model.get("languages");
  /** @type {null[]} */
  const hidden = source.map(() => null); // a row that is not written yet has no numbers
  const seen = source.map(() => true);
  let at = { step: 0, position: 0 };

  const words = sentence({
    tokens: source,
    onChoose: (position) => move({ position }),
    naming: {
      name: "position",
      label: "The source: over each word stands its weight at this step. Choose a word to follow it.",
      tag: "followed",
      lang: sourceLang,
      least: LEAST,
    },
  });
  const written = writtenWords({ tokens: output, lang: targetLang });
  const guesses = candidateList({ most: Math.max(...candidates.map((pairs) => pairs.length)), lang: targetLang });
  const grid = heatGrid({
    rows: output,
    columns: source,
    corner: ["source →", "output ↓"],
    blank: "not written yet",
    least: LEAST,
    onChoose: (step, position) => move({ step, position }),
    onPoint: readOut,
  });
  const told = readout();
  const scroll = element("div", { class: "afm-scroll" }, grid.node);
  const long = source.length > LONG;
  const half = long ? Math.ceil(source.length / 2) : source.length;
  const tables =
    half < source.length
      ? [
          [0, half],
          [half, source.length],
        ]
      : [[0, half]];
  const steps = tables.map(([from, to]) =>
    stepsTable({ tokens: source.slice(from, to), columns: ADDITIVE, head: "source", from, foot: to === source.length }),
  );
  const arithmetic = element("div", { class: "afm-arithmetic" }, ...steps.map((table) => table.node));
  const sum = contextTitle("context = Σ weight × annotation = ", "h");
  const strip = vectorStrip({ size: context[0].length });
  /** @param {string} text */
  const title = (text) => element("p", { class: "afm-title" }, text);
  const nodes = [
    element("div", { class: "afm-part" }, title("Source, and where the decoder looks"), words.node),
    element(
      "div",
      { class: "afm-part afm-two" },
      element("div", {}, title("Written so far"), written.node),
      element("div", {}, title("The next word"), guesses.node),
    ),
    element(
      "div",
      { class: "afm-part afm-detail" },
      element("div", { class: "afm-map" }, title("The alignment so far"), told.node, scroll),
      long ? element("details", {}, element("summary", {}, "The arithmetic of this step"), arithmetic) : arithmetic,
    ),
    element("div", { class: "afm-part afm-context" }, sum.node, strip.picture, strip.details),
  ];

  /** @param {number} [t] @param {number} [j] */
  function readOut(t = at.step, j = at.position) {
    const numbers = `score ${decimal(scores[t][j])}, weight ${decimal(weights[t][j], 3)}`;
    told.update(`“${visible(output[t])}” → “${visible(source[j])}”`, t > at.step ? "not written yet" : numbers);
  }

  /** @param {import("../js/ink.js").Ramp} ramp */
  function draw(ramp) {
    grid.draw(ramp);
    keepInSight(scroll, grid, at.position, source.length);
  }

  /** @param {number} step @param {number | null} given */
  function update(step, given) {
    const row = weights[step];
    const best = row.indexOf(Math.max(...row));
    const position = given === null || given >= source.length ? best : given;
    at = { step, position };
    words.update({ weights: row, mask: seen, chosen: position });
    written.update(step);
    guesses.update(candidates[step], output[step]);
    grid.update({
      weights: weights.map((line, t) => (t <= step ? line : hidden)),
      mask: weights.map((_, t) => seen.map(() => t <= step)),
      rowNames: output.map((token, t) => (t <= step ? token : "…")),
      query: step,
      key: position,
      name: "Alignment: rows are output words, columns are source words",
    });
    const { exponentials, totals } = softmaxSteps(scores[step], row);
    steps.forEach((table, part) =>
      table.update({
        values: [scores[step], exponentials, row],
        totals: [null, ...totals],
        key: position,
        title: part === 0 ? `Step ${step + 1}, “${visible(output[step])}”: the arithmetic` : "and the other words",
      }),
    );
    sum.update(row, source);
    strip.update(context[step], "The context vector");
    readOut();
    return {
      position,
      words: `most weight on ${visible(source[best])}, ${decimal(row[best])}. ${guessed(candidates[step])}`,
    };
  }
  return { nodes, grid, draw, update };
}

/** @param {[string, number][]} pairs */
function guessed(pairs) {
  const [[word, chance]] = pairs;
  return `The most probable word is ${visible(word)}, ${chance.toFixed(2)}.`;
}

export default viewOf({ className: "afm-alignment", build, state: STATE, data: DATA });
