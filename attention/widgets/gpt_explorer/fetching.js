// A trained model for the page, fetched when the reader asks: from a script of the site (which works from a folder, too,
// where fetch does not), or from Python. All views of a page share one.

import { makeTokenizer } from "./bpe.js";
import { element } from "../js/controls.js";
import { readSafetensors } from "./safetensors.js";
import { makeGPT, makeReader } from "./transformer.js";

const PATIENCE = 60_000; // milliseconds that Python may take
const promises = new Map(); // by the script's name
const ready = new Map();
const waiting = new Set();

/** The model that the widget names, { gpt, tokenizer }, if this page has it already; else null. */
export const fetched = (name) => ready.get(name) ?? null;

/** Call back whenever a model has arrived. Returns the clean-up. */
export function onFetched(callback) {
  waiting.add(callback);
  return () => waiting.delete(callback);
}

/** Fetch the model. Rejects with an Error whose message can be shown; then it may be asked for again. */
export function fetchModel(model) {
  const name = model.get("script");
  if (!promises.has(name)) {
    const promise = bytesOf(model, name).then((file) => {
      ready.set(name, prepared(file));
      waiting.forEach((callback) => callback());
    });
    promises.set(name, promise);
    promise.catch(() => promises.delete(name));
  }
  return promises.get(name);
}

function bytesOf(model, name) {
  const assets = model.get("_assets"); // the host of the site says where its files lie; JupyterLab does not
  return assets ? fromScript(name, new URL(name, assets).href) : fromPython(model);
}

function fromScript(name, address) {
  return new Promise((resolve, reject) => {
    const script = element("script", { src: address });
    script.addEventListener("load", () => {
      script.remove();
      const file = globalThis.afmModels?.[name];
      if (!file) return reject(new Error(`The file ${name} holds no model.`));
      delete globalThis.afmModels[name];
      return resolve({ ...file, weights: Uint8Array.from(atob(file.weights), (c) => c.charCodeAt(0)) });
    });
    script.addEventListener("error", () => {
      script.remove();
      reject(new Error(`The file ${name} could not be loaded.`));
    });
    document.head.append(script);
  });
}

function fromPython(model) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => end(reject, new Error("Python does not answer: is the kernel running?")), PATIENCE);
    const look = () => model.get("model_file") && end(resolve, model.get("model_file"));
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
