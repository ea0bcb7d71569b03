// RotaryClock: a query and a key as hands of several clocks, from one that races to one that hardly moves.
//
// Hooks for tests and for style sheets (kept stable):
//   .afm-clock                                      the widget; data-query_place, data-key_place, data-base, data-hands
//   input[data-control=query_place|key_place]       native sliders; aria-valuetext says their value in words
//   button[data-control=both]                       both go on by one place
//   input[data-control=base|hands]                  radio buttons
//   .afm-dial[data-pair]                            a clock; data-off if it does not count
//   .afm-dial path[data-ink=q|k]                    its hands
//   .afm-dial [data-figure=product]                 their dot product; data-value
//   .afm-figures [data-figure=distance|product]     data-value
//   .afm-plane > svg                                the dot product by distance, with a spot at the present one
//   p[role=status]                                  the one live region, 0.6 s after the last move

import { button, radios, slider } from "../js/controls.js";
import { AS_IT_IS, element, setAttribute, setText } from "../js/dom.js";
import { figureRow } from "../js/figures.js";
import { decimal } from "../js/format.js";
import { unpack } from "../js/maths.js";
import { readState, setState, viewOf } from "../js/mount.js";
import { plane } from "../js/plane.js";
import { range } from "../js/range.js";
import { drawing } from "../js/vector.js";
import { dial } from "./dial.js";
import { DISTANCES, LAST, counting, curve, pairProducts, speeds, turned } from "./hands.js";

const STATE = ["query_place", "key_place", "base", "hands"];
const BASES = { 10_000: "10⁴", 100_000: "10⁵", 1_000_000: "10⁶" };
const HANDS = { all: "all", fastest: "fastest", slowest: "slowest" };
const COUNTED = { all: "of all hands", fastest: "of the fastest hand", slowest: "of the slowest hand" };
const RATIO = 0.32; // of the picture of the curve, its height over its width
const [SIDE, HEIGHT] = [66, 1.2]; // how far the picture of the curve reaches; the largest product that there can be is 1 high

/** @type {import("../js/mount.js").Build} */
function build({ model, root }) {
  const [query, key] = ["query", "key"].map((name) => unpack(model.get(name))[0][0]);
  const pairs = range(query.length / 2);
  const lengths = [query, key].map((vector) => pairs.map((i) => Math.hypot(vector[2 * i], vector[2 * i + 1])));
  const reach = Math.max(...lengths.flat()) || 1;
  let told = "";

  /** @param {string} name @param {string} label @param {"q" | "k"} ink */
  const place = (name, label, ink) => {
    const one = slider({
      ...{ name, label, choices: range(LAST + 1) },
      describe: (value) => ({ text: String(value), spoken: `${label}: ${value}` }),
      onInput: (value) => setState(model, { [name]: value }),
    });
    setAttribute(one.node, "data-ink", ink);
    return one;
  };
  const queryPlace = place("query_place", "Place of the query, t", "q");
  const keyPlace = place("key_place", "Place of the key, s", "k");
  const both = button({ name: "both", label: "Both on by one", onPress: goOn });
  /** @param {string} name @param {string} label @param {Record<string, string>} choices @param {(value: string) => string | number} read */
  const choice = (name, label, choices, read) =>
    radios({
      ...{ name, label },
      options: Object.entries(choices).map(([value, text]) => ({ value, content: [text] })),
      onInput: (value) => setState(model, { [name]: read(value) }),
    });
  const bases = choice("base", "Base", BASES, Number);
  const hands = choice("hands", "Hands that count", HANDS, String);
  const dials = pairs.map((i) => dial(i, reach));
  const figures = figureRow({ distance: "distance, s − t", product: "dot product" });
  const line = drawing("path", { class: "afm-clock-curve", "vector-effect": "non-scaling-stroke" });
  const chart = plane({
    x: { low: -SIDE, high: SIDE, step: 1 },
    y: { low: -HEIGHT, high: HEIGHT, step: 0.01 },
    marks: [{ kind: "spot", ink: "q", text: "" }],
    ratio: RATIO,
    grid: [16, 1],
    under: () => [line],
  });
  const ticks = [-48, -32, -16, 0, 16, 32, 48].map((far) =>
    element("span", { style: `left:${chart.at(far, 0)[0]}%` }, decimal(far, 0)),
  );
  const ends = [1, -1].map((end) => {
    const style = `left:0;top:${(chart.at(0, end)[1] / RATIO).toFixed(2)}%`;
    return element("span", { class: "afm-clock-end", "aria-hidden": "true", style, ...AS_IT_IS });
  });
  chart.node.append(...ends);
  const title = element("p", { class: "afm-title" });
  const content = [
    element("div", { class: "afm-controls" }, queryPlace.node, keyPlace.node, both),
    element("div", { class: "afm-controls" }, hands.node, bases.node),
    element("div", { class: "afm-dials" }, ...dials.map((one) => one.node)),
    figures.node,
    element(
      "div",
      { class: "afm-clock-chart" },
      title,
      chart.node,
      element("div", { class: "afm-ticks", ...AS_IT_IS }, ...ticks),
    ),
  ];

  /** Both a place further; from the last place both go back, as far apart as they are. */
  function goOn() {
    const places = ["query_place", "key_place"].map((name) => model.get(name));
    const by = Math.max(...places) < LAST ? 1 : -Math.min(...places);
    setState(model, { query_place: places[0] + by, key_place: places[1] + by });
  }

  function update() {
    const state = readState(model, STATE);
    const { query_place: t, key_place: s, base, hands: chosen } = state;
    queryPlace.update(t);
    keyPlace.update(s);
    bases.update(String(base));
    hands.update(chosen);
    const [q, k] = [turned(query, t, base), turned(key, s, base)];
    const products = pairProducts(q, k);
    const counted = counting(chosen, pairs.length);
    const product = counted.reduce((sum, i) => sum + products[i], 0);
    const most = counted.reduce((sum, i) => sum + lengths[0][i] * lengths[1][i], 0) || 1;
    const turns = speeds(query.length, base).map((speed) => (2 * Math.PI) / speed);
    dials.forEach((one, i) => one.update({ q, k, product: products[i], turn: turns[i], isOn: counted.includes(i) }));
    figures.distance(
      s - t,
      decimal(s - t, 0),
      s < t ? "the key stands before the query" : s > t ? "the key stands after the query" : "the same place",
    );
    figures.product(product, decimal(product), COUNTED[/** @type {keyof typeof COUNTED} */ (chosen)]);
    const points = curve(query, key, { base, hands: chosen });
    setAttribute(
      line,
      "d",
      `M${points
        .map((y, i) =>
          chart
            .at(DISTANCES[i], y / most)
            .map((x) => x.toFixed(3))
            .join(" "),
        )
        .join("L")}`,
    );
    const heading = `The dot product ${COUNTED[/** @type {keyof typeof COUNTED} */ (chosen)]} at every distance`;
    setText(title, heading);
    ends.forEach((end, i) => setText(end, decimal(i ? -most : most)));
    chart.update(
      [[s - t, product / most]],
      `${heading}: ${decimal(product)} at ${decimal(s - t, 0)}, ${decimal(points[LAST])} at 0`,
    );
    told = `Query at ${t}, key at ${s}: distance ${decimal(s - t, 0)}, dot product ${decimal(product)}.`;
    Object.assign(root.dataset, state);
  }
  return { content, update, announcement: () => told };
}

export default viewOf({ className: "afm-clock", build, state: STATE, data: ["query", "key"] });
