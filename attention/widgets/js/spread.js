// How far numbers lie from 0, and from their mean. No DOM.

import { dot } from "./maths.js";

/**
 * √ of the mean of the squares.
 * @param {import("./maths.js").Vector} numbers
 */
export const rootMeanSquare = (numbers) => Math.sqrt(dot(numbers, numbers) / numbers.length);

/**
 * The standard deviation of all there are: their mean is taken off, and the sum divided by their number.
 * @param {import("./maths.js").Vector} numbers
 */
export function deviation(numbers) {
  const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  return rootMeanSquare(numbers.map((x) => x - mean));
}
