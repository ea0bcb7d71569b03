// Linear layers against sums that are written down here, by WebAssembly and by plain loops.

import assert from "node:assert/strict";
import { test } from "node:test";

import { linearLayers } from "../../attention/widgets/gpt_explorer/linear.js";

const wasm = globalThis.WebAssembly;
let seed = 1;
/** Numbers between -1 and 1, the same in every run. */
const numbers = (count) =>
  Float32Array.from({ length: count }, () => {
    seed = (seed * 48271) % 2147483647;
    return (2 * seed) / 2147483647 - 1;
  });

/** How often a function was made of WebAssembly while `work` ran with `engine` in its place. */
function counting(engine, work) {
  let made = 0;
  globalThis.WebAssembly = engine && {
    Memory: engine.Memory,
    Module: engine.Module,
    Instance: function (...given) {
      made += 1;
      return new engine.Instance(...given);
    },
  };
  try {
    work();
  } finally {
    globalThis.WebAssembly = wasm;
  }
  return made;
}

const UNKNOWN = {
  Memory: wasm.Memory,
  Instance: wasm.Instance,
  Module: function () {
    throw new wasm.CompileError("unknown instruction");
  },
};
const ENGINES = [
  ["WebAssembly", wasm],
  ["no WebAssembly", undefined],
  ["WebAssembly without these instructions", UNKNOWN],
];
const SHAPES = [
  [1, 1],
  [3, 7],
  [8, 8],
  [6, 10],
  [128, 64],
  [64, 257],
]; // inputs, outputs
const SPANS = [
  [0, 1],
  [0, 4],
  [2, 9],
  [5, 6],
  [3, 16],
]; // positions, from and up to

for (const [name, engine] of ENGINES) {
  test(`${name}: y = W x + b and y += W x + b, of the positions asked for and of no other`, () => {
    const made = counting(engine, () => {
      const make = linearLayers();
      const layers = SHAPES.map(([from, to]) => {
        const [weight, bias] = [numbers(from * to), numbers(to)];
        return { weight, bias, from, to, apply: make(weight, bias, from, to) };
      });
      for (const { weight, bias, from, to, apply } of layers) {
        for (const [start, end] of SPANS) {
          for (const add of [false, true]) {
            const [x, before] = [numbers(16 * from), numbers(16 * to)];
            const y = before.slice();
            apply(x, y, { start, end }, add);
            for (let t = 0; t < 16; t += 1) {
              for (let o = 0; o < to; o += 1) {
                const place = t * to + o;
                let sum = bias[o] + (add ? before[place] : 0);
                for (let i = 0; i < from; i += 1) sum += weight[o * from + i] * x[t * from + i];
                if (t < start || t >= end) assert.equal(y[place], before[place], `position ${t} is not asked for`);
                else
                  assert.ok(
                    Math.abs(y[place] - sum) < 1e-5,
                    `(${from}, ${to}), ${start} to ${end}, add ${add}: ${y[place]}, not ${sum}`,
                  );
              }
            }
          }
        }
      }
    });
    assert.equal(made > 0, engine === wasm, `${made} functions of WebAssembly`);
  });
}

test("shapes of one width share a function, and the memory grows with the layers", () => {
  const made = counting(wasm, () => {
    const make = linearLayers();
    const layers = Array.from({ length: 12 }, (_, n) => {
      const bias = numbers(120);
      return { bias, apply: make(new Float32Array(128 * 120), bias, 128, 120 - (n % 3)) };
    });
    for (const [n, { bias, apply }] of layers.entries()) {
      const y = new Float32Array(120);
      apply(numbers(128), y, { start: 0, end: 1 });
      assert.deepEqual(y.slice(0, 118), bias.slice(0, 118), `layer ${n} keeps its weights`);
    }
  });
  assert.equal(made, 2, "the trial, and one for all of them");
});
