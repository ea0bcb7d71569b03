// A query over its keys, scores under softmax, and a histogram of random scores: against torch, and in words.

import assert from "node:assert/strict";
import { test } from "node:test";

import { attention } from "../../attention/widgets/js/maths.js";
import { deviation } from "../../attention/widgets/js/spread.js";
import { N_QUERIES, binOf, drawVectors, scoresOf } from "../../attention/widgets/score_histogram/draws.js";
import { exponentText, powerText, shareOut } from "../../attention/widgets/softmax_bars/view.js";
import { cases, close } from "./cases.js";

test("a query over its keys: scores, weights and context equal torch", () => {
  assert.equal(cases.queries.length, 4);
  for (const { query, keys, values, ...torch } of cases.queries) {
    const rows = (matrix) => matrix.map((row) => Float64Array.from(row));
    const ours = attention(rows([query]), rows(keys), rows(values), { scale: 1 });
    for (const part of ["scores", "weights", "context"]) close(ours[part][0], torch[part], `${part} of ${query}`);
  }
});

test("shares: powers, their sum and the weights equal torch, at every temperature and with any number added", () => {
  assert.equal(cases.shares.length, 5);
  for (const { scores, temperature, shift, powers, sum, weights } of cases.shares) {
    const ours = shareOut(scores, temperature, shift);
    close(ours.weights, weights, "weights");
    powers.forEach((power, j) => close(ours.powers[j] / power, 1, "power"));
    close(ours.sum / sum, 1, "sum");
    const unshifted = shareOut(scores, temperature, 0);
    close(ours.weights, Array.from(unshifted.weights), "what is added to all changes nothing", 1e-12);
  }
});

test("the same seed draws the same vectors as in Python; their histogram and the weights equal torch", () => {
  assert.equal(cases.histograms.length, 3);
  for (const { seed, setting, query, counts, weights, ...torch } of cases.histograms) {
    const vectors = drawVectors(seed, setting.nKeys);
    assert.equal(vectors.length, N_QUERIES + Math.max(64, setting.nKeys));
    close(vectors[0].subarray(0, setting.dK), query, "the first query", 1e-12);
    const ours = scoresOf(vectors, setting);
    assert.deepEqual([...ours.counts], counts);
    close(ours.weights, weights, "weights", 1e-9);
    close([deviation(ours.all)], [torch.deviation], "deviation", 1e-9);
  }
});

test("a bin is four wide, and the outermost hold what lies beyond", () => {
  assert.deepEqual([-1e9, -61, -2.1, -2, 1.9, 2, 57.9, 58, 1e9].map(binOf), [0, 0, 14, 15, 15, 16, 29, 30, 30]);
});

test("powers of e and what e is raised to, in words", () => {
  const found = [1, 7.389, 148.41, 0.0183, 0.0001, 2.7e43].map(powerText);
  assert.deepEqual(found, ["1.00", "7.39", "148", "0.02", "1.0·10⁻⁴", "2.7·10⁴³"]);
  const raised = [
    [1, 0],
    [1, -2],
    [0.5, 0],
    [2, 1.5],
  ].map(([temperature, shift]) => exponentText(temperature, shift));
  assert.deepEqual(raised, ["s", "s − 2", "s / 0.5", "(s + 1.5) / 2"]);
});
