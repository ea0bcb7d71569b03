/**
 * range(3) is [0, 1, 2].
 * @param {number} n
 */
export function range(n) {
  return Array.from({ length: n }, (_, i) => i);
}

/**
 * divisors(6) is [1, 2, 3, 6].
 * @param {number} n
 */
export function divisors(n) {
  return range(n)
    .map((i) => i + 1)
    .filter((d) => n % d === 0);
}
