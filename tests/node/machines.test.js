// The machines that are stepped through, against torch.

import assert from "node:assert/strict";
import { test } from "node:test";

import { END, gruStep, runMachine } from "../../attention/widgets/encoder_decoder_machine/machine.js";
import { cases, close } from "./cases.js";

const rows = (matrix) => matrix.map((row) => Float64Array.from(row));

test("encoder and decoder equal torch: every state, every token and its probability", () => {
  assert.equal(cases.machines.length, 4);
  for (const { ids, weights, most, ...torch } of cases.machines) {
    const run = runMachine(ids, weights.map(rows), most);
    close(run.states, torch.states, "encoder's states", 1e-9);
    close(run.decoderStates, torch.decoderStates, "decoder's states", 1e-9);
    assert.deepEqual(run.tokens, torch.tokens);
    close(run.chances, torch.chances, "chances", 1e-9);
  }
});

test("by hand: with an update gate of 1/2 half of the old state stays, and half of the candidate comes", () => {
  const [ofInput, ofState] = [
    rows([
      [0, 0],
      [0, 0],
      [1, 0],
    ]),
    rows([
      [0, 0],
      [0, 0],
      [0, 0],
    ]),
  ];
  const [h] = gruStep(Float64Array.of(2), Float64Array.of(0.6), ofInput, ofState);
  assert.ok(Math.abs(h - (0.3 + Math.tanh(2) / 2)) < 1e-12);
});

test("the machine stops at the end mark, or when it has written the most", () => {
  // Nothing moves the scores but the readout's bias: one word for ever, or the end mark at once.
  const still = (size) => rows(Array.from({ length: size }, () => [0, 0]));
  const say = (id) => rows(Array.from({ length: 4 }, (_, i) => [0, i === id ? 9 : 0]));
  const wide = (n) => rows([Array.from({ length: n }, () => 0)]);
  const inputs = rows([[0], [0], [0], [0]]);
  const gruIn = rows([
    [0, 0, 0],
    [0, 0, 0],
    [0, 0, 0],
  ]);
  const weights = (id) => [inputs, still(3), still(3), inputs, still(1), gruIn, still(3), wide(4), say(id)];
  assert.deepEqual(runMachine([3, END], weights(3), 5).tokens, [3, 3, 3, 3, 3]);
  assert.deepEqual(runMachine([3, END], weights(END), 5).tokens, [END]);
});
