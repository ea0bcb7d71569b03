// The position explorer's arithmetic against the package's positions and attention, and its orders and words.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  answers,
  attendInOrder,
  distances,
  moveWord,
  rotate,
  sinusoid,
  swapWords,
} from "../../attention/widgets/position_explorer/order.js";
import { judge } from "../../attention/widgets/position_explorer/view.js";
import { cases, close, unpack } from "./cases.js";

cases.orders.forEach(({ traits, answers: expected }, n) => {
  const tensors = Object.fromEntries(Object.entries(traits).map(([name, packed]) => [name, unpack(packed)]));
  const [learned] = tensors.learned;
  test(`sentence ${n}: ${expected.length} settings of scheme, order and mask equal torch`, () => {
    assert.ok(expected.length >= 5 * 4 * 2);
    for (const { scheme, number, order, causal, ...torch } of expected) {
      const [x, wQ, wK, wV, readout] = ["embeddings", "w_q", "w_k", "w_v", "readout"].map(
        (name) => tensors[name][number],
      );
      const attend = (now) =>
        attendInOrder(
          scheme,
          now.map((word) => x[word]),
          { wQ, wK, wV, learned, causal },
        );
      const ours = attend(order);
      const name = JSON.stringify({ scheme, order, causal });
      close(ours.weights, torch.weights, `weights of ${name}`);
      close(ours.context, torch.context, `contexts of ${name}`);
      assert.deepEqual(answers(ours.context, readout), torch.answers, `answers of ${name}`);
      const moved = distances(attend(order.map((_, i) => i)).context, ours.context, order);
      close(moved, torch.moved, `distances of ${name}`);
      assert.deepEqual(
        moved.map((far) => far === 0),
        torch.moved.map((far) => far === 0),
        `what is exactly 0 of ${name}`,
      );
    }
  });
});

test("the package's waves and turns", () => {
  for (const { table, vectors, turned } of cases.waves) {
    table.forEach((row, place) => close(sinusoid(place, row.length), row, `waves of place ${place}`));
    vectors.forEach((vector, place) => close(rotate(vector, place), turned[place], `turn of place ${place}`, 1e-12));
  }
});

test("by hand: one pair is turned by as many radians as its place", () => {
  close(sinusoid(2, 2), [Math.sin(2), Math.cos(2)], "waves", 1e-15);
  close(rotate(Float64Array.of(1, 0), Math.PI / 2), [0, 1], "a quarter turn", 1e-15);
});

test("by hand: ALiBi takes a half from the score for every place between", () => {
  const [zero, x] = [[[0, 0]], [Float64Array.of(1, 0), Float64Array.of(0, 1), Float64Array.of(1, 1)]];
  const { scores, products, weights } = attendInOrder("alibi", x, { wQ: zero, wK: zero, wV: zero });
  assert.deepEqual([...scores[0]].map(Math.abs), [0, 0.5, 1]);
  assert.deepEqual([...scores[2]].map(Math.abs), [1, 0.5, 0]);
  assert.ok(products.every((row) => row.every((product) => product === 0)));
  assert.ok(weights[1][0] === weights[1][2] && weights[1][1] > weights[1][0]);
});

test("words change places", () => {
  assert.deepEqual(moveWord([0, 1, 2, 3], 1, 3), [0, 2, 3, 1]);
  assert.deepEqual(moveWord([0, 2, 3, 1], 1, 0), [1, 0, 2, 3]);
  assert.deepEqual(moveWord([2, 1, 0], 1, 1), [2, 1, 0]);
  assert.deepEqual(swapWords([2, 0, 1], [1, 2]), [1, 0, 2]);
});

test("distances follow the word, not the place, and count in mean lengths", () => {
  const first = [Float64Array.of(3, 0), Float64Array.of(0, 1)];
  assert.deepEqual(distances(first, [first[1], first[0]], [1, 0]), [0, 0]);
  assert.deepEqual(distances(first, [first[1], Float64Array.of(3, 4)], [1, 0]), [2, 0]);
  assert.deepEqual(distances(first, [Float64Array.of(3 + 1e-12, 0), first[1]], [0, 1]), [0, 0]);
});

test("the result in words", () => {
  const state = { scheme: "none", order: [1, 0], causal: false };
  assert.equal(judge(state, [0, 0]), "No context moved: nothing here knows the order.");
  assert.equal(judge({ ...state, scheme: "alibi" }, [0, 0]), "No context moved: every distance is what it was.");
  assert.equal(judge({ ...state, causal: true }, [0, 0]), "No context moved.");
  assert.equal(judge({ ...state, scheme: "rotary" }, [0, 0]), "No context moved.");
  assert.equal(judge(state, [0.5, 0]), "1 of 2 contexts moved, by 0.25 on average.");
  assert.equal(judge({ ...state, order: [0, 1] }, [0, 0]), "The original order: move a word.");
});
