/* The static host: runs the book's anywidgets on a page that has no kernel.
   A classic script, so that it also runs from file:// (where module scripts may not be loaded).
   Reads  <script type="application/vnd.jupyter.widget-state+json">  and fills every
   <div class="afm-widget" data-model-id="..."><figure class="afm-fallback">...</figure></div> */
(() => {
  "use strict";
  // Where the site's files lie: a widget that has more to load than a page carries finds it there.
  const { src } = /** @type {HTMLScriptElement} */ (document.currentScript);
  const ASSETS = new URL(".", src).href;

  /** @typedef {{ state: Record<string, any>, buffers?: { path: (string | number)[], data: string }[] }} State */
  /** @typedef {{ event: string, callback: (...args: any[]) => void }} Listener */
  /** @typedef {ReturnType<typeof makeModel>} Model */
  /**
   * What a widget's module exports: see anywidget's documentation.
   * @typedef {object} Widget
   * @property {(given: { model: Model }) => unknown} [initialize]
   * @property {(given: { model: Model, el: HTMLElement }) => unknown} render
   */

  /** By the model's id. @type {Record<string, State>} */
  const states = {};
  /** By the model's id. @type {Record<string, Promise<{ model: Model, widget: Widget }>>} */
  const models = {};
  /** By the module's text. @type {Record<string, Promise<Widget>>} */
  const modules = {};
  const styles = new Set();

  /**
   * A model in memory with the part of Backbone's interface that anywidget promises.
   * @param {string} id
   */
  function makeModel(id) {
    const { state, buffers = [] } = states[id];
    state._assets = ASSETS;
    for (const { path, data } of buffers) {
      const owner = path.slice(0, -1).reduce((/** @type {any} */ value, key) => value[key], state);
      const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
      owner[path[path.length - 1]] = new DataView(bytes.buffer);
    }
    /** @type {Listener[]} */
    let listeners = [];
    /** @param {string} event @param {...unknown} args */
    const emit = (event, ...args) => listeners.filter((l) => l.event === event).forEach((l) => l.callback(...args));
    const model = {
      /** @param {string} name */
      get: (name) => state[name],
      /** @param {string | Record<string, unknown>} name @param {unknown} [value] */
      set(name, value) {
        const changes = typeof name === "object" ? name : { [name]: value };
        const changed = Object.keys(changes).filter((key) => state[key] !== changes[key]);
        Object.assign(state, changes);
        changed.forEach((key) => emit(`change:${key}`, model, state[key]));
        if (changed.length) emit("change", model);
      },
      /** @param {string} events @param {Listener["callback"]} callback */
      on(events, callback) {
        events.split(" ").forEach((event) => listeners.push({ event, callback }));
      },
      /** @param {string | null} [events] @param {Listener["callback"]} [callback] */
      off(events, callback) {
        const names = events?.split(" ");
        listeners = listeners.filter(
          (l) => (names && !names.includes(l.event)) || (callback && l.callback !== callback),
        );
      },
      save_changes() {},
      send() {},
    };
    return model;
  }

  /** @param {string} source @returns {Promise<Widget>} */
  function loadModule(source) {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    return import(url).then(({ default: widget }) => (typeof widget === "function" ? widget() : widget));
  }

  /**
   * One model and one call of initialize per id, however many views show it.
   * @param {string} id
   */
  async function load(id) {
    if (!states[id]) throw new Error(`the page holds no state for model ${id}`);
    const model = makeModel(id);
    const source = model.get("_esm");
    const widget = await (modules[source] ??= loadModule(source));
    await widget.initialize?.({ model });
    return { model, widget };
  }

  /** @param {HTMLElement} place */
  async function mount(place) {
    /** @type {HTMLElement | null} */
    const fallback = place.querySelector(".afm-fallback");
    const el = document.createElement("div");
    try {
      const id = place.dataset.modelId ?? "";
      const { model, widget } = await (models[id] ??= load(id));
      const css = model.get("_css");
      if (css && !styles.has(css)) {
        styles.add(css);
        document.head.append(Object.assign(document.createElement("style"), { textContent: css }));
      }
      place.append(el);
      await widget.render({ model, el });
      if (fallback) fallback.hidden = true;
      place.dataset.state = "ready";
    } catch (error) {
      console.error("afm-host:", error);
      el.className = "afm-note";
      el.setAttribute("role", "note");
      el.textContent = `The interactive version could not start (${error instanceof Error ? error.message : error}). The picture shows its first state.`;
      place.append(el);
      place.dataset.state = "failed";
    }
  }

  for (const script of document.querySelectorAll('script[type="application/vnd.jupyter.widget-state+json"]')) {
    try {
      const { state, texts = [] } = JSON.parse(script.textContent);
      for (const model of Object.values(state)) {
        for (const name of ["_esm", "_css"]) {
          const text = texts[model.state[name]]; // a page that is written by hand may hold the text itself
          if (text !== undefined) model.state[name] = text;
        }
      }
      Object.assign(states, state);
    } catch (error) {
      console.error("afm-host:", error);
    }
  }

  // A widget starts when it comes within a screen of the view: what is further away, or in a closed section, costs
  // nothing, and what changes its height does so out of sight.
  const near = new IntersectionObserver(
    (seen) => {
      for (const { target } of seen.filter((one) => one.isIntersecting)) {
        near.unobserve(target);
        mount(/** @type {HTMLElement} */ (target));
      }
    },
    { rootMargin: "100% 0px" },
  );
  for (const place of document.querySelectorAll(".afm-widget")) near.observe(place);
})();
