// Linear layers, y = W x + b of many positions, four numbers at a time: no DOM. Node imports this file as it is.
//
// JavaScript multiplies one number at a time. A processor's registers hold four in single precision, and in a page WebAssembly
// alone reaches them: so the one loop where a GPT spends its time is written in its instructions, and takes a fraction of the time.
// Where a browser does not have them, a loop in JavaScript computes the same, and sums in double precision.

import { range } from "../js/range.js";
import { code, wasmFunction } from "./wasm.js";

const POSITIONS = 4; // are computed together, so that a weight is read once for all of them
const FLOAT = 4; // bytes
const REGISTER = 4; // floats
const REGISTERS = 2; // of outputs that are computed together
const STEP = REGISTER * REGISTERS;
const PAGE = 65536; // bytes: what memory grows by

/**
 * Numbers in the memory; the address is needed where WebAssembly reads them.
 * @typedef {{ address: number, floats: () => Float32Array<ArrayBufferLike> }} Room
 */
/** @typedef {(input: Room, matrix: Room, output: Room) => void} Multiply */
/** @typedef {{ start: number, end: number }} Span */
/** @typedef {(x: Float32Array, y: Float32Array, span: Span, add?: boolean) => void} Layer */

/**
 * Who makes linear layers that share one memory: make(weight, bias, from, to), weight (to, from) and bias (to,) as torch keeps them.
 * @returns {(weight: Float32Array, bias: Float32Array, from: number, to: number) => Layer}
 */
export function linearLayers() {
  const memory = sharedMemory();
  /** By shape. @type {Map<string, Multiply>} */
  const multipliers = new Map();
  return (weight, bias, from, to) => {
    const wide = Math.ceil(to / STEP) * STEP; // a row is padded, so that it is made of whole steps
    const shape = `${from} ${wide}`;
    const multiply = multipliers.get(shape) ?? memory.multiplier(from, wide);
    multipliers.set(shape, multiply);
    const [input, matrix, output] = [POSITIONS * from, (1 + from) * wide, POSITIONS * wide].map(memory.reserve);
    const placed = matrix.floats();
    placed.set(bias); // the first row; W follows, an input a row
    for (let o = 0; o < to; o += 1) for (let i = 0; i < from; i += 1) placed[(1 + i) * wide + o] = weight[o * from + i];

    /** Of the positions from start up to end, rows of x and y: y = W x + b, or y += W x + b. */
    return function apply(x, y, { start, end }, add = false) {
      const [four, found] = [input.floats(), output.floats()];
      for (let t = start; t < end; t += POSITIONS) {
        const count = Math.min(POSITIONS, end - t); // where fewer are left, what else lies there is computed and not read
        four.set(x.subarray(t * from, (t + count) * from));
        multiply(input, matrix, output);
        for (let p = 0; p < count; p += 1) {
          const place = (t + p) * to;
          if (add) for (let o = 0; o < to; o += 1) y[place + o] += found[p * wide + o];
          else y.set(found.subarray(p * wide, p * wide + to), place);
        }
      }
    };
  };
}

/**
 * reserve(count) makes room for so many floats; multiplier(from, wide) -> f(input, matrix, output), see below.
 * @returns {{ reserve: (count: number) => Room, multiplier: (from: number, wide: number) => Multiply }}
 */
function sharedMemory() {
  try {
    const memory = new WebAssembly.Memory({ initial: 0 });
    multiplyWidely(memory, STEP, STEP); // it throws where the instructions are unknown
    let end = 0;
    return {
      reserve(count) {
        const address = end;
        end += count * FLOAT;
        memory.grow(Math.max(0, Math.ceil((end - memory.buffer.byteLength) / PAGE)));
        return { address, floats: () => new Float32Array(memory.buffer, address, count) }; // the buffer is another after it has grown
      },
      multiplier(from, wide) {
        const multiply = multiplyWidely(memory, from, wide);
        return (input, matrix, output) => multiply(input.address, matrix.address, output.address);
      },
    };
  } catch {
    return {
      reserve(count) {
        const floats = new Float32Array(count);
        return { address: 0, floats: () => floats };
      },
      multiplier: (from, wide) => (input, matrix, output) =>
        multiplyPlainly(input.floats(), matrix.floats(), output.floats(), from, wide),
    };
  }
}

