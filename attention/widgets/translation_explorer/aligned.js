// A translation beside the right one, word by word: what differs carries a sign and a word, and each written word a bar.

import { element, setAttribute, setText, visible } from "../js/controls.js";
import { SIGNS, editAlignment, verdict } from "./edits.js";

const MEANINGS = { right: "right", wrong: "another word", missing: "missing", extra: "too many" };

const probability = (chance) => (chance >= 0.995 ? "1.0" : chance.toFixed(2).slice(1));

/** update({ reference, written, chances }) returns the verdict { perfect, right, text }. */
export function alignedTranslation({ lang }) {
  const list = element("ol", { class: "afm-pairs" });
  const mark = element("span", { class: "afm-mark", "aria-hidden": "true" }, "");
  const text = element("span", {}, "");
  const result = element("p", { class: "afm-verdict" }, mark, " ", text);
  const key = element(
    "p",
    { class: "afm-key" },
    "Above stands the right word, below it what the model wrote, with its probability. ",
    ...Object.entries(SIGNS).flatMap(([kind, sign]) => [
      element("span", {}, element("span", { class: "afm-sign", "data-kind": kind }, sign), ` ${MEANINGS[kind]}`),
      " ",
    ]),
  );
  const node = element("div", { class: "afm-translated" }, result, list, key);

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

/** One place: the right word, the sign, the written word, its probability as bar and number. */
function pair({ kind, reference, written }, wanted, found, chance, lang) {
  const word = (text) => element("span", { lang: lang || null }, text);
  const spoken = {
    right: () => [word(found), ": right"],
    wrong: () => [word(found), " instead of ", word(wanted)],
    missing: () => [word(wanted), ": missing"],
    extra: () => [word(found), ": too many"],
  }[kind]();
  const bar = element("span", { class: "afm-chance" });
  if (chance !== null) bar.style.setProperty("--w", chance);
  return element(
    "li",
    { "data-kind": kind, "data-reference": reference, "data-written": written, "data-value": chance },
    element("span", { class: "afm-spoken" }, ...spoken, chance === null ? "" : `, probability ${chance.toFixed(2)}`),
    element(
      "span",
      { class: "afm-pair", "aria-hidden": "true" },
      element("span", { class: wanted === null ? "afm-none" : "afm-wanted" }, wanted ?? "extra"),
      element("span", { class: "afm-sign", "data-kind": kind }, SIGNS[kind]),
      element("span", { class: found === null ? "afm-none" : "afm-written" }, found ?? "missing"),
      ...(chance === null ? [] : [bar, element("span", { class: "afm-number" }, probability(chance))]),
    ),
  );
}
