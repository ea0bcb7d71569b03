// What a GPT is built of: a stage for each box of the diagram, with its parameters and the shape of what comes out.
// No DOM, as in maths.js; tests/node holds it equal to the package's own GPT.

/**
 * { before, block, after }: lists of { name, place, parameters, shape }. place is "stream" (all of the stream passes through
 * it), "branch" (it reads from the stream), or "add" (a branch is added to the stream). `block` occurs n_layers times.
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
  const stage = (name, place, parameters, shape = flat) => ({ name, place, parameters, shape });
  const linear = (from, to) => from * to + to; // with a bias
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
  const added = (name) => stage(name, "add", 0);
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

const sum = (list) => list.reduce((all, { parameters }) => all + parameters, 0);

/** Parameters of one block, and of the whole. */
export function parameterCounts(config) {
  const { before, block, after } = stages(config);
  return { block: sum(block), total: sum(before) + config.n_layers * sum(block) + sum(after) };
}

/** How many numbers the largest tensors hold on the way through, those of a block in one block. */
export function tensorSizes(config) {
  const { before, block, after } = stages(config);
  const size = (list, name) => list.find((stage) => stage.name === name).shape.reduce((a, b) => a * b, 1);
  return {
    stream: size(before, "position"),
    hidden: size(block, "w_in"),
    scores: size(block, "scores"),
    logits: size(after, "readout"),
  };
}

/** The divisors of the width up to 64, as numbers of heads. */
export function headCounts(width) {
  return Array.from({ length: Math.min(64, width) }, (_, i) => i + 1).filter((heads) => width % heads === 0);
}

/** Lengths to slide over: powers of two, and the longest. */
export function lengths(longest) {
  const found = [];
  for (let n = 1; n < longest; n *= 2) found.push(n);
  return [...found, longest];
}
