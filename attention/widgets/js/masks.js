// The masks: one entry each, from which the arithmetic and the controls take them. No DOM.

/**
 * `label` is what a control calls it. `allows` says whether a query may attend to a key; both are counted from the first key,
 * so that with fewer queries than keys the last query is the last key's own. `sized`: it reads the window, and a control for
 * that makes sense.
 * @typedef {object} Mask
 * @property {string} label
 * @property {(query: number, key: number, sizes: { window: number }) => boolean} allows
 * @property {boolean} [sized]
 */

/** By the name that the trait has; tests/node holds each equal to the mask that Python has under this name. @type {Record<string, Mask>} */
export const MASKS = {
  none: { label: "none", allows: () => true },
  causal: { label: "causal", allows: (query, key) => key <= query },
  window: { label: "window", sized: true, allows: (query, key, { window }) => key <= query && query - key < window },
};

/**
 * A mask as a (T, S) table, aligned bottom-right when T differs from S.
 * @param {string} name
 * @param {number} nQueries
 * @param {{ window?: number, nKeys?: number }} [sizes]
 * @returns {boolean[][]}
 */
export function maskTable(name, nQueries, { window = Infinity, nKeys = nQueries } = {}) {
  const { allows } = MASKS[name];
  return Array.from({ length: nQueries }, (_, query) =>
    Array.from({ length: nKeys }, (__, key) => allows(query + nKeys - nQueries, key, { window })),
  );
}

/** The options of a control that chooses among some masks, by name. */
export function maskOptions(names = Object.keys(MASKS)) {
  return names.map((value) => ({ value, content: [MASKS[value].label] }));
}
