// The small widgets' arithmetic against torch and autograd, and their words.

import assert from "node:assert/strict";
import { test } from "node:test";

import { comparison, plain, signWords } from "../../attention/widgets/dot_product/view.js";
import { CURVES, ballWords, descend } from "../../attention/widgets/downhill_ball/descent.js";
import { fitLine, fitWords, leastLoss, lineLoss } from "../../attention/widgets/line_fit/least_squares.js";
import { judgeMask, maskVerdict, maskedWeights } from "../../attention/widgets/mask_painter/view.js";
import { cases, close } from "./cases.js";

cases.masks_painted.forEach(({ scores, mask, weights, future, lost, blind }, n) => {
  test(`painted mask ${n}: the weights that are left equal torch, and cells are counted as in Python`, () => {
    const rows = scores.map((row) => Float64Array.from(row));
    close(maskedWeights(rows, mask).weights, weights, "weights");
    assert.deepEqual(judgeMask(mask), { future, lost, blind });
  });
});

test("a mask in words: one cell, several, none, and a row that sees nothing", () => {
  const tokens = ["a", "b\n"];
  const says = (...mask) => maskVerdict(judgeMask(mask.map((row) => Array.from(row, (cell) => cell === "1"))), tokens);
  assert.equal(says("10", "11"), "This is the causal mask: no cell sees the future.");
  assert.equal(says("11", "11"), "1 cell still sees the future.");
  assert.equal(says("11", "01"), "1 cell still sees the future, and 1 cell of the past is hidden.");
  assert.equal(
    says("10", "00"),
    "No cell sees the future, and 2 cells of the past are hidden. Nothing is left for “b↵”: all its weights are 0, not 1/2.",
  );
});

cases.arrows.forEach(({ a, b, words, ...python }) => {
  test(`arrows (${a}) and (${b}): product, lengths, angle, shadow and words are Python's`, () => {
    const found = comparison(a, b);
    for (const name of ["product", "lengths", "angle", "shadow"]) {
      if (python[name] === null) assert.equal(found[name], null, name);
      else close(found[name], python[name], name);
    }
    assert.equal(found.product === 0, python.product === 0, "0 where it is exactly 0");
    assert.equal(signWords(found), `${words}.`);
    if (found.foot)
      close(a[0] * b[0] + a[1] * b[1], found.foot[0] * b[0] + found.foot[1] * b[1], "the shadow's product");
  });
});

test("by hand: (1, 2) and (3, -1) give 1; (3, 4) is 5 long", () => {
  assert.equal(comparison([1, 2], [3, -1]).product, 1);
  assert.equal(comparison([3, 4], [1, 0]).lengths[0], 5);
  assert.equal(comparison([3, 4], [0.5, 0]).shadow, 3, "a shadow does not depend on the length of what it falls on");
});

test("numbers without zeros at their end", () => {
  assert.deepEqual([0, 2, 2.5, 10, -20, 1 / 3, 0.05, 100.1, -0.001].map(plain), [
    "0",
    "2",
    "2.5",
    "10",
    "−20",
    "0.33",
    "0.05",
    "100.1",
    "0",
  ]);
});

test("every curve and rate takes the ball where torch's SGD takes it, with autograd's slopes", () => {
  assert.ok(cases.descents.length >= 60);
  for (const { state, path, losses, slopes } of cases.descents) {
    const [name, found] = [JSON.stringify(state), descend(state)];
    const { loss, slope } = CURVES[state.curve];
    close(found, path, `path of ${name}`, 1e-6 * Math.max(1, ...path.map(Math.abs)));
    close(path.map(loss), losses, `losses of ${name}`, 1e-9 * Math.max(1, ...losses));
    close(path.map(slope), slopes, `slopes of ${name}`, 1e-9 * Math.max(1, ...slopes.map(Math.abs)));
  }
});

test("by hand: on the bowl, rate 1 lands at the bottom in one step, and rate 2 jumps to and fro", () => {
  assert.deepEqual(descend({ curve: "bowl", start: -2, rate: 1, steps: 2 }), [-2, 0, 0]);
  assert.deepEqual(descend({ curve: "bowl", start: -2, rate: 2, steps: 3 }), [-2, 2, -2, 2]);
  assert.equal(
    descend({ curve: "bowl", start: 3, rate: 2.5, steps: 60 }).length,
    4,
    "out of sight, it is not followed",
  );
});

test("what became of the ball, in words", () => {
  const says = (curve, start, rate, steps) => ballWords({ curve, start, rate, steps });
  assert.match(says("bowl", -2, 0.1, 0), /^The dashed line is the slope/);
  assert.match(says("bowl", -2, 0.1, 3), /^Downhill: the loss fell/);
  assert.match(says("bowl", -2, 1, 1), /hardly moves any more: it lies at the bottom/);
  assert.match(says("bowl", -2, 1.5, 1), /^It overshot the bottom/);
  assert.match(says("bowl", -2, 2, 1), /^It jumps from side to side/);
  assert.match(says("bowl", -2, 2.1, 1), /^It overshot, and the loss grew/);
  assert.match(says("bowl", -2, 2.5, 4), /has left the picture. The rate is too large/);
  assert.match(says("valleys", -3, 0.1, 60), /the deeper valley/);
  assert.match(says("valleys", 3, 0.1, 60), /the shallower valley, and no step leads out/);
});

test("every line goes where torch's SGD takes it, with its loss and autograd's gradients", () => {
  assert.ok(cases.fits.length >= 15);
  for (const { points, state, path, least } of cases.fits) {
    const rows = points.map((point) => Float64Array.from(point));
    const found = fitLine(rows, state).map(({ line, loss, gradient }) => [
      ...[line.slope, line.intercept, loss, gradient.slope, gradient.intercept],
    ]);
    close(found, path, `the fit of ${JSON.stringify(state)}`, 1e-6 * Math.max(1, ...path.flat().map(Math.abs)));
    close(leastLoss(rows), least, "the least loss of any line");
  }
});

test("by hand: y = 1 at x = 0 and y = 3 at x = 2, from the line y = 0", () => {
  const points = [Float64Array.of(0, 1), Float64Array.of(2, 3)];
  assert.deepEqual(lineLoss(points, { slope: 0, intercept: 0 }), { loss: 5, slope: -6, intercept: -4 });
  const [, { line }] = fitLine(points, { slope: 0, intercept: 0, rate: 0.1, steps: 1 });
  close([line.slope, line.intercept], [0.6, 0.4], "one step");
  assert.equal(leastLoss(points), 0);
});

test("how a fit goes, in words", () => {
  assert.match(fitWords([2], 0.1), /^Move the line by hand/);
  assert.match(fitWords([2, 1.5], 0.1), /^The loss fell/);
  assert.match(fitWords([2, 2.5], 0.1), /the loss grew: the rate is too large/);
  assert.match(fitWords([2, 2e6], 0.1), /beyond all bounds: the rate is too large/);
  assert.match(fitWords([2, 0.1005], 0.1), /almost the best line/);
});
