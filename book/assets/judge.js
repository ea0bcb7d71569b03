// What was answered in a box (kit.js), and whether it is right: a choice, a number, or lines in their order.
(() => {
  "use strict";
  /** @typedef {{ right: boolean, said: string[], words?: Node[] }} Judged */

  /** The numbers that a text may mean: with comma or point, in groups of three, as a fraction or in per cent. */
  function readings(/** @type {string} */ text) {
    const plain = text.replace(/[\u2010-\u2013\u2212]/g, "-").replace(/[\s_'\u2019]/g, "");
    const share = plain.endsWith("%");
    const [above, below, more] = plain.replace(/%$/, "").split("/");
    const tops = decimals(above);
    const all = below === undefined ? tops : tops.flatMap((a) => decimals(below).map((b) => a / b));
    return more === undefined ? [...all, ...(share ? all.map((number) => number / 100) : [])] : [];
  }

  /** @param {string} text */
  function decimals(text) {
    const written = [text, text.replace(",", ".")];
    if (/^[-+]?\d{1,3}(,\d{3})+(\.\d+)?$/.test(text)) written.push(text.replaceAll(",", ""));
    if (/^[-+]?\d{1,3}(\.\d{3})+(,\d+)?$/.test(text)) written.push(text.replaceAll(".", "").replace(",", "."));
    const number = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;
    return written.filter((one) => number.test(one)).map(Number);
  }

  /** @param {number} number @param {number} right @param {number} room */
  function near(number, right, room) {
    return Math.abs(number - right) <= room * (1 + 1e-9) + 1e-9 * Math.abs(right);
  }

  /** The text of an option, each formula once. @param {Element} node */
  function textOf(node) {
    const copy = /** @type {Element} */ (node.cloneNode(true));
    for (const twin of copy.querySelectorAll(".katex-html")) twin.remove();
    return (copy.textContent || "").trim();
  }

  /** What the reader gave, or what is still missing. @type {Record<string, (node: Element, key: any) => Judged | string>} */
  const judges = {
    choice(node, key) {
      const options = [...node.querySelectorAll(".box-options input")].map(
        (one) => /** @type {HTMLInputElement} */ (one),
      );
      const place = options.findIndex((option) => option.checked);
      if (place < 0) return "Choose one of them first.";
      const label = /** @type {Element} */ (options[place].closest("label"));
      return { right: place === key.right, said: [textOf(label)] };
    },
    number(node, key) {
      const { value } = /** @type {HTMLInputElement} */ (node.querySelector(".box-field"));
      const numbers = readings(value);
      if (!numbers.length) return "Type a number first, such as 0.5 or 3/4.";
      if (numbers.some((number) => near(number, key.right, key.within))) return { right: true, said: [value] };
      const place = key.instead.findIndex((/** @type {number} */ wrong, /** @type {number} */ i) =>
        numbers.some((number) => near(number, wrong, key.rooms[i])),
      );
      const line = node.querySelectorAll(".box-instead")[place];
      const parts = line ? [...line.cloneNode(true).childNodes].flatMap(unwrapped) : [];
      return { right: false, said: [value], words: parts };
    },
    order(node, key) {
      const lines = [...node.querySelectorAll("[data-line]")].map((one) => /** @type {HTMLElement} */ (one));
      const fit = lines.filter((line, i) => Number(line.dataset.line) === key.right[i]).length;
      const words = `${fit} of the ${lines.length} lines ${fit === 1 ? "stands" : "stand"} in the right place.`;
      return { right: fit === lines.length, said: lines.map(lineOf), words: [document.createTextNode(words)] };
    },
  };

  /** A paragraph's parts, without "If you got 14.0:". @param {Node} node @returns {Node[]} */
  function unwrapped(node) {
    const parts = node.nodeName === "P" ? [...node.childNodes] : [node];
    return parts.filter((part) => !(part instanceof Element && part.matches(".box-if")));
  }

  /** @param {Element} line */
  function lineOf(line) {
    return textOf(/** @type {Element} */ (line.querySelector(".box-text")));
  }

  Object.assign(window, { bookJudge: { judges, textOf, lineOf } });
})();
