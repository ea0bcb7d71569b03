// HeadExplorer: every head of a trained model on one sentence, how far each follows a pattern, and the chosen one in full.
//
// Hooks for tests and for style sheets (kept stable):
//   .afm-head-explorer                         the widget; data-layer, data-head, data-pattern, data-query, data-key
//   select[data-control=pattern]               previous | first | induction | current
//   input[data-control=layer|head]             native sliders; aria-valuetext says their value in words
//   button[data-control=strongest]             to the head that follows the pattern most
//   .afm-overview td[data-query][data-key]     every head: row = head, column = layer; data-weight = its score
//   .afm-map td[data-query][data-key]          the chosen head; data-weight = the number drawn, data-masked, data-wanted
//   .afm-patterns tr[data-pattern]             the chosen head's scores; data-value, data-rank
//   .afm-readout                               the pointed-at or chosen head and cell in words
//   p[role=status]                             the one live region, 0.6 s after the last move

import { button, indexSlider, select } from "../js/controls.js";
import { AS_IT_IS, element, setAttribute, setText } from "../js/dom.js";
import { decimal, plural, visible } from "../js/format.js";
import { heatGrid, keepInSight, readout } from "../js/heatmap.js";
import { painter } from "../js/ink.js";
import { maskTable } from "../js/masks.js";
import { readState, setState, viewOf } from "../js/mount.js";
import { patternScore, unpackWeights, wantedKeys } from "../js/patterns.js";
import { range } from "../js/range.js";

const DATA = ["tokens", "weights"];
const STATE = ["layer", "head", "pattern", "query_index"];
/** What a control calls each pattern, and what a head does that follows it. @type {Record<string, [string, string]>} */
const PATTERNS = {
  previous: ["previous token", "looks at the token just before"],
  first: ["first token", "looks at the first token, whatever it says: an attention sink"],
  induction: ["induction", "looks at what followed, the last time that its own token stood there"],
  current: ["current token", "looks at its own token"],
};
const NAMES = Object.keys(PATTERNS);

