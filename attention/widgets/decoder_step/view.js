// DecoderStep: a decoder's state asks, each annotation gets a score and a weight, their sum is the context, a word is written.
//
// Hooks for tests and for style sheets (kept stable):
//   .afm-decoder-step              the widget; data-step, data-hidden (empty where none is)
//   input[data-control=step]       native slider; aria-valuetext says the word in words
//   button[data-control=hidden]    one an annotation, pressed where it is hidden; data-position
//   .afm-asked [data-step=score|weight]  one row a source word; data-value
//   .afm-answer path               the lines to the context, as thick as their weights; data-value
//   .afm-strip                     the context
//   .afm-shares li                 the likeliest words; the bar's data-value
//   p[role=status]                 the one live region, 0.6 s after the last move

import { additiveAttention } from "../js/additive.js";
import { button, slider } from "../js/controls.js";
import { AS_IT_IS, element, setAttribute, setText } from "../js/dom.js";
import { decimal, indexed, visible } from "../js/format.js";
import { softmax, unpack, weightedSum } from "../js/maths.js";
import { readState, setState, viewOf } from "../js/mount.js";
import { range } from "../js/range.js";
import { shareList } from "../js/shares.js";
import { drawing, vectorStrip } from "../js/vector.js";

const DATA = ["source", "output", "score_vector", "queries", "key_vectors", "annotations", "candidates", "languages"];
const STATE = ["step", "hidden"];
const THICKEST = 14; // pixels, of the line of a weight of 1

/** A path from the left edge to the right one, level at both. @param {number} from @param {number} to */
const curve = (from, to) => `M0 ${from}C.5 ${from} .5 ${to} 1 ${to}`;

/**
 * One step: scores (-Infinity where one is hidden), weights and the context.
 * @param {{ query: import("../js/maths.js").Vector, keys: import("../js/maths.js").Vector[], v: import("../js/maths.js").Vector,
 *   annotations: import("../js/maths.js").Vector[], hidden: number | null }} given
 */
export function decoderLook({ query, keys, v, annotations, hidden }) {
  const all = additiveAttention([query], keys, v, annotations).scores[0]; // (S,)
  const scores = all.map((score, j) => (j === hidden ? -Infinity : score));
  const weights = softmax(scores); // (S,)
  return { scores, weights, context: weightedSum(weights, annotations) };
}

