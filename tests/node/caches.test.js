// The places of a rotating cache against the package's own, what a window sees and reaches against torch, shared heads.

import assert from "node:assert/strict";
import { test } from "node:test";

import { keyHeadCounts, partsOf, storageOf } from "../../attention/widgets/shared_heads/storage.js";
import { heldAfter, kindsOf, placeOf, reachedFrom, sees } from "../../attention/widgets/window_cache/ring.js";
import { cases, close } from "./cases.js";

test("each place holds what it holds in the package's cache", () => {
  assert.ok(cases.rings.windows.length >= 150);
  for (const { step, shape, held } of cases.rings.windows) {
    assert.deepEqual(heldAfter(step, shape), held);
    assert.equal(held[placeOf(step - 1, shape)], step - 1);
  }
});

test("what a query sees, what it reaches through layers, and what each position is, as in torch", () => {
  for (const { n, step, nLayers, shape, ...torch } of cases.rings.windows) {
    const seen = torch.seen.map((_, key) => sees(step - 1, key, shape));
    assert.deepEqual(seen, torch.seen);
    assert.deepEqual(reachedFrom(step - 1, n, nLayers, shape), torch.reached);
    assert.deepEqual(kindsOf({ n, step, nLayers, shape }), torch.kinds);
  }
});

test("what a token adds to a cache is the package's count", () => {
  assert.ok(cases.rings.shared.length >= 8);
  for (const { layer, parts, counts } of cases.rings.shared) {
    assert.deepEqual(
      partsOf(layer).map(({ name, numbers }) => [name, numbers]),
      parts,
    );
    const ours = storageOf(layer);
    for (const [name, count] of Object.entries(counts)) close(ours[name], count, name);
  }
});

test("the heads that can share are the divisors, the largest first", () => {
  assert.deepEqual(keyHeadCounts(12), [12, 6, 4, 3, 2, 1]);
  assert.deepEqual(keyHeadCounts(1), [1]);
});
