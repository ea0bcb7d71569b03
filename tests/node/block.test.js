// The diagram's shapes and parameters against the package's, and its numbers in words.

import assert from "node:assert/strict";
import { test } from "node:test";

import { fittingHeads, float32Bytes } from "../../attention/widgets/block_diagram/view.js";
import { withPresent } from "../../attention/widgets/js/controls.js";
import {
  headCounts,
  lengths,
  parameterCounts,
  stages,
  tensorSizes,
} from "../../attention/widgets/block_diagram/sizes.js";
import { cases } from "./cases.js";

test(`${cases.diagrams.length} GPTs: every stage, its place, parameters and shape, and the sums`, () => {
  assert.ok(cases.diagrams.length >= 8);
  for (const { config, parts, block, total, activations } of cases.diagrams) {
    const found = stages(config);
    for (const part of ["before", "block", "after"]) {
      const ours = found[part].map(({ name, place, parameters, shape }) => [name, place, parameters, shape]);
      assert.deepEqual(ours, parts[part], `${part} of ${JSON.stringify(config)}`);
    }
    assert.deepEqual(parameterCounts(config), { block, total }, JSON.stringify(config));
    assert.deepEqual(tensorSizes(config), activations);
  }
});

test("GPT-2 124M has 124,439,808 parameters", () => {
  const config = {
    batch: 1,
    length: 8,
    d_model: 768,
    n_heads: 12,
    n_layers: 12,
    n_tokens: 50257,
    max_len: 1024,
    norm_order: "pre",
  };
  assert.equal(parameterCounts(config).total, 124439808);
});

test("heads divide the width; a new width keeps as many as fit", () => {
  assert.deepEqual(headCounts(12), [1, 2, 3, 4, 6, 12]);
  assert.equal(headCounts(2048).at(-1), 64);
  assert.equal(fittingHeads(1024, 12), 8);
  assert.equal(fittingHeads(384, 12), 12);
  assert.equal(fittingHeads(7, 5), 1);
});

test("choices: powers of two and the longest; the present value has a place", () => {
  assert.deepEqual(lengths(64), [1, 2, 4, 8, 16, 32, 64]);
  assert.deepEqual(lengths(5), [1, 2, 4, 5]);
  assert.deepEqual(lengths(1), [1]);
  assert.deepEqual(withPresent([1, 4], 3), [1, 3, 4]);
  assert.deepEqual(withPresent([1, 4], 4), [1, 4]);
});

test("bytes of float32 numbers", () => {
  assert.deepEqual([1, 250, 768, 124439808, 5e8, 25e8].map(float32Bytes), [
    "4 bytes",
    "1 KB",
    "3.07 KB",
    "498 MB",
    "2 GB",
    "10 GB",
  ]);
});