/** @type {import("../js/mount.js").Build} */
function build({ model, root }) {
  /** @type {string[][]} */
  const [source, output] = ["source", "output"].map((name) => model.get(name));
  /** @type {[string, number][][][]} */
  const candidates = model.get("candidates");
  const [queries, keys, [v], annotations] = ["queries", "key_vectors", "score_vector", "annotations"].map(
    (name) => unpack(model.get(name))[0],
  );
  const [sourceLang, targetLang] = model.get("languages");
  const n = source.length;
  let said = "";

  const progress = slider({
    name: "step",
    label: "Word",
    choices: range(output.length),
    describe: (step) => {
      const words = `${step + 1} of ${output.length}`;
      return { text: words, spoken: `word ${words}` };
    },
    onInput: (step) => setState(model, { step }),
  });
  const before = element("span", { lang: targetLang || null, ...AS_IT_IS });
  const written = element("p", { class: "afm-title" }, "Written so far: ", before);
  const rows = source.map((word, j) => {
    const hide = button({
      name: "hidden",
      label: visible(word),
      onPress: () => setState(model, { hidden: model.get("hidden") === j ? null : j }),
    });
    setAttribute(hide, "data-position", j);
    setAttribute(hide, "lang", sourceLang || null);
    setAttribute(hide, "translate", "no");
    const score = element("td", { "data-step": "score", ...AS_IT_IS });
    const weight = element("td", { "data-step": "weight", ...AS_IT_IS });
    const name = element("span", {}, element("small", AS_IT_IS, indexed("h", j + 1)), hide);
    const head = element("th", { scope: "row" }, name);
    return { hide, score, weight, node: element("tr", {}, head, score, weight) };
  });
  const heads = ["annotation", "score", "weight"].map((text) => element("th", { scope: "col" }, text));
  const table = element(
    "table",
    { class: "afm-asked" },
    element("caption", { class: "afm-spoken" }, "Press an annotation to hide it"),
    element("thead", {}, element("tr", {}, ...heads)),
    element("tbody", {}, ...rows.map((row) => row.node)),
  );
  const [state, context] = ["q", "weight"].map((ink) =>
    element("span", { class: "afm-vertex", "data-ink": ink, ...AS_IT_IS }),
  );
  const asks = range(n).map((j) => drawing("path", { d: curve(n / 2, j + 0.5) }));
  const answers = range(n).map((j) => drawing("path", { d: curve(j + 0.5, n / 2) }));
  const [asking, answering] = [asks, answers].map((paths, side) =>
    element(
      "div",
      { class: side ? "afm-answer" : "afm-ask", "aria-hidden": "true" },
      drawing("svg", { viewBox: `0 0 1 ${n}`, preserveAspectRatio: "none" }, ...paths),
    ),
  );
  const machine = element("div", { class: "afm-machine" }, state, asking, table, answering, context);
  const sum = element("span", AS_IT_IS);
  const mixture = element("p", { class: "afm-title" }, "Context: ", sum);
  const strip = vectorStrip({ size: annotations[0].length });
  const most = Math.max(...candidates.flat().map((pairs) => pairs.length));
  const guesses = shareList({ label: "The likeliest next words", most });
  if (targetLang) setAttribute(guesses.node, "lang", targetLang);
  const writes = element("p", { class: "afm-title" }, "It writes");
  const content = [
    element("div", { class: "afm-controls" }, progress.node),
    written,
    machine,
    element(
      "div",
      { class: "afm-outcome" },
      element("div", {}, mixture, strip.picture),
      element("div", {}, writes, guesses.node),
    ),
  ];

  function update() {
    const { step, hidden } = readState(model, STATE);
    const found = decoderLook({ query: queries[step], keys, v, annotations, hidden });
    const likely = candidates[step][hidden === null ? 0 : 1 + hidden];
    const [word, chance] = likely[0];
    progress.update(step);
    setText(before, output.slice(0, step).map(visible).join(" ") || "–");
    setText(state, indexed("s", step));
    setText(context, indexed("c", step + 1));
    rows.forEach(({ hide, score, weight, node }, j) => {
      setText(score, j === hidden ? "−∞" : decimal(found.scores[j]));
      setText(weight, decimal(found.weights[j]));
      setAttribute(score, "data-value", j === hidden ? "-inf" : found.scores[j]);
      setAttribute(weight, "data-value", found.weights[j]);
      setAttribute(hide, "aria-pressed", j === hidden ? "true" : "false");
      setAttribute(node, "data-hidden", j === hidden && "");
      setAttribute(answers[j], "data-value", found.weights[j]);
      answers[j].style.setProperty("stroke-width", `${(THICKEST * found.weights[j]).toFixed(2)}px`);
      setAttribute(asks[j], "data-hidden", j === hidden && "");
    });
    const named = range(n).filter((j) => found.weights[j] >= 0.005);
    const terms = named.map((j) => `${decimal(found.weights[j])} ${indexed("h", j + 1)}`).join(" + ");
    setText(sum, `${indexed("c", step + 1)} = ${terms}${named.length < n ? " + …" : ""}`);
    strip.update(found.context, "The context vector");
    guesses.update(
      likely.map(([text, share]) => ({ name: text, shares: [share], text: decimal(share), values: [share] })),
    );
    const best = found.weights.indexOf(Math.max(...found.weights));
    const without = hidden === null ? "" : ` ${visible(source[hidden])} is hidden.`;
    said = `Word ${step + 1} of ${output.length}.${without} Most weight on ${visible(source[best])}, ${decimal(found.weights[best])}. It writes ${visible(word)}, ${decimal(chance)}.`;
    Object.assign(root.dataset, { step, hidden: hidden ?? "" });
  }
  return { content, update, announcement: () => said };
}

export default viewOf({ className: "afm-decoder-step", build, state: STATE, data: DATA });
