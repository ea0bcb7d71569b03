// LayerNorm and RMSNorm of one vector, step by step. No DOM; equal to torch by test.

/** @typedef {import("./maths.js").Vector} Vector */

/**
 * The mean that is subtracted (0 in RMSNorm), what is then left, what that is divided by, and the quotient.
 * @param {Vector} x
 * @param {{ isCentred?: boolean, epsilon?: number }} [options]
 */
export function normSteps(x, { isCentred = true, epsilon = 1e-5 } = {}) {
  const mean = isCentred ? x.reduce((sum, one) => sum + one, 0) / x.length : 0;
  const centred = x.map((one) => one - mean);
  const deviation = Math.sqrt(centred.reduce((sum, one) => sum + one * one, 0) / x.length + epsilon);
  return { mean, centred, deviation, normal: centred.map((one) => one / deviation) };
}
