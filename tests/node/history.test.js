// The widgets of the first two chapters: additive attention against torch, alignments by edits against the package.

import assert from "node:assert/strict";
import { test } from "node:test";

import { additiveAttention } from "../../attention/widgets/js/additive.js";
import { decoderLook } from "../../attention/widgets/decoder_step/view.js";
import { SIGNS, editAlignment, vectorSentence, verdict } from "../../attention/widgets/js/edits.js";
import { apart } from "../../attention/widgets/js/labels.js";
import { percent, place } from "../../attention/widgets/js/quality.js";
import { median } from "../../attention/widgets/quality_by_length/chart.js";
import { softmaxSteps, weightedWords } from "../../attention/widgets/js/steps.js";
import { stripPath } from "../../attention/widgets/js/vector.js";
import { cases, close, unpack } from "./cases.js";

cases.alignments.forEach(({ traits, answers }, model) => {
  test(`additive attention, model ${model}: ${answers.length} sentences equal torch`, () => {
    const [v] = unpack(traits.score_vector)[0];
    answers.forEach(({ scores, weights, context }, n) => {
      const [queries, keys, annotations] = ["queries", "key_vectors", "annotations"].map(
        (name) => unpack(traits[name][n])[0],
      );
      const ours = additiveAttention(queries, keys, v, annotations);
      close(ours.scores, scores, `scores of sentence ${n}`);
      close(ours.weights, weights, `weights of sentence ${n}`);
      close(ours.context, context, `contexts of sentence ${n}`);
    });
  });
});

test("additive attention by hand: v = 2, tanh(± atanh ½) = ± ½, scores 1 and −1", () => {
  const half = Math.atanh(0.5);
  const { scores, weights, context } = additiveAttention(
    [[0]],
    [[half], [-half]],
    [2],
    [
      [1, 0],
      [0, 1],
    ],
  );
  close(scores, [[1, -1]], "scores", 1e-15);
  close(weights, [[1 / (1 + Math.exp(-2)), 1 / (1 + Math.exp(2))]], "weights", 1e-15);
  close(context, weights, "context", 1e-15);
});

test("the query enters inside the tanh", () => {
  const { scores } = additiveAttention([[3], [-3]], [[-3], [3]], [1], [[0], [0]]);
  close(
    scores,
    [
      [0, Math.tanh(6)],
      [-Math.tanh(6), 0],
    ],
    "scores",
    1e-15,
  );
});

cases.decoder_steps.forEach(({ traits, answers }, model) => {
  test(`a decoder's step, model ${model}: ${answers.length} steps with and without one annotation equal torch`, () => {
    const [[v], queries, keys, annotations] = ["score_vector", "queries", "key_vectors", "annotations"].map(
      (name) => unpack(traits[name])[0],
    );
    assert.ok(answers.length > 2);
    for (const { step, hidden, scores, weights, context } of answers) {
      const ours = decoderLook({ query: queries[step], keys, v, annotations, hidden });
      const which = `of step ${step}, hidden ${hidden}`;
      const seen = (row) => row.filter((_, j) => j !== hidden);
      close(seen(ours.scores), seen(scores), `scores ${which}`);
      close(ours.weights, weights, `weights ${which}`);
      close(ours.context, context, `context ${which}`);
      if (hidden !== null) assert.deepEqual([ours.scores[hidden], ours.weights[hidden]], [-Infinity, 0]);
    }
  });
});

const signs = (reference, written) =>
  editAlignment(reference.split(" ").filter(Boolean), written.split(" ").filter(Boolean))
    .map(({ kind }) => SIGNS[kind])
    .join("");

test("alignments by hand", () => {
  assert.equal(signs("le chat dort", "le chat dort"), "✓✓✓");
  assert.equal(signs("le chat dort", "le chien dort"), "✓≠✓");
  assert.equal(signs("le chat vert dort", "le chat dort"), "✓✓−✓");
  assert.equal(signs("le chat dort", "le chat vert dort"), "✓✓+✓");
  assert.equal(signs("le chat dort", ""), "−−−");
  assert.equal(signs("", "le chat"), "++");
  assert.equal(signs("a b", "b a"), "−✓+");
});

