// PositionExplorer: put the words of a sentence into another order and see whose context vector moves, and under which scheme.
//
// Hooks for tests and for style sheets (kept stable):
//   .afm-position                              the widget; data-scheme, data-order, data-word, data-place, data-causal
//   input[data-control=scheme]                 radio buttons, value none | sinusoidal | learned | rotary | alibi
//   input[data-control=place]                  native slider: where the chosen word stands; aria-valuetext says it in words
//   input[data-control=word]                   radio buttons: the words in their present order; value = place
//   input[data-control=causal]                 a checkbox
//   button[data-control=swap|reverse|restore]  the whole order at once
//   .afm-grid td[data-query][data-key]         weights, rows and columns in the present order; data-weight, data-masked
//   .afm-moved tr[data-word]                   the words in their original order; data-place, data-value = how far, data-role
//   .afm-verdict, .afm-readout                 the result, and the pointed-at or chosen cell, in words
//   p[role=status]                             the one live region, 0.6 s after the last move

import { button, checkbox, radios, slider } from "../js/controls.js";
import { AS_IT_IS, element, setAttribute, setText } from "../js/dom.js";
import { decimal, plural, visible } from "../js/format.js";
import { heatGrid, readout } from "../js/heatmap.js";
import { painter } from "../js/ink.js";
import { unpack } from "../js/maths.js";
import { readState, setState, viewOf } from "../js/mount.js";
import { sentence } from "../js/sentence.js";
import { SLOPE, answers, attendInOrder, distances, moveWord, swapWords } from "./order.js";

const DATA = ["words", "embeddings", "w_q", "w_k", "w_v", "learned", "readout", "roles", "swap"];
const STATE = ["scheme", "order", "word", "causal"];
/** What a control calls each scheme, and what it does. @type {Record<string, [string, string]>} */
const SCHEMES = {
  none: ["none", "Nothing says where a word stands."],
  sinusoidal: ["sinusoidal", "Added to each word’s vector: waves, fixed by its place."],
  learned: ["learned", "Added to each word’s vector: one that was trained for its place."],
  rotary: ["rotary", "Query and key are turned by their places; their product knows distance and direction."],
  alibi: ["ALiBi", `Each score loses ${SLOPE} for every place between query and key, to either side alike.`],
};
const NAMING = {
  name: "word",
  label:
    "The words in their present order: choose the one to move. Over each word stands the weight that the chosen one gives it.",
  tag: "chosen",
};

