// A heat map of attention weights whose cells can be walked with the arrow keys.
//
// Over the ink (ink.js) lies a real table with role grid: its cells carry the numbers and the focus.

import { AS_IT_IS, KEEPS_KEYS, element, setAttribute, setText } from "./dom.js";
import { decimal, visible } from "./format.js";
import { inkBox } from "./ink.js";
import { step } from "./walk.js";

const SLICE = 16; // rows of cells that are written at a time

/**
 * What a map shows: weights and mask are (T, S) tables, of which a masked weight may be null; query and key are the chosen
 * cell; name is the map's.
 * @typedef {object} Shown
 * @property {ArrayLike<number | null>[]} weights
 * @property {ArrayLike<boolean>[]} mask
 * @property {number} query
 * @property {number} key
 * @property {string} name
 */

/**
 * A grid of weights, row = query, column = key, one cell in the tab order. corner names columns and rows; blank says what
 * a cell is that the mask takes out; a weight below `least` is drawn without its number. shade(weight), from 0 to 1, is its
 * place on the ramp; numbers below 0 are drawn without their sign and said with it, in so many `digits`. With sheetOf, which
 * is mapSheet, a large map lies under a sheet (sheet.js): its cells are placed once, and what is not shown is cut off.
 * onChoose(query, key) when a cell is clicked or reached by arrow key; onPoint(query, key) when the pointer is over it,
 * and onPoint() when it leaves.
 * @param {object} given
 * @param {string[]} given.rows
 * @param {string[]} given.columns
 * @param {(query: number, key: number) => void} given.onChoose
 * @param {(query?: number, key?: number) => void} given.onPoint
 * @param {string[]} [given.corner]
 * @param {string} [given.blank]
 * @param {number} [given.least]
 * @param {(weight: number) => number} [given.shade]
 * @param {number} [given.digits]
 * @param {typeof import("../gpt_explorer/sheet.js").mapSheet | null} [given.sheetOf]
 */
