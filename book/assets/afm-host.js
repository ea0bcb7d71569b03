/* The static host: runs the book's anywidgets on a page that has no kernel.
   A classic script, so that it also runs from file:// (where module scripts may not be loaded).
   Reads  <script type="application/vnd.jupyter.widget-state+json">  and fills every
   <div class="afm-widget" data-model-id="..."><figure class="afm-fallback">...</figure></div> */
(() => {
  "use strict";
  // Where the site's files lie: a widget that has more to load than a page carries finds it there.
  const ASSETS = new URL(".", document.currentScript.src).href;
  const states = {};
  const models = {};
  const modules = {};
  const styles = new Set();

  // A model in memory with the part of Backbone's interface that anywidget promises.
  function makeModel(id) {
    const { state, buffers = [] } = states[id];
    state._assets = ASSETS;
    for (const { path, data } of buffers) {
      const owner = path.slice(0, -1).reduce((value, key) => value[key], state);
      const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
      owner[path[path.length - 1]] = new DataView(bytes.buffer);
    }
    let listeners = [];
    const emit = (event, ...args) => listeners.filter((l) => l.event === event).forEach((l) => l.callback(...args));
    const model = {
      get: (name) => state[name],
      set(name, value) {
        const changes = typeof name === "object" ? name : { [name]: value };
        const changed = Object.keys(changes).filter((key) => state[key] !== changes[key]);
        Object.assign(state, changes);
        changed.forEach((key) => emit(`change:${key}`, model, state[key]));
        if (changed.length) emit("change", model);
      },
      on(events, callback) {
        events.split(" ").forEach((event) => listeners.push({ event, callback }));
      },
      off(events, callback) {
        const names = events && events.split(" ");
        listeners = listeners.filter(
          (l) => (names && !names.includes(l.event)) || (callback && l.callback !== callback),
        );
      },
      save_changes() {},
      send() {},
    };
    return model;
  }

  function loadModule(source) {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    return import(url).then(({ default: widget }) => (typeof widget === "function" ? widget() : widget));
  }

  // One model and one call of initialize per id, however many views show it.
  async function load(id) {
    if (!states[id]) throw new Error(`the page holds no state for model ${id}`);
    const model = makeModel(id);
    const source = model.get("_esm");
    const widget = await (modules[source] ??= loadModule(source));
    await widget.initialize?.({ model });
    return { model, widget };
  }

  async function mount(place) {
    const fallback = place.querySelector(".afm-fallback");
    const el = document.createElement("div");
    try {
      const id = place.dataset.modelId;
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
      el.textContent = `The interactive version could not start (${error.message}). The picture shows its first state.`;
      place.append(el);
      place.dataset.state = "failed";
    }
  }

  for (const script of document.querySelectorAll('script[type="application/vnd.jupyter.widget-state+json"]')) {
    try {
      Object.assign(states, JSON.parse(script.textContent).state);
    } catch (error) {
      console.error("afm-host:", error);
    }
  }
  document.querySelectorAll(".afm-widget").forEach(mount);
})();
