// The two tables of the mask painter: scores that are pressed or painted over, and the weights that are left.

import { AS_IT_IS, KEEPS_KEYS, element, setAttribute, setText } from "../js/dom.js";
import { decimal, shortWeight, visible } from "../js/format.js";
import { step } from "../js/walk.js";

/** @typedef {import("../js/maths.js").Vector} Vector */

const PALE = 0.66; // up to here black on a light page, as in ink.js

/**
 * A table with a row and a column for each token: cell(t, s) makes what stands in it.
 * @param {string[]} tokens
 * @param {Record<string, string>} attributes
 * @param {(t: number, s: number) => Node} cell
 * @param {(t: number) => Node[]} [end]
 * @param {Node[]} [head]
 */
function tokenTable(tokens, attributes, cell, end = () => [], head = []) {
  /** @param {string} scope @param {string} token */
  const name = (scope, token) => element("th", { scope }, element("span", AS_IT_IS, visible(token)));
  const corner = element("td", { class: "afm-corner" }, element("span", {}, "key →"), element("span", {}, "query ↓"));
  const lines = tokens.map((token, t) =>
    element("tr", {}, name("row", token), ...tokens.map((_, s) => cell(t, s)), ...end(t)),
  );
  const heads = element("tr", {}, corner, ...tokens.map((token) => name("col", token)), ...head);
  const node = element("table", attributes, element("thead", {}, heads), element("tbody", {}, ...lines));
  /** @param {number} query */
  const choose = (query) => lines.forEach((line, t) => setAttribute(line, "data-chosen", t === query && ""));
  return { node, choose };
}

/**
 * The scores: each a button that hides its key from its query. Arrow keys walk, space and enter press, and a pointer that is
 * dragged paints what its first cell became. onPaint(query, key, seen) changes one cell; onWalk(query) goes to a row.
 * @param {object} given
 * @param {string[]} given.tokens
 * @param {(query: number, key: number, seen: boolean) => void} given.onPaint
 * @param {(query: number) => void} given.onWalk
 */
export function paintTable({ tokens, onPaint, onWalk }) {
  const n = tokens.length;
  /** @type {HTMLButtonElement[][]} */
  const cells = tokens.map((_, t) =>
    tokens.map((__, s) =>
      element("button", {
        ...{ type: "button", class: "afm-cell", "data-control": "cell", "data-query": t, "data-key": s },
        ...{ ...KEEPS_KEYS, ...AS_IT_IS, tabindex: t + s === 0 ? 0 : -1 },
      }),
    ),
  );
  const texts = cells.map((row) => row.map((cell) => cell.appendChild(element("span"))));
  const { node, choose } = tokenTable(tokens, { class: "afm-grid afm-paint" }, (t, s) =>
    element("td", {}, cells[t][s]),
  );
  /** @param {Element | null} target @returns {[number, number] | null} */
  const placeOf = (target) => {
    const cell = /** @type {HTMLElement | null} */ (target?.closest(".afm-cell") ?? null);
    return cell && node.contains(cell) ? [Number(cell.dataset.query), Number(cell.dataset.key)] : null;
  };
  /** @param {[number, number]} place */
  const isSeen = ([t, s]) => cells[t][s].getAttribute("aria-pressed") === "false";
  /** Where a pointer came down, what it paints, and whether it has begun to. @type {{ from: [number, number], seen: boolean, paints: boolean } | null} */
  let stroke = null;

  node.addEventListener("pointerdown", (event) => {
    const from = event.button === 0 ? placeOf(/** @type {Element} */ (event.target)) : null;
    stroke = from && { from, seen: !isSeen(from), paints: false };
  });
  node.addEventListener("pointermove", (event) => {
    if (!stroke || event.buttons === 0) return;
    const at = placeOf(document.elementFromPoint(event.clientX, event.clientY));
    if (!at || (!stroke.paints && String(at) === String(stroke.from))) return;
    if (!stroke.paints) paint(stroke.from, stroke.seen);
    stroke.paints = true;
    paint(at, stroke.seen);
  });
  node.addEventListener("click", (event) => {
    const at = placeOf(/** @type {Element} */ (event.target));
    if (at && !stroke?.paints) paint(at, !isSeen(at));
    stroke = null;
  });
  node.addEventListener("focusin", (event) => {
    const at = placeOf(/** @type {Element} */ (event.target));
    if (!at) return;
    cells.flat().forEach((cell) => setAttribute(cell, "tabindex", -1));
    setAttribute(cells[at[0]][at[1]], "tabindex", 0);
    onWalk(at[0]);
  });
  node.addEventListener("keydown", (event) => {
    const at = placeOf(/** @type {Element} */ (event.target));
    const next = at && step(event, at, [n, n]);
    if (!next) return;
    event.preventDefault();
    cells[next[0]][next[1]].focus();
  });

  /** @param {[number, number]} place @param {boolean} seen */
  function paint([t, s], seen) {
    if (isSeen([t, s]) !== seen) onPaint(t, s, seen);
  }

  /** @param {{ scores: Vector[], mask: boolean[][], query: number }} now */
  function update({ scores, mask, query }) {
    choose(query);
    cells.forEach((row, t) =>
      row.forEach((cell, s) => {
        const text = mask[t][s] ? decimal(scores[t][s], 1) : "−∞";
        setText(texts[t][s], text);
        setAttribute(cell, "aria-pressed", String(!mask[t][s]));
        setAttribute(cell, "aria-label", `${text}: hide “${visible(tokens[s])}” from “${visible(tokens[t])}”`);
      }),
    );
  }
  return { node, update };
}

/**
 * The weights, inked, with the sum of each row.
 * @param {string[]} tokens
 */
export function weightTable(tokens) {
  const cells = tokens.map((_, t) =>
    tokens.map((__, s) =>
      element("td", { class: "afm-inked", "data-query": t, "data-key": s, ...AS_IT_IS }, element("span")),
    ),
  );
  const sums = tokens.map(() => element("td", { "data-sum": "", ...AS_IT_IS }));
  const { node, choose } = tokenTable(
    tokens,
    { class: "afm-grid afm-painted" },
    (t, s) => cells[t][s],
    (t) => [sums[t]],
    [element("th", { scope: "col", class: "afm-row-sum" }, "sum")],
  );

  /** @param {{ weights: Vector[], mask: boolean[][], query: number }} now */
  function update({ weights, mask, query }) {
    choose(query);
    weights.forEach((row, t) => {
      row.forEach((weight, s) => {
        const cell = cells[t][s];
        setText(/** @type {Element} */ (cell.firstElementChild), mask[t][s] ? shortWeight(weight) : "0");
        setAttribute(cell, "data-weight", weight);
        setAttribute(cell, "data-masked", !mask[t][s] && "");
        setAttribute(cell, "data-deep", weight > 0.5 && "");
        setAttribute(cell, "data-strong", weight > PALE && "");
        cell.style.setProperty("--share", String(weight > 0.5 ? 2 * weight - 1 : 2 * weight));
      });
      setText(
        sums[t],
        decimal(
          row.reduce((a, b) => a + b, 0),
          0,
        ),
      );
      setAttribute(sums[t], "data-none", !mask[t].includes(true) && "");
    });
  }
  return { node, update };
}
