// GPT-2's tokenizer: a text is cut into words, a word into bytes, and bytes that were often neighbours in the training text
// are joined again. Every text can be written, since every byte is a piece. tests/node holds it equal to the tokenizers library.
// Source: Sennrich, Haddow and Birch 2016; Radford et al. 2019, section 2.2.

// As in the tokenizers library, white space is Unicode's, which is not JavaScript's \s.
const WORDS =
  /'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;
const REMEMBERED = 5000; // words whose pieces are kept
const NONE = 2 ** 30;
const FEW = 256; // bytes; a longer word is not kept

/**
 * The text with U+FFFD in place of half a surrogate pair: what can be written in UTF-8.
 * @param {string} text
 */
export function wellFormed(text) {
  return text.replace(/\p{Surrogate}/gu, "\ufffd");
}

/** GPT-2's letter for each byte: itself where it can be seen, else the next letter from U+0100 on. */
export function byteLetters() {
  /** @param {number} byte */
  const seen = (byte) => (byte > 32 && byte < 127) || (byte > 160 && byte !== 173);
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(seen(byte) ? byte : next++));
}

/**
 * A tokenizer from its merges, a line each, "left right", the first learned first. Ids count the 256 bytes in the order of
 * their letters, then the merges. encode(text) -> ids; decode(ids) -> text, with U+FFFD
 * for half a character; textOf(id) and nameOf(id) -> a piece as text and as a label.
 * @param {string} merges
 */
export function makeTokenizer(merges) {
  const letters = byteLetters();
  const alphabet = [...letters].sort();
  const idOfByte = letters.map((letter) => alphabet.indexOf(letter));
  const pieces = alphabet.map((letter) => Uint8Array.of(letters.indexOf(letter)));
  const idOf = new Map(alphabet.map((letter, id) => [letter, id]));
  const joined = new Map(); // left * LIMIT + right -> the id of both together; a lower id was learned first
  const lines = merges.split("\n").filter((line) => line !== "");
  const limit = 256 + lines.length;
  for (const line of lines) {
    const [left, right] = line.split(" ");
    const [a, b] = [idOf.get(left), idOf.get(right)];
    if (a === undefined || b === undefined) throw new Error(`The tokenizer is damaged: it joins “${line}”.`);
    joined.set(a * limit + b, pieces.length);
    idOf.set(left + right, pieces.length);
    pieces.push(Uint8Array.of(...pieces[a], ...pieces[b]));
  }
  /** @type {Map<string, number[]>} */
  const remembered = new Map();
  const writer = new TextEncoder();

  /**
   * The id of two pieces together, or NONE where they were never joined.
   * @param {number} left
   * @param {number} right
   */
  const together = (left, right) => joined.get(left * limit + right) ?? NONE;

  /**
   * Join the pair that was learned first, everywhere in the word, until no pair is known.
   * @param {number[]} ids
   */
  function join(ids) {
    let length = ids.length;
    const pairs = ids.map((id, i) => together(id, ids[i + 1]));
    for (;;) {
      let best = NONE;
      for (let i = 0; i + 1 < length; i += 1) if (pairs[i] < best) best = pairs[i];
      if (best === NONE) return ids.slice(0, length);
      const places = [];
      let to = 0;
      for (let from = 0; from < length; from += 1, to += 1) {
        const isPair = pairs[from] === best;
        if (isPair) places.push(to);
        ids[to] = isPair ? best : ids[from];
        pairs[to] = pairs[from];
        if (isPair) from += 1;
      }
      length = to;
      for (const place of places) {
        pairs[place] = place + 1 < length ? together(best, ids[place + 1]) : NONE;
        if (place > 0) pairs[place - 1] = together(ids[place - 1], best);
      }
    }
  }

  /** @param {string} word */
  function encodeWord(word) {
    const known = remembered.get(word);
    if (known) return known;
    const ids = join(Array.from(writer.encode(word), (byte) => idOfByte[byte]));
    if (word.length > FEW) return ids;
    if (remembered.size >= REMEMBERED) remembered.clear();
    remembered.set(word, ids);
    return ids;
  }

  const reader = new TextDecoder("utf-8", { ignoreBOM: true });
  const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

  /**
   * The text of a piece, or null where it is only a part of a character.
   * @param {number} id
   */
  function textOf(id) {
    try {
      return strict.decode(pieces[id]);
    } catch {
      return null;
    }
  }
  return {
    size: pieces.length,
    /** @param {string} text */
    encode: (text) => (wellFormed(text).match(WORDS) ?? []).flatMap(encodeWord),
    /** @param {number[]} ids */
    decode: (ids) => reader.decode(Uint8Array.from(ids.flatMap((id) => Array.from(pieces[id])))),
    textOf,
    /** @param {number} id */
    nameOf: (id) => pieceName(textOf(id), pieces[id]),
  };
}

/**
 * A piece as a label: half a character and a control character are shown as bytes, ⟨E2⟩; a line break is left alone.
 * @param {string | null} text
 * @param {Uint8Array} bytes
 */
export function pieceName(text, bytes) {
  if (text !== null && (text === "\n" || !/[\0-\x1f\x7f]/.test(text))) return text;
  return Array.from(bytes, (byte) => `⟨${byte.toString(16).toUpperCase().padStart(2, "0")}⟩`).join("");
}
