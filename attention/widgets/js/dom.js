// Elements, their text and their attributes. Text goes in as text, never as HTML.

/** @typedef {Record<string, string | number | boolean | null | undefined | ((event: any) => void)>} Attributes */

/**
 * element("p", { class: "note", hidden: true }, "text", child): attributes by name, listeners as functions (onclick).
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, String(value));
  }
  node.append(...children);
  return node;
}

/** @type {WeakMap<Element, string>} */
const lastText = new WeakMap();

/**
 * Write the whole text of an element, where it differs from the last: an untouched node costs no layout.
 * A browser's translator puts elements of its own in the place of texts. So the last text is remembered here, not read
 * from the page, and a new one takes the place of whatever the translator has left.
 * @param {Element} node
 * @param {string} text
 */
export function setText(node, text) {
  if (lastText.get(node) === text) return;
  lastText.set(node, text);
  node.textContent = text;
}

/**
 * Set an attribute where it differs; null or false takes it away.
 * @param {Element} node
 * @param {string} name
 * @param {string | number | boolean | null} value
 */
export function setAttribute(node, name, value) {
  if (value === null || value === false) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
  } else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, String(value));
}

/** Attributes of all that takes arrow keys: without this, JupyterLab in command mode takes them for itself. */
export const KEEPS_KEYS = { "data-lm-suppress-shortcuts": "true" };

/** Attributes of what a translator must leave alone: tokens, numbers, formulas. */
export const AS_IT_IS = { translate: "no" };

let serial = 0;

/**
 * An id that no other view on the page has.
 * @param {string} stem
 */
export function uniqueId(stem) {
  serial += 1;
  return `afm-${stem}-${serial}`;
}

/**
 * Call back when the page turns light or dark (site switch, JupyterLab theme, or the system). Returns the clean-up.
 * @param {() => void} callback
 */
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
