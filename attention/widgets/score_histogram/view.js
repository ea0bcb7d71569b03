// ScoreHistogram: a histogram of q·k that widens with d_k, and the largest weights of one query over its keys.
//
// Hooks for tests and for style sheets (kept stable):
//   .afm-score-histogram             the widget; data-d_k, data-n_keys, data-scaled, data-seed (of the state)
//   input[data-control=d_k|n_keys]   native sliders; aria-valuetext says their value in words
//   input[data-control=scaled]       a checkbox
//   button[data-control=again]       other vectors
//   .afm-bars-plot > svg             the histogram, a bar for each bin
//   .afm-shares li                   the largest weights, then all others together; the bar's data-value
//   [data-figure=deviation|expected|largest]  data-value
//   p[role=status]                   the one live region, 0.6 s after the last move

import { barChart } from "../js/bars.js";
import { button, checkbox, slider, withPresent } from "../js/controls.js";
import { element, setText } from "../js/dom.js";
import { figureRow } from "../js/figures.js";
import { decimal, grouped, plural } from "../js/format.js";
import { readState, setState, viewOf } from "../js/mount.js";
import { range } from "../js/range.js";
import { shareList } from "../js/shares.js";
import { deviation } from "../js/spread.js";
import { BINS, N_KEYS, N_QUERIES, WIDEST, binOf, drawVectors, scoresOf } from "./draws.js";

const STATE = ["d_k", "n_keys", "scaled", "seed"];
const WIDTHS = range(Math.log2(WIDEST) + 1).map((i) => 2 ** i);
const NUMBERS = [4, 16, 64, 256, 1024];
const SHOWN = 8; // of the largest weights
const [FOOT, HIGHEST] = [98, 84]; // of the bars, in hundredths of the chart
const PAIRS = grouped(N_QUERIES * N_KEYS);

/** @type {import("../js/mount.js").Build} */
function build({ model, root }) {
  /** The vectors of one seed, as many as were needed so far. @type {{ seed: number, vectors: Float64Array[] }} */
  let drawn = { seed: -1, vectors: [] };
  let said = "";

  const width = slider({
    name: "d_k",
    label: "d_k",
    choices: WIDTHS,
    describe: (n) => ({ text: String(n), spoken: plural(n, "dimension") }),
    onInput: (dK) => setState(model, { d_k: dK }),
  });
  const number = slider({
    name: "n_keys",
    label: "Keys of the query",
    choices: NUMBERS,
    describe: (n) => ({ text: grouped(n), spoken: `${grouped(n)} keys` }),
    onInput: (n) => setState(model, { n_keys: n }),
  });
  const scale = checkbox({ name: "scaled", label: "divide by √d_k", onInput: (scaled) => setState(model, { scaled }) });
  const again = button({
    name: "again",
    label: "Draw others",
    onPress: () => setState(model, { seed: (model.get("seed") + 1) % 2 ** 32 }),
  });
  const figures = figureRow({
    deviation: "deviation of the scores",
    expected: "expected",
    largest: "largest weight",
  });
  const histogram = barChart({
    names: BINS.map((x) => (x % 20 ? "" : decimal(x, 0))),
    title: "Histogram of the scores",
  });
  const list = shareList({ label: "The largest weights", most: SHOWN + 1 });
  const weights = element("p", { class: "afm-bars-more" });
  const content = [
    element("div", { class: "afm-controls" }, width.node, number.node, scale.node, again),
    figures.node,
    element(
      "div",
      { class: "afm-charts" },
      histogram.node,
      element("div", {}, element("p", { class: "afm-title" }, "Weights of one query"), weights, list.node),
    ),
  ];

  function update() {
    const { d_k: dK, n_keys: nKeys, scaled: isScaled, seed } = readState(model, STATE);
    width.update(dK, { choices: withPresent(WIDTHS, dK) });
    number.update(nKeys, { choices: withPresent(NUMBERS, nKeys) });
    scale.update(isScaled);
    if (drawn.seed !== seed || drawn.vectors.length < N_QUERIES + nKeys)
      drawn = { seed, vectors: drawVectors(seed, nKeys) };
    const found = scoresOf(drawn.vectors, { dK, nKeys, isScaled });
    const order = range(nKeys).sort((a, b) => found.weights[b] - found.weights[a]);
    const [spread, expected, largest] = [deviation(found.all), isScaled ? 1 : Math.sqrt(dK), found.weights[order[0]]];
    figures.deviation(spread, decimal(spread, 1), `of ${PAIRS} pairs`);
    figures.expected(
      expected,
      decimal(expected, 1),
      isScaled ? "the root of d_k, divided by itself" : "the root of d_k",
    );
    figures.largest(largest, decimal(largest), `all equal: ${decimal(1 / nKeys, 3)}`, largest);

    const most = Math.max(...found.counts);
    const [best, formula] = [binOf(found.scores[order[0]]), isScaled ? "q·k / √d_k" : "q·k"];
    histogram.update({
      values: found.counts,
      name: `Scores: ${BINS.map((x, i) => (found.counts[i] ? `about ${x}: ${found.counts[i]}` : ""))
        .filter(Boolean)
        .join(", ")}`,
      text: `${formula} of ${PAIRS} pairs; the scale stays. Orange: the best key’s score.`,
      place: (count) => FOOT - (HIGHEST * count) / most,
      ticks: [
        [0, "0"],
        [most, String(most)],
      ],
      dashed: [],
      noted: [],
      chosen: best,
    });
    const named = order.slice(0, Math.min(SHOWN, nKeys));
    const others = nKeys - named.length;
    const rest = order.slice(named.length).reduce((sum, key) => sum + found.weights[key], 0);
    /** @param {string} name @param {number} weight */
    const row = (name, weight) => ({ name, shares: [weight], text: decimal(weight), values: [weight] });
    list.update([
      ...named.map((key) => row(`key ${key + 1}`, found.weights[key])),
      ...(others ? [{ ...row(`${grouped(others)} others`, rest), kind: "later" }] : []),
    ]);
    setText(weights, `softmax of ${formula}, over ${grouped(nKeys)} keys, the largest first`);
    said = `d_k ${dK}, ${grouped(nKeys)} keys, ${isScaled ? "scaled" : "not scaled"}: deviation ${decimal(spread, 1)}; largest weight ${decimal(largest)}.`;
    Object.assign(root.dataset, { d_k: dK, n_keys: nKeys, scaled: isScaled, seed });
  }
  return { content, update, announcement: () => said };
}

export default viewOf({ className: "afm-score-histogram", build, state: STATE, data: [] });
