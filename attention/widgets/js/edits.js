// How a text that was written differs from the one that was asked for. Pure: node imports this file as it is, and
// tests/node holds it equal to the package's base/edits.py, whose rules are these.

/** @typedef {"right" | "wrong" | "missing" | "extra"} Kind */
/** @typedef {{ kind: Kind, reference: number | null, written: number | null }} Edit */

/** @type {Record<Kind, string>} */
export const SIGNS = { right: "✓", wrong: "≠", missing: "−", extra: "+" };

/**
 * Align two lists of words with the fewest edits, and among those with the most words right. Returns
 * [{ kind, reference, written }], kind one of right, wrong, missing, extra; an index is null where there is no word.
 * Of equally good ways a pair comes before a missing word and that before an extra one.
 * @param {string[]} reference
 * @param {string[]} written
 * @returns {Edit[]}
 */
export function editAlignment(reference, written) {
  const [n, m] = [reference.length, written.length];
  const edit = n + m + 1; // dearer than all the right words together
  const cost = Array.from({ length: n + 1 }, (_, i) =>
    Array.from({ length: m + 1 }, (__, j) => edit * (n - i + m - j)),
  );
  /** @param {number} i @param {number} j */
  const pair = (i, j) => cost[i + 1][j + 1] + (reference[i] === written[j] ? -1 : edit);
  for (let i = n - 1; i >= 0; i -= 1) {
    for (let j = m - 1; j >= 0; j -= 1) {
      cost[i][j] = Math.min(pair(i, j), edit + cost[i + 1][j], edit + cost[i][j + 1]);
    }
  }
  /** @type {Edit[]} */
  const edits = [];
  let [i, j] = [0, 0];
  while (i < n || j < m) {
    if (i < n && j < m && cost[i][j] === pair(i, j)) {
      edits.push({ kind: reference[i] === written[j] ? "right" : "wrong", reference: i, written: j });
      i += 1;
      j += 1;
    } else if (i < n && cost[i][j] === edit + cost[i + 1][j]) {
      edits.push({ kind: "missing", reference: i, written: null });
      i += 1;
    } else {
      edits.push({ kind: "extra", reference: null, written: j });
      j += 1;
    }
  }
  return edits;
}

/**
 * The whole translation in words: "4 of 17 words right: not a perfect translation".
 * @param {Edit[]} edits
 * @param {number} nReference
 */
export function verdict(edits, nReference) {
  /** @param {Kind} kind */
  const count = (kind) => edits.filter((edit) => edit.kind === kind).length;
  const right = count("right");
  const extra = count("extra");
  const perfect = right === edits.length;
  const words = nReference === 1 ? "word" : "words";
  const text = `${right} of ${nReference} ${words} right${extra ? `, ${extra} too many` : ""}: ${perfect ? "a" : "not a"} perfect translation`;
  return { perfect, right, text };
}

/**
 * "One vector of 128 numbers for 23 words: 5.6 numbers a word".
 * @param {number} size
 * @param {number} nWords
 */
export function vectorSentence(size, nWords) {
  return `One vector of ${size} numbers for ${nWords} ${nWords === 1 ? "word" : "words"}: ${(size / nWords).toFixed(1)} numbers a word`;
}
