// The sheet under which a large map's table lies: names that stay in sight while it scrolls, and the ink.
//
// A text of 64 tokens has 4,096 cells, and a browser takes longer to place and to paint them again than the model takes to
// read the text. So the table is placed once and says its names and numbers in attributes alone: what one sees is the ink
// and two strips of names, each of one text, and what the table has too much of is cut off.

import { AS_IT_IS, element, setAttribute, setText } from "../js/dom.js";
import { visible } from "../js/format.js";

/**
 * The size of `rows` by `columns` cells and the strips of names.
 * @param {number} rows
 * @param {number} columns
 */
function sizeOf(rows, columns) {
  const [width, height] = [`var(--left) + ${columns}`, `var(--over) + ${rows}`].map(
    (size) => `calc(${size} * var(--cell))`,
  );
  return `width:${width};height:${height}`;
}

/**
 * The table has room for so many { rows, columns }; corner are the two texts in the corner.
 * update({ rows, columns, query }): the names, as many as are shown.
 * @param {{ table: HTMLElement, room: { rows: number, columns: number }, ink: HTMLElement, corner: string[] }} given
 */
export function mapSheet({ table, room, ink, corner }) {
  const [before, chosen, after] = [null, "afm-now", null].map((name) => element("span", { class: name }));
  /** @param {string} name @param {...Node} content */
  const edge = (name, ...content) => element("div", { class: name, "aria-hidden": "true" }, ...content);
  const across = element("div", { class: "afm-names", ...AS_IT_IS });
  const node = element(
    "div",
    { class: "afm-sheet" },
    ink,
    element("div", { class: "afm-under", style: sizeOf(room.rows, room.columns) }, table),
    edge("afm-names-left", element("div", { class: "afm-names", ...AS_IT_IS }, before, chosen, after)),
    edge("afm-names-over", across),
    edge("afm-corner", ...corner.map((text) => element("span", {}, text))),
  );
  /** @param {{ rows: string[], columns: string[], query: number }} now */
  function update({ rows, columns, query }) {
    /** @param {string[]} names */
    const lines = (names) => names.map(oneLine).join("\n");
    const start = query > 0 ? `${lines(rows.slice(0, query))}\n` : "";
    const end = query < rows.length - 1 ? `\n${lines(rows.slice(query + 1))}` : "";
    setText(before, start);
    setText(chosen, oneLine(rows[query]));
    setText(after, end);
    setText(across, lines(columns));
    setAttribute(node, "style", sizeOf(rows.length, columns.length));
  }
  return { node, update };
}

/**
 * A name without what would begin a new line in the strip: control characters, and the separators of lines and paragraphs.
 * @param {string} text
 */
const oneLine = (text) => visible(text).replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, "\ufffd");
