// Encoder and decoder side by side: boxes, and the ways on which Q, K and V come to the three attentions.

import { AS_IT_IS, element, setAttribute } from "../js/dom.js";
import { drawing } from "../js/vector.js";

const ROOM = { width: 324, height: 266 };
const WIDE = 128; // of a box
/** Left, top, height, what stands in it. @type {Record<string, [number, number, number, string]>} */
const BOXES = {
  encoder: [6, 176, 36, "self-attention"],
  "encoder feed-forward": [6, 112, 36, "feed-forward"],
  masked: [190, 176, 36, "masked self-attention"],
  cross: [190, 112, 36, "cross-attention"],
  "decoder feed-forward": [190, 62, 26, "feed-forward"],
};
const [UP, RIGHT] = ["m-4 6l4-6l4 6", "m-6-4l6 4l-6 4"];
/** From what lies under a stack to its first attention. @param {number} x @returns {[string, string, string]} */
const fork = (x) => [`M${x} 228H${x - 30}V212${UP}`, `M${x} 228V212${UP}`, `M${x} 228H${x + 30}V212${UP}`];
/** Of each attention the ways of Q, K and V. @type {Record<string, [string, string, string]>} */
const WAYS = {
  encoder: fork(70),
  masked: fork(254),
  cross: [`M254 176V148${UP}`, `M64 112V88H168V122H190${RIGHT}`, `M76 112V98H156V138H190${RIGHT}`],
};
/** Where the letters stand. @type {Record<string, [number, number][]>} */
const LETTERS = {
  encoder: [
    [29, 221],
    [60, 221],
    [111, 221],
  ],
  masked: [
    [213, 221],
    [244, 221],
    [295, 221],
  ],
  cross: [
    [265, 163],
    [178, 113],
    [178, 149],
  ],
};
const FLOW = `M70 246V228M254 246V228M70 176V148${UP}M254 112V88${UP}M254 62V48${UP}`;
const INKS = ["q", "k", "v"];

/**
 * The picture; a click on one of the three attentions chooses it. Its words are text over it, which grows with the reader's letters and
 * can be translated. update(use, words) lights one, and says the whole in words.
 * @param {(use: string) => void} onChoose
 */
export function stacks(onChoose) {
  /** @param {number} x @param {number} y @param {string} words @param {Record<string, string>} attributes */
  const text = (x, y, words, attributes) => {
    const style = `left:${((100 * x) / ROOM.width).toFixed(2)}%;top:${((100 * y) / ROOM.height).toFixed(2)}%`;
    return element("span", { "aria-hidden": "true", style, ...attributes }, words);
  };
  const boxes = Object.entries(BOXES).map(([use, [x, y, height, words]]) => {
    const frame = drawing("rect", { class: "afm-stack-box", "data-use": use, x, y, width: WIDE, height, rx: 5 });
    if (use in WAYS) frame.addEventListener("click", () => onChoose(use));
    return { frame, name: text(x + WIDE / 2, y + height / 2, words, { class: "afm-stack-name", "data-use": use }) };
  });
  const ways = Object.entries(WAYS).flatMap(([use, paths]) =>
    paths.map((d, i) => {
      const own = { "data-use": use, "data-ink": INKS[i] };
      const path = drawing("path", { class: "afm-qkv", d, ...own });
      return { path, letter: text(...LETTERS[use][i], "QKV"[i], { class: "afm-qkv-letter", ...own, ...AS_IT_IS }) };
    }),
  );
  const words = [
    text(70, 14, "Encoder, N ×", { class: "afm-stack-head" }),
    text(254, 14, "Decoder, N ×", { class: "afm-stack-head" }),
    text(70, 255, "source", { class: "afm-stack-side" }),
    text(254, 255, "target so far", { class: "afm-stack-side" }),
    text(254, 40, "next word", { class: "afm-stack-side" }),
  ];
  const flow = drawing("path", { class: "afm-stack-flow", d: FLOW });
  const picture = drawing(
    "svg",
    { viewBox: `0 0 ${ROOM.width} ${ROOM.height}`, role: "img" },
    flow,
    ...ways.map(({ path }) => path),
    ...boxes.map(({ frame }) => frame),
  );
  const labels = [...boxes.map(({ name }) => name), ...ways.map(({ letter }) => letter)];
  const node = element("div", { class: "afm-stacks" }, picture, ...labels, ...words);
  /** @param {string} use @param {string} said */
  function update(use, said) {
    setAttribute(picture, "aria-label", said);
    [...labels, ...ways.map(({ path }) => path), ...boxes.map(({ frame }) => frame)].forEach((one) =>
      setAttribute(one, "data-chosen", one.dataset.use === use && ""),
    );
    // What is lit lies over what is not.
    ways.filter(({ path }) => path.dataset.use === use).forEach(({ path }) => boxes[0].frame.before(path));
  }
  return { node, update };
}
