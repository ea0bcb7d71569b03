// A model that learns to repeat: its maps and curves as the wire brings them, and where its loss falls fastest.

import assert from "node:assert/strict";
import { test } from "node:test";

import { unpackWeights } from "../../attention/widgets/js/patterns.js";
import { steepestFall, stepPlace } from "../../attention/widgets/phase_change/curves.js";
import { cases, close, unpack } from "./cases.js";

cases.phases.forEach(({ maps, all, curves, numbers, steps, falls }, n) => {
  test(`model ${n}: every map of every run and step, every number of its curves, and the steepest fall equal torch`, () => {
    const data = new DataView(Uint8Array.from(Buffer.from(maps.data, "hex")).buffer);
    const matrix = unpackWeights({ shape: maps.shape, data });
    const ours = unpack(curves);
    assert.ok(all.length >= 2);
    all.forEach((run, r) => {
      run.forEach((point, p) =>
        point.forEach((weights, h) => close(matrix(r, p, h), weights, `run ${r}, point ${p}, head ${h}`)),
      );
      const rows = ours[r].map((row) => [...row]);
      close(rows, numbers[r], `curves of run ${r}`);
      const losses = rows.map(([loss]) => loss);
      assert.equal(steps[steepestFall(losses)], falls[r]);
    });
  });
});

test("by hand: the first of two equal falls, and a fall to the last number", () => {
  assert.equal(steepestFall([4, 3, 2]), 1);
  assert.equal(steepestFall([4, 3.5, 1]), 2);
  assert.equal(steepestFall([1, 2, 3]), 1);
});

test("steps stand as far apart as they are, and the highest number near the top", () => {
  assert.deepEqual(stepPlace([10, 20, 50], 20, 1), [25, 6]);
  assert.deepEqual(stepPlace([10, 20, 50], 50, 0), [100, 96]);
});
