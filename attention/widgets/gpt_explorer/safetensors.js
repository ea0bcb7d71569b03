// The safetensors format: eight bytes with the header's length, the header in JSON, then the numbers. Nothing is executed.

const BYTES = { F16: 2, F32: 4 };

/** Raised where the bytes are not what the format says. */
function damaged(what) {
  return new Error(`The model's file is damaged: ${what}.`);
}

/**
 * Read a file of half- or single-precision numbers, an ArrayBuffer or a view of one. Returns a Map from each tensor's name
 * to { shape, data }, data a Float32Array.
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
  const tensors = new Map();
  for (const [name, entry] of Object.entries(readHeader(bytes.subarray(8, start)))) {
    if (name !== "__metadata__") tensors.set(name, readTensor(name, entry, bytes, start));
  }
  return tensors;
}

function readHeader(bytes) {
  let header = null;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw damaged("its header cannot be read");
  }
  if (header === null || typeof header !== "object" || Array.isArray(header)) throw damaged("its header is no table");
  return header;
}

function readTensor(name, entry, bytes, start) {
  const { dtype, shape, data_offsets: offsets } = entry ?? {};
  if (!(dtype in BYTES)) throw damaged(`${name} has the type ${dtype}, which is not F16 or F32`);
  const isCount = (n) => Number.isSafeInteger(n) && n >= 0;
  const fits = [shape, offsets].every((list) => Array.isArray(list) && list.every(isCount)) && offsets.length === 2;
  const count = fits ? shape.reduce((a, b) => a * b, 1) : NaN;
  if (!fits || offsets[1] - offsets[0] !== count * BYTES[dtype]) {
    throw damaged(`${name} has shape ${JSON.stringify(shape)}, but the place ${JSON.stringify(offsets)}`);
  }
  if (start + offsets[1] > bytes.length) {
    throw damaged(`${name} should end at byte ${start + offsets[1]}, but the file ends at ${bytes.length}`);
  }
  const copy = bytes.slice(start + offsets[0], start + offsets[1]).buffer; // a copy starts where a number may start
  return { shape, data: dtype === "F32" ? new Float32Array(copy) : widened(new Uint16Array(copy)) };
}

let halfValues = null; // the value of each of the 65,536 numbers in half precision

/** Half precision to single, exactly. */
export function widened(halves) {
  halfValues ??= Float32Array.from({ length: 65536 }, (_, half) => valueOfHalf(half));
  const numbers = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i += 1) numbers[i] = halfValues[halves[i]];
  return numbers;
}

function valueOfHalf(half) {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