test(`${cases.edits.length} random pairs of texts are aligned as the package aligns them`, () => {
  assert.ok(cases.edits.length >= 400);
  for (const { reference, written, edits, verdict: told } of cases.edits) {
    const ours = editAlignment(reference, written);
    assert.deepEqual(ours, edits, `${reference.join(" ")} / ${written.join(" ")}`);
    assert.equal(verdict(ours, reference.length).text, told);
    assert.equal(verdict(ours, reference.length).perfect, reference.join() === written.join());
  }
});

test("the vector in words", () => {
  assert.equal(vectorSentence(128, 23), "One vector of 128 numbers for 23 words: 5.6 numbers a word");
  assert.equal(vectorSentence(128, 1), "One vector of 128 numbers for 1 word: 128.0 numbers a word");
});

test("a strip: a bar for each number, up for positive, the largest one unit high", () => {
  assert.equal(stripPath([2, -1, 0]), "M0.14 0v-1.000h.72V0zM1.14 0v0.500h.72V0zM2.14 0v0.000h.72V0z");
  assert.doesNotMatch(stripPath([0, 0]), /NaN|Infinity/);
});

test("a curve: lengths from left to right, better is higher, one length stands in the middle", () => {
  assert.deepEqual(place([1, 2, 5], 1, 1), [4, 4]);
  assert.deepEqual(place([1, 2, 5], 5, 0), [96, 96]);
  assert.deepEqual(place([1, 2, 5], 3, 0.5), [50, 50]);
  assert.deepEqual(place([3], 3, 1), [50, 4]);
});

test("shares: all and nothing are said of all and nothing only", () => {
  const found = [0, 0.004, 0.005, 0.125, 0.994, 0.996, 1].map((x) => percent(x).replaceAll("\u00a0", " "));
  assert.deepEqual(found, ["0 %", "< 1 %", "1 %", "13 %", "99 %", "> 99 %", "100 %"]);
});

test("names at the ends of lines keep apart, in order, above the floor", () => {
  assert.deepEqual(apart([10, 90], 24, 132), [10, 90]);
  assert.deepEqual(apart([50, 50, 50], 24, 132), [50, 74, 98]);
  assert.deepEqual(apart([130, 130, 20], 24, 132), [108, 132, 20]);
  assert.deepEqual(apart([132, 131, 130], 24, 132), [132, 108, 84]);
});

test("the sum that makes a context, in words", () => {
  assert.equal(
    weightedWords([0.93, 0.05, 0.016, 0.004], ["cat", "green", "a", "b"], "h"),
    "0.93\u00a0h(cat) + 0.05\u00a0h(green) + 0.02\u00a0h(a) + …",
  );
});

test("the steps of a softmax: numerators from the largest score, and the sums", () => {
  const { exponentials, totals } = softmaxSteps([1, 0], [0.7, 0.3]);
  close(exponentials, [1, Math.exp(-1)], "exponentials", 1e-15);
  close(totals, [1 + Math.exp(-1), 1], "sums", 1e-15);
});

cases.qualities.forEach(({ scores, numbers, medians }, n) => {
  test(`quality by length, example ${n}: every share as the wire brings it, and the seeds' median at each length, equal torch`, () => {
    const ours = unpack(scores).map((rows) => rows.map((row) => [...row]));
    close(ours, numbers, "shares");
    const middles = ours.map((rows) => rows[0].map((_, l) => median(rows.map((row) => row[l]))));
    close(middles, medians, "medians");
  });
});

test("the median of two is the lower one, of three the middle one, in any order", () => {
  assert.equal(median([0.75, 0.25]), 0.25);
  assert.equal(median([0.5, 1, 0.25]), 0.5);
});
