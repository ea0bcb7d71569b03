// SharedHeads: query heads over the keys and values that they share, or over one latent; what is stored of a token, to scale.
//
// Hooks for tests and for style sheets (kept stable):
//   .afm-shared                              the widget; data-n_kv_heads, data-kept (of the state)
//   input[data-control=kept]                 native radio buttons; [data-control=n_kv_heads] a native slider
//   .afm-shared-queries li                   a query head each; .afm-shared-group a group's keys and values, or the latent
//   .afm-shared-bar [data-part]              the parts of what is kept; data-value = numbers
//   [data-figure=numbers|bytes|flops|intensity]   data-value
//   p[role=status]                           the one live region, 0.6 s after the last move

import { radios, slider } from "../js/controls.js";
import { AS_IT_IS, element, setAttribute, setText } from "../js/dom.js";
import { figureRow } from "../js/figures.js";
import { decimal, grouped, plural } from "../js/format.js";
import { readState, setState, viewOf } from "../js/mount.js";
import { range } from "../js/range.js";
import { keyHeadCounts, partsOf, storageOf } from "./storage.js";

const DATA = ["n_heads", "d_head", "d_latent", "d_rope"];
const STATE = ["n_kv_heads", "kept"];

/** @type {import("../js/mount.js").Build} */
function build({ model, root }) {
  const { n_heads: nHeads, d_head: dHead, d_latent: dLatent, d_rope: dRope } = readState(model, DATA);
  let said = "";

  const what = radios({
    name: "kept",
    label: "Keep of each token",
    options: [
      { value: "heads", content: ["keys and values"] },
      { value: "latent", content: ["one latent"] },
    ],
    onInput: (kept) => setState(model, { kept }),
  });
  const sharing = slider({
    name: "n_kv_heads",
    label: "Key heads g",
    choices: keyHeadCounts(nHeads),
    describe: (g) => {
      const each = nHeads / g;
      const name = each === 1 ? "MHA" : g === 1 ? "MQA" : "GQA";
      return { text: `${g} (${name})`, spoken: `${plural(g, "key head")}, ${plural(each, "query head")} each` };
    },
    onInput: (g) => setState(model, { n_kv_heads: g }),
  });
  const queries = element(
    "ol",
    { class: "afm-shared-queries", role: "list", "aria-label": "Query heads" },
    ...range(nHeads).map((i) => element("li", AS_IT_IS, String(i))),
  );
  const groups = range(nHeads).map(() => {
    const halves = range(2).map(() => element("span", { class: "afm-shared-half", ...AS_IT_IS }));
    return { node: element("li", { class: "afm-shared-group" }, ...halves), halves };
  });
  const shared = element("ol", { class: "afm-shared-groups", role: "list" }, ...groups.map((group) => group.node));
  const title = element("p", { class: "afm-title" }, "Kept of one token in one layer, to scale");
  const segments = range(2).map(() => element("span", { class: "afm-shared-part" }));
  const bar = element("div", { class: "afm-shared-bar", "aria-hidden": "true" }, ...segments);
  const key = element("p", { class: "afm-note-soft" });
  const figures = figureRow({
    numbers: "numbers a token",
    bytes: "bytes a token",
    flops: "FLOPs for the token",
    intensity: "FLOPs for each byte",
  });
  for (const list of [queries, shared]) list.style.setProperty("--heads", nHeads);
  const content = [
    element("div", { class: "afm-controls" }, what.node, sharing.node),
    element("div", { class: "afm-shared-heads" }, queries, shared),
    element("div", {}, title, bar, key),
    figures.node,
  ];

  function update() {
    const { kept, n_kv_heads: nKvHeads } = readState(model, STATE);
    const isLatent = kept === "latent";
    const layer = { kept, nHeads, nKvHeads, dHead, dLatent, dRope };
    const parts = partsOf(layer);
    const { numbers, most, bytes, flops, intensity } = storageOf(layer);
    const nGroups = isLatent ? 1 : nKvHeads;
    what.update(kept);
    sharing.update(nKvHeads, { disabled: isLatent });
    setAttribute(shared, "aria-label", isLatent ? "What all heads share" : "Heads of keys and values");
    groups.forEach(({ node, halves }, j) => {
      node.hidden = j >= nGroups;
      node.style.setProperty("--span", String(nHeads / nGroups));
      halves.forEach((half, i) => {
        setAttribute(half, "data-ink", parts[i].ink);
        half.style.setProperty("--size", String(parts[i].numbers));
        setText(half, isLatent ? ["latent", "key"][i] : `${"kv"[i]} ${j}`);
      });
    });
    segments.forEach((segment, i) => {
      setAttribute(segment, "data-part", parts[i].name);
      setAttribute(segment, "data-ink", parts[i].ink);
      setAttribute(segment, "data-value", parts[i].numbers);
      segment.style.setProperty("--w", (parts[i].numbers / Math.max(most, numbers)).toFixed(5));
    });
    const told = parts.map((part) => `${part.name} ${grouped(part.numbers)}`).join(", ");
    setText(key, `${told}; the whole bar is multi-head attention, ${grouped(most)}.`);
    const less = most / numbers;
    figures.numbers(numbers, grouped(numbers), `MHA / ${decimal(less, Number.isInteger(less) ? 0 : 1)}`);
    figures.bytes(bytes, grouped(bytes), "two for each number");
    figures.flops(flops, grouped(flops), "scores and context, a step");
    figures.intensity(intensity, decimal(intensity, 1), "what decoding waits for");
    const who = isLatent ? "One latent" : plural(nKvHeads, "key head");
    said = `${who} for ${plural(nHeads, "query head")}: ${grouped(numbers)} numbers a token, ${grouped(flops)} FLOPs, ${decimal(intensity, 1)} for each byte.`;
    Object.assign(root.dataset, { n_kv_heads: nKvHeads, kept });
  }
  return { content, update, announcement: () => said };
}

export default viewOf({ className: "afm-shared", build, state: STATE, data: DATA });