/** @type {import("../js/mount.js").Build} */
function build({ model, root }) {
  /** @type {string[][]} */
  const [words, roles] = ["words", "roles"].map((name) => model.get(name));
  /** @type {[number, number]} */
  const swap = model.get("swap");
  const tensors = Object.fromEntries(
    ["embeddings", "w_q", "w_k", "w_v", "readout"].map((name) => [name, unpack(model.get(name))]),
  );
  const [learned] = unpack(model.get("learned"));
  const names = Object.keys(SCHEMES);
  const first = words.map((_, word) => word);
  /** @param {Record<string, unknown>} changes */
  const move = (changes) => setState(model, changes);
  /** @param {number} word */
  const said = (word) => `“${visible(words[word])}”`;
  /** @type {{ scheme: string, order: number[], word: number, causal: boolean }} */
  let state;
  /** What the page computed last. @type {ReturnType<typeof attend>} */
  let now;
  /** @type {number | null} */
  let chosenKey = null; // of this view only; null follows the query
  let told = "";

  const schemeChoice = radios({
    name: "scheme",
    label: "Positions",
    className: "afm-schemes",
    options: names.map((value) => ({ value, content: [SCHEMES[value][0]] })),
    onInput: (scheme) => move({ scheme }),
  });
  const explained = element("p", { class: "afm-note-soft" });
  const placeSlider = slider({
    name: "place",
    label: "Place of the word",
    choices: first,
    describe: (place) => ({
      text: `${place + 1} of ${words.length}: ${visible(words[model.get("word")])}`,
      spoken: `place ${place + 1} of ${words.length}: ${visible(words[model.get("word")])}`,
    }),
    onInput: (place) => move({ order: moveWord(state.order, state.word, place) }),
  });
  const causalBox = checkbox({ name: "causal", label: "causal mask", onInput: (causal) => move({ causal }) });
  /** @param {string} name @param {string} label @param {() => number[]} order */
  const whole = (name, label, order) => button({ name, label, onPress: () => move({ order: order() }) });
  const buttons = element(
    "div",
    { class: "afm-buttons", role: "group", "aria-label": "The whole order" },
    whole("swap", `swap ${said(swap[0])} and ${said(swap[1])}`, () => swapWords(state.order, swap)),
    whole("reverse", "reverse", () => [...state.order].reverse()),
    whole("restore", "restore", () => first),
  );
  const row = sentence({ tokens: words, naming: NAMING, onChoose: (place) => move({ word: state.order[place] }) });
  const grid = heatGrid({ rows: words, columns: words, onChoose: chooseCell, onPoint: readOut });
  const cellTold = readout();
  const verdict = element("p", { class: "afm-verdict" });
  const table = movedTable({ words, roles });
  const content = [
    element("div", { class: "afm-controls" }, schemeChoice.node, causalBox.node),
    explained,
    element("div", { class: "afm-controls" }, placeSlider.node, buttons),
    row.node,
    element(
      "div",
      { class: "afm-detail" },
      element(
        "div",
        { class: "afm-map" },
        element("p", { class: "afm-title" }, "Weights, in the present order"),
        cellTold.node,
        element("div", { class: "afm-scroll" }, grid.node),
      ),
      element("div", { class: "afm-results" }, verdict, table.node),
    ),
  ];
  root.style.setProperty("--n", String(words.length));

  /** @param {number} query @param {number} key */
  function chooseCell(query, key) {
    chosenKey = key;
    if (state.order[query] === state.word) update();
    else move({ word: state.order[query] });
  }

  /**
   * The words in an order under the present scheme.
   * @param {number[]} order
   */
  function attend(order) {
    const index = names.indexOf(state.scheme);
    /** @param {keyof typeof tensors} name */
    const own = (name) => tensors[name][tensors[name].length > 1 ? index : 0];
    const [x, wQ, wK, wV] = ["embeddings", "w_q", "w_k", "w_v"].map(own);
    const found = attendInOrder(
      state.scheme,
      order.map((word) => x[word]),
      { wQ, wK, wV, learned, causal: state.causal },
    );
    return { ...found, answers: answers(found.context, own("readout")), width: wQ.length };
  }

  const cellShown = () => [state.order.indexOf(state.word), chosenKey ?? state.order.indexOf(state.word)];

  /** @param {number} [i] @param {number} [j] */
  function readOut(i = cellShown()[0], j = cellShown()[1]) {
    const product = `q·k / √${now.width} = ${decimal(now.products[i][j])}`;
    const far =
      state.scheme === "alibi" ? `, less ${decimal(SLOPE * Math.abs(i - j), 1)} = ${decimal(now.scores[i][j])}` : "";
    const end = now.mask[i][j] ? `weight ${decimal(now.weights[i][j], 3)}` : "masked to −∞, weight 0";
    cellTold.update(`${said(state.order[i])} → ${said(state.order[j])}`, `${product}${far}, ${end}`);
  }

  function update() {
    state = /** @type {typeof state} */ (readState(model, STATE));
    const { scheme, order, word, causal } = state;
    const place = order.indexOf(word);
    now = attend(order);
    const before = attend(first);
    const moved = distances(before.context, now.context, order);
    const inOrder = order.map((i) => words[i]);
    schemeChoice.update(scheme);
    setText(explained, SCHEMES[scheme][1]);
    placeSlider.update(place);
    causalBox.update(causal);
    row.update({ weights: now.weights[place], mask: now.mask[place], chosen: place, words: inOrder });
    grid.update({
      weights: now.weights,
      mask: now.mask,
      query: place,
      key: cellShown()[1],
      name: "Weights in the present order: rows are queries, columns are keys",
      rowNames: inOrder,
      columnNames: inOrder,
    });
    table.update({
      order,
      moved,
      before: before.answers,
      answers: first.map((i) => now.answers[order.indexOf(i)]),
      word,
    });
    const result = judge(state, moved);
    setText(verdict, result);
    setAttribute(verdict, "data-still", moved.every((far) => far === 0) && "");
    readOut();
    told = `${SCHEMES[scheme][0]}, ${inOrder.map(visible).join(" ")}: ${result}`;
    Object.assign(root.dataset, { scheme, order, word, place, causal });
    paper.paint();
  }

  const paper = painter(root, () => grid.ink, grid.draw);
  return {
    content,
    update,
    announcement: () => told,
    parts: [paper, grid],
  };
}

