// A query over its keys, and scores under softmax: against torch, and in words.

import assert from "node:assert/strict";
import { test } from "node:test";

import { attention } from "../../attention/widgets/js/maths.js";
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
