// Heat maps of attention weights: a large one whose cells can be walked with the arrow keys, and a small one.
// One hue, darker = more; a masked cell is hatched and says so, which a weight of zero is not and does not.
//
// The ink is drawn on a canvas (a slider move must cost less than a frame, and a few hundred styled cells cost more). Over
// the canvas of the large map lies a real table with role grid: its cells carry the numbers, the focus and the outlines.

import { KEEPS_KEYS, decimal, element, onThemeChange, setAttribute, setText, visible } from "./controls.js";

/** Up to this weight the number in a cell is black on a light page, above it white; see the ramp in widget.css. */
const PALE = 0.66;
const HEADS = 120; // pixels that a map's heads take at most

/**
 * A grid of weights, row = query, column = key, one cell in the tab order. corner names columns and rows; blank says what
 * a cell is that the mask takes out; a weight below `least` is drawn without its number. shade(weight), from 0 to 1, is its
 * place on the ramp; numbers below 0 are drawn without their sign and said with it, in so many `digits`.
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
}) {
  const head = (scope, token) =>
    element("th", { scope, role: `${scope === "col" ? "column" : "row"}header` }, element("span", {}, visible(token)));
  const names = element("td", { class: "afm-corner" }, ...corner.map((text) => element("span", {}, text)));
  const columnHeads = columns.map((token) => head("col", token));
  const cells = rows.map((_, i) =>
    columns.map((__, j) => element("td", { role: "gridcell", tabindex: -1, "data-query": i, "data-key": j, ...KEEPS_KEYS })),
  );
  const rowHeads = rows.map((token) => head("row", token));
  const lines = rowHeads.map((node, i) => element("tr", { role: "row" }, node, ...cells[i]));
  const table = element(
    "table",
    { role: "grid", class: "afm-grid" },
    element("thead", {}, element("tr", { role: "row" }, names, ...columnHeads)),
    element("tbody", {}, ...lines),
  );
  const ink = inkBox("afm-ink");
  cells[0][0].append(ink.node); // it moves with the table, under the cells
  let shown = null;
  let side = 0; // of a cell, in CSS pixels
  let ramp = null;
  let chosen = cells[0][0];
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
   * and columnNames take the place of the tokens.
   */
  function update({ weights, mask, query, key, name, rowNames = null, columnNames = null }) {
    const [height, width] = [weights.length, weights[0].length];
    shown = { weights, mask, query, key };
    setAttribute(table, "aria-label", name);
    rowNames?.forEach((text, i) => setText(rowHeads[i].firstChild, visible(text)));
    columnNames?.forEach((text, j) => setText(columnHeads[j].firstChild, visible(text)));
    columnHeads.forEach((node, j) => (node.hidden = j >= width));
    lines.forEach((line, i) => {
      line.hidden = i >= height;
      setAttribute(line, "data-chosen", i === query && "");
      cells[i].forEach((cell, j) => {
        cell.hidden = j >= width;
        if (i < height && j < width) writeCell(cell, weights[i][j], mask[i][j] ? decimal(weights[i][j], digits) : blank, !mask[i][j]);
      });
    });
    setAttribute(chosen, "tabindex", -1);
    setAttribute(chosen, "aria-selected", null);
    chosen = cells[query][key];
    setAttribute(chosen, "tabindex", 0);
    setAttribute(chosen, "aria-selected", true);
    sizeInk();
  }

  function sizeInk() {
    ink.node.style.width = `${shown.weights[0].length * side}px`;
    ink.mark(shown.query, shown.weights.length);
  }

  /**
   * Draw the ink; to be called after all that writes to the page, since text on a canvas waits for the page's layout. Of a
   * map that scrolls in a box, given the box, only what is in sight is drawn; draw again when it scrolls.
   */
  function draw(newRamp = ramp, box = null) {
    ramp = newRamp;
    if (!shown || !ramp || !side) return;
    const seen = inSight(box, side);
    const { weights, mask } = shown;
    const dots = window.devicePixelRatio;
    ink.resize(weights[0].length * side, weights.length * side, dots);
    const pen = ink.canvas.getContext("2d");
    pen.setTransform(dots, 0, 0, dots, 0, 0);
    pen.font = `${Math.max(10, Math.min(12.5, side * 0.36))}px ${ramp.font}`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillStyle = ramp.line;
    mask.forEach((row, i) => row.forEach((open, j) => open && seen(i, j) && pen.fillRect(j * side, i * side, side, side)));
    weights.forEach((row, i) =>
      row.forEach((weight, j) => {
        if (!mask[i][j] || !seen(i, j)) return;
        pen.fillStyle = ramp.colour(shade(weight));
        pen.fillRect(j * side + 0.5, i * side + 0.5, side - 1, side - 1);
        if (Math.abs(weight) < least) return;
        pen.fillStyle = ramp.number(shade(weight));
        pen.fillText(shortWeight(Math.abs(weight)), (j + 0.5) * side, (i + 0.54) * side);
      }),
    );
  }
  return {
    node: table,
    ink: ink.node,
    side: () => side,
    update,
    draw,
    stop: () => resize.disconnect(),
  };
}

