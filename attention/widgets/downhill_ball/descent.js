// A ball on the curve of a loss: no DOM, as in maths.js; tests/node holds it equal to torch's autograd.

/** Each curve: what a control calls it, its loss and its gradient. @type {Record<string, { label: string, loss: (w: number) => number, slope: (w: number) => number }>} */
export const CURVES = {
  bowl: { label: "a bowl", loss: (w) => w ** 2 / 2, slope: (w) => w },
  valleys: {
    label: "two valleys",
    loss: (w) => (w ** 2 - 4) ** 2 / 8 + w / 2 + 1.25,
    slope: (w) => (w * (w ** 2 - 4)) / 2 + 0.5,
  },
};
export const REACH = 3;
const FAR = 10; // beyond this the ball is not followed any further
const STILL = 0.005;

/**
 * Where the ball has been, the start first; it ends early where the ball is out of sight.
 * @param {{ curve: string, start: number, rate: number, steps: number }} state
 */
export function descend({ curve, start, rate, steps }) {
  const { slope } = CURVES[curve];
  const path = [start];
  while (path.length <= steps && Math.abs(path[path.length - 1]) <= FAR) {
    const w = path[path.length - 1];
    path.push(w - rate * slope(w));
  }
  return path;
}

/**
 * What has become of the ball, in words.
 * @param {{ curve: string, start: number, rate: number, steps: number }} state
 */
export function ballWords(state) {
  const { loss, slope } = CURVES[state.curve];
  const path = descend(state);
  const [before, now] = [path[path.length - 2], path[path.length - 1]];
  if (Math.abs(now) > REACH)
    return "Each step overshoots by more than the last: the ball has left the picture. The rate is too large.";
  if (Math.abs(slope(now)) < STILL)
    return `The slope is almost 0, so the ball hardly moves any more: ${rest(state.curve, now)}.`;
  if (before === undefined) return "The dashed line is the slope under the ball. A step goes against it.";
  const grew = loss(now) > loss(before) + 1e-9;
  if (Math.sign(slope(before)) !== Math.sign(slope(now))) {
    if (grew) return "It overshot, and the loss grew: the rate is too large here.";
    const even = loss(now) > loss(before) - 1e-9;
    return even
      ? "It jumps from side to side, and the loss stays as it was."
      : "It overshot the bottom: the slope has turned round, so the next step turns back.";
  }
  return grew ? "It jumped to a higher place: the loss grew." : "Downhill: the loss fell.";
}

/** @param {string} curve @param {number} w */
function rest(curve, w) {
  if (curve === "bowl") return "it lies at the bottom";
  if (Math.abs(w) < 1) return "it is balanced on the hill";
  return w < 0 ? "it lies in the deeper valley" : "it lies in the shallower valley, and no step leads out of it";
}
