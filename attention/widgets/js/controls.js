// Controls that every widget of the book shares: native inputs with a label, an output and words for a screen reader.
// Each returns { node, update(...) }; update is cheap and touches only what changed. Text goes in as text, never as HTML.

/** element("p", { class: "note", hidden: true }, "text", child): attributes by name, listeners as functions (onclick). */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

/** Write text only where it differs: an untouched node costs no layout. */
export function setText(node, text) {
  if (node.firstChild === null) node.append(text);
  else if (node.firstChild.nodeValue !== text) node.firstChild.nodeValue = text;
}

export function setAttribute(node, name, value) {
  if (value === null || value === false) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
  } else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

/** Attributes of all that takes arrow keys: without this, JupyterLab in command mode takes them for itself. */
export const KEEPS_KEYS = { "data-lm-suppress-shortcuts": "true" };

let serial = 0;

/** An id that no other view on the page has. */
export function uniqueId(stem) {
  serial += 1;
  return `afm-${stem}-${serial}`;
}

/**
 * A slider over `choices`. describe(choice) gives { text, spoken }: what stands beside the slider, what is read aloud.
 * update(choice, { disabled, choices }) shows the state; with `choices` the slider runs over others from now on.
 */
export function slider({ name, label, choices, describe, onInput }) {
  const id = uniqueId(name);
  // An output is a live region by nature; the input's valuetext says the same, so it is told to be silent.
  const output = element("output", { for: id, class: "afm-output", "aria-live": "off" }, "");
  const input = element("input", {
    id,
    type: "range",
    min: 0,
    max: choices.length - 1,
    step: 1,
    "data-control": name,
    ...KEEPS_KEYS,
    oninput: () => onInput(choices[input.valueAsNumber]),
  });
  const node = element("div", { class: "afm-slider" }, element("label", { for: id }, label), output, input);
  function update(choice, { disabled = false, choices: newChoices = choices } = {}) {
    choices = newChoices;
    setAttribute(input, "max", choices.length - 1);
    const index = choices.indexOf(choice);
    const { text, spoken } = describe(choice);
    if (input.valueAsNumber !== index) input.value = index;
    input.disabled = disabled;
    input.style.setProperty("--fill", choices.length > 1 ? index / (choices.length - 1) : 1);
    setAttribute(input, "aria-valuetext", spoken);
    setAttribute(node, "data-disabled", disabled && "");
    setText(output, text);
  }
  return { node, input, update };
}

/** Which one of `count`, counted from 0, as layers and heads are. */
export function indexSlider({ name, label, count, onInput }) {
  const describe = (value) => ({ text: String(value), spoken: `${name} ${value}, counted from 0 to ${count - 1}` });
  return slider({ name, label, choices: range(count), describe, onInput });
}

/** range(3) is [0, 1, 2]. */
export function range(n) {
  return Array.from({ length: n }, (_, i) => i);
}

/** The choices of a slider, and the present value among them if it is none of them. */
export function withPresent(choices, value) {
  return choices.includes(value) ? choices : [...choices, value].sort((a, b) => a - b);
}

/**
 * A choice among a few, as native radio buttons in a labelled group: arrow keys, form semantics and focus come with them.
 * options: [{ value, content: [nodes or text], ...attributes of the label }].
 */
export function radios({ name, label, options, onInput, showLabel = true, className = "" }) {
  const group = uniqueId(name);
  const inputs = [];
  const labels = options.map(({ value, content, ...attributes }) => {
    const input = element("input", {
      type: "radio",
      name: group,
      value,
      class: "afm-radio",
      "data-control": name,
      ...KEEPS_KEYS,
      onchange: () => onInput(value),
    });
    inputs.push(input);
    return element(
      "label",
      { class: "afm-option", ...attributes },
      input,
      element("span", { class: "afm-face" }, ...content),
    );
  });
  const node = element(
    "fieldset",
    { class: `afm-radios ${className}` },
    element("legend", { class: showLabel ? "" : "afm-spoken" }, label),
    element("div", { class: "afm-options" }, ...labels),
  );
  /** The chosen value, and how many of the options (the first ones) can be chosen now. */
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

/** A native checkbox with its label: update(on). */
export function checkbox({ name, label, onInput }) {
  const input = element("input", {
    type: "checkbox",
    "data-control": name,
    ...KEEPS_KEYS,
    onchange: () => onInput(input.checked),
  });
  const node = element("label", { class: "afm-check" }, input, element("span", {}, label));
  return { node, input, update: (on) => (input.checked = on) };
}

/**
 * A native list to choose from. options: [{ value, text }]; update(value, missing) shows the state, and takes the options with
 * these values out. A value that is none of the options gets one of its own.
 */
export function select({ name, label, options: given, onInput }) {
  const id = uniqueId(name);
  const options = [...given];
  const item = ({ value, text }) => element("option", { value }, text);
  const items = options.map(item);
  const input = element(
    "select",
    { id, "data-control": name, ...KEEPS_KEYS, onchange: () => onInput(options[input.selectedIndex].value) },
    ...items,
  );
  const node = element("div", { class: "afm-select" }, element("label", { for: id }, label), input);
  function update(value, missing = []) {
    let index = options.findIndex((option) => option.value === value);
    if (index < 0) {
      index = options.push({ value, text: String(value) }) - 1;
      items.push(item(options[index]));
      input.append(items[index]);
    }
    items.forEach((one, i) => (one.disabled = missing.includes(options[i].value)));
    if (input.selectedIndex !== index) input.selectedIndex = index;
  }
  return { node, input, update };
}

/** Radio buttons 1, 2, 3 …, each with its sentence for those who listen. */
export function sentenceChoice(sentences, onInput) {
  const spoken = (words) => element("span", { class: "afm-spoken" }, `: ${words.map(visible).join(" ")}`);
  return radios({
    name: "example",
    label: "Sentence",
    options: sentences.map((words, value) => ({ value, content: [String(value + 1), spoken(words)] })),
    onInput,
  });
}

/** A live region that speaks once the reader has paused, not at every step of a slider. */
export function announcer(delay = 600) {
  const node = element("p", { class: "afm-spoken", role: "status", "aria-live": "polite" });
  let timer = 0;
  return {
    node,
    say(text) {
      clearTimeout(timer);
      timer = setTimeout(() => setText(node, text), delay);
    },
    stop: () => clearTimeout(timer),
  };
}

/** Call back when the page turns light or dark (site switch, JupyterLab theme, or the system). Returns the clean-up. */
export function onThemeChange(callback) {
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const observer = new MutationObserver(callback);
  const attributeFilter = ["data-theme", "data-mode", "data-jp-theme-light", "class"];
  observer.observe(document.documentElement, { attributes: true, attributeFilter });
  observer.observe(document.body, { attributes: true, attributeFilter });
  system.addEventListener("change", callback);
  return () => {
    observer.disconnect();
    system.removeEventListener("change", callback);
  };
}

/** 0.4264 -> "0.43"; the real minus sign, "-0.00" never, and a bare 0 only for what is exactly 0. */
export function decimal(number, digits = 2) {
  if (number === -Infinity) return "−∞";
  if (number === 0) return "0";
  const text = number.toFixed(digits);
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
}

/** A token as the book prints it: a leading space as a raised dot, a line break as an arrow. */
export function visible(token) {
  return token.replace(/^ +/, (spaces) => "·".repeat(spaces.length)).replaceAll("\n", "↵");
}

/** plural(1, "word") is "1 word", plural(2, "word") "2 words". */
export function plural(n, noun) {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}
