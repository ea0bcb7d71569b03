// A tensor as tables of cells, one for each head or one for all; the cells of all tables are walked with the arrow keys.

import { AS_IT_IS, KEEPS_KEYS, element, setAttribute } from "../js/dom.js";
import { decimal, visible } from "../js/format.js";
import { step } from "../js/walk.js";

const INKS = 6; // colours of heads; the seventh head has the first one's

/** @typedef {[row: number, column: number]} Place */

/** @typedef {{ value: number, place: Place, head: number | null }} Cell */

/**
 * One table: its head, if it is one's, the name of each row, its cells, and, where it attends, each row's weights and where
 * they may be.
 * @typedef {object} Table
 * @property {number | null} head
 * @property {string[]} names
 * @property {Cell[][]} rows
 * @property {import("../js/maths.js").Vector[]} [weights]
 * @property {boolean[][]} mask
 */

/** @param {number | null} head */
const inkOf = (head) => (head === null ? "" : `--ink:var(--afm-head-${head % INKS})`);

/**
 * onChoose(place) when a cell is clicked or reached by arrow key, onPoint(place) when the pointer is over it, and onPoint()
 * when it leaves. mark(place, isRow) shows which cell is followed, or that its whole row is.
 * @param {{ name: string, tables: Table[], onChoose: (place: Place) => void, onPoint: (place?: Place) => void }} given
 */
export function blocks({ name, tables, onChoose, onPoint }) {
  const all = tables.flatMap((table) => table.rows.flat());
  const largest = all.reduce((most, { value }) => Math.max(most, Math.abs(value)), 1e-9);
  const size = /** @type {Place} */ ([0, 1].map((end) => 1 + Math.max(...all.map(({ place }) => place[end]))));
  /** @type {Map<string, HTMLElement>} */
  const cells = new Map();
  let count = 0;

  /** @param {Cell} given */
  function cell({ value, place, head }) {
    const node = element("td", {
      ...{ role: "gridcell", tabindex: -1, "data-cell": count, "data-at": place.join(), "data-value": value },
      ...{ "data-negative": value < 0, "aria-label": decimal(value, 3), ...KEEPS_KEYS },
      style: `--x:${(Math.abs(value) / largest).toFixed(4)};${inkOf(head)}`,
    });
    count += 1;
    cells.set(place.join(), node);
    return node;
  }
  /** @param {import("../js/maths.js").Vector} weights @param {boolean[]} mask @param {string[]} names */
  function strip(weights, mask, names) {
    const said = Array.from(weights, (w, s) => `${visible(names[s])} ${decimal(w)}`).filter((_, s) => mask[s]);
    const parts = Array.from(weights, (w, s) =>
      element("i", { "data-weight": w, "data-masked": !mask[s], style: `--w:${w.toFixed(4)}` }),
    );
    const label = `weights: ${said.join(", ")}`;
    const strips = element("span", { role: "img", "aria-label": label, ...AS_IT_IS }, ...parts);
    return element("td", { class: "afm-split-weights", role: "gridcell" }, strips);
  }
  /** @param {Table} table */
  function draw({ head, names, rows, weights, mask }) {
    const lines = rows.map((row, r) =>
      element(
        "tr",
        { role: "row" },
        element("th", { role: "rowheader", scope: "row", ...AS_IT_IS }, visible(names[r])),
        ...(weights ? [strip(weights[r], mask[r], names)] : []),
        ...row.map(cell),
      ),
    );
    const title = head === null ? "" : `head ${head}`;
    const grid = { role: "grid", class: "afm-split-table", "aria-label": title ? `${name}, ${title}` : name };
    const caption = element("p", { class: "afm-split-head", "aria-hidden": "true" }, title);
    return element("div", { style: inkOf(head) }, caption, element("table", grid, ...lines));
  }
  const node = element("div", { class: "afm-split-blocks" }, ...tables.map(draw));

  /** @param {Event} event */
  function placeOf(event) {
    const found = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("td[data-at]"));
    return found ? /** @type {Place} */ (found.dataset.at?.split(",").map(Number)) : undefined;
  }
  /** @param {Place} place */
  function choose(place) {
    onChoose(place);
    cells.get(place.join())?.focus();
  }
  node.addEventListener("click", (event) => {
    const place = placeOf(event);
    if (place) choose(place);
  });
  node.addEventListener("pointerover", (event) => onPoint(placeOf(event)));
  node.addEventListener("pointerleave", () => onPoint());
  node.addEventListener("keydown", (event) => {
    const from = placeOf(event);
    const next = from && step(event, from, size);
    if (!next) return;
    event.preventDefault();
    choose(next);
  });
  /** @param {Place} place @param {boolean} [isRow] */
  function mark(place, isRow = false) {
    cells.forEach((one, at) => {
      const here = at === place.join();
      setAttribute(one, "tabindex", here ? 0 : -1);
      setAttribute(one, "data-marked", (isRow ? at.startsWith(`${place[0]},`) : here) && "");
    });
  }
  return { node, mark };
}
