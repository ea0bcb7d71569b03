// AttentionPicture: the way from tokens to the block; one part is lit, with its numbers and a sentence.
//
// Hooks for tests and for style sheets (kept stable):
//   .afm-path                                  the widget; data-part, data-query, data-causal, data-here
//   input[data-control=part]                   radio buttons, one a part; their labels have data-part
//   input[data-control=query]                  a native slider; aria-valuetext says its token
//   input[data-control=causal]                 a checkbox
//   .afm-mini rect[data-row][data-column]      the small matrices; fill-opacity = how dark
//   .afm-numbers td[data-row][data-column]     the lit part's numbers; data-value, data-hidden
//   a.afm-taught                               where the lit part is taught
//   p[role=status]                             the one live region, 0.6 s after the last move

import { checkbox, radios, slider } from "../js/controls.js";
import { AS_IT_IS, element, setAttribute, setText } from "../js/dom.js";
import { decimal } from "../js/format.js";
import { readState, setState, viewOf } from "../js/mount.js";
import { range } from "../js/range.js";
import { drawing } from "../js/vector.js";
import { flow, shades } from "./flow.js";

/** @typedef {{ name: string, label: string, title: string, formula: string, says: string, ink: string, columns: string }} Part */

const DATA = ["here", "links"];
const STATE = ["part", "query", "causal"];
const MASK = 5; // before this part there is nothing to be hidden
const ROWLESS = ["key", "value"]; // every row of these is looked at, whoever asks
// The lines of the way in hundredths; boxes lie over their ends. On a page they bend, on a phone they run between the rows.
const WIDE = [
  ...["M8.5 50C11.5 50 8 16.7 11 16.7", "M5 50H15", "M8.5 50C11.5 50 8 83.3 11 83.3"],
  ...["M18.5 16.7C21.5 16.7 18 33.3 21 33.3", "M18.5 50C21.5 50 18 33.3 21 33.3", "M25 33.3H55"],
  ...["M58.5 33.3C61.5 33.3 58 50 61 50", "M15 83.3H56C61 83.3 57 50 61 50", "M65 50H95"],
];
const NARROW = [
  ...["M12.5 13H37.5", "M25 13V-2.5H87.5V13", "M62.5 -2.5V13", "M62.5 13V29H12.5V50", "M37.5 13V29", "M12.5 50H87.5"],
  ...["M87.5 50V66H12.5V87", "M87.5 13H99.7V66H87.5", "M12.5 87H87.5"],
];

