// EncoderDecoderMachine: an encoder reads token by token, one vector is handed on, and a decoder writes from it.
//
// Hooks for tests and for style sheets (kept stable):
//   .afm-encdec                              the widget; data-example, data-length, data-step (of the state)
//   input[data-control=example]               radio buttons, where there are several sentences
//   input[data-control=length|step]           native sliders; aria-valuetext says their value in words
//   button[data-control=next|again]           one step more; from the beginning
//   [data-part=encoder|context|decoder]       the three boxes; data-active where the present step works
//   .afm-encdec-read li[data-kind]           read | now | later
//   .afm-encdec-written li[data-kind]        right | wrong; data-value = the token's probability
//   .afm-strip[data-filled]                   a vector, one bar a number; a bar of height 1 is 1
//   p[role=status]                            the one live region, 0.6 s after the last move

import { button, sentenceChoice, slider } from "../js/controls.js";
import { AS_IT_IS, element, setAttribute, setText } from "../js/dom.js";
import { indexed, plural, visible } from "../js/format.js";
import { unpack } from "../js/maths.js";
import { readState, setState, viewOf } from "../js/mount.js";
import { range } from "../js/range.js";
import { drawing, stripPath } from "../js/vector.js";
import { END, runMachine } from "./machine.js";

const DATA = ["weights", "source_words", "target_words", "sources", "references", "unit", "languages"];
const STATE = ["example", "length", "step"];
const MORE = 4; // tokens that the machine may write beyond what it has read, as in Python

/**
 * A box of the machine: its title, a vector of so many numbers, and what is to be said of it.
 * @param {string} name
 * @param {string} title
 * @param {number} size
 * @param {Node[]} words
 */
function box(name, title, size, words) {
  const bars = drawing("path", { class: "afm-strip-bars" });
  const zero = drawing("path", { class: "afm-strip-zero", d: `M0 0H${size}`, "vector-effect": "non-scaling-stroke" });
  const view = { viewBox: `0 -1.04 ${size} 2.08`, preserveAspectRatio: "none", "aria-hidden": "true" };
  const strip = drawing("svg", { class: "afm-strip", ...view }, zero, bars);
  const note = element("p", { class: "afm-encdec-note" });
  const head = element("p", { class: "afm-title" }, title);
  const node = element("div", { class: "afm-encdec-box", "data-part": name }, head, ...words, strip, note);
  /** @param {{ vector: Float64Array | null, said: string, isActive: boolean }} now */
  function update({ vector, said, isActive }) {
    setAttribute(bars, "d", vector ? stripPath(vector, 1) : "");
    setAttribute(strip, "data-filled", vector !== null && "");
    setAttribute(node, "data-active", isActive && "");
    setText(note, said);
  }
  return { node, update };
}

