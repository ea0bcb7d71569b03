// GPTExplorer: the reader types a text, and the book's own GPT reads it in the page: its attention, and its next token.
//
// Hooks for tests and for style sheets (kept stable):
//   .afm-gpt                              the widget; data-model = asleep | loading | ready, data-tokens (that can be read),
//                                         data-layer, data-head, data-mask, data-length (that are read), data-query, data-key,
//                                         data-behind while the map does not show or say them yet
//   textarea[data-control=text]           the text; read-only until the model is there
//   .afm-load, .afm-write                 the buttons that ask for the model, and that let it write on
//   input[data-control=layer|head|length] native sliders; aria-valuetext says their value in words
//   input[data-control=mask]              radio buttons, value causal | none
//   input[data-control=map|query]         radio buttons: the small maps, value = layer * heads + head; the tokens
//   .afm-sentence label[data-position]    the tokens; data-weight, data-masked, data-outside (beyond the length)
//   .afm-grid td[data-query][data-key]    cells of the chosen head; data-weight = the number drawn, data-masked
//   .afm-guess                            the next token's candidates; data-value = probability
//   .afm-note-text, .afm-readout          what is read; the pointed-at or chosen cell in words
//   p[role=status]                        the one live region, 0.6 s after the last move

import { indexSlider, radios, slider } from "../js/controls.js";
import { AS_IT_IS, element, setText } from "../js/dom.js";
import { decimal, plural, visible } from "../js/format.js";
import { painter, thumbnail } from "../js/ink.js";
import { maskOptions } from "../js/masks.js";
import { setState, viewOf } from "../js/mount.js";
import { range } from "../js/range.js";
import { sentence } from "../js/sentence.js";
import { wellFormed } from "./bpe.js";
import { fetched, fetchModel, onFetched } from "./fetch_model.js";
import { drawn, guessList } from "./guesses.js";
import { textField } from "./text_field.js";
import { textMap } from "./text_map.js";
import { emptyReading, modelReadings, noteOn, storedReadings, whyNothing } from "./text_readings.js";
import { writeOnButton } from "./write_on.js";

/** @typedef {import("./text_readings.js").Read} Read */
/** @typedef {import("./fetch_model.js").Fetched["tokenizer"]} Tokenizer */

const DATA = ["script", "facts"];
const STATE = ["text", "layer", "head", "mask", "length", "preview"];
const NAMING = {
  name: "query",
  label: "The tokens that can be read: choose the query. Over each token stands the weight that the query gives it.",
  tag: "query",
  least: 0.005, // what would be written as .00 is not written
};
const REST = 400; // milliseconds without a key press after which the map follows the text
const LATER = 40; // after which it follows a text that the model writes, and the small maps follow the large one

