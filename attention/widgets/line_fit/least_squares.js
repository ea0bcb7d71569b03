// A line through points, the loss that it has, and the steps against its gradient. No DOM, as in maths.js; tests/node holds it
// equal to torch's autograd and SGD.

/** @typedef {{ slope: number, intercept: number }} Line */
/** @typedef {import("../js/maths.js").Vector[]} Points */

const TOO_MUCH = 1e4; // a loss beyond which no further step is taken

/**
 * The mean squared distance of the points from the line, and its gradient.
 * @param {Points} points
 * @param {Line} line
 */
export function lineLoss(points, { slope, intercept }) {
  const found = { loss: 0, slope: 0, intercept: 0 };
  for (const [x, y] of points) {
    const off = slope * x + intercept - y;
    found.loss += off ** 2 / points.length;
    found.slope += (2 * off * x) / points.length;
    found.intercept += (2 * off) / points.length;
  }
  return found;
}

/**
 * The lines from the first one on, with loss and gradient each; it ends early where the loss has grown beyond all bounds.
 * @param {Points} points
 * @param {Line & { rate: number, steps: number }} state
 */
export function fitLine(points, { slope, intercept, rate, steps }) {
  let line = { slope, intercept };
  const path = [{ line, ...lineLoss(points, line) }];
  while (path.length <= steps && path[path.length - 1].loss <= TOO_MUCH) {
    const last = path[path.length - 1];
    line = { slope: line.slope - rate * last.slope, intercept: line.intercept - rate * last.intercept };
    path.push({ line, ...lineLoss(points, line) });
  }
  return path.map(({ line: own, loss, ...gradient }) => ({ line: own, loss, gradient }));
}

/**
 * The least loss that any line has, in closed form.
 * @param {Points} points
 */
export function leastLoss(points) {
  /** @param {(point: import("../js/maths.js").Vector) => number} of */
  const mean = (of) => points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [mx, my] = [mean(([x]) => x), mean(([, y]) => y)];
  const slope = mean(([x, y]) => (x - mx) * (y - my)) / mean(([x]) => (x - mx) ** 2);
  return lineLoss(points, { slope, intercept: my - slope * mx }).loss;
}

/**
 * How the fit goes, in words.
 * @param {number[]} losses
 * @param {number} least
 */
export function fitWords(losses, least) {
  const [before, now] = [losses[losses.length - 2], losses[losses.length - 1]];
  if (now > TOO_MUCH) return "The loss has grown beyond all bounds: the rate is too large.";
  if (now <= 1.01 * least + 1e-4)
    return "This is almost the best line there is: what is left of the loss is the points’ own scatter.";
  if (before === undefined) return "Move the line by hand, or let the gradient do it.";
  return now > before ? "The step went too far, and the loss grew: the rate is too large." : "The loss fell.";
}
