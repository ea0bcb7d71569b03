// The page's GPT against torch and the tokenizers library, and files that are no model. gpt_cases.py wrote the cases.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { makeTokenizer, wellFormed } from "../../attention/widgets/gpt_explorer/bpe.js";
import { fetchModel, fetched, onFetched } from "../../attention/widgets/gpt_explorer/fetch_model.js";
import { drawn } from "../../attention/widgets/gpt_explorer/guesses.js";
import { emptyReading, modelReadings } from "../../attention/widgets/gpt_explorer/text_readings.js";
import { readSafetensors, widened } from "../../attention/widgets/gpt_explorer/safetensors.js";
import { likeliest, makeGPT, makeReader } from "../../attention/widgets/gpt_explorer/transformer.js";
import { close } from "./cases.js";

const folder = process.env.AFM_CASES;
const table = JSON.parse(readFileSync(`${folder}/gpt.json`, "utf8"));
const bytesOf = (name) => new Uint8Array(readFileSync(`${folder}/${name}.safetensors`));
const gptOf = (name) => makeGPT(readSafetensors(bytesOf(name)), { nHeads: table.heads[name] });
const tokenizer = makeTokenizer(table.merges);

const range = (n) => Array.from({ length: n }, (_, i) => i);
const weightsOf = (gpt, reader) =>
  range(gpt.nLayers).map((layer) => range(gpt.nHeads).map((head) => reader.weights(layer, head)));

for (const [name, answers] of Object.entries(table.answers)) {
  for (const mask of ["causal", "none"]) {
    const rows = answers.filter((answer) => answer.mask === mask);
    test(`${name}, mask ${mask}: ${rows.length} texts, weights to 1e-5 and logits to 1e-5 of the largest equal torch's`, () => {
      assert.ok(rows.length >= 7);
      const gpt = gptOf(name);
      for (const { ids, weights, logits } of rows) {
        const reader = makeReader(gpt);
        assert.equal(reader.read(ids, mask), ids.length);
        close(weightsOf(gpt, reader), weights, `weights of ${ids.length} tokens`, 1e-5);
        const largest = Math.max(1, ...logits.flat().map(Math.abs));
        close(
          ids.map((_, t) => reader.logits(t)),
          logits,
          `logits of ${ids.length} tokens`,
          1e-5 * largest,
        );
      }
    });
  }
}

test("what is kept of a text that begins alike changes nothing, and a letter at the end costs one position", () => {
  const gpt = gptOf("trained");
  const kept = makeReader(gpt);
  const ids = range(40).map((i) => (37 * i + 5) % gpt.nTokens);
  const other = [...ids.slice(0, 20), 3, ...ids.slice(21)];
  const steps = [
    [ids.slice(0, 30), "causal", 30],
    [ids.slice(0, 31), "causal", 1],
    [ids.slice(0, 31), "causal", 0],
    [ids.slice(0, 9), "causal", 0],
    [ids, "causal", 9],
    [other, "causal", 20],
    [other, "none", 40],
    [other, "none", 0],
    [other.slice(0, 39), "none", 39],
    [other.slice(0, 39), "causal", 39],
    [ids.slice(1), "causal", 39],
  ];
  for (const [text, mask, cost] of steps) {
    assert.equal(kept.read(text, mask), cost, `${text.length} tokens, ${mask}`);
    const fresh = makeReader(gpt);
    fresh.read(text, mask);
    assert.deepEqual(weightsOf(gpt, kept), weightsOf(gpt, fresh));
    assert.deepEqual(kept.logits(text.length - 1), fresh.logits(text.length - 1));
  }
});

test("a text of no token or of too many is refused", () => {
  const reader = makeReader(gptOf("one"));
  assert.throws(() => reader.read([], "causal"), /1 to 11 tokens, but had 0/);
  assert.throws(() => reader.read(range(12), "causal"), /1 to 11 tokens, but had 12/);
});

test("ids are the tokenizers library's, for every kind of text", () => {
  assert.ok(table.texts.length > 700);
  for (const [text, ids] of table.texts)
    assert.deepEqual(tokenizer.encode(text), ids, JSON.stringify(text.slice(0, 80)));
  for (const [text, ids] of table.texts) assert.equal(tokenizer.decode(ids), text);
});

