// Clock hands that turn with their place, and the three attentions: against torch.

import assert from "node:assert/strict";
import { test } from "node:test";

import { counting, curve, pairProducts, turned } from "../../attention/widgets/rotary_clock/hands.js";
import { weightsOf } from "../../attention/widgets/three_attentions/view.js";
import { cases, close } from "./cases.js";

test("hands are turned as torch's module turns them; their products, the sum and the curve equal torch", () => {
  assert.equal(cases.clocks.length, 45);
  for (const { query, key, t, s, base, hands, ...torch } of cases.clocks) {
    const [q, k] = [turned(query, t, base), turned(key, s, base)];
    close(q, torch.turned[0], "the query");
    close(k, torch.turned[1], "the key");
    const products = pairProducts(q, k);
    close(products, torch.products, "products");
    const product = counting(hands, products.length).reduce((sum, i) => sum + products[i], 0);
    close([product], [torch.product], "the hands that count");
    close(curve(query, key, { base, hands }), torch.curve, "by distance");
  }
});

test("a dot product depends on the distance alone", () => {
  const { query, key } = cases.clocks[0];
  for (const far of [-20, -1, 0, 7]) {
    const found = [20, 21, 43].map((t) => pairProducts(turned(query, t, 1e4), turned(key, t + far, 1e4)));
    close(found[1], found[0], "a place on", 1e-12);
    close(found[2], found[0], "many places on", 1e-12);
  }
});

test("the weights of the three attentions equal torch, and the decoder's own are masked", () => {
  assert.equal(cases.uses.length, 3);
  for (const { use, queries, keys, weights } of cases.uses) {
    const rows = (matrix) => matrix.map((row) => Float64Array.from(row));
    const ours = weightsOf(use, rows(queries), rows(keys));
    ours.weights.forEach((row, i) => close(row, weights[i], `${use}, row ${i}`));
    assert.deepEqual(
      ours.mask.map((row, i) => row.every((seen, j) => seen === (use !== "masked" || j <= i))),
      queries.map(() => true),
    );
  }
});
