// The ink of a map, large or small. It is on a canvas, since a slider move must cost less than a frame, and a few hundred
// styled cells cost more.
//
// One hue, darker = more; a masked cell is hatched and says so, which a weight of zero is not and does not.

import { element, onThemeChange, setAttribute } from "./dom.js";
import { shortWeight } from "./format.js";

/** Up to this weight the number in a cell is black on a light page, above it white; see the ramp in widget.css. */
const PALE = 0.66;
const EDGE = 0.4; // the ramp's place, up to its middle, of the line between cells: a cell of weight zero is seen, too
const AROUND = 4; // cells that are drawn beyond what is in sight, so that one who scrolls finds them there

/**
 * The colours of the present theme, of a weight from 0 to 1: its shade as numbers and as CSS, and the colour of a number on
 * it; the line between cells, and the font.
 * @typedef {object} Ramp
 * @property {(weight: number) => number[]} shade
 * @property {(weight: number) => string} colour
 * @property {(weight: number) => string} number
 * @property {string} line
 * @property {string} font
 */

/**
 * What is drawn: weights (T, S) where the mask is true, in cells of `side` pixels.
 * @typedef {object} Drawing
 * @property {ArrayLike<number | null>[]} weights
 * @property {ArrayLike<boolean>[]} mask
 * @property {number} side
 * @property {Ramp} ramp
 * @property {HTMLElement | null} box
 * @property {(weight: number) => number} shade
 * @property {number} least
 */

/**
 * A hatched box with a canvas in it, and frames around the chosen query's row and, where a key is told, its cell.
 * @param {string} className
 */
export function inkBox(className) {
  const canvas = element("canvas", { "aria-hidden": "true", width: 1, height: 1 });
  const frame = element("span", { class: "afm-row-frame" });
  const spot = element("span", { class: "afm-cell-frame", hidden: true });
  const node = element("span", { class: `afm-hatched ${className}` }, canvas, frame, spot);

  /**
   * The pen of a canvas of this many dots, empty.
   * @param {number} across
   * @param {number} down
   */
  function blank(across, down) {
    const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    if (canvas.width !== across || canvas.height !== down) Object.assign(canvas, { width: across, height: down });
    else {
      pen.resetTransform();
      pen.clearRect(0, 0, across, down);
    }
    return pen;
  }

  /**
   * @param {number} query
   * @param {number} nQueries
   * @param {number | null} [key]
   * @param {number} [nKeys]
   */
  function mark(query, nQueries, key = null, nKeys = 1) {
    const row = `top:${(100 * query) / nQueries}%;height:${100 / nQueries}%`;
    setAttribute(frame, "style", row);
    spot.hidden = key === null;
    if (key !== null) setAttribute(spot, "style", `${row};left:${(100 * key) / nKeys}%;width:${100 / nKeys}%`);
  }

  /**
   * Draw a map with its numbers from `least` on; of one that scrolls in `box` only what is in sight, on a canvas that is no
   * larger: phones draw none of 64 x 64 cells.
   * @param {Drawing} drawing
   */
  function draw({ weights, mask, side, ramp, box, shade, least }) {
    const [left, right] = drawnCells(box?.scrollLeft, box?.clientWidth, side, weights[0].length);
    const [top, bottom] = drawnCells(box?.scrollTop, box?.clientHeight, side, weights.length);
    const [width, height] = [(right - left) * side, (bottom - top) * side];
    setAttribute(canvas, "style", `left:${left * side}px;top:${top * side}px;width:${width}px;height:${height}px`);
    const dots = window.devicePixelRatio;
    const pen = blank(Math.round(width * dots), Math.round(height * dots));
    pen.setTransform(dots, 0, 0, dots, -dots * left * side, -dots * top * side);
    pen.font = `${Math.max(10, Math.min(12.5, side * 0.36))}px ${ramp.font}`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    for (let i = top; i < bottom; i += 1) {
      for (let j = left; j < right; j += 1) {
        const weight = weights[i][j];
        if (!mask[i][j] || weight === null) continue;
        pen.fillStyle = ramp.line;
        pen.fillRect(j * side, i * side, side, side);
        pen.fillStyle = ramp.colour(shade(weight));
        pen.fillRect(j * side + 0.5, i * side + 0.5, side - 1, side - 1);
        if (Math.abs(weight) < least) continue;
        pen.fillStyle = ramp.number(shade(weight));
        pen.fillText(shortWeight(Math.abs(weight)), (j + 0.5) * side, (i + 0.54) * side);
      }
    }
  }
  return { node, blank, mark, draw };
}

