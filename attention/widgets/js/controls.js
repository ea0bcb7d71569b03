// Controls that every widget of the book shares: native inputs with a label, an output and words for a screen reader.
// Each returns { node, update(...) }; update is cheap and touches only what changed.

import { KEEPS_KEYS, element, setAttribute, setText, uniqueId } from "./dom.js";
import { visible } from "./format.js";
import { range } from "./range.js";

const SLIDE = 8; // pixels to the side after which a finger slides and does not scroll

/**
 * A slider over `choices`. describe(choice) gives { text, spoken }: what stands beside the slider, what is read aloud.
 * update(choice, { disabled, choices }) shows the state; with `choices` the slider runs over others from now on.
 * @param {object} given
 * @param {string} given.name
 * @param {string} given.label
 * @param {number[]} given.choices
 * @param {(choice: number) => { text: string, spoken: string }} given.describe
 * @param {(choice: number) => void} given.onInput
 */
export function slider({ name, label, choices, describe, onInput }) {
  const id = uniqueId(name);
  // An output is a live region by nature; the input's valuetext says the same, so it is told to be silent.
  const output = element("output", { for: id, class: "afm-output", "aria-live": "off" });
  const input = element("input", {
    id,
    type: "range",
    min: 0,
    max: choices.length - 1,
    step: 1,
    "data-control": name,
    ...KEEPS_KEYS,
  });
  const node = element("div", { class: "afm-slider" }, element("label", { for: id }, label), output, input);
  whenSlid(input, () => onInput(choices[input.valueAsNumber]));

  /**
   * @param {number} choice
   * @param {{ disabled?: boolean, choices?: number[] }} [options]
   */
  function update(choice, { disabled = false, choices: newChoices = choices } = {}) {
    choices = newChoices;
    setAttribute(input, "max", choices.length - 1);
    const index = choices.indexOf(choice);
    const { text, spoken } = describe(choice);
    if (input.valueAsNumber !== index) input.value = String(index);
    input.disabled = disabled;
    input.style.setProperty("--fill", String(choices.length > 1 ? index / (choices.length - 1) : 1));
    setAttribute(input, "aria-valuetext", spoken);
    setAttribute(node, "data-disabled", disabled && "");
    setText(output, text);
  }
  return { node, input, update };
}

/**
 * Call back when a slider has been moved. A finger that comes down on it may want to scroll the page: the browser sets the
 * slider at once, so that waits until the finger has gone to the side or up, and is taken back when the page scrolls.
 * @param {HTMLInputElement} input
 * @param {() => void} callback
 */
function whenSlid(input, callback) {
  /** @type {{ x: number, value: string } | null} */
  let undecided = null;
  const decide = () => {
    const moved = undecided !== null && undecided.value !== input.value;
    undecided = null;
    if (moved) callback();
  };
  input.addEventListener("pointerdown", ({ pointerType, clientX }) => {
    undecided = pointerType === "touch" ? { x: clientX, value: input.value } : null;
  });
  input.addEventListener("pointermove", ({ clientX }) => {
    if (undecided && Math.abs(clientX - undecided.x) > SLIDE) decide();
  });
  input.addEventListener("pointerup", decide);
  input.addEventListener("pointercancel", () => {
    if (undecided) input.value = undecided.value;
    undecided = null;
  });
  input.addEventListener("input", () => undecided ?? callback());
}

/**
 * Which one of `count`, counted from 0, as layers and heads are.
 * @param {{ name: string, label: string, count: number, onInput: (index: number) => void }} given
 */
export function indexSlider({ name, label, count, onInput }) {
  /** @param {number} value */
  const describe = (value) => ({ text: String(value), spoken: `${name} ${value}, counted from 0 to ${count - 1}` });
  return slider({ name, label, choices: range(count), describe, onInput });
}

/**
 * The choices of a slider, and the present value among them if it is none of them.
 * @param {number[]} choices
 * @param {number} value
 */
export function withPresent(choices, value) {
  return choices.includes(value) ? choices : [...choices, value].sort((a, b) => a - b);
}

