// The next token's candidates, the likeliest first: a button each, which writes the token.

import { AS_IT_IS, KEEPS_KEYS, element, setAttribute, setText } from "../js/dom.js";
import { visible } from "../js/format.js";

/**
 * A next token: its label, its text (null where it cannot be written alone), its probability.
 * @typedef {[name: string, text: string | null, chance: number]} Guess
 */

/**
 * onWrite(text) is called with the text of the chosen one.
 * @param {{ most: number, onWrite: (text: string) => void }} given
 */
export function guessList({ most, onWrite }) {
  const rows = Array.from({ length: most }, () => {
    const word = element("span", { class: "afm-word", ...AS_IT_IS });
    const bar = element("span", { class: "afm-chance" });
    const number = element("span", { class: "afm-number", ...AS_IT_IS });
    // Its name is what it shows, and two words more that are only heard: "Write to, probability 0.09".
    const heard = ["Write ", ", probability "].map((text) => element("span", { class: "afm-spoken" }, text));
    const shown = [heard[0], word, bar, heard[1], number];
    const button = element("button", { type: "button", class: "afm-guess", ...KEEPS_KEYS }, ...shown);
    return { word, bar, number, button, node: element("li", {}, button), text: "" };
  });
  rows.forEach((row) => row.button.addEventListener("click", () => onWrite(row.text)));
  const node = element("ol", { class: "afm-guesses" }, ...rows.map((row) => row.node));
  /** @param {Guess[]} guesses @param {boolean} enabled */
  function update(guesses, enabled) {
    rows.forEach((row, r) => {
      row.node.hidden = r >= guesses.length;
      if (row.node.hidden) return;
      const [name, text, chance] = guesses[r];
      const told = chance < 0.005 ? "< 0.01" : chance.toFixed(2);
      row.text = text ?? "";
      row.button.disabled = !enabled || text === null; // half a character cannot be written alone
      setText(row.word, visible(name));
      setText(row.number, told);
      row.bar.style.setProperty("--w", chance.toFixed(4));
      setAttribute(row.button, "data-value", chance);
    });
  }
  return { node, update };
}

/**
 * One id drawn by the probabilities [[id, chance], ...] of those that `allowed(id)`; `chance` in [0, 1) decides.
 * @param {[id: number, chance: number][]} pairs
 * @param {(id: number) => boolean} allowed
 * @param {number} chance
 */
export function drawn(pairs, allowed, chance) {
  const open = pairs.filter(([id]) => allowed(id));
  let left = chance * open.reduce((sum, [, p]) => sum + p, 0);
  for (const [id, p] of open) {
    left -= p;
    if (left < 0) return id;
  }
  return open.length > 0 ? open[0][0] : null;
}
