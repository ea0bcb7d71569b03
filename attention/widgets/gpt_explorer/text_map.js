// The map of a text that is being typed: it follows once the reader pauses, since it has thousands of cells, and is made
// for the longest text, once, since to make it takes longer than to fill it.

import { element } from "../js/dom.js";
import { decimal, visible } from "../js/format.js";
import { heatGrid, keepInSight, readout } from "../js/heatmap.js";
import { mapSheet } from "./sheet.js";

const LEAST = 0.005; // what would be written as .00 is not written

/**
 * What the map shows: the names of the tokens, how many it must have room for, weights and mask (T, T), the chosen query and
 * key, and its name.
 * @typedef {object} TextMap
 * @property {string[]} names
 * @property {number} room
 * @property {ArrayLike<number>[]} weights
 * @property {boolean[][]} mask
 * @property {number} query
 * @property {number} key
 * @property {string} name
 */

/**
 * onChoose(query, key) when a cell is chosen; onShown() when the map has followed and waits to be drawn; onBehind(is) while
 * it is that of another text, or its cells are not written yet.
 * @param {object} given
 * @param {(query: number, key: number) => void} given.onChoose
 * @param {() => void} given.onShown
 * @param {(is: boolean) => void} given.onBehind
 */
export function textMap({ onChoose, onShown, onBehind }) {
  /** @type {(ReturnType<typeof heatGrid> & { room: number }) | null} */
  let grid = null;
  /** @type {TextMap | null} */
  let wanted = null;
  /** @type {string[] | null} */
  let mapped = null; // the names that it shows now
  let isBehind = false;
  let timer = 0;
  const told = readout();
  const scroll = element("div", { class: "afm-scroll", onscroll: () => draw() });
  const title = element("p", { class: "afm-title" }, "Where every token looks");
  const node = element("div", { class: "afm-map" }, title, told.node, scroll);

  /** @param {number} room */
  function makeGrid(room) {
    if (grid?.room === room) return;
    grid?.stop();
    const blanks = Array(room).fill("");
    const made = heatGrid({
      rows: blanks,
      columns: blanks,
      onChoose,
      onPoint: readOut,
      least: LEAST,
      sheetOf: mapSheet,
    });
    grid = { room, ...made };
    scroll.replaceChildren(made.node);
  }

  /**
   * Say which cell is pointed at, or which is chosen.
   * @param {number | null} [query]
   * @param {number | null} [key]
   */
  function readOut(query = null, key = null) {
    if (!wanted || isBehind) return;
    const { names, weights, mask } = wanted;
    const [t, s] = query === null || key === null ? [wanted.query, wanted.key] : [query, key];
    const words = mask[t][s] ? `weight ${decimal(weights[t][s], 3)}` : "masked: it comes later";
    told.update(`“${visible(names[t])}” → “${visible(names[s])}”`, words);
  }

  function follow() {
    clearTimeout(timer);
    isBehind = false;
    const onWritten = () => isBehind || onBehind(false);
    if (!wanted) return void onWritten();
    onBehind(true);
    const { names, room, ...shown } = wanted;
    makeGrid(room);
    grid?.update({ ...shown, rowNames: names, columnNames: names, onWritten });
    mapped = names;
    readOut();
    onShown();
  }

  /**
   * Show the map of a text, or null for none. That of another text waits for `pause` milliseconds in which no other comes.
   * @param {TextMap | null} map
   * @param {number} [pause]
   */
  function update(map, pause = 0) {
    wanted = map;
    if (!map) return;
    const { names } = map;
    if (mapped === null || (names.length === mapped.length && names.every((name, i) => name === mapped?.[i]))) follow();
    else {
      isBehind = true;
      onBehind(true);
      clearTimeout(timer);
      timer = setTimeout(follow, pause);
    }
  }

  /** @param {import("../js/ink.js").Ramp} [ramp] */
  function draw(ramp) {
    if (!grid || !wanted || isBehind) return;
    if (ramp) {
      const { query, key, weights } = wanted;
      keepInSight(scroll, grid, key, weights.length);
      const above = (weights.length - 1 - query) * grid.side();
      if (scroll.scrollHeight > scroll.clientHeight) {
        scroll.scrollTop = scroll.scrollHeight - above - scroll.clientHeight / 2;
      }
    }
    grid.draw(ramp, scroll);
  }

  return {
    node,
    update,
    draw,
    ink: () => /** @type {HTMLElement} */ (grid?.ink),
    isBehind: () => isBehind,
    stop() {
      clearTimeout(timer);
      grid?.stop();
    },
  };
}