/** @type {import("../js/mount.js").Build} */
function build({ model, root, say }) {
  const facts = model.get("facts");
  const { layers, heads, max_len: maxLen, longest_text: longest, bytes } = facts;
  /** @param {Record<string, unknown>} changes */
  const move = (changes) => setState(model, changes);
  let [loading, failure] = [false, ""];
  /** Who reads: what Python sent, or the model. @type {{ from: object, tokenizer?: Tokenizer, read: Read } | null} */
  let source = null;
  let reading = emptyReading();
  /** Of this view; null: the last token that is read, and itself. @type {{ query: number | null, key: number | null }} */
  let chosen = { query: null, key: null };
  let overview = 0; // timer

  const layerSlider = indexSlider({
    name: "layer",
    label: "Layer",
    count: layers,
    onInput: (layer) => move({ layer }),
  });
  const headSlider = indexSlider({ name: "head", label: "Head", count: heads, onInput: (head) => move({ head }) });
  const maskChoice = radios({
    name: "mask",
    label: "Mask",
    options: maskOptions(["causal", "none"]),
    onInput: (mask) => move({ mask }),
  });
  const lengthSlider = slider({
    name: "length",
    label: "Length",
    choices: [1],
    describe: (length) => {
      const count = reading.names.length;
      return { text: count ? `${length} of ${count}` : "0", spoken: `${length} of ${plural(count, "token")}` };
    },
    onInput: (length) => move({ length: length === reading.names.length ? null : length }),
  });
  const writeOn = writeOnButton({ next: drawNext, onWrite: append });
  const field = textField({
    size: bytes,
    longest,
    onText: (text) => {
      writeOn.stop();
      write(text);
    },
    onAsk: load,
  });
  field.area.addEventListener("focus", writeOn.stop); // who goes there wants to write
  const thumbs = range(layers * heads).map(thumbnail);
  const every = radios({
    name: "map",
    label: "Every head, by layer (L) and head (H)",
    className: "afm-every",
    options: thumbs.map(({ node }, value) => ({
      value,
      content: [node, element("span", AS_IT_IS, `L${Math.floor(value / heads)} H${value % heads}`)],
    })),
    onInput: (value) => move({ layer: Math.floor(value / heads), head: value % heads }),
  });
  const guesses = guessList({ most: 10, onWrite: append });
  const guessTitle = element("p", { class: "afm-title" });
  const cut = element("p", { class: "afm-note-text" });
  const wordsTitle = element("p", { class: "afm-title" });
  const words = sentence({ tokens: Array(maxLen).fill(""), onChoose: (query) => choose(query, null), naming: NAMING });
  const wordsPlace = element("div", { class: "afm-part" }, wordsTitle, words.node);
  const map = textMap({
    onChoose: choose,
    onShown: () => paper.paint(),
    onBehind: (is) => root.toggleAttribute("data-behind", is),
  });
  const lacking = element("p", { class: "afm-lacking" });
  const results = element(
    "div",
    { class: "afm-part afm-detail" },
    element("div", { class: "afm-next" }, guessTitle, guesses.node, cut, writeOn.node),
    map.node,
    every.node,
  );
  root.style.setProperty("--heads", String(heads));
  const content = [
    field.node,
    element("div", { class: "afm-controls" }, layerSlider.node, headSlider.node, maskChoice.node, lengthSlider.node),
    lacking,
    wordsPlace,
    results,
  ];

  function load() {
    [loading, failure] = [true, ""];
    update();
    fetchModel(model)
      .catch((error) => (failure = error.message))
      .finally(() => {
        loading = false;
        update();
        if (!failure) say("The model is here. You can type your own text.");
      });
  }

  /**
   * The reader's text, or one that the model went on with: read to its end.
   * @param {string} text
   */
  function write(text) {
    chosen = { query: null, key: null };
    move({ text: wellFormed(text).slice(-longest), length: null });
  }

  /** @param {string} piece */
  function append(piece) {
    const start = reading.length < reading.names.length ? reading.kept?.() : model.get("text");
    write(start + piece);
  }

  /** The text of a next token, drawn by its probability among those that can be written. */
  function drawNext() {
    const tokenizer = source?.tokenizer;
    if (!tokenizer || !reading.known) return null;
    const id = drawn(reading.chances, (one) => tokenizer.textOf(one) !== null, Math.random());
    return id === null ? null : tokenizer.textOf(id);
  }

  /** @param {number | null} query @param {number | null} key */
  function choose(query, key) {
    chosen = { query, key };
    update();
    say(announcement());
  }

  const place = () => {
    const query = Math.min(chosen.query ?? reading.length - 1, reading.length - 1);
    return { query, key: Math.min(chosen.key ?? query, reading.length - 1) };
  };
  /** @param {import("./text_readings.js").Weights} weights */
  const matrix = (weights) => weights(model.get("layer"), model.get("head"));
  /** @param {number} token */
  const named = (token) => `“${visible(reading.names[token])}”`;

  function read() {
    const here = fetched(model.get("script"));
    const from = here ?? model.get("preview");
    if (source?.from !== from) {
      source = { from, tokenizer: here?.tokenizer, read: here ? modelReadings(here) : storedReadings(from, facts) };
    }
    reading = /** @type {NonNullable<typeof source>} */ (source).read(
      model.get("text"),
      model.get("length"),
      model.get("mask"),
    );
    return here !== null;
  }

  function update() {
    const ready = read();
    const { names, length, mask, weights } = reading;
    const [layer, head] = [model.get("layer"), model.get("head")];
    const state = ready ? "ready" : loading ? "loading" : "asleep";
    field.update({ text: model.get("text"), state, note: noteOn(reading, facts, ready), error: failure });
    layerSlider.update(layer);
    headSlider.update(head);
    maskChoice.update(mask);
    lengthSlider.update(Math.max(length, 1), {
      choices: names.length ? range(names.length).map((i) => i + 1) : [1],
      disabled: names.length === 0,
    });
    Object.assign(root.dataset, { model: state, tokens: names.length, layer, head, mask, length });
    lacking.hidden = weights !== null;
    wordsPlace.hidden = results.hidden = weights === null;
    setText(lacking, weights === null ? whyNothing(reading) : "");
    if (weights === null) {
      Object.assign(root.dataset, { query: "", key: "" });
      map.update(null);
      return;
    }
    const { query, key } = place();
    const shown = matrix(weights);
    words.update({ weights: shown[query], mask: reading.allowed[query], chosen: query, words: names });
    every.update(layer * heads + head);
    guesses.update(reading.guesses, ready);
    setText(wordsTitle, `Where ${named(query)} looks, in layer ${layer}, head ${head}`);
    setText(guessTitle, `After ${named(length - 1)}: the next token`);
    setText(cut, length < names.length ? "To go on from here drops the tokens after it." : "");
    cut.hidden = length === names.length || !ready;
    writeOn.node.hidden = !ready;
    writeOn.update();
    Object.assign(root.dataset, { query, key });
    const name = `Weights of layer ${layer}, head ${head}: rows are queries, columns are keys`;
    const room = ready ? maxLen : names.length; // where texts can be typed, for the longest
    map.update(
      { names, room, weights: shown, mask: reading.allowed, query, key, name },
      writeOn.isWriting() ? LATER : REST,
    );
  }

  /** @param {import("../js/ink.js").Ramp} ramp */
  function drawEvery(ramp) {
    const { weights, allowed } = reading;
    if (!weights) return;
    const { query } = place();
    thumbs.forEach((thumb, i) => {
      thumb.update({ weights: weights(Math.floor(i / heads), i % heads), mask: allowed, query, ramp });
    });
  }

  /** @param {import("../js/ink.js").Ramp} ramp */
  function draw(ramp) {
    if (!reading.weights || map.isBehind()) return;
    clearTimeout(overview);
    overview = setTimeout(drawEvery, LATER, ramp);
    map.draw(ramp);
  }

  function announcement() {
    if (!reading.weights) return whyNothing(reading);
    const { query } = place();
    const row = Array.from(matrix(reading.weights)[query]);
    const best = row.indexOf(Math.max(...row));
    const [[guess, , chance]] = reading.guesses;
    return (
      `Layer ${model.get("layer")}, head ${model.get("head")}: ${visible(reading.names[query])} puts most weight on ` +
      `${visible(reading.names[best])}, ${decimal(row[best])}. Likeliest next token: ${visible(guess)}, ${chance.toFixed(2)}.`
    );
  }

  const paper = painter(root, map.ink, draw);
  const forget = onFetched(() => update());
  const timers = { stop: () => clearTimeout(overview) };
  return { content, update, announcement, parts: [writeOn, map, paper, timers, { stop: forget }] };
}

export default viewOf({ className: "afm-gpt", build, state: STATE, data: DATA });
