// QueryArrow: an arrow that is dragged over the keys' arrows; scores, weights and context follow.
//
// Hooks for tests and for style sheets (kept stable):
//   .afm-query-arrow                           the widget; data-x, data-y
//   .afm-handle[data-movable]                  the query's tip, to be dragged
//   input[data-control=x|y]                    the same as native sliders; aria-valuetext says their value in words
//   .afm-answers td[data-step=score]           one row a key; data-value
//   .afm-answers .afm-slice                    its weight; data-value
//   .afm-figures [data-figure]                 the context's numbers, 0, 1 …; data-value
//   p[role=status]                             the one live region, 0.6 s after the last move

import { AS_IT_IS, element, setAttribute, setText } from "../js/dom.js";
import { figureRow } from "../js/figures.js";
import { decimal } from "../js/format.js";
import { attention, unpack } from "../js/maths.js";
import { readState, setState, viewOf } from "../js/mount.js";
import { coordinate, plane, snapped } from "../js/plane.js";
import { sliceBar } from "../js/slice.js";

const DATA = ["names", "key_vectors", "values", "value_names", "axis_names"];
const STATE = ["x", "y"];
const SPAN = { low: -2, high: 2, step: 0.1 };
const ROOM = { low: -2.2, high: 2.2, step: 0.1 };

/** 24 for 24.0. @param {number} number */
const plainly = (number) => decimal(number, Number.isInteger(number) ? 0 : 1);

/** @type {import("../js/mount.js").Build} */
function build({ model, root }) {
  /** @type {string[][]} */
  const [names, valueNames, axisNames] = ["names", "value_names", "axis_names"].map((name) => model.get(name));
  const [keys, values] = ["key_vectors", "values"].map((name) => unpack(model.get(name))[0]);
  const keyPlaces = keys.map((key) => /** @type {[number, number]} */ ([key[0], key[1]]));
  let said = "";

  const ground = plane({
    ...{ x: ROOM, y: ROOM, grid: 1 },
    marks: [
      ...names.map((text) => ({ kind: /** @type {const} */ ("arrow"), ink: /** @type {const} */ ("k"), text })),
      {
        kind: "arrow",
        ink: "q",
        text: "query",
        onMove: (x, y) => setState(model, { x: snapped(SPAN, x), y: snapped(SPAN, y) }),
      },
    ],
  });
  const sliders = ["x", "y"].map((name, d) =>
    coordinate({ name, label: axisNames[d], span: SPAN, onInput: (value) => setState(model, { [name]: value }) }),
  );
  const rows = names.map((name) => {
    const score = element("td", { "data-step": "score", ...AS_IT_IS });
    const share = sliceBar();
    const head = element("th", { scope: "row", "data-ink": "k", ...AS_IT_IS }, name);
    return { score, share, node: element("tr", {}, head, score, element("td", {}, share.node)) };
  });
  const heads = ["q·k", "weight"].map((text) => element("th", { scope: "col" }, text));
  const answers = element(
    "table",
    { class: "afm-answers" },
    element("caption", { class: "afm-spoken" }, "How well each key fits, and the share that it gets"),
    element("thead", {}, element("tr", {}, element("td", {}), ...heads)),
    element("tbody", {}, ...rows.map((row) => row.node)),
  );
  const figures = figureRow(Object.fromEntries(valueNames.map((name, d) => [String(d), name])));
  const content = [
    element(
      "div",
      { class: "afm-beside-plane" },
      ground.node,
      element(
        "div",
        { class: "afm-told" },
        element("div", { class: "afm-pairs-of-sliders afm-held", "data-ink": "q" }, ...sliders.map(({ node }) => node)),
        answers,
        element("p", { class: "afm-title" }, "Context: the values in these shares"),
        figures.node,
      ),
    ),
  ];

  function update() {
    const { x, y } = readState(model, STATE);
    const found = attention([Float64Array.of(x, y)], keys, values, { scale: 1 });
    const [[scores], [weights], [context]] = [found.scores, found.weights, found.context];
    sliders.forEach((one, d) => one.update([x, y][d]));
    ground.update(
      [...keyPlaces, [x, y]],
      `The query (${decimal(x, 1)}, ${decimal(y, 1)}) over the keys ${names.join(", ")}`,
    );
    rows.forEach(({ score, share }, j) => {
      setText(score, decimal(scores[j]));
      setAttribute(score, "data-value", scores[j]);
      share.update(weights[j]);
    });
    context.forEach((number, d) => {
      const terms = Array.from(weights, (weight, j) => `${decimal(weight)} × ${plainly(values[j][d])}`);
      figures[String(d)](number, decimal(number, 1), terms.join(" + "));
    });
    const best = weights.indexOf(Math.max(...weights));
    const mixed = valueNames.map((name, d) => `${name} ${decimal(context[d], 1)}`).join(", ");
    said = `Query ${decimal(x, 1)}, ${decimal(y, 1)}: most weight on ${names[best]}, ${decimal(weights[best])}; context ${mixed}.`;
    Object.assign(root.dataset, { x, y });
  }

  return { content, update, announcement: () => said };
}

export default viewOf({ className: "afm-query-arrow", build, state: STATE, data: DATA });
