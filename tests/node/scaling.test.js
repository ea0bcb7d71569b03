// The scaling explorer's arithmetic against torch and autograd, and its numbers in words.

import assert from "node:assert/strict";
import { test } from "node:test";

import { barPath } from "../../attention/widgets/js/bars.js";
import { deviation, rootMeanSquare } from "../../attention/widgets/js/spread.js";
import {
  entropy,
  frobenius,
  saturation,
  softmaxJacobian,
} from "../../attention/widgets/scaling_explorer/saturation.js";
import { compact, scoreAxis, weightText } from "../../attention/widgets/scaling_explorer/view.js";
import { cases, close, unpack } from "./cases.js";

cases.saturations.forEach(({ traits, answers }, n) => {
  const [query] = unpack(traits.query)[0];
  const keys = unpack(traits.key_vectors)[0];
  test(`vectors ${n}: ${answers.length} settings of d_k, temperature and scale equal torch`, () => {
    assert.ok(answers.length >= 4 * 4 * 2);
    for (const { dK, temperature, scaled, ...torch } of answers) {
      const ours = saturation(query, keys, { dK, temperature, scaled });
      const name = JSON.stringify({ dK, temperature, scaled });
      for (const part of ["products", "scores", "weights", "jacobian"])
        close(ours[part], torch[part], `${part} of ${name}`);
      close(
        ours.products.map((product) => product * ours.scale),
        torch.scores,
        `scale of ${name}`,
      );
      close(deviation(ours.scores), torch.deviation, `deviation of ${name}`);
      close(entropy(ours.weights), torch.entropy, `entropy of ${name}`);
      close(frobenius(ours.jacobian), torch.norm, `norm of ${name}`);
    }
  });
});

test("by hand: two equal scores give weights of one half, 1 bit, and the largest Jacobian there is", () => {
  const [query, keys] = [Float64Array.of(2, 7), [Float64Array.of(3, 1), Float64Array.of(3, -9)]];
  const { products, scores, weights, jacobian } = saturation(query, keys, { dK: 1, temperature: 2, scaled: true });
  assert.deepEqual([...products], [6, 6]);
  assert.deepEqual([...scores], [3, 3]);
  assert.deepEqual([...weights], [0.5, 0.5]);
  assert.deepEqual(
    jacobian.map((row) => [...row]),
    [
      [0.25, -0.25],
      [-0.25, 0.25],
    ],
  );
  assert.equal(entropy(weights), 1);
  assert.equal(frobenius(jacobian), 0.5);
});

test("the root of d_k divides, not d_k", () => {
  const vector = Float64Array.of(2, 2, 2, 2);
  const { scores } = saturation(vector, [vector], { dK: 4, temperature: 1, scaled: true });
  assert.deepEqual([...scores], [8]);
});

test("a saturated Jacobian keeps its digits", () => {
  const tiny = 1e-20;
  const [[first], [, second]] = softmaxJacobian(Float64Array.of(1, tiny));
  assert.equal(first, tiny);
  assert.equal(second, tiny);
  assert.equal(entropy(Float64Array.of(1, 0)), 0);
});

test("spread: the mean is taken off the deviation, not off the mean square", () => {
  assert.equal(deviation([1, 3]), 1);
  assert.equal(rootMeanSquare([1, 7]), 5);
});

test("numbers in three digits, weights never rounded to a full 1", () => {
  const found = [223.4, 14.94, -1.5, 0.0995, 0.029, -0.00112, 0.0000012, -2.9e-11, 0].map(compact);
  assert.deepEqual(found, ["223", "14.9", "−1.50", "0.10", "0.029", "−0.001", "1.2·10⁻⁶", "−2.9·10⁻¹¹", "0"]);
  assert.deepEqual([0.2, 0.994, 0.9951, 0.9996, 1].map(weightText), ["0.20", "0.99", "0.995", "> 0.999", "1.00"]);
});

test("the axis of scores: square roots, to both sides, with a step for larger ones", () => {
  const { place, ticks } = scoreAxis([-1, 29]);
  assert.deepEqual([place(0), place(30), place(-30)], [50, 12, 88]);
  assert.equal(place(7.5), 31);
  assert.deepEqual(
    ticks.map(([, text]) => text),
    ["0", "10", "−10", "30", "−30"],
  );
  assert.equal(scoreAxis([31]).ticks[3][0], 300);
});

test("bars: from zero to their height", () => {
  assert.equal(barPath([20, 60], 50), "M0.12 50.00V20.00h.76V50.00zM1.12 50.00V60.00h.76V50.00z");
});
