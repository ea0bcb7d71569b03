// Where labels at the ends of lines stand, when the ends are closer than the labels are high.

/**
 * Heights for labels that would like to stand at `wished`, in rising order of height and `gap` apart.
 * @param {number[]} wished
 * @param {number} gap
 * @param {number} top
 */
export function apart(wished, gap, top) {
  const order = wished.map((_, i) => i).sort((a, b) => wished[a] - wished[b] || a - b);
  const found = [...wished];
  order.forEach((i, k) => {
    if (k > 0) found[i] = Math.max(found[i], found[order[k - 1]] + gap);
  });
  // What went below the floor pushes the others up again.
  order.reverse().forEach((i, k) => {
    found[i] = Math.min(found[i], k > 0 ? found[order[k - 1]] - gap : top);
  });
  return found;
}
