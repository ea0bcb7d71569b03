// The map of one head, with its pattern's places framed, and what its chosen cell holds in words.

import { element, setAttribute } from "../js/dom.js";
import { decimal, visible } from "../js/format.js";
import { heatGrid, keepInSight, readout } from "../js/heatmap.js";
import { maskTable } from "../js/masks.js";
import { wantedKeys } from "../js/patterns.js";

/**
 * update(weights, query) shows a row of weights for each token and which one is followed; onQuery(query) when another is chosen.
 * @param {{ tokens: string[], name: string, kind: string, onQuery: (query: number) => void }} given
 */
export function headMap({ tokens, name, kind, onQuery }) {
  const wanted = wantedKeys(kind, tokens);
  const mask = maskTable("causal", tokens.length);
  /** @type {number | null} */
  let chosenKey = null; // of this view only; null follows the largest weight of the query
  /** @type {import("../js/maths.js").Vector[]} */
  let weights = [];
  let query = 0;
  const told = readout();
  const grid = heatGrid({ rows: tokens, columns: tokens, least: Infinity, onChoose: choose, onPoint: read });
  const scroll = element("div", { class: "afm-scroll" }, grid.node);
  grid.node.querySelectorAll("td[data-key]").forEach((cell) => {
    const { query: t, key: s } = /** @type {HTMLElement} */ (cell).dataset;
    setAttribute(cell, "data-wanted", wanted[Number(t)][Number(s)] === 1 && "");
  });
  const title = element("p", { class: "afm-title" }, name);
  const node = element("div", { class: "afm-map afm-wants", "data-map": kind }, title, told.node, scroll);
  const key = () => chosenKey ?? weights[query].indexOf(Math.max(...weights[query]));

  /** @param {number} t @param {number} s */
  function choose(t, s) {
    chosenKey = s;
    if (t !== query) onQuery(t);
    else {
      update(weights, query);
      grid.draw();
    }
  }

  /** @param {number} [t] @param {number} [s] */
  function read(t = query, s = key()) {
    const from = `“${visible(tokens[t])}” (${t}) → “${visible(tokens[s])}” (${s})`;
    told.update(from, mask[t][s] ? `weight ${decimal(weights[t][s], 3)}` : "masked: it comes later");
  }

  /** @param {import("../js/maths.js").Vector[]} rows @param {number} t */
  function update(rows, t) {
    [weights, query] = [rows, t];
    const words = `Weights of the ${name}: rows are queries, columns are keys`;
    grid.update({ weights, mask, query, key: key(), name: words });
    read();
  }

  /** @param {import("../js/ink.js").Ramp} ramp */
  function draw(ramp) {
    grid.draw(ramp);
    keepInSight(scroll, grid, key(), tokens.length);
  }
  return { node, grid, update, draw };
}
