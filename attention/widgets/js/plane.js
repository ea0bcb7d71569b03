// A plane with arrows from its origin, or spots on it; some of them are dragged by pointer or finger. A page can move each coordinate
// by a native slider, too: coordinate() makes one, for keyboards and for those who listen.

import { slider, withPresent } from "./controls.js";
import { AS_IT_IS, element, setAttribute, setText } from "./dom.js";
import { decimal } from "./format.js";
import { drawing } from "./vector.js";

/**
 * What one coordinate can be: from low to high in steps.
 * @typedef {{ low: number, high: number, step: number }} Span
 */

/**
 * A mark: an arrow from the origin or a spot, in an ink that the style sheets know: q, k, v, weight or ink. Its text stands beside
 * its tip; onMove(x, y) makes it one that can be dragged.
 * @typedef {object} Mark
 * @property {"arrow" | "spot"} kind
 * @property {"q" | "k" | "v" | "weight" | "ink"} ink
 * @property {string} text
 * @property {(x: number, y: number) => void} [onMove]
 */

const HEAD = 4.4; // the length of an arrow's head, in hundredths of the plane's width

/**
 * All that a coordinate can be.
 * @param {Span} span
 */
export function stops({ low, high, step }) {
  return Array.from({ length: Math.round((high - low) / step) + 1 }, (_, i) => tidy(low + i * step));
}

/**
 * The stop that lies nearest to a number.
 * @param {Span} span
 * @param {number} number
 */
export function snapped({ low, high, step }, number) {
  const inside = Math.min(high, Math.max(low, number));
  return tidy(low + Math.round((inside - low) / step) * step);
}

/** 0.30000000000000004 is 0.3. @param {number} number */
function tidy(number) {
  return Number(number.toFixed(6)) || 0;
}

/**
 * A slider of one coordinate; its name is its `data-control`. update(value), any number from Python among them.
 * @param {{ name: string, label: string, span: Span, onInput: (value: number) => void, digits?: number }} given
 */
export function coordinate({ name, label, span, onInput, digits = 1 }) {
  const choices = stops(span);
  const describe = (/** @type {number} */ value) => ({
    text: decimal(value, digits),
    spoken: `${label} ${decimal(value, digits)}`,
  });
  const { node, input, update: show } = slider({ name, label, choices, describe, onInput });
  /** @param {number} value */
  const update = (value) => show(value, { choices: withPresent(choices, value) });
  return { node, input, update };
}

/**
 * The plane. `ratio` is its height over its width (by default a unit is as long on both axes); `under` are drawings that lie under
 * the marks, in the plane's own units: at(x, y) gives a place in hundredths of the width. `grid` is how far its lines lie apart, on
 * each axis where there are two.
 * update(places, words): where the marks are now, and the whole in words.
 * @param {{ x: Span, y: Span, marks: Mark[], ratio?: number, grid?: number | [number, number], under?: (at: At) => SVGElement[] }} given
 * @typedef {(x: number, y: number) => [number, number]} At
 */
export function plane({ x, y, marks, ratio = (y.high - y.low) / (x.high - x.low), grid = 0.5, under = () => [] }) {
  const height = 100 * ratio;
  /** @type {At} */
  const at = (px, py) => [((px - x.low) / (x.high - x.low)) * 100, ((y.high - py) / (y.high - y.low)) * height];
  /** @param {number} px @param {number} py */
  const inPlace = (px, py) => {
    const [left, top] = at(px, py);
    return { left: `${left}%`, top: `${top / ratio}%` };
  };
  /** @param {string} name @param {string} d */
  const path = (name, d) => drawing("path", { class: `afm-plane-${name}`, d, "vector-effect": "non-scaling-stroke" });
  const [gridX, gridY] = typeof grid === "number" ? [grid, grid] : grid;
  const [axis, bottom] = at(Math.max(0, x.low), Math.max(0, y.low));
  const verticals = lines(x, gridX).map((value) => `M${at(value, 0)[0].toFixed(2)} 0V${height}`);
  const horizontals = lines(y, gridY).map((value) => `M0 ${at(0, value)[1].toFixed(2)}H100`);
  const drawn = marks.map(({ kind, ink }) => (kind === "arrow" ? arrow(ink) : null));
  const picture = drawing(
    "svg",
    { viewBox: `0 0 100 ${height}`, role: "img" },
    path("grid", [...verticals, ...horizontals].join("")),
    path("axes", `M0 ${bottom}H100M${axis} 0V${height}`),
    ...under(at),
    ...drawn.flatMap((one) => (one ? [one.node] : [])),
  );
  const node = element("div", { class: "afm-plane", style: `aspect-ratio:${1 / ratio}` }, picture);
  const handles = marks.map(({ kind, ink, onMove }) => {
    const handle = element("span", {
      class: "afm-handle",
      "aria-hidden": "true",
      "data-ink": ink,
      "data-kind": kind,
      "data-movable": Boolean(onMove),
    });
    if (onMove) whenDragged(handle, { ground: picture, x, y, onMove });
    return handle;
  });
  const names = marks.map(({ text, ink }) =>
    element("span", { class: "afm-mark-name", "aria-hidden": "true", "data-ink": ink, ...AS_IT_IS }, text),
  );
  node.append(...names, ...handles);

  /** @param {[number, number][]} places @param {string} words */
  function update(places, words) {
    setAttribute(picture, "aria-label", words);
    places.forEach(([px, py], i) => {
      const tip = at(px, py);
      drawn[i]?.update(at(0, 0), tip);
      Object.assign(handles[i].style, inPlace(px, py));
      const [dx, dy] = beside(tip, away(at(0, 0), tip), height);
      const reach = marks[i].onMove ? 21 : 5; // pixels, beyond a ring or a head
      Object.assign(names[i].style, inPlace(px, py), {
        transform: `translate(${offset(dx, reach)}, ${offset(dy, reach)})`,
      });
    });
  }
  /** @param {number} i @param {string} text */
  const rename = (i, text) => setText(names[i], text);
  return { node, picture, handles, at, update, rename };
}

