// The cases that test_node.py wrote, and how numbers are held against torch's.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { unpack as fromWire } from "../../attention/widgets/js/maths.js";

export const cases = JSON.parse(readFileSync(`${process.env.AFM_CASES}/cases.json`, "utf8"));

/** The largest difference between two nested lists of numbers; throws where their shapes differ. */
function distance(ours, theirs, path = "") {
  if (typeof theirs === "number") {
    assert.equal(typeof ours, "number", `a number at ${path}`);
    return Math.abs(ours - theirs);
  }
  assert.equal(ours.length, theirs.length, `length at ${path || "the top"}`);
  return theirs.reduce((worst, item, i) => {
    const here = distance(ours[i], item, `${path}[${i}]`);
    return Number.isNaN(here) ? NaN : Math.max(worst, here);
  }, 0);
}

export function close(ours, theirs, what, tolerance = 1e-6) {
  const worst = distance(ours, theirs);
  assert.ok(worst <= tolerance, `${what} differ from torch's by ${worst}`);
}

export function unpack({ shape, step, data }) {
  const bytes = Uint8Array.from(Buffer.from(data, "hex"));
  return fromWire({ shape, step, data: new DataView(bytes.buffer) });
}