/**
 * What the distances say, in words.
 * @param {{ scheme: string, order: number[], causal: boolean }} state
 * @param {number[]} moved
 */
export function judge({ scheme, order, causal }, moved) {
  const count = moved.filter((far) => far > 0).length;
  if (order.every((word, place) => word === place)) return "The original order: move a word.";
  if (count === 0) {
    /** @type {Record<string, string>} */
    const why = {
      none: causal ? "" : ": nothing here knows the order",
      alibi: causal ? "" : ": every distance is what it was",
    };
    return `No context moved${why[scheme] ?? ""}.`;
  }
  const mean = moved.reduce((a, b) => a + b, 0) / moved.length;
  return `${count} of ${plural(moved.length, "context")} moved, by ${decimal(mean)} on average.`;
}

/**
 * A row for each word in the original order: its place, the role that is read off its context, and how far that moved.
 * @param {{ words: string[], roles: string[] }} given
 */
function movedTable({ words, roles }) {
  /** @param {string} text */
  const head = (text) => element("th", { scope: "col" }, text);
  const rows = words.map((text, word) => {
    const cells = ["place", "role", "far"].map((name) =>
      element("td", { "data-cell": name, translate: name !== "role" && "no" }),
    );
    return {
      node: element("tr", { "data-word": word }, element("th", { scope: "row", ...AS_IT_IS }, visible(text)), ...cells),
      cells,
    };
  });
  const node = element(
    "table",
    { class: "afm-moved" },
    element("caption", {}, "Role: read off the word’s context. Moved: 1 is the average length of a context."),
    element("thead", {}, element("tr", {}, ...["word", "place", "role", "moved"].map(head))),
    element("tbody", {}, ...rows.map((row) => row.node)),
  );
  /**
   * @param {object} now
   * @param {number[]} now.order
   * @param {number[]} now.moved
   * @param {number[]} now.before
   * @param {number[]} now.answers
   * @param {number} now.word
   */
  function update({ order, moved, before, answers: after, word: chosen }) {
    rows.forEach(({ node: line, cells: [place, role, far] }, word) => {
      const at = order.indexOf(word);
      /** @param {number | string} from @param {number | string} to */
      const change = (from, to) => (from === to ? String(to) : `${from} → ${to}`);
      setText(place, change(word + 1, at + 1));
      setText(role, change(roles[before[word]], roles[after[word]]));
      // A bare 0 is for what is exactly 0.
      setText(far, moved[word] > 0 && moved[word] < 0.005 ? "< 0.01" : decimal(moved[word]));
      far.style.setProperty("--w", Math.min(1, moved[word] / 2).toFixed(4));
      setAttribute(line, "data-chosen", word === chosen && "");
      setAttribute(line, "data-changed", before[word] !== after[word] && "");
      Object.assign(line.dataset, { place: at, value: moved[word], role: roles[after[word]] });
    });
  }
  return { node, update };
}

export default viewOf({ className: "afm-position", build, state: STATE, data: DATA });
