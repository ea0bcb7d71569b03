// The life of a view: built once, updated when the state changes, rebuilt when the data do, and taken away.

/** Set what differs, and tell Python where there is one. */
export function setState(model, changes) {
  Object.keys(changes)
    .filter((name) => changes[name] !== model.get(name))
    .forEach((name) => model.set(name, changes[name]));
  model.save_changes();
}

/**
 * What anywidget asks for. build(model) returns { node, update, announce, stop }; `state` names the traits after which
 * the view is updated and announced, `data` those after which it is built anew.
 */
export function viewOf({ build, state, data }) {
  function render({ model, el }) {
    let view = null;
    let due = false;
    function rebuild() {
      view?.stop();
      view?.node.remove();
      view = build(model);
      el.append(view.node);
      view.update();
    }
    // Several traits change together (a shorter length moves the query): one drawing at the end of the task serves all.
    function changed() {
      if (due) return;
      due = true;
      queueMicrotask(() => {
        due = false;
        if (!view) return;
        view.update();
        view.announce();
      });
    }
    const changes = state.map((name) => `change:${name}`).join(" ");
    const rebuilds = data.map((name) => `change:${name}`).join(" ");
    model.on(changes, changed);
    model.on(rebuilds, rebuild);
    rebuild();
    return () => {
      model.off(changes, changed);
      model.off(rebuilds, rebuild);
      view.stop();
      view.node.remove();
      view = null;
    };
  }
  return { render };
}
