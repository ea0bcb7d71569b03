// The arithmetic of one query in one head, with its real numbers: scores, mask, softmax, weights, context.

import { decimal, element, setAttribute, setText, visible } from "./controls.js";
import { dot, exponentiate } from "./maths.js";

const COLUMNS = [
  { name: "score", step: "1", title: "score", formula: "q·k / √d" },
  { name: "masked", title: "masked", formula: "or −∞" },
  { name: "exp", title: "exp", formula: "eˢ⁻ᵐᵃˣ" },
  { name: "weight", step: "2", title: "weight", formula: "÷ sum" },
];

const badge = (step) => (step ? [element("span", { class: "afm-step" }, step), "\u2009"] : []);

/** One row a key, one column a step; the sums stand at the foot. */
export function stepsTable({ tokens }) {
  const caption = element("caption", {}, "");
  const rows = tokens.map((token) => {
    const cells = COLUMNS.map(({ name }) => element("td", { "data-step": name }));
    const head = element("th", { scope: "row" }, visible(token));
    return { node: element("tr", {}, head, ...cells), cells };
  });
  const sums = COLUMNS.map(({ name }) => element("td", { "data-sum": name }));
  const formulas = COLUMNS.map(({ formula }) => element("small", {}, formula));
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
        element("th", { scope: "col" }, "key"),
        ...COLUMNS.map(({ name, step, title }, c) =>
          element("th", { scope: "col", "data-step": name }, ...badge(step), title, formulas[c]),
        ),
      ),
    ),
    element("tbody", {}, ...rows.map((row) => row.node)),
    element("tfoot", {}, element("tr", {}, element("th", { scope: "row" }, "sum"), ...sums)),
  );

  function update({ scores, masked, weights, key, title, dHead, maskable }) {
    setText(caption, title);
    setAttribute(node, "data-unmaskable", !maskable && "");
    setText(formulas[0], `q·k / √${dHead}`);
    const { exponentials, sum } = exponentiate(masked);
    rows.forEach((row, j) => {
      row.node.hidden = j >= scores.length;
      if (row.node.hidden) return;
      const values = [scores[j], masked[j], exponentials[j], weights[j]];
      values.forEach((value, c) => {
        setText(row.cells[c], decimal(value, 3));
        row.cells[c].setAttribute("data-value", value);
      });
      row.cells[3].style.setProperty("--w", weights[j].toFixed(4));
      setAttribute(row.node, "data-masked", masked[j] === -Infinity && "");
      setAttribute(row.node, "data-chosen", j === key && "");
    });
    setText(sums[2], decimal(sum, 3));
    setText(sums[3], decimal(weights.reduce((a, b) => a + b, 0), 3));
  }
  return { node, update };
}

/** The context vector: one entry a dimension of the head, each with a bar to the left or right of zero. */
export function contextVector({ size }) {
  const sum = element("span", {}, "");
  const title = element("p", { class: "afm-title" }, ...badge("3"), "context = Σ weight × value = ", sum);
  const entries = Array.from({ length: size }, (_, d) => element("li", { "data-dim": d }, ""));
  const list = element("ol", { class: "afm-vector", start: 0 }, ...entries);
  const node = element("div", { class: "afm-context" }, title, list);

  function update({ context, weights, tokens }) {
    setText(sum, weightedWords(weights, tokens));
    const largest = context.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-9);
    entries.forEach((entry, d) => {
      entry.hidden = d >= context.length;
      if (entry.hidden) return;
      setText(entry, decimal(context[d], 3));
      entry.setAttribute("data-value", context[d]);
      entry.style.setProperty("--size", (Math.abs(context[d]) / largest).toFixed(3));
      setAttribute(entry, "data-negative", context[d] < 0 && "");
    });
  }
  return { node, update };
}

/** The sum that makes the context: "0.22 v(animal) + 0.42 v(street) + …", what rounds to 0.00 left out. */
function weightedWords(weights, tokens) {
  const terms = Array.from(weights, (w, j) => [w, j]).filter(([w]) => w >= 0.005);
  const rest = weights.some((w) => w > 0 && w < 0.005) ? " + …" : "";
  return terms.map(([w, j]) => `${decimal(w)}\u00a0v(${visible(tokens[j])})`).join(" + ") + rest;
}

/** One cell in words, on two lines: which key for which query, and the arithmetic from dot product to weight. */
export function cellSentence({ query, key, tokens, head }) {
  const product = dot(head.query[query], head.key[key]);
  const from = `“${visible(tokens[query])}” → “${visible(tokens[key])}”`;
  const score = `q·k = ${decimal(product)}, ÷ √${head.query[0].length} = ${decimal(head.scores[query][key])}`;
  if (!head.mask[query][key]) return `${from}\n${score}, masked to −∞, weight 0`;
  return `${from}\n${score}, weight ${decimal(head.weights[query][key], 3)}`;
}
