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

import { wellFormed } from "./bpe.js";
import {
  announcer,
  decimal,
  element,
  indexSlider,
  plural,
  radios,
  range,
  setText,
  slider,
  visible,
} from "../js/controls.js";
import { fetchModel, fetched, onFetched } from "./fetching.js";
import { drawn, guessList } from "./guesses.js";
import { heatGrid, keepInSight } from "../js/heatmap.js";
import { painter, thumbnail } from "../js/ink.js";
import { modelReadings, noteOn, storedReadings, whyNothing } from "./reading.js";
import { mapSheet } from "./sheet.js";
import { textField } from "./typing.js";
import { setState, viewOf } from "../js/view.js";
import { sentence } from "../js/words.js";

const DATA = ["script", "facts", "label", "caption"];
const STATE = ["text", "layer", "head", "mask", "length", "preview"];
const MASKS = ["causal", "none"].map((value) => ({ value, content: [value] }));
const LEAST = 0.005; // what would be written as .00 is not written
const NAMING = {
  name: "query",
  label: "The tokens that can be read: choose the query. Over each token stands the weight that the query gives it.",
  tag: "query",
  least: LEAST,
};
const BURST = 12; // tokens that are written on, and the milliseconds between two
const PAUSE = 120;
const REST = 400; // milliseconds without a key press after which the map follows the text
const LATER = 40; // after which it follows a text that the model writes, and the small maps follow the large one

