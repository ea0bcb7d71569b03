// The arithmetic of one query in one head, with its real numbers: scores, mask, softmax, weights, context.

import { decimal, element, setAttribute, setText, visible } from "./controls.js";
import { dot, exponentiate } from "./maths.js";
import { vectorList } from "./vector.js";

const badge = (step) => (step ? [element("span", { class: "afm-step" }, step), "\u2009"] : []);

/** The columns of scaled dot products; `formula` may change with the state. */
export const DOT_PRODUCT = [
  { name: "score", step: "1", title: "score", formula: "q·k / √d" },
  { name: "masked", title: "masked", formula: "or −∞" },
  { name: "exp", title: "exp", formula: "eˢ⁻ᵐᵃˣ" },
  { name: "weight", step: "2", title: "weight", formula: "÷ sum" },
];

/**
 * One row a key, one column a step; the sums stand at the foot. A long table can be cut in two: `from` is the first key of
 * this part, and only the last part has the sums. The last column is drawn as a bar, too.
 */
export function stepsTable({ tokens, columns = DOT_PRODUCT, head = "key", from = 0, foot = true }) {
  const caption = element("caption", {}, "");
  const rows = tokens.map((token) => {
    const cells = columns.map(({ name }) => element("td", { "data-step": name }));
    const title = element("th", { scope: "row" }, visible(token));
    return { node: element("tr", {}, title, ...cells), cells };
  });
  const sums = columns.map(({ name }) => element("td", { "data-sum": name }));
  const formulas = columns.map(({ formula }) => element("small", {}, formula));
  const node = element(
    "table",
    { class: "afm-steps" },
    caption,
    element(
      "thead",
      {},
      element(
        "tr",
        {},
        element("th", { scope: "col" }, head),
        ...columns.map(({ name, step, title }, c) =>
          element("th", { scope: "col", "data-step": name }, ...badge(step), title, formulas[c]),
        ),
      ),
    ),
    element("tbody", {}, ...rows.map((row) => row.node)),
    ...(foot ? [element("tfoot", {}, element("tr", {}, element("th", { scope: "row" }, "sum"), ...sums))] : []),
  );

  /** values: a row of numbers for each column, over all keys; totals: those of the sums that are shown. */
  function update({ values, totals, key, title, maskable = false, formula = null }) {
    setText(caption, title);
    setAttribute(node, "data-unmaskable", !maskable && "");
    if (formula) setText(formulas[0], formula);
    rows.forEach((row, r) => {
      const j = from + r;
      row.node.hidden = j >= values[0].length;
      if (row.node.hidden) return;
      values.forEach((column, c) => {
        setText(row.cells[c], decimal(column[j], 3));
        row.cells[c].setAttribute("data-value", column[j]);
      });
      row.cells.at(-1).style.setProperty("--w", values.at(-1)[j].toFixed(4));
      setAttribute(row.node, "data-masked", values.some((column) => column[j] === -Infinity) && "");
      setAttribute(row.node, "data-chosen", j === key && "");
    });
    totals.forEach((total, c) => total !== null && setText(sums[c], decimal(total, 3)));
  }
  return { node, update };
}

/** The columns' numbers from score to weight, and the sums of the last two. */
export function softmaxSteps(scores, weights, masked = scores) {
  const { exponentials, sum } = exponentiate(masked);
  return { exponentials, totals: [sum, weights.reduce((a, b) => a + b, 0)] };
}

/** The context vector: the sum in words, then its numbers. */
export function contextVector({ size }) {
  const title = contextTitle("context = Σ weight × value = ", "v");
  const numbers = vectorList({ size });
  const node = element("div", { class: "afm-context" }, title.node, numbers.node);
  function update({ context, weights, tokens }) {
    title.update(weights, tokens);
    numbers.update(context);
  }
  return { node, update };
}

/** "context = … = 0.22 v(animal) + 0.42 v(street) + …"; `letter` names what is summed. */
export function contextTitle(start, letter) {
  const sum = element("span", {}, "");
  const node = element("p", { class: "afm-title" }, ...badge("3"), start, sum);
  return { node, update: (weights, tokens) => setText(sum, weightedWords(weights, tokens, letter)) };
}

/** The sum that makes the context: "0.22 v(animal) + 0.42 v(street) + …", what rounds to 0.00 left out. */
export function weightedWords(weights, tokens, letter) {
  const terms = Array.from(weights, (w, j) => [w, j]).filter(([w]) => w >= 0.005);
  const rest = weights.some((w) => w > 0 && w < 0.005) ? " + …" : "";
  return terms.map(([w, j]) => `${decimal(w)}\u00a0${letter}(${visible(tokens[j])})`).join(" + ") + rest;
}

/** One cell in words, on two lines: which key for which query, and the arithmetic from dot product to weight. */
export function cellSentence({ query, key, tokens, head }) {
  const product = dot(head.query[query], head.key[key]);
  const from = `“${visible(tokens[query])}” → “${visible(tokens[key])}”`;
  const score = `q·k = ${decimal(product)}, ÷ √${head.query[0].length} = ${decimal(head.scores[query][key])}`;
  if (!head.mask[query][key]) return `${from}\n${score}, masked to −∞, weight 0`;
  return `${from}\n${score}, weight ${decimal(head.weights[query][key], 3)}`;
}