test("half a surrogate pair counts as U+FFFD", () => {
  for (const [half, whole] of [
    ["a\ud800b", "a\ufffdb"],
    ["\udc00", "\ufffd"],
    ["\ude00\ud83d", "\ufffd\ufffd"],
    ["\ud83d\ude00", "😀"],
  ]) {
    assert.equal(wellFormed(half), whole);
    assert.deepEqual(tokenizer.encode(half), tokenizer.encode(whole));
  }
});

test("every token has the text and the label that Python gives it", () => {
  assert.equal(tokenizer.size, table.names.length);
  table.names.forEach(([text, label], id) => {
    assert.equal(tokenizer.textOf(id), text);
    assert.equal(tokenizer.nameOf(id), label);
  });
});

test("a tokenizer whose merges join what is not there is refused", () => {
  assert.throws(() => makeTokenizer("Ġ t\nab cd"), /damaged: it joins “ab cd”/);
});

test("half precision: zero, the smallest and largest numbers, infinity, not a number", () => {
  const halves = Uint16Array.of(0x0000, 0x8000, 0x0001, 0x03ff, 0x0400, 0x3c00, 0xc000, 0x7bff, 0x7c00, 0xfc00, 0x7e00);
  const expected = [0, -0, 2 ** -24, 1023 * 2 ** -24, 2 ** -14, 1, -2, 65504, Infinity, -Infinity, NaN];
  assert.deepEqual([...widened(halves)], expected);
});

/** A file with this header and `size` bytes of numbers. */
function file(header, size) {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + size);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}
const entry = (shape, from, to, dtype = "F16") => ({ a: { dtype, shape, data_offsets: [from, to] } });

test("a damaged file says what is wrong, and names the tensor", () => {
  const good = bytesOf("one");
  const start = 8 + Number(new DataView(good.buffer).getBigUint64(0, true));
  const wrong = [
    [new Uint8Array(0), /it has 0 bytes/],
    [good.slice(0, 5), /it has 5 bytes/],
    [good.slice(0, 50), /its header should have \d+ bytes, but the file has 42 more/],
    [good.slice(0, start + 10), /(embedding|position|blocks|norm)\S* should end at byte \d+, but the file ends at/],
    [file("not json", 0), /its header cannot be read/],
    [file("[1]", 0), /its header is no table/],
    [file("null", 0), /its header is no table/],
    [file({ a: null }, 0), /a has the type undefined/],
    [file(entry([2], 0, 4, "I64"), 4), /a has the type I64, which is not F16 or F32/],
    [file(entry([2], 0, 5), 5), /a has shape \[2\], but the place \[0,5\]/],
    [file(entry([-2], 0, -4), 5), /a has shape \[-2\]/],
    [file(entry("2", 0, 4), 5), /a has shape "2"/],
    [file(entry([2], 0, 4), 3), /a should end at byte \d+/],
    [new Uint8Array(9).fill(255), /its header should have 18446744073709551615 bytes/],
  ];
  for (const [bytes, message] of wrong) assert.throws(() => readSafetensors(bytes), message);
  assert.deepEqual(
    [...readSafetensors(file({ ...entry([2], 0, 8, "F32"), __metadata__: { x: "y" } }, 8)).keys()],
    ["a"],
  );
});

test("a model that lacks a tensor, or has one of another shape, is refused by name", () => {
  const without = (name) => new Map([...readSafetensors(bytesOf("two"))].filter(([key]) => key !== name));
  const make = (tensors) => makeGPT(tensors, { nHeads: 5 });
  assert.throws(() => make(without("embedding.weight")), /embedding\.weight/);
  assert.throws(() => make(without("norm.bias")), /lacks norm\.bias/);
  assert.throws(() => make(without("blocks.1.attention.w_o.bias")), /lacks blocks\.1\.attention\.w_o\.bias/);
  const turned = readSafetensors(bytesOf("two"));
  turned.get("blocks.0.feed_forward.w_in.weight").shape.reverse();
  assert.throws(() => make(turned), /should have shape/);
});

