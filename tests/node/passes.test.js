// What a pass that reads or writes computes and moves, against the package's formula.

import assert from "node:assert/strict";
import { test } from "node:test";

import { BALANCE, passAt, placeOn, waitsFor } from "../../attention/widgets/prefill_decode/passes.js";
import { cases, close } from "./cases.js";

test("a pass computes and moves what the package counts, and waits for the same", () => {
  assert.ok(cases.passes.length >= 100);
  const found = new Set();
  for (const { state, step, counts, waits, balance } of cases.passes) {
    const ours = passAt(step, state);
    for (const [name, count] of Object.entries(counts)) close(ours[name], count, name);
    assert.equal(waitsFor(ours.intensity), waits);
    assert.deepEqual(BALANCE, balance);
    found.add(waits);
  }
  assert.equal(found.size, 3, "all three kinds");
});

test("the axis is logarithmic: ten times is as far everywhere", () => {
  const step = placeOn(10) - placeOn(1);
  close(placeOn(1e6) - placeOn(1e5), step, "a decade");
  close(placeOn(0.5), 0, "its begin");
  close(placeOn(1e7), 100, "its end");
});
