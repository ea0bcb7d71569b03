// Numbers and tokens as the book prints them. No DOM.

/**
 * 0.4264 -> "0.43"; the real minus sign, "-0.00" never, and a bare 0 only for what is exactly 0.
 * @param {number} number
 */
export function decimal(number, digits = 2) {
  if (number === -Infinity) return "−∞";
  if (number === 0) return "0";
  const text = number.toFixed(digits);
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
}

/**
 * Two digits without the leading zero, so that they fit a small cell: .43, 1.0.
 * @param {number} weight
 */
export function shortWeight(weight) {
  return weight >= 0.995 ? "1.0" : weight.toFixed(2).slice(1);
}

/**
 * Groups of three digits: 12,288.
 * @param {number} number
 */
export function grouped(number) {
  return number.toLocaleString("en-US");
}

/**
 * A token as the book prints it: a leading space as a raised dot, a line break as an arrow.
 * @param {string} token
 */
export function visible(token) {
  return token.replace(/^ +/, (spaces) => "·".repeat(spaces.length)).replaceAll("\n", "↵");
}

/**
 * plural(1, "word") is "1 word", plural(2, "word") "2 words".
 * @param {number | string} n
 * @param {string} noun
 */
export function plural(n, noun) {
  return `${n} ${noun}${String(n) === "1" ? "" : "s"}`;
}

const DIGITS = "₀₁₂₃₄₅₆₇₈₉";

/**
 * A letter with an index under the line: h₁₂.
 * @param {string} letter
 * @param {number} index
 */
export function indexed(letter, index) {
  return letter + String(index).replace(/\d/g, (digit) => DIGITS[Number(digit)]);
}