export function heatGrid({
  rows,
  columns,
  onChoose,
  onPoint,
  corner = ["key →", "query ↓"],
  blank = "masked",
  least = 0,
  shade = (weight) => weight,
  digits = 2,
  sheetOf = null,
}) {
  const large = sheetOf !== null;
  /** @param {"col" | "row"} scope */
  const headOf = (scope) => (/** @type {string} */ token, /** @type {number} */ i) => {
    const role = `${scope === "col" ? "column" : "row"}header`;
    const text = element("span", AS_IT_IS, large ? `${i + 1}` : "");
    const node = element("th", { scope, role }, text);
    /** @param {string} name */
    const setName = (name) => {
      if (large) setAttribute(node, "aria-label", visible(name));
      else setText(text, visible(name));
    };
    setName(token);
    return { node, setName };
  };
  /** @param {HTMLElement} node @param {boolean} is */
  const setShown = (node, is) => {
    if (large) setAttribute(node, "aria-hidden", !is && "true");
    else node.hidden = !is;
  };
  const names = element("td", { class: "afm-corner" }, ...corner.map((text) => element("span", {}, text)));
  const columnHeads = columns.map(headOf("col"));
  const cells = rows.map((_, i) =>
    columns.map((__, j) =>
      element("td", { role: "gridcell", tabindex: -1, "data-query": i, "data-key": j, ...KEEPS_KEYS }),
    ),
  );
  const rowHeads = rows.map(headOf("row"));
  const lines = rowHeads.map((head, i) => element("tr", { role: "row" }, head.node, ...cells[i]));
  const table = element(
    "table",
    { role: "grid", class: "afm-grid" },
    element("thead", {}, element("tr", { role: "row" }, names, ...columnHeads.map((head) => head.node))),
    element("tbody", {}, ...lines),
  );
  const ink = inkBox("afm-ink");
  const sheet = sheetOf?.({ table, room: { rows: rows.length, columns: columns.length }, ink: ink.node, corner });
  if (!large) cells[0][0].append(ink.node); // it moves with the table, under the cells
  /** @type {Shown | null} */
  let shown = null;
  let side = 0; // of a cell, in CSS pixels
  /** @type {import("./ink.js").Ramp | null} */
  let ramp = null;
  let chosen = cells[0][0];
  let writing = 0; // timer
  const resize = new ResizeObserver(([entry]) => {
    side = entry.borderBoxSize[0].inlineSize;
    if (shown) sizeInk(shown);
    draw();
  });
  resize.observe(cells[0][0], { box: "border-box" });

  /** @param {Event} event @returns {[number, number] | null} */
  const place = (event) => {
    const cell = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("td[data-key]"));
    return cell && [Number(cell.dataset.query), Number(cell.dataset.key)];
  };
  table.addEventListener("click", (event) => {
    const at = place(event);
    if (at) choose(at);
  });
  table.addEventListener("pointerover", (event) => onPoint(...(place(event) ?? [])));
  table.addEventListener("pointerleave", () => onPoint());
  table.addEventListener("keydown", (event) => {
    const next = shown && step(event, [shown.query, shown.key], [shown.weights.length, shown.weights[0].length]);
    if (!next) return;
    event.preventDefault();
    choose(next);
  });

  /** @param {[number, number]} place */
  function choose([query, key]) {
    onChoose(query, key);
    cells[query][key].focus();
  }

  /**
   * T and S are at most what the grid was made for. rowNames and columnNames take the place of the tokens. With onWritten
   * the cells, which are said and not seen, are written a few rows at a time, so that a key press between finds the page
   * free; it is called after the last.
   * @param {Shown & { rowNames?: string[], columnNames?: string[], onWritten?: () => void }} now
   */
  function update({ rowNames, columnNames, onWritten, ...now }) {
    clearTimeout(writing);
    shown = now;
    const { weights, query, key } = now;
    const [height, width] = [weights.length, weights[0].length];
    setAttribute(table, "aria-label", now.name);
    rowNames?.forEach((text, i) => rowHeads[i].setName(text));
    columnNames?.forEach((text, j) => columnHeads[j].setName(text));
    sheet?.update({ rows: rowNames?.slice(0, height) ?? [], columns: columnNames?.slice(0, width) ?? [], query });
    columnHeads.forEach((head, j) => setShown(head.node, j < width));
    if (!large) lines.forEach((line, i) => setAttribute(line, "data-chosen", i === query && ""));
    setAttribute(chosen, "tabindex", -1);
    setAttribute(chosen, "aria-selected", null);
    writeLine(now, query); // what takes the focus must not be hidden
    chosen = cells[query][key];
    setAttribute(chosen, "tabindex", 0);
    setAttribute(chosen, "aria-selected", true);
    if (onWritten) writeSlice(now, 0, onWritten);
    else lines.forEach((_, i) => writeLine(now, i));
    sizeInk(now);
  }

  /** @param {Shown} now @param {number} i */
  function writeLine({ weights, mask }, i) {
    const [height, width] = [weights.length, weights[0].length];
    setShown(lines[i], i < height);
    cells[i].forEach((cell, j) => {
      setShown(cell, j < width);
      if (i >= height || j >= width) return;
      const weight = weights[i][j];
      // No style depends on these attributes, so writing them costs neither style nor layout.
      setAttribute(cell, "data-weight", weight);
      setAttribute(cell, "data-masked", !mask[i][j] && "");
      setAttribute(cell, "aria-label", mask[i][j] ? decimal(Number(weight), digits) : blank);
    });
  }

  /** @param {Shown} now @param {number} start @param {() => void} onWritten */
  function writeSlice(now, start, onWritten) {
    const end = Math.min(start + SLICE, lines.length);
    for (let i = start; i < end; i += 1) writeLine(now, i);
    if (end < lines.length) writing = setTimeout(writeSlice, 0, now, end, onWritten);
    else onWritten();
  }

  /** @param {Shown} now */
  function sizeInk({ weights, query, key }) {
    const [height, width] = [weights.length, weights[0].length];
    setAttribute(ink.node, "style", `width:${width * side}px;height:${height * side}px`);
    ink.mark(query, height, key, width);
  }

  /**
   * Draw the ink; to be called after all that writes to the page, since text on a canvas waits for the page's layout. Of a
   * map that scrolls in a box, given the box, only what is in sight is drawn; draw again when it scrolls.
   * @param {import("./ink.js").Ramp | null} [newRamp]
   * @param {HTMLElement | null} [box]
   */
  function draw(newRamp = ramp, box = null) {
    ramp = newRamp;
    if (shown && ramp && side) ink.draw({ ...shown, side, ramp, box, shade, least });
  }

  return {
    node: sheet?.node ?? table,
    ink: ink.node,
    side: () => side,
    update,
    draw,
    stop() {
      clearTimeout(writing);
      resize.disconnect();
    },
  };
}

/** Two lines about the cell that is pointed at or chosen: which it is, and what is to be said of it. */
export function readout() {
  const [which, words] = [element("span", AS_IT_IS), element("span")];
  const node = element("p", { class: "afm-readout" }, which, "\n", words);
  /** @param {string} first @param {string} second */
  function update(first, second) {
    setText(which, first);
    setText(words, second);
  }
  return { node, update };
}

/**
 * On a narrow screen a map of n columns scrolls in its box: keep a column in sight.
 * @param {HTMLElement} box
 * @param {{ side: () => number }} grid
 * @param {number} column
 * @param {number} n
 */
export function keepInSight(box, grid, column, n) {
  if (box.scrollWidth <= box.clientWidth) return;
  box.scrollLeft = box.scrollWidth - (n - column) * grid.side() - box.clientWidth / 2;
}
