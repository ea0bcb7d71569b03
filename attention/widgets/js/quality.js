// What a curve of quality by length says and where it shows it. No DOM.

/**
 * A share in whole hundredths; all and nothing are said of all and nothing only.
 * @param {number} number
 */
export function percent(number) {
  const whole = Math.floor(100 * number + 0.5);
  if (whole === 100 && number < 1) return ">\u00a099\u00a0%";
  return whole === 0 && number > 0 ? "<\u00a01\u00a0%" : `${whole}\u00a0%`;
}

/**
 * Where the plot shows (length, score), in hundredths of its width and height.
 * @param {number[]} lengths
 * @param {number} length
 * @param {number} score
 * @returns {[number, number]}
 */
export function place(lengths, length, score) {
  const [low, high] = [lengths[0], lengths[lengths.length - 1]];
  return [high > low ? 4 + (92 * (length - low)) / (high - low) : 50, 4 + 92 * (1 - score)];
}
