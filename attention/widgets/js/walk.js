// Where a key leads in a grid of cells. No DOM.

/**
 * Where a key leads from (row, column) in a grid of `size`, or null when the key is none of the grid's.
 * @param {{ key: string, ctrlKey?: boolean, metaKey?: boolean, altKey?: boolean }} event
 * @param {[number, number]} place
 * @param {[number, number]} size
 * @returns {[number, number] | null}
 */
export function step({ key, ctrlKey, metaKey, altKey }, [row, column], [height, width]) {
  if (metaKey || altKey) return null;
  /** @type {Record<string, [number, number]>} */
  const moves = {
    ArrowUp: [row - 1, column],
    ArrowDown: [row + 1, column],
    ArrowLeft: [row, column - 1],
    ArrowRight: [row, column + 1],
    Home: [ctrlKey ? 0 : row, 0],
    End: [ctrlKey ? height - 1 : row, width - 1],
    PageUp: [0, column],
    PageDown: [height - 1, column],
  };
  if (!(key in moves)) return null;
  const [i, j] = moves[key];
  /** @param {number} value @param {number} size */
  const clamp = (value, size) => Math.max(0, Math.min(size - 1, value));
  return [clamp(i, height), clamp(j, width)];
}
