// A host that counts what a view asks of the page and of the model, and what it gives back. test_stop.py adds it to a page.

async function counting(id) {
  const all = JSON.parse(document.querySelector('script[type*="widget-state"]').textContent).state;
  const { state, buffers = [] } = all[id];
  for (const { path, data } of buffers) {
    const owner = path.slice(0, -1).reduce((value, key) => value[key], state);
    const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
    owner[path.at(-1)] = new DataView(bytes.buffer);
  }
  state._assets = document.baseURI;
  const listeners = [],
    live = { listeners: 0, observers: new Set(), timers: new Set() };
  const model = {
    get: (name) => state[name],
    set(name, value) {
      state[name] = value;
      listeners.filter((l) => l.event === `change:${name}`).forEach((l) => l.callback());
    },
    on: (events, callback) => events.split(" ").forEach((event) => listeners.push({ event, callback })),
    off(events, callback) {
      for (const event of events.split(" ")) {
        const at = listeners.findIndex((l) => l.event === event && l.callback === callback);
        if (at >= 0) listeners.splice(at, 1);
      }
    },
    save_changes() {},
  };
  for (const kind of [ResizeObserver, MutationObserver]) {
    const { observe, disconnect } = kind.prototype;
    kind.prototype.observe = function (...args) {
      live.observers.add(this);
      observe.apply(this, args);
    };
    kind.prototype.disconnect = function () {
      live.observers.delete(this);
      disconnect.call(this);
    };
  }
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  const lasting = (target) => !(target instanceof Node) || target === document || target === document.body;
  EventTarget.prototype.addEventListener = function (...args) {
    if (lasting(this)) live.listeners += 1;
    addEventListener.apply(this, args);
  };
  EventTarget.prototype.removeEventListener = function (...args) {
    if (lasting(this)) live.listeners -= 1;
    removeEventListener.apply(this, args);
  };
  const { setTimeout: later, clearTimeout: never } = window;
  window.setTimeout = (callback, delay, ...args) => {
    const timer = later(() => {
      live.timers.delete(timer);
      callback(...args);
    }, delay);
    live.timers.add(timer);
    return timer;
  };
  window.clearTimeout = (timer) => {
    live.timers.delete(timer);
    never(timer);
  };
  const url = URL.createObjectURL(new Blob([state._esm], { type: "text/javascript" }));
  const { default: widget } = await import(url);
  const count = () => [listeners.length, live.listeners, live.observers.size, live.timers.size];
  return { model, widget, count };
}

window.renderAndStop = async (id) => {
  const { model, widget, count } = await counting(id);
  const place = document.body.appendChild(document.createElement("div"));
  const before = count();
  const stop = await widget.render({ model, el: place });
  model.set("label", "another"); // it is built anew
  for (const slider of place.querySelectorAll("input[type=range]:not(:disabled)")) {
    slider.value = slider.min;
    slider.dispatchEvent(new Event("input"));
    slider.value = slider.max;
    slider.dispatchEvent(new Event("input"));
  }
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const during = count();
  for (const slider of place.querySelectorAll("input[type=range]:not(:disabled)")) {
    slider.value = slider.min;
    slider.dispatchEvent(new Event("input")); // a change is due
  }
  stop();
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return { before, during, after: count(), left: place.childNodes.length };
};

window.stopOneOfTwo = async (id) => {
  const { model, widget } = await counting(id);
  const [first, second] = ["div", "div"].map((tag) => document.body.appendChild(document.createElement(tag)));
  const stop = await widget.render({ model, el: first });
  await widget.render({ model, el: second });
  const gone = first.firstElementChild;
  stop();
  second.querySelector(".afm-load").click();
  const end = Date.now() + 10000;
  while (second.firstElementChild.dataset.model !== "ready" && Date.now() < end)
    await new Promise(requestAnimationFrame);
  return [gone.dataset.model, second.firstElementChild.dataset.model];
};