/** @type {import("../js/mount.js").Build} */
function build({ model, root }) {
  /** @type {string[]} */
  const tokens = model.get("tokens");
  const [layers, heads] = model.get("weights").shape;
  const matrix = unpackWeights(model.get("weights"));
  const mask = maskTable("causal", tokens.length);
  /** @param {Record<string, unknown>} changes */
  const move = (changes) => setState(model, changes);
  // Rows are heads and columns layers, so that the way through the model runs from left to right.
  /** @type {Record<string, (number | null)[][]>} */
  const scores = {};
  /** @type {Record<string, import("../js/maths.js").Vector[]>} */
  const wanted = {};
  for (const pattern of NAMES) {
    wanted[pattern] = wantedKeys(pattern, tokens);
    scores[pattern] = range(heads).map((h) => range(layers).map((l) => patternScore(matrix(l, h), wanted[pattern])));
  }
  const impossible = NAMES.filter((pattern) => scores[pattern][0][0] === null);
  /** @type {{ layer: number, head: number, pattern: string, query_index: number }} */
  let state;
  /** @type {number | null} */
  let chosenKey = null; // of this view only; null follows the largest weight of the query
  let marked = ""; // the pattern whose cells are marked
  /** Of the overview: it changes with pattern and colours alone. @type {{ ramp?: import("../js/ink.js").Ramp, pattern?: string }} */
  let drawn = {};

  const patternChoice = select({
    name: "pattern",
    label: "Pattern",
    options: NAMES.map((value) => ({ value, text: PATTERNS[value][0] })),
    onInput: (pattern) => move({ pattern }),
  });
  const layerSlider = indexSlider({
    name: "layer",
    label: "Layer",
    count: layers,
    onInput: (layer) => move({ layer }),
  });
  const headSlider = indexSlider({ name: "head", label: "Head", count: heads, onInput: (head) => move({ head }) });
  const strongest = button({ name: "strongest", label: "strongest head", onPress: () => move(best(state.pattern)) });
  const meaning = element("p", { class: "afm-note-soft" });
  const overview = heatGrid({
    rows: range(heads).map(String),
    columns: range(layers).map(String),
    corner: ["layer", "head"],
    least: Infinity,
    onChoose: (head, layer) => move({ layer, head }),
    onPoint: readHead,
  });
  const overviewScroll = element("div", { class: "afm-scroll" }, overview.node);
  const headTold = element("p", { class: "afm-readout" });
  const grid = heatGrid({ rows: tokens, columns: tokens, least: 0.005, onChoose: chooseCell, onPoint: readCell });
  const gridScroll = element("div", { class: "afm-scroll" }, grid.node);
  /** @type {HTMLElement[]} */
  const cells = Array.from(grid.node.querySelectorAll("td[data-key]"));
  const mapTitle = element("p", { class: "afm-title" });
  const cellTold = readout();
  const table = patternTable(layers * heads);
  /** @param {string} text */
  const note = (text) => element("p", { class: "afm-note-soft" }, text);
  const content = [
    element(
      "div",
      { class: "afm-controls" },
      patternChoice.node,
      layerSlider.node,
      headSlider.node,
      element("div", { class: "afm-buttons" }, strongest),
    ),
    element(
      "div",
      { class: "afm-overview" },
      element(
        "p",
        { class: "afm-title" },
        `Every head: ${plural(layers, "layer")} from left to right, ${plural(heads, "head")} each`,
      ),
      meaning,
      overviewScroll,
      headTold,
    ),
    element(
      "div",
      { class: "afm-detail" },
      element("div", { class: "afm-map afm-wants" }, mapTitle, cellTold.node, gridScroll),
      element(
        "div",
        { class: "afm-beside" },
        table.node,
        note(
          "Each score is a mean of weights, from 0 to 1. Dashed frames in the map: where the chosen pattern wants the weight.",
        ),
        note("All weights are rounded to 1/255."),
      ),
    ),
  ];
  root.style.setProperty("--n", String(tokens.length));
  root.style.setProperty("--layers", String(layers));

  /**
   * The head that follows a pattern most.
   * @param {string} pattern
   */
  function best(pattern) {
    const all = scores[pattern];
    const places = range(layers).flatMap((layer) => range(heads).map((head) => ({ layer, head })));
    const score = (/** @type {{ layer: number, head: number }} */ at) => all[at.head][at.layer] ?? 0;
    return places.reduce((first, other) => (score(other) > score(first) ? other : first));
  }

  /** @param {number} query @param {number} key */
  function chooseCell(query, key) {
    chosenKey = key;
    if (query === state.query_index) update();
    else move({ query_index: query });
  }

  const shownRow = () => matrix(state.layer, state.head)[state.query_index];
  /** @param {import("../js/maths.js").Vector} row */
  const largest = (row) => row.indexOf(Math.max(...row));
  const keyShown = () => Math.min(chosenKey ?? largest(shownRow()), tokens.length - 1);

  /** @param {number} [h] @param {number} [l] */
  function readHead(h = state.head, l = state.layer) {
    const { pattern } = state;
    setText(headTold, `Layer ${l}, head ${h}: ${PATTERNS[pattern][0]} ${told(scores[pattern][h][l])}`);
  }

  /** @param {number} [t] @param {number} [s] */
  function readCell(t = state.query_index, s = keyShown()) {
    const from = `“${visible(tokens[t])}” (${t}) → “${visible(tokens[s])}” (${s})`;
    const weight = matrix(state.layer, state.head)[t][s];
    const hit = wanted[state.pattern][t][s] ? ": in the pattern" : "";
    cellTold.update(from, mask[t][s] ? `weight ${decimal(weight, 3)}${hit}` : "masked: it comes later");
  }

  /** @param {string} pattern */
  function mark(pattern) {
    if (pattern === marked) return;
    marked = pattern;
    cells.forEach((cell) =>
      setAttribute(
        cell,
        "data-wanted",
        wanted[pattern][Number(cell.dataset.query)][Number(cell.dataset.key)] === 1 && "",
      ),
    );
  }

  function update() {
    state = /** @type {typeof state} */ (readState(model, STATE));
    const { layer, head, pattern, query_index: query } = state;
    const key = keyShown();
    const all = scores[pattern];
    patternChoice.update(pattern, impossible);
    layerSlider.update(layer);
    headSlider.update(head);
    setText(meaning, `A head with a high score ${PATTERNS[pattern][1]}.`);
    overview.update({
      weights: all,
      mask: all.map((row) => row.map(() => true)),
      query: head,
      key: layer,
      name: `${PATTERNS[pattern][0]} score of every head: rows are heads, columns are layers`,
    });
    grid.update({
      weights: matrix(layer, head),
      mask,
      query,
      key,
      name: `Weights of layer ${layer}, head ${head}: rows are queries, columns are keys`,
    });
    mark(pattern);
    table.update({ scores, layer, head, pattern });
    setText(mapTitle, `Layer ${layer}, head ${head}`);
    readHead();
    readCell();
    Object.assign(root.dataset, { layer, head, pattern, query, key });
    paper.paint();
  }

  function announcement() {
    const { layer, head, pattern, query_index: query } = state;
    const row = shownRow();
    const found = largest(row);
    const place = `rank ${rank(scores[pattern], head, layer)} of ${layers * heads}`;
    return (
      `Layer ${layer}, head ${head}: ${PATTERNS[pattern][0]} ${told(scores[pattern][head][layer])}, ${place}. ` +
      `Query ${tokens[query]}: most weight on ${tokens[found]}, ${decimal(row[found])}.`
    );
  }

  const paper = painter(
    root,
    () => grid.ink,
    (ramp) => {
      if (drawn.ramp !== ramp || drawn.pattern !== state.pattern) overview.draw(ramp);
      drawn = { ramp, pattern: state.pattern };
      grid.draw(ramp);
      keepInSight(overviewScroll, overview, state.layer, layers);
      keepInSight(gridScroll, grid, keyShown(), tokens.length);
    },
  );
  return {
    content,
    update,
    announcement,
    parts: [paper, overview, grid],
  };
}

