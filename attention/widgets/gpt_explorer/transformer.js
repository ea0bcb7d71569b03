// GPT-2's forward pass in plain numbers: no DOM. Node imports this file as it is, and tests/node holds it equal to torch.
// A sequence of vectors is one Float32Array, a row a position. N layers, H heads, D = d_head.

import { linearLayers } from "./linear.js";

const GELU_SCALE = Math.sqrt(2 / Math.PI);

/** @typedef {import("./safetensors.js").Tensor} Tensor */
/** @typedef {import("./linear.js").Layer} Layer */
/** @typedef {import("./linear.js").Span} Span */
/** @typedef {{ gain: Float32Array, shift: Float32Array, epsilon: number }} Norm */

/**
 * @typedef {object} Block
 * @property {Norm} normAttention
 * @property {Layer} query
 * @property {Layer} key
 * @property {Layer} value
 * @property {Layer} output
 * @property {Norm} normFeedForward
 * @property {Layer} widen
 * @property {Layer} narrow
 */

/**
 * @typedef {object} GPT
 * @property {number} nTokens
 * @property {number} dModel
 * @property {number} maxLen
 * @property {number} dHidden
 * @property {number} nHeads
 * @property {number} nLayers
 * @property {Float32Array} embedding
 * @property {Float32Array} position
 * @property {Block[]} blocks
 * @property {Norm} last
 */

/**
 * A GPT from the tensors of its file (a Map of { shape, data }): learned positions, pre-norm blocks, tanh GELU, and a
 * read-out tied to the embedding. Throws where a tensor is missing or has another shape.
 * @param {Map<string, Tensor>} tensors
 * @param {{ nHeads: number, epsilon?: number }} config
 * @returns {GPT}
 */
export function makeGPT(tensors, { nHeads, epsilon = 1e-5 }) {
  const [nTokens, dModel] = tensors.get("embedding.weight")?.shape ?? [0, 0];
  const [maxLen] = tensors.get("position.weight")?.shape ?? [0];
  const dHidden = tensors.get("blocks.0.feed_forward.w_in.weight")?.shape[0] ?? 0;
  /** @param {string} name @param {...number} shape */
  function take(name, ...shape) {
    const tensor = tensors.get(name);
    if (!tensor) throw new Error(`The model's file lacks ${name}.`);
    if (tensor.shape.join() !== shape.join())
      throw new Error(`${name} should have shape ${shape}, but had ${tensor.shape}.`);
    return tensor.data;
  }
  if (dModel % nHeads)
    throw new Error(`The model's width should be a multiple of its ${nHeads} heads, but is ${dModel}.`);
  const linearLayer = linearLayers();
  /** @param {string} name */
  const norm = (name) => ({ gain: take(`${name}.weight`, dModel), shift: take(`${name}.bias`, dModel), epsilon });
  /** @param {string} name @param {number} from @param {number} to */
  const linear = (name, from, to) => linearLayer(take(`${name}.weight`, to, from), take(`${name}.bias`, to), from, to);
  const embedding = take("embedding.weight", nTokens, dModel);
  const position = take("position.weight", maxLen, dModel);
  /** @type {Block[]} */
  const blocks = [];
  for (let n = 0; tensors.has(`blocks.${n}.norm_attention.weight`); n += 1) {
    const [attention, feedForward] = [`blocks.${n}.attention`, `blocks.${n}.feed_forward`];
    blocks.push({
      normAttention: norm(`blocks.${n}.norm_attention`),
      query: linear(`${attention}.w_q`, dModel, dModel),
      key: linear(`${attention}.w_k`, dModel, dModel),
      value: linear(`${attention}.w_v`, dModel, dModel),
      output: linear(`${attention}.w_o`, dModel, dModel),
      normFeedForward: norm(`blocks.${n}.norm_feed_forward`),
      widen: linear(`${feedForward}.w_in`, dModel, dHidden),
      narrow: linear(`${feedForward}.w_out`, dHidden, dModel),
    });
  }
  return {
    nTokens,
    dModel,
    maxLen,
    dHidden,
    nHeads,
    nLayers: blocks.length,
    embedding,
    position,
    blocks,
    last: norm("norm"),
  };
}

