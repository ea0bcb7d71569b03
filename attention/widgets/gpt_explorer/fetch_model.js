// A trained model for the page, fetched when the reader asks: from a script of the site (which works from a folder, too,
// where fetch does not), or from Python. All views of a page share one.

import { element } from "../js/dom.js";
import { makeTokenizer } from "./bpe.js";
import { readSafetensors } from "./safetensors.js";
import { makeGPT, makeReader } from "./transformer.js";

const PATIENCE = 60_000; // milliseconds that Python may take
/** @typedef {import("../js/mount.js").Model} Model */
/** @typedef {ReturnType<typeof prepared>} Fetched */
/** @typedef {{ weights: Uint8Array, merges: string, n_heads: number, epsilon: number }} ModelFile */

/** By the script's name. @type {Map<string, Promise<void>>} */
const promises = new Map();
/** @type {Map<string, Fetched>} */
const ready = new Map();
/** @type {Set<() => void>} */
const waiting = new Set();

/**
 * The model that the widget names, { gpt, tokenizer }, if this page has it already; else null.
 * @param {string} name
 */
export const fetched = (name) => ready.get(name) ?? null;

/**
 * Call back whenever a model has arrived. Returns the clean-up.
 * @param {() => void} callback
 */
export function onFetched(callback) {
  waiting.add(callback);
  return () => void waiting.delete(callback);
}

/**
 * Fetch the model. Rejects with an Error whose message can be shown; then it may be asked for again.
 * @param {Model} model
 * @returns {Promise<void>}
 */
export function fetchModel(model) {
  const name = model.get("script");
  let promise = promises.get(name);
  if (!promise) {
    promise = bytesOf(model, name).then((file) => {
      ready.set(name, prepared(file));
      waiting.forEach((callback) => callback());
    });
    promises.set(name, promise);
    promise.catch(() => promises.delete(name));
  }
  return promise;
}

/** @param {Model} model @param {string} name @returns {Promise<ModelFile>} */
function bytesOf(model, name) {
  const assets = model.get("_assets"); // the host of the site says where its files lie; JupyterLab does not
  return assets ? fromScript(name, new URL(name, assets).href) : fromPython(model);
}

/** @param {string} name @param {string} address @returns {Promise<ModelFile>} */
function fromScript(name, address) {
  return new Promise((resolve, reject) => {
    const script = element("script", { src: address });
    script.addEventListener("load", () => {
      script.remove();
      const models = /** @type {any} */ (globalThis).afmModels ?? {};
      const file = models[name];
      if (!file) return reject(new Error(`The file ${name} holds no model.`));
      delete models[name];
      return resolve({ ...file, weights: Uint8Array.from(atob(file.weights), (c) => c.charCodeAt(0)) });
    });
    script.addEventListener("error", () => {
      script.remove();
      reject(new Error(`The file ${name} could not be loaded.`));
    });
    document.head.append(script);
  });
}

/** @param {Model} model @returns {Promise<ModelFile>} */
function fromPython(model) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => end(reject, new Error("Python does not answer: is the kernel running?")), PATIENCE);
    function look() {
      if (model.get("model_file")) end(resolve, model.get("model_file"));
    }
    /** @template Value @param {(value: Value) => void} settle @param {Value} value */
    function end(settle, value) {
      clearTimeout(timer);
      model.off("change:model_file", look);
      settle(value);
    }
    model.on("change:model_file", look);
    model.set("wanted", false); // where it was asked for in vain before
    model.save_changes();
    model.set("wanted", true);
    model.save_changes();
    look();
  });
}

/** @param {ModelFile} file */
function prepared({ weights, merges, n_heads: nHeads, epsilon }) {
  const gpt = makeGPT(readSafetensors(weights), { nHeads, epsilon });
  const tokenizer = makeTokenizer(merges);
  if (tokenizer.size !== gpt.nTokens) {
    throw new Error(`The tokenizer has ${tokenizer.size} tokens, the model ${gpt.nTokens}.`);
  }
  const ids = Array.from({ length: gpt.maxLen }, (_, i) => i);
  const reader = makeReader(gpt);
  for (const mask of ["none", "causal", "none"]) reader.read(ids, mask); // so that the engine knows what to make fast
  return { gpt, tokenizer };
}