/**
 * A choice among a few, as native radio buttons in a labelled group: arrow keys, form semantics and focus come with them.
 * An option has a value, its content, and any further attributes of its label.
 * @template {string | number} Value
 * @param {object} given
 * @param {string} given.name
 * @param {string} given.label
 * @param {{ value: Value, content: (Node | string)[], [attribute: string]: any }[]} given.options
 * @param {(value: Value) => void} given.onInput
 * @param {boolean} [given.showLabel]
 * @param {string} [given.className]
 */
export function radios({ name, label, options, onInput, showLabel = true, className = "" }) {
  const group = uniqueId(name);
  const inputs = options.map(({ value }) =>
    element("input", {
      type: "radio",
      name: group,
      value,
      class: "afm-radio",
      "data-control": name,
      ...KEEPS_KEYS,
      onchange: () => onInput(value),
    }),
  );
  const labels = options.map(({ value: _, content, ...attributes }, i) =>
    element(
      "label",
      { class: "afm-option", ...attributes },
      inputs[i],
      element("span", { class: "afm-face" }, ...content),
    ),
  );
  const node = element(
    "fieldset",
    { class: `afm-radios ${className}` },
    element("legend", { class: showLabel ? "" : "afm-spoken" }, label),
    element("div", { class: "afm-options" }, ...labels),
  );
  /**
   * The chosen value, and how many of the options (the first ones) can be chosen now.
   * @param {Value} value
   */
  function update(value, available = options.length) {
    options.forEach((option, i) => {
      inputs[i].checked = option.value === value;
      inputs[i].disabled = i >= available;
      setAttribute(labels[i], "data-chosen", option.value === value && "");
      setAttribute(labels[i], "data-disabled", i >= available && "");
    });
  }
  return { node, inputs, labels, update };
}

/**
 * A native checkbox with its label: update(on).
 * @param {{ name: string, label: string, onInput: (on: boolean) => void }} given
 */
export function checkbox({ name, label, onInput }) {
  const input = element("input", {
    type: "checkbox",
    "data-control": name,
    ...KEEPS_KEYS,
    onchange: () => onInput(input.checked),
  });
  const node = element("label", { class: "afm-check" }, input, element("span", {}, label));
  /** @param {boolean} on */
  const update = (on) => {
    input.checked = on;
  };
  return { node, input, update };
}

/**
 * A native button.
 * @param {{ name: string, label: string, onPress: () => void }} given
 */
export function button({ name, label, onPress }) {
  const attributes = { type: "button", class: "afm-button", "data-control": name, ...KEEPS_KEYS, onclick: onPress };
  return element("button", attributes, label);
}

/**
 * A native list to choose from. options: [{ value, text }]; update(value, missing) shows the state, and takes the options with
 * these values out. A value that is none of the options gets one of its own.
 * @template {string | number} Value
 * @param {object} given
 * @param {string} given.name
 * @param {string} given.label
 * @param {{ value: Value, text: string }[]} given.options
 * @param {(value: Value) => void} given.onInput
 */
export function select({ name, label, options: given, onInput }) {
  const id = uniqueId(name);
  const options = [...given];
  const items = options.map(({ value, text }) => element("option", { value }, text));
  const input = element(
    "select",
    { id, "data-control": name, ...KEEPS_KEYS, onchange: () => onInput(options[input.selectedIndex].value) },
    ...items,
  );
  const node = element("div", { class: "afm-select" }, element("label", { for: id }, label), input);
  /**
   * @param {Value} value
   * @param {Value[]} [missing]
   */
  function update(value, missing = []) {
    let index = options.findIndex((option) => option.value === value);
    if (index < 0) {
      index = options.push({ value, text: String(value) }) - 1;
      items.push(element("option", { value }, String(value)));
      input.append(items[index]);
    }
    items.forEach((item, i) => (item.disabled = missing.includes(options[i].value)));
    if (input.selectedIndex !== index) input.selectedIndex = index;
  }
  return { node, input, update };
}

/**
 * Radio buttons 1, 2, 3 …, each with its sentence for those who listen.
 * @param {string[][]} sentences
 * @param {(index: number) => void} onInput
 */
export function sentenceChoice(sentences, onInput) {
  /** @param {string[]} words */
  const spoken = (words) => element("span", { class: "afm-spoken" }, `: ${words.map(visible).join(" ")}`);
  return radios({
    name: "example",
    label: "Sentence",
    options: sentences.map((words, value) => ({ value, content: [String(value + 1), spoken(words)] })),
    onInput,
  });
}
