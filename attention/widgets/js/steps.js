// The arithmetic of one query in one head, with its real numbers: scores, mask, softmax, weights, context.

import { AS_IT_IS, element, setAttribute, setText } from "./dom.js";
import { decimal, visible } from "./format.js";
import { dot, exponentiate } from "./maths.js";
import { vectorList } from "./vector.js";

/** @param {string} [step] */
const badge = (step) => (step ? [element("span", { class: "afm-step" }, step), "\u2009"] : []);

/** @typedef {{ name: string, title: string, step?: string, formula?: string }} Column */

/** The columns of scaled dot products; `formula` may change with the state. @type {Column[]} */
export const DOT_PRODUCT = [
  { name: "score", step: "1", title: "score", formula: "q·k / √d" },
  { name: "masked", title: "masked", formula: "or −∞" },
  { name: "exp", title: "exp", formula: "exp(s − max)" },
  { name: "weight", step: "2", title: "weight", formula: "÷ sum" },
];

/**
 * One row a key, one column a step; the sums stand at the foot. A long table can be cut in two: `from` is the first key of
 * this part, and only the last part has the sums. The last column is drawn as a bar, too.
 * @param {object} given
 * @param {string[]} given.tokens
 * @param {Column[]} [given.columns]
 * @param {string} [given.head]
 * @param {number} [given.from]
 * @param {boolean} [given.foot]
 */
export function stepsTable({ tokens, columns = DOT_PRODUCT, head = "key", from = 0, foot = true }) {
  const caption = element("caption");
  const rows = tokens.map((token) => {
    const cells = columns.map(({ name }) => element("td", { "data-step": name, ...AS_IT_IS }));
    const title = element("th", { scope: "row", ...AS_IT_IS }, visible(token));
    return { node: element("tr", {}, title, ...cells), cells };
  });
  const sums = columns.map(({ name }) => element("td", { "data-sum": name, ...AS_IT_IS }));
  const formulas = columns.map(({ formula = "" }) => element("small", AS_IT_IS, formula));
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

  /**
   * values: a row of numbers for each column, over all keys; totals: those of the sums that are shown.
   * @param {object} now
   * @param {Float64Array[]} now.values
   * @param {(number | null)[]} now.totals
   * @param {number} now.key
   * @param {string} now.title
   * @param {boolean} [now.maskable]
   * @param {string} [now.formula]
   */
  function update({ values, totals, key, title, maskable = false, formula = "" }) {
    setText(caption, title);
    setAttribute(node, "data-unmaskable", !maskable && "");
    if (formula) setText(formulas[0], formula);
    const last = columns.length - 1;
    rows.forEach((row, r) => {
      const j = from + r;
      row.node.hidden = j >= values[0].length;
      if (row.node.hidden) return;
      values.forEach((column, c) => {
        setText(row.cells[c], decimal(column[j], 3));
        setAttribute(row.cells[c], "data-value", column[j]);
      });
      row.cells[last].style.setProperty("--w", values[last][j].toFixed(4));
      setAttribute(row.node, "data-masked", values.some((column) => column[j] === -Infinity) && "");
      setAttribute(row.node, "data-chosen", j === key && "");
    });
    totals.forEach((total, c) => {
      if (total !== null) setText(sums[c], decimal(total, 3));
    });
  }
  return { node, update };
}

/**
 * The exponentials of a softmax's scores (-Infinity where masked), and the sums of them and of the weights.
 * @param {Float64Array} scores
 * @param {Float64Array} weights
 */
export function softmaxSteps(scores, weights) {
  const { exponentials, sum } = exponentiate(scores);
  return { exponentials, totals: [sum, weights.reduce((a, b) => a + b, 0)] };
}

/**
 * The context vector: the sum in words, then its numbers.
 * @param {{ size: number }} given
 */
export function contextVector({ size }) {
  const title = contextTitle("context = Σ weight × value = ", "v");
  const numbers = vectorList({ size });
  const node = element("div", { class: "afm-context" }, title.node, numbers.node);
  /** @param {{ context: Float64Array, weights: Float64Array, tokens: string[] }} now */
  function update({ context, weights, tokens }) {
    title.update(weights, tokens);
    numbers.update(context);
  }
  return { node, update };
}

/**
 * "context = … = 0.22 v(animal) + 0.42 v(street) + …"; `letter` names what is summed.
 * @param {string} start
 * @param {string} letter
 */
export function contextTitle(start, letter) {
  const sum = element("span", AS_IT_IS);
  const node = element("p", { class: "afm-title" }, ...badge("3"), start, sum);
  /** @param {Float64Array} weights @param {string[]} tokens */
  const update = (weights, tokens) => setText(sum, weightedWords(weights, tokens, letter));
  return { node, update };
}

/**
 * The sum that makes the context: "0.22 v(animal) + 0.42 v(street) + …", what rounds to 0.00 left out.
 * @param {Float64Array} weights
 * @param {string[]} tokens
 * @param {string} letter
 */
export function weightedWords(weights, tokens, letter) {
  const terms = Array.from(weights, (w, j) => [w, j]).filter(([w]) => w >= 0.005);
  const rest = weights.some((w) => w > 0 && w < 0.005) ? " + …" : "";
  return terms.map(([w, j]) => `${decimal(w)}\u00a0${letter}(${visible(tokens[j])})`).join(" + ") + rest;
}

/**
 * One cell in words: which key for which query, and the arithmetic from dot product to weight.
 * @param {object} cell
 * @param {number} cell.query
 * @param {number} cell.key
 * @param {string[]} cell.tokens
 * @param {import("./maths.js").Head} cell.head
 * @returns {[string, string]}
 */
export function cellWords({ query, key, tokens, head }) {
  const product = dot(head.query[query], head.key[key]);
  const which = `“${visible(tokens[query])}” → “${visible(tokens[key])}”`;
  const score = `q·k = ${decimal(product)}, ÷ √${head.query[0].length} = ${decimal(head.scores[query][key])}`;
  if (!head.mask[query][key]) return [which, `${score}, masked to −∞, weight 0`];
  return [which, `${score}, weight ${decimal(head.weights[query][key], 3)}`];
}