/**
 * Which of `count` cells of a row or a column are drawn: [first, end). All of them, or of a map that scrolls in a box those
 * that the box, `size` pixels wide and scrolled by `from`, shows, and some around: as many wherever it is scrolled to.
 * @param {number | undefined} from
 * @param {number | undefined} size
 * @param {number} side
 * @param {number} count
 * @returns {[number, number]}
 */
function drawnCells(from, size, side, count) {
  if (from === undefined || size === undefined) return [0, count];
  const drawn = Math.min(count, Math.ceil(size / side) + 1 + 2 * AROUND);
  const first = Math.max(0, Math.min(count - drawn, Math.floor(from / side) - AROUND));
  return [first, first + drawn];
}

/** A small map, one pixel a cell, blown up by CSS. Masked pixels stay transparent: the hatching behind shows through. */
export function thumbnail() {
  const ink = inkBox("afm-thumb");
  /** @param {{ weights: ArrayLike<number>[], mask: ArrayLike<boolean>[], query: number, ramp: Ramp }} shown */
  function update({ weights, mask, query, ramp }) {
    const [height, width] = [weights.length, weights[0].length];
    const image = new ImageData(width, height);
    for (let i = 0; i < height; i += 1) {
      for (let j = 0; j < width; j += 1) {
        if (mask[i][j]) image.data.set([...ramp.shade(weights[i][j]), 255], 4 * (i * width + j));
      }
    }
    ink.blank(width, height).putImageData(image, 0, 0);
    ink.mark(query, height);
  }
  return { node: ink.node, update };
}

/**
 * The colours of the present theme. The style sheet is the one place that knows them: a hatched box carries the ramp's
 * start, middle and end as its outline's, caret's and text's colour. Read once a theme: a computed style inside a size
 * container costs a layout.
 * @param {Element} node
 * @returns {Ramp}
 */
function readRamp(node) {
  const style = getComputedStyle(node);
  const [low, middle, high] = [style.outlineColor, style.caretColor, style.color].map((text) =>
    (text.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number),
  );
  /** @param {number[]} a @param {number[]} b @param {number} share */
  const mix = (a, b, share) => a.map((x, i) => Math.round(x + share * (b[i] - x)));
  const light = low[1] > high[1];
  // 256 shades, made once: a map of a long text has thousands of cells.
  const shades = Array.from({ length: 256 }, (_, i) =>
    i < 128 ? mix(low, middle, i / 127.5) : mix(middle, high, i / 127.5 - 1),
  );
  const colours = shades.map((rgb) => `rgb(${rgb.join(" ")})`);
  return {
    shade: (weight) => shades[Math.round(255 * weight)],
    colour: (weight) => colours[Math.round(255 * weight)],
    number: (weight) => (weight <= PALE === light ? "#000" : "#fff"),
    line: `rgb(${mix(low, middle, EDGE).join(" ")})`, // between cells
    font: style.fontFamily,
  };
}

/**
 * Who draws the maps: paint() calls draw(ramp) with the colours of the present theme, and so does a change of the theme
 * or of the node's width. `ink` is a hatched box of the node's.
 * @param {HTMLElement} node
 * @param {() => Element} ink
 * @param {(ramp: Ramp) => void} draw
 */
export function painter(node, ink, draw) {
  /** @type {Ramp | null} */
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
  /** @type {number | null} */
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
