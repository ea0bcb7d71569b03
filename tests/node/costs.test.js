// What attention costs, against the package's formulas; the same numbers in the same words; and where the curve is drawn.

import assert from "node:assert/strict";
import { test } from "node:test";

import { formula, kindOf } from "../../attention/widgets/cache_calculator/view.js";
import { divisors } from "../../attention/widgets/js/range.js";
import {
  attentionShare,
  blockFlops,
  cacheBytes,
  compared,
  halfSteps,
  inPercent,
  keptTokens,
  multiHead,
  numbersPerLayer,
  projectionBytes,
  readableBytes,
  readableFlops,
  scoreBytes,
  threeDigits,
} from "../../attention/widgets/js/cost_formulas.js";
import { linePaths, placeOf } from "../../attention/widgets/cost_explorer/loglog.js";
import { cases } from "./cases.js";

const { flops, memory, caches, numbers, compared: comparisons, models } = cases.costs;
const plain = (text) => text.replaceAll("\u00a0", " ");

test(`FLOPs: ${flops.length} blocks, every part`, () => {
  assert.ok(flops.length >= 12);
  for (const { n, d, share, projections, feed_forward: feedForward, attention, linear, total } of flops) {
    assert.deepEqual(blockFlops(n, d), { projections, feedForward, attention, linear, total }, `n = ${n}, d = ${d}`);
    assert.ok(Math.abs(attentionShare(n, d) - share) < 1e-15);
  }
  assert.equal(attentionShare(4608, 768), 0.5);
});

test("memory of scores and of q, k, v, contexts", () => {
  assert.ok(memory.length >= 9);
  for (const { n, heads, d, scores, vectors } of memory) {
    assert.equal(scoreBytes(n, heads), scores);
    assert.equal(projectionBytes(n, d), vectors);
  }
});

test(`the cache: ${caches.length} models, settings, contexts and widths of a number`, () => {
  assert.ok(caches.length >= 9 * 5 * 4 * 3);
  for (const { config, context, size, layer, kind, token, total, multi_head: most } of caches) {
    const name = `${JSON.stringify(config)} at ${context}`;
    assert.equal(numbersPerLayer(config), layer, name);
    assert.deepEqual(cacheBytes(config, context, size), { token, total }, name);
    assert.equal(cacheBytes(multiHead(config), context, size).total, most, name);
    assert.equal(kindOf(config), kind);
    assert.equal(keptTokens(context, config.window) * token, total);
  }
});

test("the published models of the page have the sizes of their papers", () => {
  const found = models.map((one) => {
    const { token, total } = cacheBytes(one, one.max_context, 2);
    return [one.name, token / 1024, plain(readableBytes(total))];
  });
  assert.deepEqual(found, [
    ["GPT-2 124M", 36, "36 MiB"],
    ["GPT-2 XL", 300, "300 MiB"],
    ["Llama-2 7B", 512, "2 GiB"],
    ["Llama-2 70B", 320, "1.25 GiB"],
    ["Llama-3 8B", 128, "1 GiB"],
    ["Llama-3.1 405B", 504, "63 GiB"],
    ["Mistral 7B v0.1", 128, "512 MiB"],
    ["DeepSeek-V2", 67.5, "8.44 GiB"],
    ["DeepSeek-V3", 68.625, "8.58 GiB"],
  ]);
});

test(`${numbers.length} numbers in three digits and in units, as Python writes them`, () => {
  assert.ok(numbers.length >= 25);
  for (const { value, digits, bytes, flops: written } of numbers) {
    assert.equal(threeDigits(value), digits, String(value));
    assert.equal(plain(readableBytes(value)), bytes, String(value));
    assert.equal(plain(readableFlops(value)), written, String(value));
  }
  assert.deepEqual([0.18182, 0.5, 0.0013].map(inPercent), ["18.2%", "50%", "0.13%"]);
  for (const [a, b, words] of comparisons) assert.equal(compared(a, b, "x"), words);
});

test("the formula with the numbers put in", () => {
  const [gpt, latent] = [models[0], models.at(-1)];
  const lines = (...given) => formula(...given).map(plain);
  assert.deepEqual(lines(gpt, 1024, 2), [
    "a token: L × 2 × n_kv × d_head × b = 12 × 2 × 12 × 64 × 2 bytes = 36 KiB",
    "in all: 36 KiB × 1,024 tokens = 36 MiB",
  ]);
  assert.deepEqual(lines({ ...latent, window: 512 }, 1024, 1), [
    "a token: L × (d_latent + d_rope) × b = 61 × (512 + 64) × 1 byte = 34.3 KiB",
    "in all: 34.3 KiB × 512 tokens of the window = 17.2 MiB",
  ]);
});

test("stops of the sliders", () => {
  assert.deepEqual(halfSteps(64, 300), [64, 96, 128, 192, 256]);
  assert.deepEqual(halfSteps(256, 384), [256, 384]);
  assert.deepEqual(divisors(12), [1, 2, 3, 4, 6, 12]);
});

test("the curve: corners of the plot, straight lines, and the square twice as steep", () => {
  assert.deepEqual(placeOf(64, 1e17), [0, 0]);
  assert.deepEqual(placeOf(131072, 1e7), [100, 100]);
  assert.deepEqual(placeOf(64, 1e12).map(Math.round), [0, 50]);
  const points = (path) =>
    path
      .slice(1)
      .split("L")
      .map((pair) => pair.split(" ").map(Number));
  const slope = (path) => {
    const [first, middle, last] = [0, 16, 32].map((i) => points(path)[i]);
    const steep = ([x, y], [u, v]) => (y - v) / (u - x);
    assert.ok(Math.abs(steep(first, middle) - steep(middle, last)) < 0.01, "straight");
    return steep(first, last);
  };
  const { linear, attention, total } = linePaths(12, 768);
  assert.ok(Math.abs(slope(attention) / slope(linear) - 2) < 0.01);
  const [[, top]] = points(total).slice(-1);
  assert.ok(Math.abs(top - placeOf(131072, 12 * blockFlops(131072, 768).total)[1]) < 0.01, "the layers are counted");
});
