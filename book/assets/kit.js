// The boxes that ask (book/extension/boxes.py), and what the reader did with them. It is kept on this device, under one
// key of the browser's storage, and sent nowhere; where storage is blocked it lasts as long as the page.
(() => {
  "use strict";
  /** Tried: a check that is not right yet. @typedef {"right" | "wrong" | "shown" | "tried" | "skipped"} How */
  /** @typedef {{ how: How, said: string[] }} Deed */
  /** @typedef {{ of: number, did: Record<string, Deed> }} PageState */
  /** @typedef {{ name: string, restore: (deed: Deed | undefined) => void }} Box */

  /** @type {{ judges: Record<string, (node: Element, key: any) => { right: boolean, said: string[], words?: Node[] } | string>,
   *    textOf: (node: Element) => string, lineOf: (line: Element) => string }} */
  const { judges, textOf, lineOf } = /** @type {any} */ (window).bookJudge;

  const KEY = "attention-mechanism";
  const DONE = ["right", "wrong", "shown"];
  const HOWS = [...DONE, "tried", "skipped"];
  const root = document.documentElement;
  const home = new URL(root.dataset.content_root || "./", location.href).href;
  const here = pageAt(location.href);
  /** @type {Box[]} */
  const boxes = [];

  /** A page by its file, as in "chapters/03_queries_keys_values". @param {string} address */
  function pageAt(address) {
    const path = address.replace(/[?#].*/, "");
    return path.startsWith(home) ? decodeURI(path.slice(home.length)).replace(/\.html$/, "") || "index" : "";
  }

  // --- what is kept

  /** @type {string | null} */
  let memory = null;

  /** Each page's deeds; whatever else stands under the key is left out. @returns {Record<string, PageState>} */
  function remembered() {
    /** @type {Record<string, PageState>} */
    const pages = Object.create(null);
    let found;
    try {
      found = JSON.parse(memory ?? localStorage.getItem(KEY) ?? "{}");
    } catch {
      return pages;
    }
    for (const [page, state] of Object.entries(Object(found))) {
      const did = Object.entries(Object(state?.did)).filter(
        ([, deed]) => HOWS.includes(deed?.how) && Array.isArray(deed.said),
      );
      pages[page] = { of: Number(state?.of) || 0, did: Object.assign(Object.create(null), Object.fromEntries(did)) };
    }
    return pages;
  }

  /** @param {Record<string, PageState>} pages */
  function keep(pages) {
    const text = JSON.stringify(pages);
    try {
      localStorage.setItem(KEY, text);
      memory = null;
    } catch {
      memory = text;
    }
  }

  /** Note what was done; what is done stays so. @param {string} name @param {How} how @param {string[]} said */
  function note(name, how, said) {
    const pages = remembered();
    const names = boxes.map((box) => box.name);
    const old = pages[here]?.did || {};
    const did = Object.fromEntries(Object.entries(old).filter(([one]) => names.includes(one)));
    if (!DONE.includes(did[name]?.how)) did[name] = { how, said };
    pages[here] = { of: names.length, did };
    keep(pages);
    show();
  }

  // --- what is shown

  /** @param {Element} place @param {string} sign @param {string} words @param {Node[]} more */
  function say(place, sign, words, more = []) {
    const mark = document.createElement("span");
    mark.className = "box-sign";
    mark.ariaHidden = "true";
    mark.textContent = sign;
    place.replaceChildren(...(sign ? [mark, " "] : []), words, ...(more.length ? [" ", ...more] : []));
  }

  /** @param {HTMLElement} node */
  function wake(node) {
    const name = node.dataset.predict || node.dataset.check || "";
    const predicts = "predict" in node.dataset;
    const key = JSON.parse(atob(node.dataset.key || ""));
    const kind = node.dataset.kind || "";
    const verdict = /** @type {HTMLElement} */ (node.querySelector(".box-verdict"));
    const answer = /** @type {HTMLDetailsElement} */ (node.querySelector(".box-answer"));
    const list = node.querySelector(".box-lines");
    const start = list ? [...list.children] : [];

    /** @param {How | ""} how */
    const mark = (how) => {
      if (how) node.dataset.did = how;
      else delete node.dataset.did;
    };

    const send = () => {
      const judged = judges[kind](node, key);
      if (typeof judged === "string") return say(verdict, "", judged);
      const { right, said, words } = judged;
      if (right) say(verdict, "✓", "Right. Why is said below.");
      else if (!words?.length) say(verdict, "✗", predicts ? "Not this time." : "Not yet. Try again, or look.");
      else say(verdict, "✗", predicts ? "Not this time:" : "Not yet:", words);
      if (right || predicts) answer.open = true;
      const how = right ? "right" : predicts ? "wrong" : "tried";
      mark(how);
      return note(name, how, said);
    };

    /** @param {Element} line @param {number} by */
    const move = (line, by) => {
      const other = by < 0 ? line.previousElementSibling : line.nextElementSibling;
      if (!list || !other) return;
      if (by < 0) other.before(line);
      else other.after(line);
      mark("");
      say(verdict, "", `Line ${[...list.children].indexOf(line) + 1} of ${list.children.length}.`);
    };

    node.querySelector(".box-send")?.addEventListener("click", send);
    node.addEventListener("keydown", (event) => {
      const at = /** @type {HTMLElement} */ (event.target);
      if (event.key === "Enter" && at.matches("input")) send();
      const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      const line = at.closest("[data-line]");
      if (!by || !line || !at.matches("button")) return;
      event.preventDefault();
      move(line, by);
      at.focus();
    });
    node.addEventListener("input", () => {
      mark("");
      verdict.replaceChildren();
    });
    list?.addEventListener("click", (event) => {
      const button = /** @type {Element} */ (event.target).closest("button");
      const line = button?.closest("[data-line]");
      if (!button || !line) return;
      move(line, Number(button.dataset.move));
      button.focus();
    });
    for (const button of list?.querySelectorAll("button") || []) {
      button.ariaLabel = `${button.ariaLabel}: ${lineOf(/** @type {Element} */ (button.closest("li")))}`;
    }
    answer.querySelector("summary")?.addEventListener("click", () => {
      if (answer.open || node.dataset.did === "right") return;
      mark("shown");
      note(name, "shown", []);
    });

    boxes.push({
      name,
      restore(deed) {
        const said = deed?.said || [];
        for (const option of node.querySelectorAll("input")) {
          const label = option.closest("label");
          if (label) option.checked = textOf(label) === said[0];
          else option.value = typeof said[0] === "string" ? said[0] : "";
        }
        const lines = said.length ? said.map((text) => start.find((line) => lineOf(line) === text)) : start;
        if (lines.every((line) => line)) list?.append(...lines.map((line) => /** @type {Element} */ (line)));
        if (!deed) answer.open = false;
        mark(deed?.how || "");
        if (deed?.how === "right") say(verdict, "✓", "Right, as you found before.");
        else if (deed?.how === "wrong") say(verdict, "✗", "You predicted something else.");
        else if (deed?.how === "tried") say(verdict, "✗", "Not yet.");
        else if (deed?.how === "shown") say(verdict, "", "You have seen the answer.");
        else verdict.replaceChildren();
      },
    });
  }

  /** How many of a page's boxes are done. @param {PageState | undefined} state */
  function count(state) {
    return Object.values(state?.did || {}).filter(({ how }) => DONE.includes(how)).length;
  }

  // A page that was searched for, or an address inside, shows what it holds.
  let free = Boolean(
    new URL(location.href).searchParams.get("highlight") || localStorage.getItem("sphinx_highlight_terms"),
  );

  /** All that depends on what was done: covers, counts, and the marks in the contents. */
  function show() {
    const pages = remembered();
    const did = pages[here]?.did || {};
    for (const node of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".box-cover"))) {
      const waiting = (node.dataset.covers || "").split(" ").some((name) => !(name in did));
      node.hidden = !waiting || free || Boolean(node.dataset.free);
      node.parentElement?.classList.toggle("box-covered", !node.hidden);
    }
    for (const line of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".book-progress"))) {
      /** @type {Record<string, number>} */
      const asked = line.dataset.pages ? JSON.parse(line.dataset.pages) : { [here]: boxes.length };
      const total = Object.values(asked).reduce((sum, of) => sum + of, 0);
      const done = Object.keys(asked).reduce((sum, page) => sum + Math.min(count(pages[page]), asked[page]), 0);
      const text = /** @type {Element} */ (line.querySelector(".book-done-count"));
      text.textContent = `${done} of ${total} question${total === 1 ? "" : "s"} done`;
      const some = Object.values(pages).some((page) => Object.keys(page.did).length);
      line.querySelector(".book-forget")?.toggleAttribute("data-some", some);
    }
    for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (
      document.querySelectorAll("nav.bd-links a[href]")
    )) {
      const page = pageAt(link.href);
      const all = Boolean(pages[page]?.of) && count(pages[page]) >= pages[page].of;
      const mark = link.querySelector(".book-done");
      if (!all) mark?.remove();
      else if (!mark) link.append(doneMark());
    }
  }

  function doneMark() {
    const mark = document.createElement("span");
    mark.className = "book-done";
    const sign = document.createElement("span");
    sign.ariaHidden = "true";
    sign.textContent = "✓";
    const words = document.createElement("span");
    words.className = "book-unseen";
    words.textContent = " (all questions done)";
    mark.append(sign, words);
    return mark;
  }

  function restore() {
    const did = remembered()[here]?.did || {};
    for (const box of boxes) box.restore(did[box.name]);
    show();
  }

  document.addEventListener("click", (event) => {
    const at = /** @type {Element} */ (event.target);
    const shown = /** @type {HTMLElement | null} */ (at.closest(".box-uncover")?.closest(".box-cover"));
    if (shown) {
      for (const name of (shown.dataset.covers || "").split(" ")) note(name, "skipped", []);
      const output = /** @type {HTMLElement} */ (shown.parentElement);
      output.tabIndex = -1;
      output.focus();
    }
    const forgets = at.closest(".book-forget");
    if (forgets) {
      keep({});
      free = false;
      restore();
      const text = /** @type {HTMLElement} */ (forgets.parentElement?.querySelector(".book-done-count"));
      text.tabIndex = -1;
      text.focus();
    }
  });
  window.addEventListener("storage", (event) => {
    if (event.key === KEY || event.key === null) show();
  });

  function freeTarget() {
    let place;
    try {
      place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    } catch {
      return; // an address with a broken escape
    }
    const node = /** @type {HTMLElement | null | undefined} */ (
      place?.closest(".cell_output")?.querySelector(":scope > .box-cover")
    );
    if (!node) return;
    node.dataset.free = "true";
    show();
  }
  window.addEventListener("hashchange", freeTarget);

  for (const node of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".box[data-key]"))) wake(node);
  restore();
  freeTarget();
  root.dataset.kit = "awake";
})();
