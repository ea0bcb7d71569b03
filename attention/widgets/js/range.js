/**
 * range(3) is [0, 1, 2].
 * @param {number} n
 */
export function range(n) {
  return Array.from({ length: n }, (_, i) => i);
}