/**
 * Who reads texts with a GPT, and keeps what it computed: keys, values, weights and results of every position. With a
 * causal mask a position depends on those before it alone, so a text that begins like the last one costs only the rest.
 *
 * read(ids, mask) takes 1 to maxLen ids and "causal" or "none", and returns how many positions were computed.
 * weights(layer, head) -> (T, T), rows that are views; logits(position) -> (nTokens,). What the last block adds to a position
 * only that position's logits need: it waits until they are asked for.
 * @param {GPT} gpt
 */
export function makeReader(gpt) {
  const { maxLen, dModel, dHidden, nHeads, nLayers } = gpt;
  const rows = (width = dModel) => new Float32Array(maxLen * width);
  const [x, normed, query, context, ending, hidden] = [rows(), rows(), rows(), rows(), rows(), rows(dHidden)];
  const keys = gpt.blocks.map(() => rows());
  const values = gpt.blocks.map(() => rows());
  const weights = Array.from({ length: nLayers * nHeads }, () => rows(maxLen));
  /** @type {{ ids: number[], mask: string }} */
  const kept = { ids: [], mask: "" };
  let length = 0;
  /** @type {Float32Array[][]} */
  let views = []; // of the weights, per layer and head; made when they are asked for, since thousands a key press are a burden

  /** @param {number[]} ids @param {string} mask */
  function read(ids, mask) {
    if (ids.length < 1 || ids.length > maxLen)
      throw new RangeError(`A text should have 1 to ${maxLen} tokens, but had ${ids.length}.`);
    let same = 0;
    if (mask === kept.mask) while (same < ids.length && ids[same] === kept.ids[same]) same += 1;
    if (mask !== "causal" && !(same === ids.length && same === kept.ids.length)) same = 0;
    if (length !== ids.length) views = [];
    length = ids.length;
    if (same === length) return 0;
    Object.assign(kept, { ids: ids.slice(), mask });
    compute(same);
    return length - same;
  }

  /** @param {number} start */
  function compute(start) {
    const span = { start, end: length };
    embed(gpt, kept.ids, x, span);
    gpt.blocks.forEach((block, n) => {
      applyNorm(block.normAttention, x, normed, span);
      block.query(normed, query, span);
      block.key(normed, keys[n], span);
      block.value(normed, values[n], span);
      for (let head = 0; head < nHeads; head += 1) {
        const at = { ...span, head, dHead: dModel / nHeads, causal: kept.mask === "causal", maxLen };
        attend(query, keys[n], values[n], weights[n * nHeads + head], context, at);
      }
      if (n < nLayers - 1) add(block, x, span);
    });
  }

  /**
   * Add to the stream what a block's attention has found, and then what its feed-forward network makes of both.
   * @param {Block} block
   * @param {Float32Array} stream
   * @param {Span} span
   */
  function add(block, stream, span) {
    block.output(context, stream, span, true);
    applyNorm(block.normFeedForward, stream, normed, span);
    block.widen(normed, hidden, span);
    applyGelu(hidden, span.start * dHidden, span.end * dHidden);
    block.narrow(hidden, stream, span, true);
  }

  /** @param {number} index */
  function viewsOf(index) {
    return Array.from({ length }, (_, t) => weights[index].subarray(t * maxLen, t * maxLen + length));
  }

  return {
    read,
    /** @param {number} layer @param {number} head */
    weights: (layer, head) => (views[layer * nHeads + head] ??= viewsOf(layer * nHeads + head)),
    /** @param {number} at */
    logits(at) {
      const logits = new Float32Array(gpt.nTokens);
      const span = { start: at, end: at + 1 };
      const row = at * dModel;
      ending.set(x.subarray(row, row + dModel), row);
      if (nLayers > 0) add(gpt.blocks[nLayers - 1], ending, span);
      applyNorm(gpt.last, ending, ending, span);
      for (let token = 0; token < logits.length; token += 1) {
        let sum = 0;
        for (let i = 0; i < dModel; i += 1) sum += gpt.embedding[token * dModel + i] * ending[row + i];
        logits[token] = sum;
      }
      return logits;
    },
  };
}

