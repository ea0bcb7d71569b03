// The plane's numbers: stops of a coordinate, and the nearest one.

import assert from "node:assert/strict";
import { test } from "node:test";

import { snapped, stops } from "../../attention/widgets/js/plane.js";

const span = { low: -1.2, high: 1.2, step: 0.1 };

test("the stops run from low to high, each as Python would write it, and 0 has no sign", () => {
  const found = stops(span);
  assert.equal(found.length, 25);
  assert.deepEqual([found[0], found[9], found[12], found[15], found[24]], [-1.2, -0.3, 0, 0.3, 1.2]);
  assert.ok(Object.is(found[12], 0));
  assert.deepEqual(stops({ low: 0, high: 3, step: 1 }), [0, 1, 2, 3]);
});

test("what is dragged stops at the nearest one, and at the edge", () => {
  assert.equal(snapped(span, 0.26), 0.3);
  assert.equal(snapped(span, -0.04), 0);
  assert.equal(snapped(span, 7), 1.2);
  assert.equal(snapped(span, -7), -1.2);
  for (const number of [-1.17, 0.449, 0.999]) assert.ok(stops(span).includes(snapped(span, number)));
});
