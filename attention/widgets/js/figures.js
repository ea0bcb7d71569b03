// What a widget counts: a row of figures, each with its name and a remark, and a table with a bar in each row.

import { element, setAttribute, setText } from "./controls.js";

/**
 * A row of figures, { name: label }: { node, name: update, ... }. update(value, words, remark, share): the value is what tests
 * read; a share from 0 to 1 is drawn as a bar under it.
 */
export function figureRow(labels) {
  const parts = Object.entries(labels).map(([name, label]) => ({ name, ...figure(name, label) }));
  const node = element("dl", { class: "afm-figures" }, ...parts.map((one) => one.node));
  return { node, ...Object.fromEntries(parts.map(({ name, update }) => [name, update])) };
}

function figure(name, label) {
  const number = element("dd", { class: "afm-figure-number", "data-figure": name }, "");
  const remark = element("dd", { class: "afm-figure-remark" }, "");
  const node = element("div", {}, element("dt", {}, label), number, remark);
  function update(value, words, said, share = null) {
    setText(number, words);
    number.dataset.value = value;
    setText(remark, said);
    setAttribute(node, "data-gauge", share !== null && "");
    if (share !== null) node.style.setProperty("--w", Math.min(1, share).toFixed(4));
  }
  return { node, update };
}

/**
 * A table whose rows carry a bar each. rows: [{ key, kind }], kind names the bar's ink in the style sheet; columns: the heads.
 * Without `bars` a row has a square of its ink instead, as the key to another picture.
 * update(entries): for each row { name, remark, cells: texts, value, share } with a share from 0 to 1 for the bar.
 */
export function barTable({ title, rows, columns, bars = true }) {
  const lines = rows.map(({ key, kind }) => {
    const name = element("span", { class: "afm-row-name" }, "");
    const remark = element("small", {}, "");
    const cells = columns.map((column) => element("td", { "data-head": column }, ""));
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