test("the likeliest tokens are softmax's, and a draw goes to the lower id", () => {
  const found = likeliest([0, Math.log(3), Math.log(2), Math.log(2)], 3);
  assert.deepEqual(
    found.map(([id]) => id),
    [1, 2, 3],
  );
  close(
    found.map(([, p]) => p),
    [3 / 8, 2 / 8, 2 / 8],
    "probabilities",
    1e-12,
  );
  assert.equal(likeliest([1e4, -1e4], 2)[1][1], 0);
});

test("a token is drawn by its probability among those that can be written", () => {
  const pairs = [
    [7, 0.5],
    [3, 0.3],
    [5, 0.2],
  ];
  const all = () => true;
  assert.deepEqual(
    [0, 0.49, 0.51, 0.79, 0.81, 0.999].map((chance) => drawn(pairs, all, chance)),
    [7, 7, 3, 3, 5, 5],
  );
  assert.deepEqual(
    [0, 0.59, 0.61].map((chance) => drawn(pairs, (id) => id !== 7, chance)),
    [3, 3, 5],
  );
  assert.equal(
    drawn(pairs, () => false, 0.5),
    null,
  );
});

test("a long text is read at its end, a short one whole, and nothing is read of nothing", () => {
  const gpt = gptOf("trained");
  const read = modelReadings({ gpt, tokenizer });
  const text = "O Romeo, Romeo, wherefore art thou Romeo? ".repeat(20);
  const all = tokenizer.encode(text);
  const long = read(text, null, "causal");
  assert.deepEqual([long.total, long.length, long.names.length], [all.length, 64, 64]);
  assert.deepEqual(long.names, all.slice(-64).map(tokenizer.nameOf));
  assert.equal(long.kept(), tokenizer.decode(all.slice(-64)));
  const part = read(text, 5, "none");
  assert.equal(part.kept(), tokenizer.decode(all.slice(-64, -59)));
  assert.deepEqual(
    part.weights(0, 0).map((row) => row.length),
    [5, 5, 5, 5, 5],
  );
  assert.equal(read("a", 9, "causal").length, 1);
  assert.deepEqual(read("", null, "causal"), emptyReading());
  assert.equal(read("", null, "causal").weights, null);
});

/** A model as JupyterLab has it: what is set goes to Python, and answer() says what comes back. */
function live(name, answer) {
  const [traits, listeners] = [{ script: name, wanted: false, model_file: null }, new Map()];
  const model = {
    get: (key) => traits[key],
    set(key, value) {
      traits[key] = value;
      if (key === "wanted" && !value) traits.model_file = null;
    },
    on: (event, callback) => listeners.set(event, callback),
    off: (event) => listeners.delete(event),
    save_changes() {
      if (!traits.wanted) return;
      setTimeout(() => {
        traits.model_file = answer();
        listeners.get("change:model_file")?.();
      });
    },
    listeners,
  };
  return model;
}

test("from Python: it is asked for, arrives once, and is shared", async () => {
  const weights = new DataView(bytesOf("trained").buffer);
  let asked = 0;
  const model = live("first", () => ({
    asked: (asked += 1),
    weights,
    merges: table.merges,
    n_heads: 4,
    epsilon: 1e-5,
  }));
  let told = 0;
  const forget = onFetched(() => (told += 1));
  assert.equal(fetched("first"), null);
  await Promise.all([fetchModel(model), fetchModel(model)]);
  assert.deepEqual([asked, told, model.listeners.size], [1, 1, 0]);
  assert.equal(fetched("first").gpt.nLayers, 3);
  forget();
});

test("from Python: a damaged model is an error that can be shown, and it can be asked for again", async () => {
  const whole = bytesOf("trained");
  let [weights, heads] = [whole.slice(0, 1000), 5];
  const model = live("second", () => ({
    weights: new DataView(weights.buffer),
    merges: table.merges,
    n_heads: heads,
    epsilon: 1e-5,
  }));
  await assert.rejects(fetchModel(model), /The model's file is damaged: its header/);
  weights = bytesOf("two");
  await assert.rejects(fetchModel(model), /The tokenizer has 1024 tokens, the model 53\./);
  assert.equal(fetched("second"), null);
  weights = whole;
  await assert.rejects(fetchModel(model), /should be a multiple of its 5 heads, but is 128\./);
  heads = 4;
  await fetchModel(model);
  assert.equal(fetched("second").tokenizer.size, 1024);
});
