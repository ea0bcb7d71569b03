// What a widget counts: a row of figures, each with its name and a remark, and a table with a bar in each row.

import { AS_IT_IS, element, setAttribute, setText } from "./dom.js";

/**
 * A row of figures, { name: label }: { node, name: update, ... }. update(value, words, remark, share): the value is what tests
 * read; a share from 0 to 1 is drawn as a bar under it.
 * @template {string} Name
 * @param {Record<Name, string>} labels
 */
export function figureRow(labels) {
  const names = /** @type {Name[]} */ (Object.keys(labels));
  const parts = names.map((name) => figure(name, labels[name]));
  const node = element("dl", { class: "afm-figures" }, ...parts.map((one) => one.node));
  /** @typedef {Record<Name, ReturnType<typeof figure>["update"]>} Updates */
  const updates = /** @type {Updates} */ (Object.fromEntries(parts.map(({ update }, i) => [names[i], update])));
  return { node, ...updates };
}

/** @param {string} name @param {string} label */
function figure(name, label) {
  const number = element("dd", { class: "afm-figure-number", "data-figure": name, ...AS_IT_IS });
  const remark = element("dd", { class: "afm-figure-remark" });
  const node = element("div", {}, element("dt", {}, label), number, remark);
  /** @param {number} value @param {string} words @param {string} said @param {number | null} [share] */
  function update(value, words, said, share = null) {
    setText(number, words);
    setAttribute(number, "data-value", value);
    setText(remark, said);
    setAttribute(node, "data-gauge", share !== null && "");
    if (share !== null) node.style.setProperty("--w", Math.min(1, share).toFixed(4));
  }
  return { node, update };
}

/**
 * A table whose rows carry a bar each. rows: [{ key, kind }], kind names the bar's ink in the style sheet; columns: the heads.
 * Its rules stand in cost_tables.css, which a widget that uses it names in its `styles`.
 * Without `bars` a row has a square of its ink instead, as the key to another picture.
 * update(entries): for each row { name, remark, cells: texts, value, share } with a share from 0 to 1 for the bar.
 * @param {{ title: string, rows: { key: string, kind: string }[], columns: string[], bars?: boolean }} given
 */
export function barTable({ title, rows, columns, bars = true }) {
  const lines = rows.map(({ key, kind }) => {
    const name = element("span", { class: "afm-row-name" });
    const remark = element("small");
    const cells = columns.map((column) => element("td", { "data-head": column, ...AS_IT_IS }));
    const bar = element("span", { class: bars ? "afm-row-bar" : "afm-row-key", "data-ink": kind });
    const head = element("th", { scope: "row" }, ...(bars ? [name, " ", remark, bar] : [bar, name, " ", remark]));
    return { node: element("tr", { "data-row": key }, head, ...cells), name, remark, cells, bar };
  });
  const heads = columns.map((column) => element("th", { scope: "col" }, column));
  const node = element(
    "table",
    { class: "afm-rows" },
    element("caption", {}, title),
    element("thead", {}, element("tr", {}, element("td", {}), ...heads)),
    element("tbody", {}, ...lines.map((line) => line.node)),
  );
  /** @param {{ name: string, remark: string, cells: string[], value: number, share: number }[]} entries */
  function update(entries) {
    entries.forEach(({ name, remark, cells, value, share }, i) => {
      const line = lines[i];
      setText(line.name, name);
      setText(line.remark, remark);
      cells.forEach((text, k) => setText(line.cells[k], text));
      setAttribute(line.node, "data-value", value);
      if (bars) line.bar.style.setProperty("--w", share.toFixed(4));
    });
  }
  return { node, update };
}