/** @type {import("../js/mount.js").Build} */
function build({ model, root }) {
  const weights = model.get("weights").map((/** @type {any} */ matrix) => unpack(matrix)[0]);
  /** @type {string[][]} */
  const [sourceWords, targetWords] = [model.get("source_words"), model.get("target_words")];
  /** @type {string[][][][]} */
  const [sources, references] = [model.get("sources"), model.get("references")];
  const [unit, [sourceLang, targetLang]] = [model.get("unit"), model.get("languages")];
  const size = weights[4].length;
  /** @type {Map<string, ReturnType<typeof runMachine> & { words: string[], wanted: string[] }>} */
  const runs = new Map();
  let said = "";

  /** @param {number} example @param {number} length */
  function runOf(example, length) {
    const key = `${example} ${length}`;
    let found = runs.get(key);
    if (!found) {
      const words = sources[example][length - 1];
      const ids = [...words.map((word) => sourceWords.indexOf(word)), END];
      const wanted = [...references[example][length - 1], targetWords[END]];
      found = {
        ...runMachine(ids, weights, ids.length + MORE),
        words: [...words, sourceWords[END]],
        wanted,
      };
      runs.set(key, found);
    }
    return found;
  }
  /** @param {{ words: string[], tokens: number[] }} run */
  const stepsOf = ({ words, tokens }) => words.length + 1 + tokens.length;

  /** Another sentence or length: what had been written to its end is written to its end. @param {Record<string, number>} change */
  function move(change) {
    const now = /** @type {{ example: number, length: number, step: number }} */ (readState(model, STATE));
    const next = { ...now, ...change };
    const [was, will] = [stepsOf(runOf(now.example, now.length)), stepsOf(runOf(next.example, next.length))];
    setState(model, { ...change, step: now.step === was ? will : Math.min(now.step, will) });
  }

  const choice = sentenceChoice(
    sources.map((of) => of[0]),
    (example) => move({ example }),
  );
  const longer = slider({
    name: "length",
    label: "Length",
    choices: range(sources[0].length).map((l) => l + 1),
    describe: (length) => ({ text: plural(length, unit), spoken: plural(length, unit) }),
    onInput: (length) => move({ length }),
  });
  const progress = slider({
    name: "step",
    label: "Step",
    choices: [0],
    describe: (step) => {
      const text = `${step} of ${stepsOf(runOf(model.get("example"), model.get("length")))}`;
      return { text, spoken: `step ${text}` };
    },
    onInput: (step) => setState(model, { step }),
  });
  const next = () => {
    const most = stepsOf(runOf(model.get("example"), model.get("length")));
    setState(model, { step: Math.min(most, model.get("step") + 1) });
  };
  const buttons = [
    button({ name: "next", label: "Next step", onPress: next }),
    button({ name: "again", label: "Start again", onPress: () => setState(model, { step: 0 }) }),
  ];
  /** @param {string} name @param {string} label @param {string} lang */
  const list = (name, label, lang) =>
    element("ol", { class: `afm-encdec-${name}`, "aria-label": label, lang: lang || null, ...AS_IT_IS });
  const read = list("read", "What is read", sourceLang);
  const written = list("written", "What is written", targetLang);
  const encoder = box("encoder", "Encoder reads", size, [read]);
  const context = box("context", "One vector", size, []);
  const decoder = box("decoder", "Decoder writes", size, [written]);
  const content = [
    element(
      "div",
      { class: "afm-controls" },
      ...(sources.length > 1 ? [choice.node] : []),
      longer.node,
      progress.node,
      element("div", { class: "afm-buttons" }, ...buttons),
    ),
    element("div", { class: "afm-encdec-row" }, encoder.node, context.node, decoder.node),
  ];

  function update() {
    const { example, length, step } = readState(model, STATE);
    const run = runOf(example, length);
    const { words, wanted, states, decoderStates, tokens, chances } = run;
    const [nRead, nWritten] = [Math.min(step, words.length), Math.max(0, step - words.length - 1)];
    const isHanded = step > words.length;
    const mine = tokens.slice(0, nWritten).map((id) => targetWords[id]);
    const wrong = mine.filter((word, t) => word !== wanted[t]).length;
    const last = nWritten ? mine[nWritten - 1] : "";
    choice.update(example);
    longer.update(length);
    progress.update(step, { choices: range(stepsOf(run) + 1) });
    show(
      read,
      words.map((word, j) => ({ word, kind: j >= nRead ? "later" : j === step - 1 ? "now" : "read" })),
    );
    show(
      written,
      mine.map((word, t) => ({ word, kind: word === wanted[t] ? "right" : "wrong", chance: chances[t] })),
    );
    const ofEncoder = nRead ? `${indexed("h", nRead)}, after “${visible(words[nRead - 1])}”` : "h₀: nothing read yet";
    encoder.update({
      vector: states[nRead],
      said: isHanded ? `${ofEncoder}; the states before it are gone` : ofEncoder,
      isActive: step > 0 && !isHanded,
    });
    context.update({
      vector: isHanded ? states[words.length] : null,
      said: isHanded
        ? `c = ${indexed("h", nRead)}: ${size} numbers for ${words.length} tokens`
        : "nothing handed on yet",
      isActive: isHanded && nWritten === 0,
    });
    const done = step === stepsOf(run) ? `; ${wrong ? `${wrong} of ${nWritten} wrong` : "all right"}` : "";
    const ofDecoder = nWritten ? `${indexed("s", nWritten)}, at “${visible(last)}”${done}` : "s₀, made of c";
    decoder.update({
      vector: isHanded ? decoderStates[nWritten] : null,
      said: isHanded ? ofDecoder : "it has seen nothing of the sentence",
      isActive: nWritten > 0,
    });
    const chance = nWritten ? chances[nWritten - 1].toFixed(2) : "";
    said = !isHanded
      ? `${nRead} of ${words.length} tokens read${nRead ? `, the last “${visible(words[nRead - 1])}”` : ""}.`
      : nWritten
        ? `Written: “${mine.map(visible).join(" ")}”, the last with probability ${chance}${done}.`
        : `One vector of ${size} numbers is handed on, for ${words.length} tokens.`;
    Object.assign(root.dataset, { example, length, step });
  }
  return { content, update, announcement: () => said };
}

/**
 * Words in a row, each with what it is, and how probable it was. Nodes that are there are kept.
 * @param {HTMLElement} list
 * @param {{ word: string, kind: string, chance?: number }[]} items
 */
function show(list, items) {
  while (list.children.length > items.length) list.lastElementChild?.remove();
  items.forEach(({ word, kind, chance }, i) => {
    const item = /** @type {HTMLElement} */ (list.children[i] ?? list.appendChild(element("li")));
    setText(item, kind === "wrong" ? `✗ ${visible(word)}` : visible(word));
    setAttribute(item, "data-kind", kind);
    setAttribute(item, "data-value", chance ?? null);
    if (chance !== undefined) item.style.setProperty("--w", chance.toFixed(4));
  });
}

export default viewOf({ className: "afm-encdec", build, state: STATE, data: DATA });