/** Whether a cell lies in what a scrolling box shows; everything does where there is none. */
function inSight(box, side) {
  if (box === null) return () => true;
  const bounds = (from, size) => [(from - HEADS) / side - 1, (from + size) / side];
  const [left, right] = bounds(box.scrollLeft, box.clientWidth);
  const [top, bottom] = bounds(box.scrollTop, box.clientHeight);
  return (row, column) => row > top && row < bottom && column > left && column < right;
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

/** Two digits without the leading zero, so that they fit a small cell: .43, 1.0. */
export function shortWeight(weight) {
  return weight >= 0.995 ? "1.0" : weight.toFixed(2).slice(1);
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

/** A small map, one pixel a cell, blown up by CSS. Masked pixels stay transparent: the hatching behind shows through. */
export function thumbnail() {
  const ink = inkBox("afm-thumb");
  function update({ weights, mask, query, ramp }) {
    const [height, width] = [weights.length, weights[0].length];
    const image = new ImageData(width, height);
    weights.forEach((row, i) =>
      row.forEach((weight, j) => {
        if (mask[i][j]) image.data.set([...ramp.shade(weight), 255], 4 * (i * width + j));
      }),
    );
    ink.resize(width, height);
    ink.canvas.getContext("2d").putImageData(image, 0, 0);
    ink.mark(query, height);
  }
  return { node: ink.node, update };
}

/** A hatched box with a canvas in it, and a frame around the chosen query's row. */
function inkBox(className) {
  const canvas = element("canvas", { "aria-hidden": "true", width: 1, height: 1 });
  const frame = element("span", { class: "afm-row-frame" });
  const node = element("span", { class: `afm-hatched ${className}` }, canvas, frame);
  return {
    node,
    canvas,
    /** Give the canvas this many pixels, and empty it. */
    resize(width, height, ratio = 1) {
      const [across, down] = [width, height].map((size) => Math.round(size * ratio));
      if (canvas.width === across && canvas.height === down) {
        canvas.getContext("2d").clearRect(0, 0, width, height);
      } else Object.assign(canvas, { width: across, height: down });
    },
    mark(query, nQueries) {
      frame.style.top = `${(100 * query) / nQueries}%`;
      frame.style.height = `${100 / nQueries}%`;
    },
  };
}

/**
 * The colours of the current theme: shade(weight) -> [r, g, b], colour(weight) -> the same as CSS, number(weight) -> the colour of a number on it.
 * The style sheet is the one place that knows them: a hatched box carries the ramp's start, middle and end as its
 * background, caret and text colour. Read once a theme: a computed style inside a size container costs a layout.
 */
export function readRamp(node) {
  const style = getComputedStyle(node);
  const [low, middle, high] = [style.backgroundColor, style.caretColor, style.color].map((text) =>
    text.match(/[\d.]+/g).slice(0, 3).map(Number),
  );
  const mix = (a, b, share) => a.map((x, i) => Math.round(x + share * (b[i] - x)));
  const light = low[1] > high[1];
  // 256 shades, made once: a map of a long text has thousands of cells.
  const shades = Array.from({ length: 256 }, (_, i) => (i < 128 ? mix(low, middle, i / 127.5) : mix(middle, high, i / 127.5 - 1)));
  const colours = shades.map((rgb) => `rgb(${rgb.join(" ")})`);
  return {
    shade: (w) => shades[Math.round(255 * w)],
    colour: (w) => colours[Math.round(255 * w)],
    number: (w) => (w <= PALE === light ? "#000" : "#fff"),
    line: `rgb(${mix(low, middle, 0.2).join(" ")})`, // between cells
    font: style.fontFamily,
  };
}

/**
 * Who draws the maps: paint() calls draw(ramp) with the colours of the present theme, and so does a change of the theme
 * or of the node's width. `ink` is a hatched box of the node's.
 */
export function painter(node, ink, draw) {
  let ramp = null;
  function paint() {
    if (!node.isConnected) return; // JupyterLab renders before it attaches: the observer below draws then
    ramp ??= readRamp(ink());
    draw(ramp);
  }
  function again() {
    ramp = null;
    paint();
  }
  const stopTheme = onThemeChange(again);
  let width = null;
  const resize = new ResizeObserver(([{ contentRect }]) => {
    if (contentRect.width === width) return; // what is drawn does not depend on the height
    width = contentRect.width;
    again();
  });
  resize.observe(node);
  return {
    paint,
    stop() {
      stopTheme();
      resize.disconnect();
    },
  };
}
