// The sentence: a word for each position, the weight on it as a bar and a number above.
// Each word is a native radio button: choosing it makes it the query (or the position that is followed).

import { radios } from "./controls.js";
import { AS_IT_IS, element, setAttribute, setText } from "./dom.js";
import { shortWeight, visible } from "./format.js";

/**
 * What a choice among the words is called: the name of its control, its label for those who listen, the tag under the chosen
 * word, the words' language, and the least weight that is written.
 * @typedef {{ name: string, label: string, tag: string, lang?: string, least?: number }} Naming
 */

/** @type {Naming} */
const QUERY = {
  name: "query",
  label: "The sentence: choose the query. Over each word stands the weight that the query gives it.",
  tag: "query",
};

/** @param {{ tokens: string[], onChoose: (position: number) => void, naming?: Naming }} given */
export function sentence({ tokens, onChoose, naming: { name, label, tag, lang, least = 0 } = QUERY }) {
  const parts = tokens.map((token) => ({
    word: element("span", { class: "afm-word", lang: lang || null, ...AS_IT_IS }, visible(token)),
    number: element("span", { class: "afm-number", ...AS_IT_IS }),
    bar: element("span", { class: "afm-bar" }),
    tag: element("span", { class: "afm-tag", "aria-hidden": "true" }, tag),
  }));
  const choice = radios({
    name,
    label,
    showLabel: false,
    className: "afm-sentence",
    options: parts.map(({ word, number, bar, tag: below }, value) => ({
      value,
      "data-position": value,
      content: [word, number, bar, below],
    })),
    onInput: onChoose,
  });
  /**
   * `words` take the place of the tokens, of which there may be more: the rest is hidden.
   * @param {{ weights: ArrayLike<number>, mask: ArrayLike<boolean>, chosen: number, words?: string[] | null }} now
   */
  function update({ weights, mask, chosen, words = null }) {
    choice.update(chosen, weights.length);
    parts.forEach(({ word, number, bar }, i) => {
      if (words) setText(word, visible(words[i] ?? ""));
      choice.labels[i].hidden = words !== null && i >= words.length;
      const inside = i < weights.length;
      const masked = inside && !mask[i];
      setAttribute(choice.labels[i], "data-outside", !inside && "");
      setAttribute(choice.labels[i], "data-masked", masked && "");
      setAttribute(choice.labels[i], "data-weight", inside ? weights[i] : null);
      const share = inside ? weights[i].toFixed(2) : "0"; // a hundredth is less than a pixel, and an untouched style costs nothing
      number.style.setProperty("--w", share);
      setText(number, !inside ? "" : masked ? "masked" : weights[i] < least ? "" : shortWeight(weights[i]));
      bar.style.setProperty("--w", share);
    });
  }
  return { node: choice.node, update };
}