/**
 * x = E[id] + P.
 * @param {GPT} gpt
 * @param {number[]} ids
 * @param {Float32Array} x
 * @param {Span} span
 */
function embed({ embedding, position, dModel }, ids, x, { start, end }) {
  for (let t = start; t < end; t += 1) {
    for (let i = 0; i < dModel; i += 1) x[t * dModel + i] = embedding[ids[t] * dModel + i] + position[t * dModel + i];
  }
}

/**
 * LayerNorm of each position.
 * @param {Norm} norm
 * @param {Float32Array} x
 * @param {Float32Array} y
 * @param {Span} span
 */
function applyNorm({ gain, shift, epsilon }, x, y, { start, end }) {
  const width = gain.length;
  for (let from = start * width; from < end * width; from += width) {
    let mean = 0;
    let variance = 0;
    for (let i = 0; i < width; i += 1) mean += x[from + i] / width;
    for (let i = 0; i < width; i += 1) variance += (x[from + i] - mean) ** 2 / width;
    const scale = 1 / Math.sqrt(variance + epsilon);
    for (let i = 0; i < width; i += 1) y[from + i] = (x[from + i] - mean) * scale * gain[i] + shift[i];
  }
}

/**
 * One head: the weights of each query over the keys, and their sum of the values. A masked weight is 0.
 * @param {Float32Array} query
 * @param {Float32Array} key
 * @param {Float32Array} value
 * @param {Float32Array} weights
 * @param {Float32Array} context
 * @param {Span & { head: number, dHead: number, causal: boolean, maxLen: number }} at
 */
function attend(query, key, value, weights, context, { start, end, head, dHead, causal, maxLen }) {
  const width = query.length / maxLen;
  const offset = head * dHead;
  const scale = 1 / Math.sqrt(dHead);
  const scores = new Float64Array(end);
  const mixed = new Float64Array(dHead);
  for (let t = start; t < end; t += 1) {
    const seen = causal ? t + 1 : end;
    const own = t * width + offset;
    let largest = -Infinity;
    for (let s = 0; s < seen; s += 1) {
      const other = s * width + offset;
      let score = 0;
      for (let i = 0; i < dHead; i += 1) score += query[own + i] * key[other + i];
      scores[s] = score * scale;
      if (scores[s] > largest) largest = scores[s];
    }
    let sum = 0;
    for (let s = 0; s < seen; s += 1) sum += scores[s] = Math.exp(scores[s] - largest);
    const row = t * maxLen;
    weights.fill(0, row, row + maxLen);
    for (let s = 0; s < seen; s += 1) weights[row + s] = scores[s] / sum;
    mixed.fill(0);
    for (let s = 0; s < seen; s += 1) {
      const share = scores[s] / sum;
      const other = s * width + offset;
      for (let i = 0; i < dHead; i += 1) mixed[i] += share * value[other + i];
    }
    context.set(mixed, own);
  }
}

/**
 * GELU in its tanh form, in place: u (1 + tanh z) / 2 = u / (1 + e^(-2 z)), and a browser's exp is faster than its tanh.
 * @param {Float32Array} x
 * @param {number} start
 * @param {number} end
 */
function applyGelu(x, start, end) {
  for (let i = start; i < end; i += 1) {
    const u = x[i];
    x[i] = u / (1 + Math.exp(-2 * GELU_SCALE * (u + 0.044715 * u * u * u)));
  }
}

/**
 * The likeliest tokens: [[id, probability], ...], `count` of them, the likeliest first; a lower id wins a draw.
 * @param {Float32Array} logits
 * @param {number} count
 * @returns {[id: number, chance: number][]}
 */
export function likeliest(logits, count) {
  const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const exponentials = Float64Array.from(logits, (logit) => Math.exp(logit - largest));
  const sum = exponentials.reduce((a, b) => a + b, 0);
  const order = Array.from(logits.keys()).sort((a, b) => logits[b] - logits[a] || a - b);
  return order.slice(0, count).map((id) => [id, exponentials[id] / sum]);
}