/** Build the widget. Returns { node, update, announce, stop }. */
function build(model) {
  const facts = model.get("facts");
  const { layers, heads, max_len: maxLen, longest_text: longest, bytes } = facts;
  const move = (changes) => setState(model, changes);
  let [loading, failure] = [false, ""];
  let source = null; // who reads: what Python sent, or the model
  let reading = null;
  let grid = null; // it is made for so many tokens: { room, node, update, ... }
  let mapped = []; // the names of the tokens that the map shows
  let chosen = { query: null, key: null }; // of this view; null: the last token that is read, and itself
  let [writing, following, overview] = [0, 0, 0]; // timers
  let behind = false; // whether the map is still that of another text

  const layerSlider = indexSlider({
    name: "layer",
    label: "Layer",
    count: layers,
    onInput: (layer) => move({ layer }),
  });
  const headSlider = indexSlider({ name: "head", label: "Head", count: heads, onInput: (head) => move({ head }) });
  const maskChoice = radios({ name: "mask", label: "Mask", options: MASKS, onInput: (mask) => move({ mask }) });
  const lengthSlider = slider({
    name: "length",
    label: "Length",
    choices: [1],
    describe: (length) => {
      const count = reading?.names.length ?? 0;
      return { text: count ? `${length} of ${count}` : "0", spoken: `${length} of ${plural(count, "token")}` };
    },
    onInput: (length) => move({ length: length === reading.names.length ? null : length }),
  });
  const field = textField({
    size: bytes,
    longest,
    onText: (text) => {
      stopWriting();
      write(text, true);
    },
    onAsk: load,
  });
  field.area.addEventListener("focus", stopWriting); // who goes there wants to write
  const thumbs = range(layers * heads).map(thumbnail);
  const every = radios({
    name: "map",
    label: "Every head, by layer (L) and head (H)",
    className: "afm-every",
    options: thumbs.map(({ node: map }, value) => ({
      value,
      content: [map, element("span", {}, `L${Math.floor(value / heads)} H${value % heads}`)],
    })),
    onInput: (value) => move({ layer: Math.floor(value / heads), head: value % heads }),
  });
  const guesses = guessList({ most: 10, onWrite: (text) => append(text) });
  const guessTitle = element("p", { class: "afm-title" }, "");
  const cut = element("p", { class: "afm-note-text" }, "");
  const writeOn = element("button", { type: "button", class: "afm-button afm-write" }, "Write on");
  writeOn.addEventListener("click", () => (writing ? stopWriting() : startWriting()));
  const wordsTitle = element("p", { class: "afm-title" }, "");
  const words = sentence({ tokens: Array(maxLen).fill(""), onChoose: (query) => choose(query, null), naming: NAMING });
  const wordsPlace = element("div", { class: "afm-part" }, wordsTitle, words.node);
  const mapTitle = element("p", { class: "afm-title" }, "Where every token looks");
  const readout = element("p", { class: "afm-readout" }, "");
  const scroll = element("div", { class: "afm-scroll" });
  scroll.addEventListener("scroll", () => behind || grid.draw(undefined, scroll));
  const lacking = element("p", { class: "afm-lacking" }, "");
  const results = element(
    "div",
    { class: "afm-part afm-detail" },
    element("div", { class: "afm-next" }, guessTitle, guesses.node, cut, writeOn),
    element("div", { class: "afm-map" }, mapTitle, readout, scroll),
    every.node,
  );
  const live = announcer();
  const node = element(
    "div",
    { class: "afm afm-gpt", role: "group", "aria-label": model.get("label") },
    field.node,
    element("div", { class: "afm-controls" }, layerSlider.node, headSlider.node, maskChoice.node, lengthSlider.node),
    lacking,
    wordsPlace,
    results,
    ...(model.get("caption") ? [element("p", { class: "afm-caption" }, model.get("caption"))] : []),
    live.node,
  );
  node.style.setProperty("--heads", heads);

  function load() {
    [loading, failure] = [true, ""];
    update();
    fetchModel(model)
      .catch((error) => (failure = error.message))
      .finally(() => {
        loading = false;
        update();
        if (!failure) live.say("The model is here. You can type your own text.");
      });
  }

  /** The reader's text, or one that the model went on with: read to its end. */
  function write(text, toEnd) {
    chosen = { query: null, key: null };
    move({ text: wellFormed(text).slice(-longest), ...(toEnd ? { length: null } : {}) });
  }

  const append = (piece) =>
    write((reading.length < reading.names.length ? reading.kept() : model.get("text")) + piece, true);

  function startWriting(left = BURST) {
    const canWrite = (id) => source.tokenizer.textOf(id) !== null;
    const id = left > 0 && reading.known ? drawn(reading.chances, canWrite, Math.random()) : null;
    if (id === null) return stopWriting();
    writing = setTimeout(() => startWriting(left - 1), PAUSE);
    return append(source.tokenizer.textOf(id));
  }

  function stopWriting() {
    clearTimeout(writing);
    writing = 0;
    setText(writeOn, "Write on");
  }

  /** To make a map takes longer than to fill it: where texts can be typed, it is made for the longest, once. */
  function makeGrid(count) {
    const room = fetched(model.get("script")) ? maxLen : count;
    if (grid?.room === room) return;
    grid?.stop();
    const blanks = Array(room).fill("");
    const options = { onChoose: choose, onPoint: readOut, least: LEAST, sheetOf: mapSheet };
    grid = { room, ...heatGrid({ rows: blanks, columns: blanks, ...options }) };
    scroll.replaceChildren(grid.node);
  }

  function choose(query, key) {
    chosen = { query, key };
    update();
    announce();
  }

  const place = () => {
    const query = Math.min(chosen.query ?? reading.length - 1, reading.length - 1);
    return { query, key: Math.min(chosen.key ?? query, reading.length - 1) };
  };
  const matrix = () => reading.weights(model.get("layer"), model.get("head"));
  const named = (token) => `“${visible(reading.names[token])}”`;

  function readOut(query = null, key = null) {
    if (!reading.weights || behind) return;
    const at = query === null ? place() : { query, key };
    const told = reading.allowed[at.query][at.key]
      ? `weight ${decimal(matrix()[at.query][at.key], 3)}`
      : "masked: it comes later";
    setText(readout, `${named(at.query)} → ${named(at.key)}\n${told}`);
  }

  function read() {
    const here = fetched(model.get("script"));
    const from = here ?? model.get("preview");
    if (source?.from !== from) {
      source = { from, tokenizer: here?.tokenizer, read: here ? modelReadings(here) : storedReadings(from, facts) };
    }
    reading = source.read(model.get("text"), model.get("length"), model.get("mask"));
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
      choices: names.length ? names.map((_, i) => i + 1) : [1],
      disabled: names.length === 0,
    });
    Object.assign(node.dataset, { model: state, tokens: names.length, layer, head, mask, length });
    const lacks = weights === null;
    lacking.hidden = !lacks;
    wordsPlace.hidden = results.hidden = lacks;
    setText(lacking, lacks ? whyNothing(reading) : "");
    if (lacks) {
      Object.assign(node.dataset, { query: "", key: "" });
      return;
    }
    const { query, key } = place();
    const shown = matrix();
    words.update({ weights: shown[query], mask: reading.allowed[query], chosen: query, words: names });
    every.update(layer * heads + head);
    guesses.update(reading.guesses, ready);
    setText(wordsTitle, `Where ${named(query)} looks, in layer ${layer}, head ${head}`);
    setText(guessTitle, `After ${named(length - 1)}: the next token`);
    setText(cut, length < names.length ? "To go on from here drops the tokens after it." : "");
    cut.hidden = length === names.length || !ready;
    writeOn.hidden = !ready;
    setText(writeOn, writing ? "Stop" : "Write on");
    Object.assign(node.dataset, { query, key });
    // A map of a long text has thousands of cells: while the reader types, only the words and the guesses keep up.
    if (grid === null || (names.length === mapped.length && names.every((text, i) => text === mapped[i]))) follow();
    else {
      behind = true;
      node.dataset.behind = "";
      clearTimeout(following);
      following = setTimeout(follow, writing ? LATER : REST);
    }
  }

  /** The large map and what is read off it; the small ones follow, and a little later what is said of its cells. */
  function follow() {
    clearTimeout(following);
    behind = false;
    const onWritten = () => behind || delete node.dataset.behind;
    if (!reading.weights) return void onWritten();
    node.dataset.behind = "";
    const { names } = reading;
    const name = `Weights of layer ${model.get("layer")}, head ${model.get("head")}: rows are queries, columns are keys`;
    makeGrid(names.length);
    const labels = { name, rowNames: names, columnNames: names };
    grid.update({ weights: matrix(), mask: reading.allowed, ...place(), ...labels, onWritten });
    mapped = names;
    readOut();
    paper.paint();
  }

  function drawEvery(ramp) {
    if (!reading.weights) return;
    const { query } = place();
    thumbs.forEach((thumb, i) => {
      thumb.update({ weights: reading.weights(Math.floor(i / heads), i % heads), mask: reading.allowed, query, ramp });
    });
  }

  function draw(ramp) {
    if (!reading?.weights || behind) return;
    const { query, key } = place();
    clearTimeout(overview);
    overview = setTimeout(() => drawEvery(ramp), LATER);
    keepInSight(scroll, grid, key, reading.length);
    const above = (reading.length - 1 - query) * grid.side();
    if (scroll.scrollHeight > scroll.clientHeight)
      scroll.scrollTop = scroll.scrollHeight - above - scroll.clientHeight / 2;
    grid.draw(ramp, scroll);
  }

  function announce() {
    if (!reading.weights) return live.say(whyNothing(reading));
    const { query } = place();
    const row = matrix()[query];
    const best = row.indexOf(Math.max(...row));
    const [[guess, , chance]] = reading.guesses;
    return live.say(
      `Layer ${model.get("layer")}, head ${model.get("head")}: ${visible(reading.names[query])} puts most weight on ` +
        `${visible(reading.names[best])}, ${decimal(row[best])}. Likeliest next token: ${visible(guess)}, ${chance.toFixed(2)}.`,
    );
  }

  const paper = painter(node, () => grid.ink, draw);
  const forget = onFetched(() => update());
  return {
    node,
    update,
    announce,
    stop() {
      stopWriting();
      clearTimeout(following);
      clearTimeout(overview);
      forget();
      paper.stop();
      grid?.stop();
      live.stop();
    },
  };
}

export default viewOf({ build, state: STATE, data: DATA });
