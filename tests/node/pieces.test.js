// The shared pieces that need no page: keys, numbers in words, and the module as a page loads it.

import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { test } from "node:test";

import { decimal, shortWeight, visible } from "../../attention/widgets/js/format.js";
import { cellWords } from "../../attention/widgets/js/steps.js";
import { step } from "../../attention/widgets/js/walk.js";
import { cases } from "./cases.js";

const size = [3, 5];

test("arrow keys walk the grid and stop at its edges", () => {
  const from = (key, at, modifiers = {}) => step({ key, ...modifiers }, at, size);
  assert.deepEqual(from("ArrowUp", [1, 1]), [0, 1]);
  assert.deepEqual(from("ArrowUp", [0, 1]), [0, 1]);
  assert.deepEqual(from("ArrowDown", [1, 1]), [2, 1]);
  assert.deepEqual(from("ArrowDown", [2, 1]), [2, 1]);
  assert.deepEqual(from("ArrowLeft", [1, 1]), [1, 0]);
  assert.deepEqual(from("ArrowLeft", [1, 0]), [1, 0]);
  assert.deepEqual(from("ArrowRight", [1, 1]), [1, 2]);
  assert.deepEqual(from("ArrowRight", [1, 4]), [1, 4]);
  assert.deepEqual(from("Home", [1, 3]), [1, 0]);
  assert.deepEqual(from("End", [1, 3]), [1, 4]);
  assert.deepEqual(from("Home", [1, 3], { ctrlKey: true }), [0, 0]);
  assert.deepEqual(from("End", [1, 3], { ctrlKey: true }), [2, 4]);
  assert.deepEqual(from("PageUp", [1, 3]), [0, 3]);
  assert.deepEqual(from("PageDown", [1, 3]), [2, 3]);
});

test("other keys, and those of the browser, are left alone", () => {
  for (const key of ["Tab", "a", "Enter", "Escape"]) assert.equal(step({ key }, [1, 1], size), null);
  assert.equal(step({ key: "ArrowLeft", altKey: true }, [1, 1], size), null);
  assert.equal(step({ key: "ArrowLeft", metaKey: true }, [1, 1], size), null);
});

test("numbers: a real minus sign, no -0.00, a bare 0 for zero only, −∞", () => {
  assert.equal(decimal(0.4264), "0.43");
  assert.equal(decimal(-1.5, 1), "−1.5");
  assert.equal(decimal(-0.001), "0.00");
  assert.equal(decimal(0), "0");
  assert.equal(decimal(-Infinity), "−∞");
  assert.equal(shortWeight(0.434), ".43");
  assert.equal(shortWeight(0.9951), "1.0");
  assert.equal(shortWeight(0.9949), ".99");
  assert.equal(shortWeight(0), ".00");
});

test("tokens: spaces and line breaks can be seen", () => {
  assert.equal(visible(" two words\n"), "·two words↵");
});

test("a cell in words, masked or not", () => {
  const head = {
    query: [[2, 0]],
    key: [
      [1, 1],
      [3, 0],
    ],
    scores: [[Math.SQRT2, 4.243]],
    mask: [[true, false]],
    weights: [[1, 0]],
  };
  const tokens = ["a", "b"];
  const words = (key) => cellWords({ query: 0, key, tokens, head });
  assert.deepEqual(words(0), ["“a” → “a”", "q·k = 2.00, ÷ √2 = 1.41, weight 1.000"]);
  assert.deepEqual(words(1), ["“a” → “b”", "q·k = 6.00, ÷ √2 = 4.24, masked to −∞, weight 0"]);
});

const views = globSync("../../attention/widgets/*/view.js", { cwd: import.meta.dirname });

test("each widget has a view, and node finds all that it imports", async () => {
  assert.equal(views.length, cases.widgets.length);
  for (const path of views) assert.equal(typeof (await import(path)).default.render, "function", path);
});

for (const name of cases.widgets) {
  test(`the bundle of ${name} is one module that anywidget can run`, async () => {
    const { default: widget } = await import(`${process.env.AFM_CASES}/${name}.mjs`);
    assert.equal(typeof widget.render, "function");
  });
}
