// Scores of ten thousand and more: e to that power is no number, so every softmax takes the largest score off first.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { additiveAttention } from "../../attention/widgets/js/additive.js";
import { readSafetensors } from "../../attention/widgets/gpt_explorer/safetensors.js";
import { likeliest, makeGPT, makeReader } from "../../attention/widgets/gpt_explorer/transformer.js";
import { attention, exponentiate, multiHeadAttention, softmax } from "../../attention/widgets/js/maths.js";
import { MASKS } from "../../attention/widgets/js/masks.js";
import { softmaxSteps } from "../../attention/widgets/js/steps.js";
import { attendInOrder } from "../../attention/widgets/position_explorer/order.js";
import { saturation } from "../../attention/widgets/scaling_explorer/saturation.js";
import { close } from "./cases.js";

const row = (...numbers) => Float64Array.of(...numbers);
const [one, other] = [1 / (1 + Math.E), Math.E / (1 + Math.E)]; // softmax of two scores that differ by 1

/** Rows are finite and sum to 1. */
function proper(rows, what) {
  for (const weights of rows) {
    const sum = weights.reduce((a, b) => a + b, 0);
    assert.ok(Math.abs(sum - 1) < 1e-6, `${what}: a row of weights sums to ${sum}`);
  }
}

test("softmax and its numerators, far above 0 and far below", () => {
  for (const far of [1e4, -1e4]) {
    close(softmax(row(far, far + 1)), [one, other], `softmax near ${far}`, 1e-12);
    close(exponentiate(row(far, far + 1)).exponentials, [1 / Math.E, 1], `numerators near ${far}`, 1e-12);
    assert.deepEqual(softmaxSteps(row(far, far), row(0.5, 0.5)).totals, [2, 1]);
  }
});

test("attention, one head and several, under every mask", () => {
  const query = [row(1e4, 0), row(0, 1e4), row(-1e4, 0)];
  const key = [row(1, 0), row(1.0001, 0), row(0, 1)];
  const { weights } = attention(query, key, key, { scale: 1 });
  close(weights[0], [one, other, 0], "weights of the first query", 1e-9);
  proper(weights, "attention");
  for (const mask of Object.keys(MASKS)) {
    const options = { nHeads: 2, length: 3, mask, window: 2 };
    proper(
      multiHeadAttention(query, key, key, options).flatMap((head) => head.weights),
      mask,
    );
  }
});

test("additive attention", () => {
  const { weights } = additiveAttention([row(0)], [row(9), row(20)], row(1e4), [row(1), row(2)]);
  proper(weights, "additive attention");
  assert.ok(weights[0][1] > 0.5);
  const below = additiveAttention([row(0)], [row(9), row(20)], row(-1e4), [row(1), row(2)]);
  proper(below.weights, "additive attention, scores below 0");
});

test("the scores of the scaling explorer, with their Jacobian", () => {
  const setting = { dK: 1, temperature: 1, scaled: false };
  for (const far of [1e4, -1e4]) {
    const { weights, jacobian } = saturation(row(1), [row(far), row(far + 1)], setting);
    close(weights, [one, other], "weights", 1e-12);
    close(
      jacobian,
      [
        [one * other, -one * other],
        [-one * other, one * other],
      ],
      "Jacobian",
      1e-12,
    );
  }
});

test("every scheme of positions", () => {
  const x = [row(100, 0), row(0, 100), row(60, 80)];
  const identity = [row(1, 0), row(0, 1)];
  for (const scheme of ["none", "sinusoidal", "learned", "rotary", "alibi"]) {
    const { weights } = attendInOrder(scheme, x, {
      wQ: identity,
      wK: identity,
      wV: identity,
      learned: x,
      causal: true,
    });
    proper(weights, scheme);
  }
});

test("the likeliest next token", () => {
  for (const far of [1e4, -1e4]) {
    const found = likeliest(Float32Array.of(far, far + 1), 2);
    assert.deepEqual(
      found.map(([id]) => id),
      [1, 0],
    );
    close(
      found.map(([, p]) => p),
      [other, one],
      `probabilities near ${far}`,
      1e-9,
    );
  }
});

test("a GPT whose queries are a million times as large", () => {
  const folder = process.env.AFM_CASES;
  const { heads } = JSON.parse(readFileSync(`${folder}/gpt.json`, "utf8"));
  const tensors = readSafetensors(new Uint8Array(readFileSync(`${folder}/two.safetensors`)));
  for (const [name, { data }] of tensors)
    if (/w_q\.(weight|bias)$/.test(name)) data.forEach((x, i) => (data[i] = 1e6 * x));
  const gpt = makeGPT(tensors, { nHeads: heads.two });
  const reader = makeReader(gpt);
  for (const mask of ["causal", "none"]) {
    reader.read([0, 1, 2, 3, 4], mask);
    for (let head = 0; head < gpt.nHeads * gpt.nLayers; head += 1) {
      proper(reader.weights(Math.floor(head / gpt.nHeads), head % gpt.nHeads), `${mask}, head ${head}`);
    }
    assert.ok(reader.logits(4).every(Number.isFinite), "every logit is a number");
  }
});
