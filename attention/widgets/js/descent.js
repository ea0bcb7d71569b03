// Gradient descent in a reader's hands: the learning rate, and buttons that take steps or go back to the start.

import { button, slider, withPresent } from "./controls.js";
import { element } from "./dom.js";
import { setState } from "./mount.js";

/**
 * The controls of the traits `rate` and `steps`. A button has its name, its label, and how many steps it takes; one with 0 goes
 * back to the start. update(rate) shows the state.
 * @param {object} given
 * @param {import("./mount.js").Model} given.model
 * @param {number[]} given.rates
 * @param {number} given.most
 * @param {[string, string, number][]} given.buttons
 */
export function descentControls({ model, rates, most, buttons }) {
  const rate = slider({
    name: "rate",
    label: "learning rate",
    choices: rates,
    describe: (value) => ({ text: String(value), spoken: `learning rate ${value}` }),
    onInput: (value) => setState(model, { rate: value }),
  });
  /** @param {number} by */
  const take = (by) => setState(model, { steps: by && Math.min(most, model.get("steps") + by) });
  const steps = element(
    "div",
    { class: "afm-buttons afm-descent", role: "group", "aria-label": "Steps" },
    ...buttons.map(([name, label, by]) => button({ name, label, onPress: () => take(by) })),
  );
  /** @param {number} value */
  const update = (value) => rate.update(value, { choices: withPresent(rates, value) });
  return { rate: rate.node, steps, update };
}
