// The stream's sums, the norms, the next token's chances and a softmax in tiles against torch; what is drawn against Python.

import assert from "node:assert/strict";
import { test } from "node:test";

import { uniforms } from "../../attention/widgets/js/luck.js";
import { normSteps } from "../../attention/widgets/js/norm.js";
import { drawnTokens, nextChances } from "../../attention/widgets/next_token/luck.js";
import { carriedAlong } from "../../attention/widgets/online_softmax/tiles.js";
import { barLength } from "../../attention/widgets/norm_bars/view.js";
import { norm, readOff, streamOf } from "../../attention/widgets/residual_stream/stream.js";
import { cases, close } from "./cases.js";

const rows = (matrix) => matrix.map((row) => Float64Array.from(row));

cases.streams.forEach((torch, n) => {
  test(`stream ${n}: what is added up, its lengths and what the model would say equal torch`, () => {
    const stream = streamOf(rows(torch.contributions));
    close(stream, torch.stream, "sums");
    close(stream.map(norm), torch.lengths, "lengths");
    const { offsets, epsilon } = torch;
    stream.forEach((x, l) => {
      const model = { readout: rows(torch.readout), offsets, others: torch.others[l], epsilon };
      close([...readOff(x, model)], torch.chances[l], `chances after ${l}`);
    });
  });
});

cases.norms.forEach(({ input, isCentred, normal }) => {
  test(`${isCentred ? "LayerNorm" : "RMSNorm"} of numbers about ${input[0]} equals torch's`, () => {
    close([...normSteps(Float64Array.from(input), { isCentred }).normal], normal, "normal");
  });
});

test("by hand: 1 and 3 have the mean 2, the deviation 1, and become -1 and 1", () => {
  const { mean, centred, deviation, normal } = normSteps(Float64Array.of(1, 3), { epsilon: 0 });
  assert.deepEqual([mean, [...centred], deviation, [...normal]], [2, [-1, 1], 1, [-1, 1]]);
});

test("a bar is as long as its number is large, to both sides, and never too long", () => {
  assert.deepEqual([barLength(0), barLength(33), barLength(-33), barLength(99)], [0, 1, -1, 1]);
  assert.ok(barLength(1) > 0.19 && barLength(1) < barLength(2));
});

test("the next token's chances equal torch's, and the same numbers draw the same tokens as in Python", () => {
  assert.ok(cases.next_tokens.length >= 30);
  for (const { logits, n, temperature, topK, seed, ...python } of cases.next_tokens) {
    const chances = nextChances(Float64Array.from(logits), { n, temperature, topK });
    close([...chances], python.chances, `chances at ${temperature}, ${topK}`);
    const luck = uniforms(seed, python.drawn.length);
    assert.ok(luck.every((u) => u >= 0 && u < 1));
    const drawn = drawnTokens(luck, chances, { kept: Math.min(topK, n), isAll: topK <= n });
    assert.deepEqual(drawn, python.drawn);
  }
});

test("what is carried from tile to tile is torch's softmax of what was read, and its logsumexp, for every size of tile", () => {
  assert.ok(cases.tiles.length >= 14);
  for (const { scores, values, size, ...torch } of cases.tiles) {
    const step = Math.ceil(scores.length / size);
    const [nothing, ...carried] = carriedAlong(scores, values, { size, step });
    assert.deepEqual([nothing.maximum, nothing.sum, nothing.output], [-Infinity, 0, 0]);
    close(
      carried.map(({ maximum }) => maximum),
      torch.maxima,
      `maxima in tiles of ${size}`,
    );
    close(
      carried.map(({ maximum, sum }) => maximum + Math.log(sum)),
      torch.logsumexps,
      `logsumexps in tiles of ${size}`,
    );
    close(
      carried.map(({ output, sum }) => output / sum),
      torch.contexts,
      `contexts in tiles of ${size}`,
    );
  }
});
