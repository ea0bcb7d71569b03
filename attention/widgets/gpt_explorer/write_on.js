// The button that lets the model write on: a few tokens, one after the other, and the reader can stop it.

import { KEEPS_KEYS, element, setText } from "../js/dom.js";

const BURST = 12; // tokens
const PAUSE = 120; // milliseconds between two

/**
 * next() gives the text of the next token, or null where there is none; onWrite(text) adds it.
 * @param {{ next: () => string | null, onWrite: (text: string) => void }} given
 */
export function writeOnButton({ next, onWrite }) {
  let timer = 0;
  const onclick = () => (timer ? stop() : start());
  const node = element("button", { type: "button", class: "afm-button afm-write", ...KEEPS_KEYS, onclick }, "Write on");

  function start(left = BURST) {
    const text = left > 0 ? next() : null;
    if (text === null) return stop();
    timer = setTimeout(start, PAUSE, left - 1);
    return onWrite(text);
  }

  function stop() {
    clearTimeout(timer);
    timer = 0;
    update();
  }

  const update = () => setText(node, timer ? "Stop" : "Write on");
  return { node, isWriting: () => timer !== 0, update, stop };
}
