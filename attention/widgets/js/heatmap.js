// A heat map of attention weights whose cells can be walked with the arrow keys.
//
// Over the ink (ink.js) lies a real table with role grid: its cells carry the numbers and the focus.

import { KEEPS_KEYS, decimal, element, setAttribute, setText, visible } from "./controls.js";
import { inkBox } from "./ink.js";

const SLICE = 16; // rows of cells that are written at a time

/**
 * A grid of weights, row = query, column = key, one cell in the tab order. corner names columns and rows; blank says what
 * a cell is that the mask takes out; a weight below `least` is drawn without its number. shade(weight), from 0 to 1, is its
 * place on the ramp; numbers below 0 are drawn without their sign and said with it, in so many `digits`. With sheetOf, which
 * is mapSheet, a large map lies under a sheet (sheet.js): its cells are placed once, and what is not shown is cut off.
 * onChoose(query, key) when a cell is clicked or reached by arrow key; onPoint(query, key) when the pointer is over it,
 * and onPoint(null) when it leaves.
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
  const setName = (node, token) => {
    if (large) setAttribute(node, "aria-label", visible(token));
    else setText(node.firstChild, visible(token));
  };
  const head = (scope) => (token, i) => {
    const role = `${scope === "col" ? "column" : "row"}header`;
    const node = element("th", { scope, role }, element("span", {}, large ? `${i + 1}` : ""));
    setName(node, token);
    return node;
  };
  const setShown = (node, is) => (large ? setAttribute(node, "aria-hidden", !is && "true") : (node.hidden = !is));
  const names = element("td", { class: "afm-corner" }, ...corner.map((text) => element("span", {}, text)));
  const columnHeads = columns.map(head("col"));
  const cells = rows.map((_, i) =>
    columns.map((__, j) =>
      element("td", { role: "gridcell", tabindex: -1, "data-query": i, "data-key": j, ...KEEPS_KEYS }),
    ),
  );
  const rowHeads = rows.map(head("row"));
  const lines = rowHeads.map((node, i) => element("tr", { role: "row" }, node, ...cells[i]));
  const table = element(
    "table",
    { role: "grid", class: "afm-grid" },
    element("thead", {}, element("tr", { role: "row" }, names, ...columnHeads)),
    element("tbody", {}, ...lines),
  );
  const ink = inkBox("afm-ink");
  const sheet = sheetOf?.({ table, room: { rows: rows.length, columns: columns.length }, ink: ink.node, corner });
  if (!large) cells[0][0].append(ink.node); // it moves with the table, under the cells
  let shown = null;
  let side = 0; // of a cell, in CSS pixels
  let ramp = null;
  let chosen = cells[0][0];
  let writing = 0; // timer
  const resize = new ResizeObserver(([entry]) => {
    side = entry.borderBoxSize[0].inlineSize;
    if (shown) sizeInk();
    draw();
  });
  resize.observe(cells[0][0], { box: "border-box" });

  const place = (event) => {
    const cell = event.target.closest("td[data-key]");
    return cell && [Number(cell.dataset.query), Number(cell.dataset.key)];
  };
  table.addEventListener("click", (event) => {
    const at = place(event);
    if (at) choose(at);
  });
  table.addEventListener("pointerover", (event) => onPoint(...(place(event) ?? [null])));
  table.addEventListener("pointerleave", () => onPoint(null));
  table.addEventListener("keydown", (event) => {
    const next = step(event, [shown.query, shown.key], [shown.weights.length, shown.weights[0].length]);
    if (!next) return;
    event.preventDefault();
    choose(next);
  });

  function choose([query, key]) {
    onChoose(query, key);
    cells[query][key].focus();
  }

  /**
   * weights and mask are (T, S) tables; T and S at most what the grid was made for. A masked weight may be null. rowNames
   * and columnNames take the place of the tokens. With onWritten the cells, which are said and not seen, are written a few
   * rows at a time, so that a key press between finds the page free; it is called after the last.
   */
  function update({ weights, mask, query, key, name, rowNames = null, columnNames = null, onWritten = null }) {
    clearTimeout(writing);
    const [height, width] = [weights.length, weights[0].length];
    shown = { weights, mask, query, key };
    setAttribute(table, "aria-label", name);
    rowNames?.forEach((text, i) => setName(rowHeads[i], text));
    columnNames?.forEach((text, j) => setName(columnHeads[j], text));
    sheet?.update({ rows: rowNames.slice(0, height), columns: columnNames.slice(0, width), query });
    columnHeads.forEach((node, j) => setShown(node, j < width));
    if (!large) lines.forEach((line, i) => setAttribute(line, "data-chosen", i === query && ""));
    if (onWritten) writeLines(0, SLICE, onWritten);
    else writeLines(0, lines.length);
    setAttribute(chosen, "tabindex", -1);
    setAttribute(chosen, "aria-selected", null);
    chosen = cells[query][key];
    setAttribute(chosen, "tabindex", 0);
    setAttribute(chosen, "aria-selected", true);
    sizeInk();
  }

  function writeLines(start, count, onWritten = null) {
    const { weights, mask } = shown;
    const [height, width] = [weights.length, weights[0].length];
    lines.slice(start, start + count).forEach((line, k) => {
      const i = start + k;
      setShown(line, i < height);
      cells[i].forEach((cell, j) => {
        setShown(cell, j < width);
        if (i >= height || j >= width) return;
        writeCell(cell, weights[i][j], mask[i][j] ? decimal(weights[i][j], digits) : blank, !mask[i][j]);
      });
    });
    if (!onWritten) return;
    if (start + count < lines.length) writing = setTimeout(writeLines, 0, start + count, count, onWritten);
    else onWritten();
  }

  function sizeInk() {
    const { weights, query, key } = shown;
    const [height, width] = [weights.length, weights[0].length];
    setAttribute(ink.node, "style", `width:${width * side}px;height:${height * side}px`);
    ink.mark(query, height, key, width);
  }

  /**
   * Draw the ink; to be called after all that writes to the page, since text on a canvas waits for the page's layout. Of a
   * map that scrolls in a box, given the box, only what is in sight is drawn; draw again when it scrolls.
   */
  function draw(newRamp = ramp, box = null) {
    ramp = newRamp;
    if (!shown || !ramp || !side) return;
    ink.draw({ ...shown, side, ramp, box, shade, least });
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

/** On a narrow screen a map of n columns scrolls in its box: keep a column in sight. */
export function keepInSight(box, grid, column, n) {
  if (box.scrollWidth <= box.clientWidth) return;
  box.scrollLeft = box.scrollWidth - (n - column) * grid.side() - box.clientWidth / 2;
}

// No style depends on these attributes, so writing them costs neither style nor layout.
function writeCell(cell, weight, words, masked) {
  setAttribute(cell, "data-weight", weight);
  setAttribute(cell, "data-masked", masked && "");
  setAttribute(cell, "aria-label", words);
}

/** Where a key leads from (row, column) in a grid of `size`, or null when the key is none of the grid's. */
export function step({ key, ctrlKey, metaKey, altKey }, [row, column], [height, width]) {
  if (metaKey || altKey) return null;
  const moves = {
    ArrowUp: [row - 1, column],
    ArrowDown: [row + 1, column],
    ArrowLeft: [row, column - 1],
    ArrowRight: [row, column + 1],
    Home: [ctrlKey ? 0 : row, 0],
    End: [ctrlKey ? height - 1 : row, width - 1],
    PageUp: [0, column],
    PageDown: [height - 1, column],
  };
  if (!(key in moves)) return null;
  const clamp = (value, size) => Math.max(0, Math.min(size - 1, value));
  return [clamp(moves[key][0], height), clamp(moves[key][1], width)];
}
