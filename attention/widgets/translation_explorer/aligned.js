// A translation beside the right one, word by word: what differs carries a sign and a word, and each written word a bar.

import { AS_IT_IS, element, setAttribute, setText } from "../js/dom.js";
import { visible } from "../js/format.js";
import { SIGNS, editAlignment, verdict } from "../js/edits.js";

/** @type {Record<import("../js/edits.js").Kind, string>} */
const MEANINGS = { right: "right", wrong: "another word", missing: "missing", extra: "too many" };

const KINDS = /** @type {import("../js/edits.js").Kind[]} */ (Object.keys(SIGNS));

/** @param {number} chance */
const probability = (chance) => (chance >= 0.995 ? "1.0" : chance.toFixed(2).slice(1));

/**
 * update({ reference, written, chances }) returns the verdict { perfect, right, text }.
 * @param {{ lang: string }} given
 */
export function alignedTranslation({ lang }) {
  const list = element("ol", { class: "afm-pairs" });
  const mark = element("span", { class: "afm-mark", "aria-hidden": "true", ...AS_IT_IS });
  const text = element("span");
  const result = element("p", { class: "afm-verdict" }, mark, " ", text);
  const key = element(
    "p",
    { class: "afm-key" },
    "Above stands the right word, below it what the model wrote, with its probability. ",
    ...KINDS.flatMap((kind) => [
      element(
        "span",
        {},
        element("span", { class: "afm-sign", "data-kind": kind, ...AS_IT_IS }, SIGNS[kind]),
        ` ${MEANINGS[kind]}`,
      ),
      " ",
    ]),
  );
  const node = element("div", { class: "afm-translated" }, result, list, key);

  /** @param {{ reference: string[], written: string[], chances: number[] }} now */
  function update({ reference, written, chances }) {
    const edits = editAlignment(reference, written);
    list.replaceChildren(
      ...edits.map((edit) => {
        const wanted = edit.reference === null ? null : visible(reference[edit.reference]);
        const found = edit.written === null ? null : visible(written[edit.written]);
        return pair(edit, wanted, found, edit.written === null ? null : chances[edit.written], lang);
      }),
    );
    const found = verdict(edits, reference.length);
    setText(mark, found.perfect ? SIGNS.right : "✗");
    setText(text, found.text);
    setAttribute(result, "data-perfect", found.perfect && "");
    return found;
  }
  return { node, update };
}

/**
 * One place: the right word, the sign, the written word, its probability as bar and number.
 * @param {import("../js/edits.js").Edit} edit
 * @param {string | null} wanted
 * @param {string | null} found
 * @param {number | null} chance
 * @param {string} lang
 */
function pair({ kind, reference, written }, wanted, found, chance, lang) {
  /** @param {string | null} text */
  const word = (text) => element("span", { lang: lang || null, ...AS_IT_IS }, text ?? "");
  const spoken = {
    right: () => [word(found), ": right"],
    wrong: () => [word(found), " instead of ", word(wanted)],
    missing: () => [word(wanted), ": missing"],
    extra: () => [word(found), ": too many"],
  }[kind]();
  const none = (/** @type {string} */ text) => element("span", { class: "afm-none" }, text);
  const bar = element("span", { class: "afm-chance" });
  if (chance !== null) bar.style.setProperty("--w", String(chance));
  return element(
    "li",
    { "data-kind": kind, "data-reference": reference, "data-written": written, "data-value": chance },
    element("span", { class: "afm-spoken" }, ...spoken, chance === null ? "" : `, probability ${chance.toFixed(2)}`),
    element(
      "span",
      { class: "afm-pair", "aria-hidden": "true" },
      wanted === null ? none("extra") : element("span", { class: "afm-wanted", ...AS_IT_IS }, wanted),
      element("span", { class: "afm-sign", "data-kind": kind, ...AS_IT_IS }, SIGNS[kind]),
      found === null ? none("missing") : element("span", { class: "afm-written", ...AS_IT_IS }, found),
      ...(chance === null ? [] : [bar, element("span", { class: "afm-number", ...AS_IT_IS }, probability(chance))]),
    ),
  );
}
