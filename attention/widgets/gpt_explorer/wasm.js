// WebAssembly written by hand: the few instructions that linear.js needs, and a module around them. Code is a list of bytes.
// The numbers are those of the WebAssembly core specification 2.0, section 5 (binary format). No DOM.

/** @typedef {number[]} Code */

const [I32, V128] = [0x7f, 0x7b]; // types: a whole number or an address; a register of four floats
const [NO_RESULT, ALIGNED] = [0x40, 2]; // a block that leaves nothing; an address that is a multiple of 2 ** 2

/**
 * A whole number of at least 0, seven bits a byte (LEB128). Its last byte keeps the sixth bit, the sign, at 0.
 * @param {number} n
 * @returns {Code}
 */
const number = (n) => (n < 0x40 ? [n] : [(n & 0x7f) | 0x80, ...number(n >>> 7)]);
/** @param {(number | Code)[]} items */
const vector = (items) => [...number(items.length), ...items.flat()];
/** @param {Code} bytes */
const sized = (bytes) => [...number(bytes.length), ...bytes];
/** @param {string} name */
const letters = (name) => vector([...name].map((letter) => letter.charCodeAt(0)));
/** @param {number} operation */
const wide = (operation) => [0xfd, ...number(operation)];
/** @param {number} operation @param {number} offset */
const located = (operation, offset) => [...wide(operation), ALIGNED, ...number(offset)];

/**
 * Instructions. A value is code that leaves one value; offsets are bytes.
 * @type {{
 *   get: (local: number) => Code,
 *   set: (local: number, value: Code) => Code,
 *   plus: (value: Code, n: number) => Code,
 *   untilEqual: (a: Code, b: Code, body: Code) => Code,
 *   load: (address: Code, offset: number) => Code,
 *   spread: (address: Code, offset: number) => Code,
 *   store: (address: Code, value: Code, offset: number) => Code,
 *   sum: (a: Code, b: Code) => Code,
 *   product: (a: Code, b: Code) => Code,
 * }}
 */
export const code = {
  get: (local) => [0x20, ...number(local)],
  set: (local, value) => [...value, 0x21, ...number(local)],
  plus: (value, n) => [...value, 0x41, ...number(n), 0x6a], // of whole numbers
  untilEqual: (a, b, body) => [0x03, NO_RESULT, ...body, ...a, ...b, 0x47, 0x0d, ...number(0), 0x0b], // do the body while a != b
  load: (address, offset) => [...address, ...located(0x00, offset)], // four floats
  spread: (address, offset) => [...address, ...located(0x09, offset)], // one float, four times
  store: (address, value, offset) => [...address, ...value, ...located(0x0b, offset)],
  sum: (a, b) => [...a, ...b, ...wide(0xe4)], // of registers, float by float
  product: (a, b) => [...a, ...b, ...wide(0xe6)],
};

/**
 * A function of `inputs` whole numbers, with `numbers` and then `registers` as further locals, that computes `body` in the
 * memory and returns nothing. Throws WebAssembly.CompileError where the browser does not know its instructions.
 * @param {WebAssembly.Memory} memory
 * @param {{ inputs: number, numbers: number, registers: number, body: Code }} parts
 * @returns {(...inputs: number[]) => void}
 */
export function wasmFunction(memory, { inputs, numbers, registers, body }) {
  /** @param {number} id @param {number | Code} entry */
  const section = (id, entry) => [id, ...sized(vector([entry]))];
  const locals = vector([
    [...number(numbers), I32],
    [...number(registers), V128],
  ]);
  const bytes = [
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // "\0asm", version 1
    ...section(1, [0x60, ...vector(Array(inputs).fill(I32)), ...vector([])]), // the type of the function,
    ...section(2, [...letters("page"), ...letters("memory"), 0x02, 0x00, ...number(0)]), // the memory: a page's, of any size
    ...section(3, number(0)), // one function of that type,
    ...section(7, [...letters("run"), 0x00, ...number(0)]), // its name outside,
    ...section(10, sized([...locals, ...body, 0x0b])), // and what it does
  ];
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(bytes)), { page: { memory } });
  return /** @type {(...inputs: number[]) => void} */ (exports.run);
}
