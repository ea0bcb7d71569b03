// The life of a view: built once, updated when the state changes, rebuilt when the data do, and taken away.

import { element, setText } from "./dom.js";

/**
 * A model as anywidget hands it over: traits by name, and who wants to know of their changes.
 * @typedef {object} Model
 * @property {(name: string) => any} get
 * @property {(name: string, value: unknown) => void} set
 * @property {() => void} save_changes
 * @property {(events: string, callback: () => void) => void} on
 * @property {(events: string, callback: () => void) => void} off
 */

/**
 * What build makes of a model: the nodes of the view; update() shows the present state; announcement() says it in words;
 * parts are what has to be stopped when the view is taken away.
 * @typedef {object} View
 * @property {Node[]} content
 * @property {() => void} update
 * @property {() => string} announcement
 * @property {{ stop: () => void }[]} [parts]
 */

/** @typedef {(given: { model: Model, root: HTMLElement, say: (text: string) => void }) => View} Build */

/**
 * The present values of some traits, by name.
 * @param {Model} model
 * @param {string[]} names
 * @returns {Record<string, any>}
 */
export function readState(model, names) {
  return Object.fromEntries(names.map((name) => [name, model.get(name)]));
}

/**
 * Set what differs, and tell Python where there is one.
 * @param {Model} model
 * @param {Record<string, unknown>} changes
 */
export function setState(model, changes) {
  Object.keys(changes)
    .filter((name) => changes[name] !== model.get(name))
    .forEach((name) => model.set(name, changes[name]));
  model.save_changes();
}

/** A live region that speaks once the reader has paused, not at every step of a slider. */
function announcer(delay = 600) {
  const node = element("p", { class: "afm-spoken", role: "status", "aria-live": "polite" });
  let timer = 0;
  return {
    node,
    /** @param {string} text */
    say(text) {
      clearTimeout(timer);
      timer = setTimeout(() => setText(node, text), delay);
    },
    stop: () => clearTimeout(timer),
  };
}

/**
 * The controls with sliders, where results follow them: a phone's screen holds them (widget.css).
 * @param {Node[]} content
 */
function hold(content) {
  const nodes = /** @type {HTMLElement[]} */ (content);
  const sliders = nodes.find((node) => node.matches(".afm-controls:has(> .afm-slider)"));
  if (sliders && sliders !== nodes.at(-1)) sliders.classList.add("afm-held");
}

/**
 * Put a view into the page, with what all views have: a root with a name, a caption, a live region.
 * @param {HTMLElement} place
 * @param {Model} model
 * @param {string} className
 * @param {Build} build
 */
function mount(place, model, className, build) {
  const live = announcer();
  const root = element("div", { class: `afm ${className}`, role: "group", "aria-label": model.get("label") });
  const { content, update, announcement, parts = [] } = build({ model, root, say: live.say });
  hold(content);
  const caption = model.get("caption");
  root.append(...content, ...(caption ? [element("p", { class: "afm-caption" }, caption)] : []), live.node);
  place.append(root);
  update();
  return {
    update,
    announce: () => live.say(announcement()),
    stop() {
      parts.forEach((part) => part.stop());
      live.stop();
      root.remove();
    },
  };
}

/**
 * What anywidget asks for. `state` names the traits after which the view is updated and announced, `data` those after
 * which it is built anew; the label and the caption are among these in every widget.
 * @param {{ className: string, build: Build, state: string[], data: string[] }} kind
 */
export function viewOf({ className, build, state, data }) {
  /** @param {{ model: Model, el: HTMLElement }} place */
  function render({ model, el }) {
    /** @type {ReturnType<typeof mount> | null} */
    let view = null;
    let isDue = false;
    function rebuild() {
      view?.stop();
      view = mount(el, model, className, build);
    }
    // Several traits change together (a shorter length moves the query): one drawing at the end of the task serves all.
    function changed() {
      if (isDue) return;
      isDue = true;
      queueMicrotask(() => {
        isDue = false;
        view?.update();
        view?.announce();
      });
    }
    const changes = state.map((name) => `change:${name}`).join(" ");
    const rebuilds = [...data, "label", "caption"].map((name) => `change:${name}`).join(" ");
    model.on(changes, changed);
    model.on(rebuilds, rebuild);
    rebuild();
    return () => {
      model.off(changes, changed);
      model.off(rebuilds, rebuild);
      view?.stop();
      view = null;
    };
  }
  return { render };
}
