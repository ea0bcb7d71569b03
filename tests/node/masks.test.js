// The page's masks against Python's: the same names, and under each name the same table.

import assert from "node:assert/strict";
import { test } from "node:test";

import { MASKS, maskOptions, maskTable } from "../../attention/widgets/js/masks.js";
import { cases } from "./cases.js";

test("the page has a mask under each name that Python has, and no other", () => {
  assert.deepEqual(Object.keys(MASKS), cases.masks.names);
  assert.ok(cases.masks.names.length >= 3);
});

test("the window's slider serves the masks whose words in Python name the window, and no other", () => {
  const sized = Object.keys(MASKS).filter((name) => MASKS[name].sized);
  assert.deepEqual(sized, cases.masks.sized);
  assert.ok(sized.length > 0);
});

for (const [name, tables] of Object.entries(cases.masks.tables)) {
  test(`${name}: ${tables.length} tables equal Python's, over all lengths and windows`, () => {
    assert.ok(tables.length > 0);
    for (const { length, window, table } of tables) {
      assert.deepEqual(maskTable(name, length, { window }), table, `${length} tokens, window ${window}`);
    }
  });
}

test("with fewer queries than keys the last query is the last key's own", () => {
  for (const { nQueries, nKeys, causal, windows } of cases.masks.aligned) {
    assert.deepEqual(maskTable("causal", nQueries, { nKeys }), causal);
    for (const [window, table] of windows) {
      assert.deepEqual(maskTable("window", nQueries, { window, nKeys }), table);
    }
  }
});

test("a control offers the masks in their order, or those that it is told", () => {
  assert.deepEqual(
    maskOptions().map(({ value }) => value),
    Object.keys(MASKS),
  );
  assert.deepEqual(maskOptions(["causal", "none"]), [
    { value: "causal", content: [MASKS.causal.label] },
    { value: "none", content: [MASKS.none.label] },
  ]);
});
