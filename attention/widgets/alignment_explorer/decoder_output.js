// What is being written: the words so far with the present one marked, and the candidates for it with their probabilities.

import { AS_IT_IS, element, setAttribute, setText } from "../js/dom.js";
import { visible } from "../js/format.js";

/**
 * The output as a list; the words after `step` are not shown yet, but keep their room, so that nothing jumps.
 * @param {{ tokens: string[], lang: string }} given
 */
export function writtenWords({ tokens, lang }) {
  const items = tokens.map((token, t) =>
    element(
      "li",
      { "data-step-index": t },
      element("span", { class: "afm-word", lang: lang || null, ...AS_IT_IS }, visible(token)),
    ),
  );
  const node = element("ol", { class: "afm-writing" }, ...items);
  /** @param {number} step */
  function update(step) {
    items.forEach((item, t) => {
      setAttribute(item, "data-now", t === step && "");
      setAttribute(item, "aria-current", t === step && "step");
      setAttribute(item, "data-later", t > step && "");
      setAttribute(item, "aria-hidden", t > step && "true");
    });
  }
  return { node, update };
}

/**
 * The most probable next words: a row each, word, bar, number. `most` rows at most.
 * @param {{ most: number, lang: string }} given
 */
export function candidateList({ most, lang }) {
  const rows = Array.from({ length: most }, () => {
    const parts = {
      word: element("span", { class: "afm-word", lang: lang || null, ...AS_IT_IS }),
      bar: element("span", { class: "afm-chance" }),
      number: element("span", { class: "afm-number", ...AS_IT_IS }),
    };
    return { ...parts, node: element("li", {}, ...Object.values(parts)) };
  });
  const node = element("ol", { class: "afm-candidates" }, ...rows.map((row) => row.node));
  /** @param {[string, number][]} pairs @param {string} chosen */
  function update(pairs, chosen) {
    rows.forEach(({ node: item, word, bar, number }, r) => {
      item.hidden = r >= pairs.length;
      if (item.hidden) return;
      const [text, chance] = pairs[r];
      setText(word, visible(text));
      setText(number, chance < 0.005 ? "< 0.01" : chance.toFixed(2));
      bar.style.setProperty("--w", String(chance));
      setAttribute(item, "data-value", chance);
      setAttribute(item, "data-chosen", text === chosen && "");
    });
  }
  return { node, update };
}