/**
 * A score in words; a dash where the pattern says nothing of these tokens.
 * @param {number | null} score
 */
const told = (score) => (score === null ? "–" : decimal(score));

/**
 * How many heads have a higher score, plus one.
 * @param {(number | null)[][]} all
 * @param {number} head
 * @param {number} layer
 */
function rank(all, head, layer) {
  const own = all[head][layer] ?? 0;
  return 1 + all.flat().filter((score) => (score ?? 0) > own).length;
}

/**
 * The chosen head's score under every pattern, and its rank among all heads.
 * @param {number} count
 */
function patternTable(count) {
  const rows = NAMES.map((pattern) => {
    const [number, place] = ["score", "rank"].map((name) => element("td", { "data-cell": name, ...AS_IT_IS }));
    const title = element("th", { scope: "row" }, pattern);
    return { pattern, number, place, node: element("tr", { "data-pattern": pattern }, title, number, place) };
  });
  /** @param {string} text */
  const head = (text) => element("th", { scope: "col" }, text);
  const node = element(
    "table",
    { class: "afm-patterns" },
    element("caption", {}, `This head, among ${count}`),
    element("thead", {}, element("tr", {}, head("pattern"), head("score"), head("rank"))),
    element("tbody", {}, ...rows.map((row) => row.node)),
  );
  /** @param {{ scores: Record<string, (number | null)[][]>, layer: number, head: number, pattern: string }} now */
  function update({ scores, layer, head: h, pattern: chosen }) {
    for (const { pattern, number, place, node: line } of rows) {
      const score = scores[pattern][h][layer];
      const at = score === null ? "–" : rank(scores[pattern], h, layer);
      setText(number, told(score));
      setText(place, String(at));
      number.style.setProperty("--w", (score ?? 0).toFixed(4));
      Object.assign(line.dataset, { value: score, rank: at });
      setAttribute(line, "data-chosen", pattern === chosen && "");
    }
  }
  return { node, update };
}

export default viewOf({ className: "afm-head-explorer", build, state: STATE, data: DATA });
