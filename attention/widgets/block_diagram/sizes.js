// What a GPT is built of: a stage for each box of the diagram, with its parameters and the shape of what comes out.
// No DOM, as in maths.js; tests/node holds it equal to the package's own GPT.

import { divisors } from "../js/range.js";

/**
 * A GPT's sizes, as the traits have them.
 * @typedef {object} Sizes
 * @property {number} batch
 * @property {number} length
 * @property {number} d_model
 * @property {number} n_heads
 * @property {number} n_layers
 * @property {number} n_tokens
 * @property {number} max_len
 * @property {string} norm_order
 */

/** @typedef {{ name: string, place: string, parameters: number, shape: number[] }} Stage */

/**
 * { before, block, after }: lists of { name, place, parameters, shape }. place is "stream" (all of the stream passes through
 * it), "branch" (it reads from the stream), or "add" (a branch is added to the stream). `block` occurs n_layers times.
 * @param {Sizes} sizes
 */
export function stages({
  batch,
  length,
  d_model: d,
  n_heads: heads,
  n_tokens: tokens,
  max_len: places,
  norm_order: order,
}) {
  const [flat, perHead, square] = [
    [batch, length, d],
    [batch, heads, length, d / heads],
    [batch, heads, length, length],
  ];
  /** @param {string} name @param {string} place @param {number} parameters @returns {Stage} */
  const stage = (name, place, parameters, shape = flat) => ({ name, place, parameters, shape });
  /** @param {number} from @param {number} to */
  const linear = (from, to) => from * to + to; // with a bias
  /** @param {string} name */
  const norm = (name, place = order === "pre" ? "branch" : "stream") => stage(name, place, 2 * d);
  const attention = [
    stage("w_qkv", "branch", 3 * linear(d, d)),
    stage("split", "branch", 0, perHead),
    stage("scores", "branch", 0, square),
    stage("softmax", "branch", 0, square),
    stage("context", "branch", 0, perHead),
    stage("join", "branch", 0),
    stage("w_o", "branch", linear(d, d)),
  ];
  const feedForward = [
    stage("w_in", "branch", linear(d, 4 * d), [batch, length, 4 * d]),
    stage("w_out", "branch", linear(4 * d, d)),
  ];
  /** @param {string} name */
  const added = (name) => stage(name, "add", 0);
  /** @param {Stage} normed @param {Stage[]} steps @param {Stage} sum */
  const half = (normed, steps, sum) => (order === "pre" ? [normed, ...steps, sum] : [...steps, sum, normed]);
  return {
    before: [stage("embedding", "stream", tokens * d), stage("position", "stream", places * d)],
    block: [
      ...half(norm("norm_attention"), attention, added("add_attention")),
      ...half(norm("norm_feed_forward"), feedForward, added("add_feed_forward")),
    ],
    // After the sums of the post-norm order a norm stands anyway; the read-out shares the embedding's matrix.
    after: [
      ...(order === "pre" ? [norm("norm", "stream")] : []),
      stage("readout", "stream", 0, [batch, length, tokens]),
    ],
  };
}

/** @param {Stage[]} list */
const sum = (list) => list.reduce((all, { parameters }) => all + parameters, 0);

/**
 * Parameters of one block, and of the whole.
 * @param {Sizes} config
 */
export function parameterCounts(config) {
  const { before, block, after } = stages(config);
  return { block: sum(block), total: sum(before) + config.n_layers * sum(block) + sum(after) };
}

/**
 * How many numbers the largest tensors hold on the way through, those of a block in one block.
 * @param {Sizes} config
 * @returns {Record<string, number>}
 */
export function tensorSizes(config) {
  const { before, block, after } = stages(config);
  /** @param {Stage[]} list @param {string} name */
  const size = (list, name) => (list.find((stage) => stage.name === name)?.shape ?? []).reduce((a, b) => a * b, 1);
  return {
    stream: size(before, "position"),
    hidden: size(block, "w_in"),
    scores: size(block, "scores"),
    logits: size(after, "readout"),
  };
}

/**
 * The divisors of the width up to 64, as numbers of heads.
 * @param {number} width
 */
export function headCounts(width) {
  return divisors(width).filter((heads) => heads <= 64);
}

/**
 * Lengths to slide over: powers of two, and the longest.
 * @param {number} longest
 */
export function lengths(longest) {
  const found = [];
  for (let n = 1; n < longest; n *= 2) found.push(n);
  return [...found, longest];
}