/**
 * @param {Float32Array} x
 * @param {Float32Array} matrix
 * @param {Float32Array} y
 * @param {number} from
 * @param {number} wide
 */
function multiplyPlainly(x, matrix, y, from, wide) {
  const [second, third, fourth] = [from, 2 * from, 3 * from];
  for (let o = 0; o < wide; o += 2) {
    let a0 = matrix[o],
      b0 = a0,
      c0 = a0,
      d0 = a0;
    let a1 = matrix[o + 1],
      b1 = a1,
      c1 = a1,
      d1 = a1;
    for (let i = 0, at = wide + o; i < from; i += 1, at += wide) {
      const v = matrix[at],
        w = matrix[at + 1];
      const xa = x[i],
        xb = x[second + i],
        xc = x[third + i],
        xd = x[fourth + i];
      a0 += v * xa;
      b0 += v * xb;
      c0 += v * xc;
      d0 += v * xd;
      a1 += w * xa;
      b1 += w * xb;
      c1 += w * xc;
      d1 += w * xd;
    }
    [a0, b0, c0, d0].forEach((sum, p) => (y[p * wide + o] = sum));
    [a1, b1, c1, d1].forEach((sum, p) => (y[p * wide + o + 1] = sum));
  }
}

/**
 * multiply(x, w, y), addresses: y[p] = w[0] + sum over i of x[p, i] w[1 + i], for POSITIONS rows of x (from) and y (wide).
 * @param {WebAssembly.Memory} memory
 * @param {number} from
 * @param {number} wide
 */
function multiplyWidely(memory, from, wide) {
  const { get, set, plus, untilEqual, load, spread, store, sum, product } = code;
  const [x, w, y, input, weights, lastInput, lastColumn, one] = range(8); // the locals; the registers go on from `one`
  /** @typedef {import("./wasm.js").Code} Code */
  /** @param {number} q */
  const column = (q) => one + 1 + q;
  /** @param {number} p @param {number} q */
  const total = (p, q) => one + 1 + REGISTERS + p * REGISTERS + q;
  const row = wide * FLOAT;
  /** @param {number} q */
  const bytes = (q) => q * REGISTER * FLOAT;
  /** @param {(q: number) => Code} make */
  const eachRegister = (make) => range(REGISTERS).flatMap(make);
  /** @param {(p: number, q: number) => Code} make */
  const eachTotal = (make) => range(POSITIONS).flatMap((p) => eachRegister((q) => make(p, q)));
  const sums = [
    ...eachRegister((q) => set(column(q), load(get(weights), bytes(q)))),
    ...range(POSITIONS).flatMap((p) => [
      ...set(one, spread(get(input), p * from * FLOAT)),
      ...eachRegister((q) => set(total(p, q), sum(get(total(p, q)), product(get(one), get(column(q)))))),
    ]),
    ...set(input, plus(get(input), FLOAT)),
    ...set(weights, plus(get(weights), row)),
  ];
  const columns = [
    ...eachTotal((p, q) => set(total(p, q), load(get(w), bytes(q)))),
    ...set(input, get(x)),
    ...set(weights, plus(get(w), row)),
    ...untilEqual(get(input), get(lastInput), sums),
    ...eachTotal((p, q) => store(get(y), get(total(p, q)), p * row + bytes(q))),
    ...set(w, plus(get(w), STEP * FLOAT)),
    ...set(y, plus(get(y), STEP * FLOAT)),
  ];
  const body = [
    ...set(lastInput, plus(get(x), from * FLOAT)),
    ...set(lastColumn, plus(get(w), row)),
    ...untilEqual(get(w), get(lastColumn), columns),
  ];
  return wasmFunction(memory, { inputs: 3, numbers: 4, registers: 1 + REGISTERS + POSITIONS * REGISTERS, body });
}
