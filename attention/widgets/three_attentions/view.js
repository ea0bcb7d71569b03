// ThreeAttentions: the Transformer of 2017; of the chosen attention, where Q, K and V come from, and its map.
//
// Hooks for tests and for style sheets (kept stable):
//   .afm-three                            the widget; data-use, data-query
//   input[data-control=use]               radio buttons, value encoder | masked | cross
//   input[data-control=query]             native slider: the row that is followed; aria-valuetext says its word
//   .afm-stack-box[data-use]              the boxes; data-chosen
//   .afm-qkv[data-use][data-ink=q|k|v]    where Q, K and V come from; data-chosen
//   .afm-grid td[data-query][data-key]    the weights; data-weight, data-masked
//   p[role=status]                        the one live region, 0.6 s after the last move

import { radios, slider } from "../js/controls.js";
import { element, setText } from "../js/dom.js";
import { decimal, visible } from "../js/format.js";
import { heatGrid, readout } from "../js/heatmap.js";
import { painter } from "../js/ink.js";
import { maskTable } from "../js/masks.js";
import { attention, unpack } from "../js/maths.js";
import { readState, setState, viewOf } from "../js/mount.js";
import { range } from "../js/range.js";
import { stacks } from "./stacks.js";

const DATA = ["source", "target", "queries", "key_vectors", "written"];
const STATE = ["use", "query"];
/** What each attention is called, and where its Q, K and V come from. @type {Record<string, [string, string]>} */
const USES = {
  encoder: ["encoder self-attention", "Q, K and V come from the source; every word sees every word."],
  masked: [
    "masked self-attention",
    "Q, K and V come from what is written so far; each word sees itself and those before it.",
  ],
  cross: ["cross-attention", "Q comes from the decoder, K and V from what the encoder made of the source."],
};

/**
 * The weights of one of the three, and which key each query may see.
 * @param {string} use
 * @param {Float64Array<ArrayBufferLike>[]} queries
 * @param {Float64Array<ArrayBufferLike>[]} keys
 */
export function weightsOf(use, queries, keys) {
  const mask = use === "masked" ? maskTable("causal", keys.length) : queries.map(() => keys.map(() => true));
  return { mask, weights: attention(queries, keys, keys, { mask }).weights };
}

/** @type {import("../js/mount.js").Build} */
function build({ model, root }) {
  /** @type {string[][]} */
  const [source, target, written] = ["source", "target", "written"].map((name) => model.get(name));
  const [queries, keys] = ["queries", "key_vectors"].map((name) =>
    model.get(name).map((/** @type {any} */ x) => unpack(x)[0]),
  );
  const names = Object.keys(USES);
  const maps = names.map((use, i) => weightsOf(use, queries[i], keys[i]));
  /** The words that ask and those that answer. @param {string} use */
  const sides = (use) => [use === "encoder" ? source : target, use === "masked" ? target : source];
  /** @param {string} use */
  const choose = (use) => {
    const last = sides(use)[0].length - 1;
    setState(model, { use, query: Math.min(model.get("query"), last) });
  };
  /** @type {number | null} */
  let chosenKey = null; // of this view only; null follows the largest weight
  let told = "";
  const longest = source.length > target.length ? source : target;

  const choice = radios({
    name: "use",
    label: "Attention",
    options: names.map((value) => ({ value, content: [USES[value][0].replace("encoder ", "")] })),
    className: "afm-uses",
    onInput: choose,
  });
  const rows = slider({
    name: "query",
    label: "Query",
    choices: range(longest.length),
    describe: (row) => {
      const asks = sides(model.get("use"))[0];
      const text = `${row + 1} of ${asks.length}: ${visible(asks[row])}`;
      return { text, spoken: text };
    },
    onInput: (query) => setState(model, { query }),
  });
  const picture = stacks(choose);
  const explained = element("p", { class: "afm-verdict" });
  const grid = heatGrid({ rows: longest, columns: longest, onChoose: chooseCell, onPoint: readOut });
  const cell = readout();
  const content = [
    element("div", { class: "afm-controls" }, choice.node),
    element(
      "div",
      { class: "afm-three-parts" },
      picture.node,
      element(
        "div",
        { class: "afm-map" },
        explained,
        rows.node,
        cell.node,
        element("div", { class: "afm-scroll" }, grid.node),
      ),
    ),
  ];
  root.style.setProperty("--n", String(longest.length));

  /** @param {number} query @param {number} key */
  function chooseCell(query, key) {
    chosenKey = key;
    if (query === model.get("query")) update();
    else setState(model, { query });
  }

  function shown() {
    const { use, query } = readState(model, STATE);
    const { weights, mask } = maps[names.indexOf(use)];
    const best = weights[query].indexOf(Math.max(...weights[query]));
    return { use, query, weights, mask, best, key: Math.min(chosenKey ?? best, weights[0].length - 1) };
  }

  /** @param {number} [i] @param {number} [j] */
  function readOut(i = shown().query, j = shown().key) {
    const { use, weights, mask } = shown();
    const [asks, answers] = sides(use);
    const writing = use === "encoder" ? "" : `; here the decoder writes “${visible(written[i])}”`;
    const weight = mask[i][j] ? `weight ${decimal(weights[i][j], 3)}` : "masked, weight 0";
    cell.update(`“${visible(asks[i])}” → “${visible(answers[j])}”`, weight + writing);
  }

  function update() {
    const { use, query, weights, mask, best, key } = shown();
    const [asks, answers] = sides(use);
    choice.update(use);
    rows.update(query, { choices: range(asks.length) });
    picture.update(use, `Encoder and decoder, each of N layers. ${USES[use][0]}: ${USES[use][1]}`);
    setText(explained, USES[use][1]);
    const name = `Weights of the ${USES[use][0]}: rows are queries, columns are keys`;
    grid.update({ weights, mask, query, key, name, rowNames: asks, columnNames: answers });
    readOut();
    const writing = use === "encoder" ? "" : `, writing ${visible(written[query])}`;
    told = `${USES[use][0]}, ${visible(asks[query])}${writing}: most weight on ${visible(answers[best])}, ${decimal(weights[query][best])}.`;
    Object.assign(root.dataset, { use, query });
    paper.paint();
  }

  const paper = painter(root, () => grid.ink, grid.draw);
  return { content, update, announcement: () => told, parts: [paper, grid] };
}

export default viewOf({ className: "afm-three", build, state: STATE, data: DATA });
