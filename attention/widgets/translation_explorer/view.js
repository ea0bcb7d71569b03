// TranslationExplorer: a sentence grows, the one vector that should hold it does not, and the translation fails.
//
// Hooks for tests and for style sheets (kept stable):
//   .afm-translation                       the widget; data-length, data-model (its name), data-example
//   input[data-control=length]             native slider; aria-valuetext says its value in words
//   input[data-control=model|example]      radio buttons; value = name, index
//   .afm-source li[data-position]          the source words; data-new = not in the next shorter sentence
//   .afm-share                             "One vector of … numbers for … words: … numbers a word"
//   .afm-strip, .afm-vector li[data-dim]   the vector as a picture, its numbers (filled while the list is open); data-value
//   .afm-pairs li[data-kind]               right | wrong | missing | extra; data-reference, data-written (indices), data-value
//   .afm-verdict                           the verdict in words; data-perfect
//   .afm-curve [data-line]                 one line and its dots a model; .afm-dot the present length and model
//   p[role=status]                         the one live region, 0.6 s after the last move

import { radios, sentenceChoice, slider } from "../js/controls.js";
import { AS_IT_IS, element, setAttribute, setText } from "../js/dom.js";
import { plural, visible } from "../js/format.js";
import { unpack } from "../js/maths.js";
import { setState, viewOf } from "../js/mount.js";
import { drawing, vectorStrip } from "../js/vector.js";
import { alignedTranslation } from "./aligned.js";
import { qualityCurve } from "./curve.js";
import { vectorSentence } from "../js/edits.js";

const DATA = [
  ...["sources", "references", "models", "outputs", "chances", "states", "scores", "lengths", "unit", "trained"],
  "languages",
];
const STATE = ["example", "length", "model"];

/** @type {import("../js/mount.js").Build} */
function build({ model, root }) {
  /** @type {string[][][][]} */
  const [sources, references] = ["sources", "references"].map((name) => model.get(name));
  /** @type {string[]} */
  const models = model.get("models");
  const lengths = model.get("lengths");
  const [outputs, chances, scores, unit, trained] = ["outputs", "chances", "scores", "unit", "trained"].map((n) =>
    model.get(n),
  );
  const [sourceLang, targetLang] = model.get("languages");
  const states = unpack(model.get("states")); // M × N matrices (L, d)
  const size = states[0][0].length;
  /** @param {Record<string, unknown>} changes */
  const move = (changes) => setState(model, changes);
  let said = "";

  const lengthSlider = slider({
    name: "length",
    label: "Length",
    choices: lengths,
    describe: (length) => ({
      text: plural(length, unit),
      spoken: `${plural(length, unit)}${trained === null ? "" : length > trained ? ", longer than in training" : ", as in training"}`,
    }),
    onInput: (length) => move({ length }),
  });
  const modelChoice = radios({
    name: "model",
    label: "Model",
    options: models.map((name) => ({ value: name, content: [name] })),
    onInput: (name) => move({ model: name }),
  });
  const exampleChoice = sentenceChoice(
    sources.map((of) => of[0]),
    (example) => move({ example }),
  );
  const controls = [
    ...(lengths.length > 1 ? [lengthSlider.node] : []),
    ...(models.length > 1 ? [modelChoice.node] : []),
    ...(sources.length > 1 ? [exampleChoice.node] : []),
  ];
  const source = element("ol", { class: "afm-source", lang: sourceLang || null, ...AS_IT_IS });
  const sourceTitle = element("p", { class: "afm-title" });
  const strip = vectorStrip({ size });
  const shares = drawing("path", { class: "afm-word-shares", "vector-effect": "non-scaling-stroke" });
  const ruler = drawing(
    "svg",
    { class: "afm-ruler", viewBox: `0 0 ${size} 1`, preserveAspectRatio: "none", "aria-hidden": "true" },
    shares,
  );
  const share = element("p", { class: "afm-title afm-share" });
  const translation = alignedTranslation({ lang: targetLang });
  const translationTitle = element("p", { class: "afm-title" });
  const curve = qualityCurve({ models, lengths, scores, trained, unit });
  const content = [
    element("div", { class: "afm-controls" }, ...controls),
    element("div", { class: "afm-part" }, sourceTitle, source),
    element(
      "div",
      { class: "afm-part" },
      share,
      strip.picture,
      ruler,
      element(
        "div",
        { class: "afm-below" },
        strip.details,
        element("p", { class: "afm-note-right", "aria-hidden": "true" }, "each bracket: one word’s share"),
      ),
    ),
    element("div", { class: "afm-part" }, translationTitle, translation.node),
    element(
      "div",
      { class: "afm-part" },
      element("p", { class: "afm-title" }, "Held-out sentences translated without a fault"),
      curve.node,
      curve.words,
    ),
  ];

  function update() {
    const [example, length, name] = STATE.map((trait) => model.get(trait));
    const [m, l] = [models.indexOf(name), lengths.indexOf(length)];
    const words = sources[example][l];
    const known = l > 0 ? sources[example][l - 1].length : words.length;
    lengthSlider.update(length);
    modelChoice.update(name);
    exampleChoice.update(example);
    setText(
      sourceTitle,
      `Source: ${plural(words.length, "word")}${known < words.length ? `, the last ${words.length - known} new` : ""}`,
    );
    showWords(source, words, known);
    setText(share, vectorSentence(size, words.length));
    strip.update(states[m * sources.length + example][l], "The one vector that the decoder is given");
    setAttribute(shares, "d", sharesPath(size, words.length));
    setText(translationTitle, models.length > 1 ? `Translation: ${name}` : "Translation");
    const reference = references[example][l];
    const found = translation.update({ reference, written: outputs[m][example][l], chances: chances[m][example][l] });
    curve.update({ model: name, length });
    said = `${models.length > 1 ? `${name}, ` : ""}${plural(length, unit)}: ${found.text}. ${vectorSentence(size, words.length)}.`;
    Object.assign(root.dataset, { length, model: name, example });
  }
  return { content, update, announcement: () => said };
}

/**
 * The words as a list; those from `known` on are new at this length. Nodes that are there are kept.
 * @param {HTMLElement} list
 * @param {string[]} words
 * @param {number} known
 */
function showWords(list, words, known) {
  while (list.children.length > words.length) list.lastElementChild?.remove();
  words.forEach((word, i) => {
    const item = list.children[i] ?? list.appendChild(element("li", { "data-position": i }));
    setText(item, visible(word));
    setAttribute(item, "data-new", i >= known && "");
  });
}

/**
 * A bracket under each of `count` equal shares of a strip.
 * @param {number} size
 * @param {number} count
 */
function sharesPath(size, count) {
  const width = size / count;
  const gap = Math.min(0.15 * width, 1);
  return Array.from({ length: count }, (_, i) => `M${i * width + gap} 0V1H${(i + 1) * width - gap}V0`).join("");
}

export default viewOf({ className: "afm-translation", build, state: STATE, data: DATA });
