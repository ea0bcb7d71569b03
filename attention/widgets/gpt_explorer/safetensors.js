// The safetensors format: eight bytes with the header's length, the header in JSON, then the numbers. Nothing is executed.

/** @type {Record<string, number>} */
const BYTES = { F16: 2, F32: 4 };

/** @typedef {{ shape: number[], data: Float32Array<ArrayBufferLike> }} Tensor */

/**
 * What is raised where the bytes are not what the format says.
 * @param {string} what
 */
function damaged(what) {
  return new Error(`The model's file is damaged: ${what}.`);
}

/**
 * Read a file of half- or single-precision numbers, an ArrayBuffer or a view of one. Returns a Map from each tensor's name
 * to { shape, data }, data a Float32Array.
 * @param {ArrayBuffer | ArrayBufferView} file
 */
export function readSafetensors(file) {
  const bytes = ArrayBuffer.isView(file)
    ? new Uint8Array(file.buffer, file.byteOffset, file.byteLength)
    : new Uint8Array(file);
  if (bytes.length < 8) throw damaged(`it has ${bytes.length} bytes`);
  const size = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  const start = 8 + Number(size);
  if (start > bytes.length)
    throw damaged(`its header should have ${size} bytes, but the file has ${bytes.length - 8} more`);
  /** @type {Map<string, Tensor>} */
  const tensors = new Map();
  for (const [name, entry] of Object.entries(readHeader(bytes.subarray(8, start)))) {
    if (name !== "__metadata__") tensors.set(name, readTensor(name, entry, bytes, start));
  }
  return tensors;
}

/** @param {Uint8Array} bytes @returns {Record<string, any>} */
function readHeader(bytes) {
  let header;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw damaged("its header cannot be read");
  }
  if (header === null || typeof header !== "object" || Array.isArray(header)) throw damaged("its header is no table");
  return header;
}

/** @param {string} name @param {any} entry @param {Uint8Array} bytes @param {number} start @returns {Tensor} */
function readTensor(name, entry, bytes, start) {
  const { dtype, shape, data_offsets: offsets } = entry ?? {};
  if (!(dtype in BYTES)) throw damaged(`${name} has the type ${dtype}, which is not F16 or F32`);
  /** @param {number} n */
  const isCount = (n) => Number.isSafeInteger(n) && n >= 0;
  const fits = [shape, offsets].every((list) => Array.isArray(list) && list.every(isCount)) && offsets.length === 2;
  const count = fits ? shape.reduce((/** @type {number} */ a, /** @type {number} */ b) => a * b, 1) : NaN;
  if (!fits || offsets[1] - offsets[0] !== count * BYTES[dtype]) {
    throw damaged(`${name} has shape ${JSON.stringify(shape)}, but the place ${JSON.stringify(offsets)}`);
  }
  if (start + offsets[1] > bytes.length) {
    throw damaged(`${name} should end at byte ${start + offsets[1]}, but the file ends at ${bytes.length}`);
  }
  const copy = bytes.slice(start + offsets[0], start + offsets[1]).buffer; // a copy starts where a number may start
  return { shape, data: dtype === "F32" ? new Float32Array(copy) : widened(new Uint16Array(copy)) };
}

/** The value of each of the 65,536 numbers in half precision. @type {Float32Array | null} */
let halfValues = null;

/**
 * Half precision to single, exactly.
 * @param {Uint16Array} halves
 */
export function widened(halves) {
  halfValues ??= Float32Array.from({ length: 65536 }, (_, half) => valueOfHalf(half));
  const numbers = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i += 1) numbers[i] = halfValues[halves[i]];
  return numbers;
}

/** @param {number} half */
function valueOfHalf(half) {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