/** @type {import("../js/mount.js").Build} */
function build({ model, root }) {
  /** @type {Part[]} */
  const parts = model.get("parts");
  /** @type {string[]} */
  const tokens = model.get("tokens");
  const [here, links] = [model.get("here"), model.get("links")];
  /** @param {Record<string, unknown>} changes */
  const move = (changes) => setState(model, changes);
  /** @type {ReturnType<typeof flow>} */
  let numbers = flow(model.get("numbers"), model.get("causal"));

  const minis = parts.map((part) => mini(part, numbers[part.name]));
  const choice = radios({
    name: "part",
    label: "The parts of attention, in their order",
    showLabel: false,
    className: "afm-way",
    options: parts.map(({ name, label, title }, i) => ({
      value: name,
      "data-part": name,
      content: [
        ...(name === here ? [element("span", { class: "afm-you-are-here" }, "you are here")] : []),
        minis[i].node,
        element("span", { class: "afm-part-name" }, ...written(label)),
        ...(title === label ? [] : [element("span", { class: "afm-spoken" }, ` ${title}`)]),
      ],
    })),
    onInput: (part) => move({ part }),
  });
  /** @param {string} className @param {string[]} d */
  const lines = (className, d) =>
    drawing(
      "svg",
      { class: `afm-lines ${className}`, viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": "true" },
      drawing("path", { d: d.join(""), "vector-effect": "non-scaling-stroke" }),
    );
  choice.node.prepend(lines("afm-lines-wide", WIDE), lines("afm-lines-narrow", NARROW));

  const asks = slider({
    name: "query",
    label: "Which token asks",
    choices: range(tokens.length),
    describe: (i) => ({ text: tokens[i], spoken: `${i + 1} of ${tokens.length}: ${tokens[i]}` }),
    onInput: (query) => move({ query }),
  });
  const hides = checkbox({ name: "causal", label: "causal mask", onInput: (causal) => move({ causal }) });

  const title = element("p", { class: "afm-title" });
  const formula = element("p", { class: "afm-part-formula", ...AS_IT_IS });
  const says = element("p", { class: "afm-says" });
  const taught = element("p", { class: "afm-where" });
  const table = numberTable(tokens);
  const words = element("div", { class: "afm-words" }, title, formula, says, taught);
  const lit = element("div", { class: "afm-lit" }, words, table.node);
  const content = [choice.node, lit, element("div", { class: "afm-controls" }, asks.node, hides.node)];

  function update() {
    const { part: name, query, causal } = readState(model, STATE);
    numbers = flow(model.get("numbers"), causal);
    const part = parts.find((one) => one.name === name) ?? parts[0];
    choice.update(name);
    asks.update(query);
    hides.update(causal);
    parts.forEach((one, i) => minis[i].update(numbers[one.name], query));
    title.replaceChildren(...written(part.title));
    formula.replaceChildren(...written(part.formula));
    says.replaceChildren(...written(part.says.replace("{token}", tokens[query])));
    taught.replaceChildren(...pointer(model, links[name]));
    table.update(part, numbers[name], query);
    setAttribute(lit, "data-ink", part.ink);
    setAttribute(hides.node, "data-early", !causal && parts.indexOf(part) < MASK && "");
    Object.assign(root.dataset, { part: name, query, causal, here: here ?? "" });
  }

  function announcement() {
    const { part: name, query } = readState(model, STATE);
    const part = parts.find((one) => one.name === name) ?? parts[0];
    return `${part.title}, row of ${tokens[query]}: ${Array.from(numbers[name][query], text).join(", ")}.`;
  }

  return { content, update, announcement };
}

/** W_Q with its index set low. @param {string} formula */
function written(formula) {
  return formula.split(/(W_[QKVO])/).map((piece) => {
    const [letter, index] = piece.split("_");
    return index ? element("span", {}, letter, element("sub", {}, index)) : piece;
  });
}

/** @param {number} number */
function text(number) {
  return decimal(number, Number.isInteger(number) ? 0 : 2);
}

/**
 * Where a part is taught: on the site its page; in JupyterLab its notebook, which lies beside this one; elsewhere no address is known.
 * @param {import("../js/mount.js").Model} model
 * @param {string | undefined} path
 */
function pointer(model, path) {
  if (!path) return [];
  const name = `chapter ${Number(/(\d+)_[^/]*$/.exec(path)?.[1])}`;
  const assets = model.get("_assets");
  if (!assets && !("jpThemeLight" in document.body.dataset)) return [`Taught in ${name}`];
  const href = assets ? new URL(`../${path}.html`, assets).href : `${path.split("/").pop()}.ipynb`;
  if (new URL(href, location.href).pathname === location.pathname) return ["Taught in this chapter"];
  return [element("a", { class: "afm-taught", href, ...(assets ? {} : { target: "_blank" }) }, `Taught in ${name}`)];
}

/**
 * A small matrix: dark where its numbers are large, crossed where they are hidden; a frame around the row of who asks.
 * @param {Part} part
 * @param {import("../js/maths.js").Vector[]} rows
 */
function mini({ name, ink }, rows) {
  const width = rows[0].length;
  const cells = rows.map((row, i) =>
    Array.from(row, (_, j) => {
      const place = { x: j * 8, y: i * 8, width: 7, height: 7, "data-row": i, "data-column": j };
      return drawing("rect", { ...place, class: "afm-ink-cell" });
    }),
  );
  const ground = drawing("rect", { class: "afm-mini-ground", x: -1, y: -1, width: width * 8 + 1, height: 33 });
  const crosses = drawing("path", { class: "afm-crosses" });
  const frame = drawing("rect", { class: "afm-asks", x: -1.25, width: width * 8 + 1.5, height: 9.5 });
  const node = drawing(
    "svg",
    {
      class: "afm-mini",
      viewBox: `-2 -2 ${width * 8 + 3} 35`,
      width: width * 8 + 3,
      height: 35,
      "data-ink": ink,
      "aria-hidden": "true",
    },
    ground,
    ...cells.flat(),
    crosses,
    frame,
  );
  if (ROWLESS.includes(name)) frame.remove();

  /** @param {import("../js/maths.js").Vector[]} now @param {number} query */
  function update(now, query) {
    const shade = shades(now);
    cells.forEach((row, i) => row.forEach((cell, j) => setAttribute(cell, "fill-opacity", shade[i][j].toFixed(3))));
    const hidden = now.flatMap((row, i) =>
      Array.from(row, (number, j) => (number === -Infinity ? `M${j * 8 + 1} ${i * 8 + 1}l5 5m0-5l-5 5` : "")),
    );
    setAttribute(crosses, "d", hidden.join(""));
    setAttribute(frame, "y", query * 8 - 1.25);
  }
  return { node, update };
}

/**
 * The lit part's numbers: a row a token, at most four columns; those that are not needed keep their room.
 * @param {string[]} tokens
 */
function numberTable(tokens) {
  const columns = range(4);
  const heads = columns.map(() => element("th", { scope: "col", ...AS_IT_IS }));
  const lines = tokens.map((token, row) => {
    const cells = columns.map((column) => element("td", { "data-row": row, "data-column": column, ...AS_IT_IS }));
    return { cells, node: element("tr", {}, element("th", { scope: "row", ...AS_IT_IS }, token), ...cells) };
  });
  const caption = element("caption", { class: "afm-spoken" });
  const node = element(
    "table",
    { class: "afm-numbers" },
    caption,
    element("thead", {}, element("tr", {}, element("td", {}), ...heads)),
    element("tbody", {}, ...lines.map((line) => line.node)),
  );

  /** @param {Part} part @param {import("../js/maths.js").Vector[]} rows @param {number} query */
  function update(part, rows, query) {
    const shade = shades(rows);
    const names = { keys: tokens, width: ["1", "2", "3", "4"], heads: ["head 0", "head 0", "head 1", "head 1"] };
    setText(caption, part.title);
    heads.forEach((head, j) => {
      setText(head, names[/** @type {keyof typeof names} */ (part.columns)][j]);
      setAttribute(head, "data-unused", j >= rows[0].length && "");
    });
    lines.forEach(({ node: line, cells }, i) => {
      setAttribute(line, "data-chosen", i === query && !ROWLESS.includes(part.name) && "");
      cells.forEach((cell, j) => {
        const unused = j >= rows[i].length;
        const number = unused ? 0 : rows[i][j];
        setText(cell, unused ? "" : text(number));
        setAttribute(cell, "data-unused", unused && "");
        setAttribute(cell, "data-value", unused ? null : number);
        setAttribute(cell, "data-hidden", number === -Infinity && "");
        cell.style.setProperty("--share", unused ? "0" : shade[i][j].toFixed(3));
      });
    });
  }
  return { node, update };
}

export default viewOf({ className: "afm-path", build, state: STATE, data: DATA });
