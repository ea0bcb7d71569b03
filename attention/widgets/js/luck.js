// Chance that the page and Python share (base/luck.py): the same seed gives the same. No DOM; equal to Python by test.

/**
 * The first n numbers in [0, 1) that a seed gives (mulberry32), as base/luck.py has them.
 * @param {number} seed
 * @param {number} n
 */
export function uniforms(seed, n) {
  let state = seed | 0;
  return Float64Array.from({ length: n }, () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  });
}

/**
 * The first n numbers of a standard normal distribution that a seed gives (Box and Muller's pairs).
 * @param {number} seed
 * @param {number} n
 */
export function normals(seed, n) {
  const even = uniforms(seed, n + (n % 2));
  const found = even.map((_, i) => {
    const radius = Math.sqrt(-2 * Math.log(1 - even[i - (i % 2)]));
    const angle = 2 * Math.PI * even[i + 1 - (i % 2)];
    return radius * (i % 2 ? Math.sin(angle) : Math.cos(angle));
  });
  return found.subarray(0, n);
}
