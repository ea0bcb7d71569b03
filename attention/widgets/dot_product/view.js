// DotProduct: two arrows that are dragged, or moved by sliders; their dot product as a sum and as a shadow.
//
// Hooks for tests and for style sheets (kept stable):
//   .afm-dot-product                           the widget; data-a1, data-a2, data-b1, data-b2
//   .afm-handle                                the tips of a and b, to be dragged
//   input[data-control=a1|a2|b1|b2]            the same as native sliders; aria-valuetext says their value in words
//   .afm-figures [data-figure]                 dot, length_a, length_b, angle, shadow; data-value
//   .afm-sum, .afm-verdict                     the sum with its numbers, and its sign in words
//   p[role=status]                             the one live region, 0.6 s after the last move

import { axisNames } from "../js/axes.js";
import { AS_IT_IS, element, setAttribute, setText } from "../js/dom.js";
import { figureRow } from "../js/figures.js";
import { decimal } from "../js/format.js";
import { dot } from "../js/maths.js";
import { readState, setState, viewOf } from "../js/mount.js";
import { coordinate, plane, snapped } from "../js/plane.js";
import { drawing } from "../js/vector.js";

const STATE = ["a1", "a2", "b1", "b2"];
const SPAN = { low: -3, high: 3, step: 0.5 };
const ROOM = { low: -3.3, high: 3.3, step: 0.1 };
const UNITS = [-3, -2, -1, 1, 2, 3];
const LABELS = { a1: "a₁", a2: "a₂", b1: "b₁", b2: "b₂" };
const FIGURES = { length_a: "length of a", length_b: "length of b", angle: "angle", shadow: "shadow of a on b" };
const NOTHING = 1e-9; // what rounding leaves of a product that is 0

/**
 * The dot product, the lengths, the angle in degrees (null where an arrow has no length), and the shadow of a on b: its length,
 * below 0 where it falls on the far side, and where it ends; null where b has no length.
 * @param {number[]} a
 * @param {number[]} b
 */
export function comparison(a, b) {
  const raw = dot(a, b);
  const product = Math.abs(raw) > NOTHING ? raw : 0;
  const [lengthA, lengthB] = [a, b].map((vector) => Math.hypot(...vector));
  const cosine = product / (lengthA * lengthB);
  return {
    product,
    lengths: [lengthA, lengthB],
    angle: lengthA * lengthB > 0 ? (180 / Math.PI) * Math.acos(Math.max(-1, Math.min(1, cosine))) : null,
    shadow: lengthB > 0 ? product / lengthB : null,
    foot: lengthB > 0 ? b.map((x) => (x * product) / lengthB ** 2) : null,
  };
}

/**
 * The sign in words.
 * @param {ReturnType<typeof comparison>} found
 */
export function signWords({ product, angle }) {
  if (angle === null) return "An arrow of length 0 points nowhere.";
  if (product === 0) return "At a right angle: the dot product is 0.";
  return product > 0
    ? "They point more or less the same way: the dot product is positive."
    : "They point apart: the dot product is negative.";
}

/** 2.50 is 2.5, 2.00 is 2. @param {number} number */
export const plain = (number) => decimal(Number(number.toFixed(2)), 2).replace(/\.0+$|(\.\d*?)0+$/, "$1");

/** The same, in brackets where a sign would stand on a sign. @param {number} number */
const bracketed = (number) => (number < 0 ? `(${plain(number)})` : plain(number));

/** @type {import("../js/mount.js").Build} */
function build({ model, root }) {
  const shade = drawing("path", { class: "afm-shadow", "vector-effect": "non-scaling-stroke" });
  const drop = drawing("path", { class: "afm-drop", "vector-effect": "non-scaling-stroke" });
  const ground = plane({
    ...{ x: ROOM, y: ROOM, grid: 1, under: () => [shade, drop] },
    marks: [
      { kind: "arrow", ink: "q", text: "a", onMove: (x, y) => setState(model, { a1: inside(x), a2: inside(y) }) },
      { kind: "arrow", ink: "k", text: "b", onMove: (x, y) => setState(model, { b1: inside(x), b2: inside(y) }) },
    ],
  });
  ground.picture.after(...axisNames({ at: ground.at, x: UNITS, y: UNITS }));
  const sliders = Object.entries(LABELS).map(([name, label]) =>
    coordinate({ name, label, span: SPAN, onInput: (value) => setState(model, { [name]: value }) }),
  );
  const total = element("b", { "data-figure": "dot" });
  const terms = element("span");
  const sum = element(
    "p",
    { class: "afm-sum", ...AS_IT_IS },
    element("span", { class: "afm-rule" }, "a · b = a₁b₁ + a₂b₂"),
    element("span", {}, terms, total),
  );
  const verdict = element("p", { class: "afm-verdict" });
  const figures = figureRow(FIGURES);
  let told = "";

  function update() {
    const state = readState(model, STATE);
    const [a, b] = [
      [state.a1, state.a2],
      [state.b1, state.b2],
    ];
    const found = comparison(a, b);
    const { product, lengths, angle, shadow, foot } = found;
    sliders.forEach((one, i) => one.update(state[STATE[i]]));
    const line = (/** @type {number[]} */ from, /** @type {number[]} */ to) =>
      `M${ground.at(from[0], from[1]).join(" ")}L${ground.at(to[0], to[1]).join(" ")}`;
    setAttribute(shade, "d", foot && product !== 0 ? line([0, 0], foot) : "");
    setAttribute(drop, "d", foot && shadow !== null ? line(a, foot) : "");
    const [pairA, pairB] = [a, b].map((vector) => `(${vector.map(plain).join(", ")})`);
    const words = signWords(found);
    ground.update(
      [/** @type {[number, number]} */ (a), /** @type {[number, number]} */ (b)],
      `Two arrows from one point: a to ${pairA}, b to ${pairB}`,
    );
    setText(terms, `= ${plain(a[0])} × ${bracketed(b[0])} + ${bracketed(a[1])} × ${bracketed(b[1])} = `);
    setText(total, plain(product));
    setAttribute(total, "data-value", product);
    setText(verdict, words);
    lengths.forEach((length, i) => {
      const [x, y] = [a, b][i].map(bracketed);
      figures[i ? "length_b" : "length_a"](length, plain(length), `√(${x}² + ${y}²)`);
    });
    figures.angle(angle ?? NaN, angle === null ? "–" : `${decimal(angle, 0)}°`, "between them");
    figures.shadow(
      shadow ?? NaN,
      shadow === null ? "–" : plain(shadow),
      shadow === null ? "b has no length" : `× length of b = ${plain(product)}`,
    );
    told = `a ${pairA}, b ${pairB}: dot product ${plain(product)}. ${words}`;
    Object.assign(root.dataset, state);
  }

  const controls = element("div", { class: "afm-pairs-of-sliders" }, ...sliders.map((one) => one.node));
  sliders.forEach(({ node }, i) => setAttribute(node, "data-ink", i < 2 ? "q" : "k"));
  return {
    content: [
      element(
        "div",
        { class: "afm-beside-plane" },
        ground.node,
        element("div", { class: "afm-told" }, sum, verdict, figures.node, controls),
      ),
    ],
    update,
    announcement: () => told,
  };
}

/** The plane is a little larger than where an arrow can go. @param {number} number */
const inside = (number) => snapped(SPAN, number);

export default viewOf({ className: "afm-dot-product", build, state: STATE, data: [] });
