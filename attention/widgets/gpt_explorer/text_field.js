// The text that the reader types, what is read of it, and the button that asks for the model.

import { KEEPS_KEYS, element, setAttribute, setText, uniqueId } from "../js/dom.js";

/**
 * update({ text, state, note, error }): state is "asleep" (the model is not here), "loading" or "ready". Only when it is
 * ready can be written. onText(text) at every change; onAsk() when the model is asked for.
 * @param {{ size: number, longest: number, onText: (text: string) => void, onAsk: () => void }} given
 */
export function textField({ size, longest, onText, onAsk }) {
  const [id, noteId] = [uniqueId("text"), uniqueId("note")];
  const area = element("textarea", {
    id,
    rows: 3,
    maxlength: longest,
    spellcheck: "false",
    autocomplete: "off",
    autocapitalize: "off",
    dir: "auto",
    "aria-describedby": noteId,
    "data-control": "text",
    ...KEEPS_KEYS,
    oninput: () => onText(area.value),
  });
  const label = element("label", { for: id });
  const button = element("button", { type: "button", class: "afm-button afm-load", ...KEEPS_KEYS });
  const note = element("p", { class: "afm-note-text", id: noteId });
  const failure = element("p", { class: "afm-failure", role: "alert" });
  const node = element(
    "div",
    { class: "afm-typing" },
    label,
    area,
    element("div", { class: "afm-asking" }, button, note),
    failure,
  );
  let shown = "";
  button.addEventListener("click", () => {
    if (shown === "asleep") onAsk();
  });

  /** @param {{ text: string, state: string, note: string, error: string }} now */
  function update({ text, state, note: words, error }) {
    const focused = /** @type {Document | ShadowRoot} */ (node.getRootNode()).activeElement;
    if (area.value !== text.replace(/\r\n?/g, "\n")) area.value = text;
    area.readOnly = state !== "ready";
    setText(label, state === "ready" ? "Your text" : "The text");
    button.hidden = state === "ready";
    setAttribute(button, "aria-disabled", state === "loading" && "true");
    const megabytes = `${(size / 1e6).toFixed(1)} MB`;
    setText(
      button,
      state === "loading" ? "Loading the model …" : `${error ? "Try again: load" : "Load"} the model (${megabytes})`,
    );
    setText(note, words);
    failure.hidden = error === "";
    setText(failure, error);
    if (state === "ready" && shown === "loading" && focused === button) area.focus(); // the button that had it is gone
    shown = state;
  }
  return { node, area, update };
}