/** Where lines of a grid lie. @param {Span} span @param {number} grid */
function lines({ low, high }, grid) {
  const first = Math.ceil(low / grid - 1e-6);
  return Array.from({ length: Math.floor(high / grid + 1e-6) - first + 1 }, (_, i) => tidy((first + i) * grid));
}

/**
 * On which side of a tip its name stands: beyond it, or beside it where the plane ends.
 * @param {[number, number]} tip
 * @param {[number, number]} direction
 * @param {number} height
 */
function beside([x, y], [dx, dy], height) {
  /** @type {[number, number][]} */
  const sides = [
    [dx, dy],
    [dy, -dx],
    [-dy, dx],
    [-dx, -dy],
  ];
  const fits = (/** @type {number} */ place, /** @type {number} */ end) => place >= 4 && place <= end - 4;
  return sides.find(([right, down]) => fits(x + 8 * right, 100) && fits(y + 8 * down, height)) ?? sides[3];
}

/** From the middle of a name so far that it clears the tip. @param {number} share @param {number} reach */
function offset(share, reach) {
  return `calc(${(50 * share - 50).toFixed(1)}% + ${(reach * share).toFixed(1)}px)`;
}

/** The direction from one place to another, one unit long; upwards where they are the same. @param {number[]} from @param {number[]} to @returns {[number, number]} */
function away(from, to) {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.hypot(dx, dy);
  return length > 1e-6 ? [dx / length, dy / length] : [0, -1];
}

/** A line with a head. @param {string} ink */
function arrow(ink) {
  const shaft = drawing("path", { class: "afm-shaft", "vector-effect": "non-scaling-stroke" });
  const head = drawing("path", { class: "afm-arrow-head" });
  const node = drawing("g", { class: "afm-arrow", "data-ink": ink }, shaft, head);
  /** @param {[number, number]} from @param {[number, number]} to */
  function update(from, to) {
    const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
    const [dx, dy] = away(from, to);
    const size = Math.min(HEAD, length);
    const [neckX, neckY] = [to[0] - size * dx, to[1] - size * dy];
    const wide = 0.42 * size;
    const point = (/** @type {number[]} */ [px, py]) => `${px.toFixed(2)} ${py.toFixed(2)}`;
    const corners = [[neckX - wide * dy, neckY + wide * dx], to, [neckX + wide * dy, neckY - wide * dx]];
    setAttribute(shaft, "d", `M${point(from)}L${point([neckX, neckY])}`);
    setAttribute(head, "d", `M${corners.map(point).join("L")}z`);
  }
  return { node, update };
}

/**
 * Follow a pointer or finger that has come down on a handle. The grip is kept: what is dragged does not jump under the finger.
 * @param {HTMLElement} handle
 * @param {{ ground: Element, x: Span, y: Span, onMove: (x: number, y: number) => void }} given
 */
function whenDragged(handle, { ground, x, y, onMove }) {
  /** How far the pointer lies beside the tip. @type {[number, number] | null} */
  let grip = null;
  const middle = () => {
    const { left, top, width, height } = handle.getBoundingClientRect();
    return [left + width / 2, top + height / 2];
  };
  handle.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault(); // no text is selected, and no picture dragged
    handle.setPointerCapture(event.pointerId);
    const [cx, cy] = middle();
    grip = [event.clientX - cx, event.clientY - cy];
    setAttribute(handle, "data-held", "");
  });
  handle.addEventListener("pointermove", ({ clientX, clientY }) => {
    if (!grip) return;
    const { left, top, width, height } = ground.getBoundingClientRect();
    const [across, down] = [(clientX - grip[0] - left) / width, (clientY - grip[1] - top) / height];
    onMove(snapped(x, x.low + across * (x.high - x.low)), snapped(y, y.high - down * (y.high - y.low)));
  });
  const release = () => {
    grip = null;
    setAttribute(handle, "data-held", null);
  };
  handle.addEventListener("pointerup", release);
  handle.addEventListener("pointercancel", release);
}
