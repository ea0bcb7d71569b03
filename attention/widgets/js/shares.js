// Rows with a name, one bar or two, and a text: the next token's chances, or how long vectors are.

import { AS_IT_IS, element, setAttribute, setText } from "./dom.js";
import { visible } from "./format.js";

/**
 * A row: its name, how much of the width its bars take, what it says, the numbers behind the bars, and what is special: "chosen",
 * "later" or "out", or nothing.
 * @typedef {{ name: string, shares: number[], text: string, values: number[], kind?: string }} Share
 */

/**
 * A list of at most `most` rows with so many `bars` each.
 * @param {{ label: string, most: number, bars?: number }} given
 */
export function shareList({ label, most, bars = 1 }) {
  const rows = Array.from({ length: most }, () => {
    const name = element("span", { class: "afm-share-name", ...AS_IT_IS });
    const parts = Array.from({ length: bars }, (_, i) => element("span", { class: "afm-share-bar", "data-bar": i }));
    const text = element("span", { class: "afm-share-text", ...AS_IT_IS });
    const node = element("li", {}, name, " ", element("span", { class: "afm-share-bars" }, ...parts), " ", text);
    return { node, name, parts, text };
  });
  const node = element(
    "ol",
    { class: "afm-shares", role: "list", "aria-label": label },
    ...rows.map((row) => row.node),
  );
  /** @param {Share[]} shares */
  function update(shares) {
    rows.forEach((row, r) => {
      row.node.hidden = r >= shares.length;
      if (row.node.hidden) return;
      const { name, shares: widths, text, values, kind = "" } = shares[r];
      setText(row.name, visible(name));
      setText(row.text, text);
      row.parts.forEach((part, i) => {
        part.style.setProperty("--w", widths[i].toFixed(4));
        setAttribute(part, "data-value", values[i]);
      });
      setAttribute(row.node, "data-kind", kind || null);
    });
  }
  return { node, update };
}
