// What a pass computes and moves. No DOM; tests/node holds it equal to attention/functional/passes.py, where it is explained.

/** The balance of an A100, in FLOPs a byte: 312e12 FLOPs a second, over 2.0e12 to 1.5e12 bytes. */
export const BALANCE = [312e12 / 2.0e12, 312e12 / 1.5e12];
/** The ends of the axis, in FLOPs a byte. */
const [LOWEST, HIGHEST] = [0.5, 1e7];

/**
 * The pass that reads the prompt (step 0), or that writes the step-th token.
 * @param {number} step
 * @param {{ prompt: number, batch: number, n_layers: number, d_model: number }} state
 */
export function passAt(step, { prompt, batch, n_layers: layers, d_model: d }) {
  const added = step ? 1 : prompt;
  const parameters = 12 * layers * d * d;
  const cache = (prompt + step) * 2 * layers * d;
  const flops = 2 * batch * added * (parameters + cache);
  const bytes = { parameters: 2 * parameters, caches: 2 * batch * cache };
  const moved = bytes.parameters + bytes.caches;
  return { tokens: batch * added, flops, ...bytes, moved, intensity: flops / moved };
}

/** What a pass of this intensity waits for. @param {number} intensity @returns {"memory" | "arithmetic" | "either"} */
export function waitsFor(intensity) {
  return intensity < BALANCE[0] ? "memory" : intensity > BALANCE[1] ? "arithmetic" : "either";
}

/** Where an intensity lies on the logarithmic axis, in hundredths. @param {number} intensity */
export const placeOn = (intensity) => (100 * Math.log(intensity / LOWEST)) / Math.log(HIGHEST / LOWEST);
