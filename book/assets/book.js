// Small comforts of the pages. Everything here is optional: without it the book still reads.
(() => {
  "use strict";
  const root = document.documentElement;

  // What scrolls sideways can be reached by keyboard.
  const SCROLLERS =
    "pre, div.math, .katex-display, .table-scroll, .pst-scrollable-table-container, .cell_output .output, " +
    "p:has(span.math .base > :is(.sqrt, .minner))";

  // All of them are measured before the first is marked: a mark between two measures costs a layout of the page each time.
  // What is closed is not laid out, and is measured when it opens, since the page's height changes then.
  function focusScrollers() {
    const boxes = [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(SCROLLERS))];
    const open = boxes.filter((box) => !box.closest("details:not([open])"));
    const scrolls = open.map((box) => box.scrollWidth > box.clientWidth);
    open.forEach((box, i) => {
      const isMarked = box.hasAttribute("tabindex") && box.tabIndex === 0;
      if (scrolls[i] && !isMarked) box.tabIndex = 0;
      else if (!scrolls[i] && isMarked) box.removeAttribute("tabindex");
    });
  }

  /** @param {Element | null} except */
  function closeMenus(except) {
    for (const menu of document.querySelectorAll("details.book-menu[open]")) {
      if (menu !== except) menu.removeAttribute("open");
    }
  }

  document.addEventListener("click", (event) => {
    const place = /** @type {Element} */ (event.target);
    closeMenus(place.closest("details.book-menu"));
    if (place.closest("[data-book-print]")) window.print();
    // A link to where one already is changes nothing that could be listened to.
    const link = /** @type {HTMLAnchorElement | null} */ (place.closest("a[href]"));
    if (link && link.hash && link.href === location.href) reveal(target());
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details.book-menu[open]");
    closeMenus(null);
    if (menu) /** @type {HTMLElement} */ (menu.querySelector("summary")).focus();
  });

  // A term's definition opens beside its link (popover.js), which is loaded when a reader first comes to one.
  const { src } = /** @type {HTMLScriptElement} */ (document.currentScript);
  const TERM = 'article a[href*="#term-"]:not(.headerlink)';
  let asked = false;

  /** @param {Event} event */
  function askForDefinitions(event) {
    const link = event.target instanceof Element ? event.target.closest(TERM) : null;
    if (asked || !(link instanceof HTMLElement)) return;
    asked = true;
    document.head.append(Object.assign(document.createElement("script"), { src: new URL("popover.js", src).href }));
    if (/** @type {PointerEvent} */ (event).pointerType !== "touch") return;
    // This tap is over before the script is there.
    document.addEventListener("click", (click) => click.preventDefault(), { once: true });
    link.focus({ preventScroll: true });
  }
  for (const name of ["pointerover", "pointerdown", "focusin"]) document.addEventListener(name, askForDefinitions);

  // A button that copies code is a stop for the Tab key while its code is in view.
  const inView = new IntersectionObserver((entries) => {
    for (const { target: box, isIntersecting } of entries) {
      const button = /** @type {HTMLElement | null} */ (box.querySelector("button.copybtn"));
      if (button) button.tabIndex = isIntersecting || button === document.activeElement ? 0 : -1;
    }
  });
  window.addEventListener("load", () => {
    for (const box of document.querySelectorAll("div.highlight:has(> button.copybtn)")) inView.observe(box);
  });

  // Where a side note stands beside the text, the page's contents fold into their title, which opens them. (The
  // theme folds them, too, but not for a note in the lowest third of the window, to which they reach.)
  const contents = document.querySelector(".bd-sidebar-secondary");
  const seen = new Set();
  const beside = new IntersectionObserver((entries) => {
    for (const { target: note, isIntersecting } of entries) seen[isIntersecting ? "add" : "delete"](note);
    contents?.classList.toggle("book-beside", seen.size > 0);
  });
  for (const note of document.querySelectorAll("article aside.margin")) beside.observe(note);

  // The contents at the side mark the section that is read. The theme sees headings that pass by, and misses those that
  // a jump goes over: once the page rests, this looks at all of them. What a link led to keeps the theme's mark, since the
  // end of the page may not let it come to the top.
  const entries = [.../** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll("#pst-page-toc-nav a"))];
  const heads = entries.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));
  let isLed = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let resting;

  function markSection() {
    if (isLed) {
      isLed = false;
      return;
    }
    const passed = heads.filter((head) => head && head.getBoundingClientRect().top < 0.3 * root.clientHeight);
    const atEnd = window.scrollY + root.clientHeight > root.scrollHeight - 2;
    const now = atEnd ? entries.at(-1) : entries[heads.lastIndexOf(passed.at(-1) ?? null)];
    for (const link of entries) {
      link.classList.toggle("active", link === now);
      if (link === now) link.ariaCurrent = "true";
      else link.removeAttribute("aria-current");
    }
    for (const entry of document.querySelectorAll("#pst-page-toc-nav .toc-entry")) {
      entry.classList.toggle("active", now !== undefined && entry.contains(now));
    }
  }
  function rest() {
    clearTimeout(resting);
    resting = setTimeout(markSection, 150);
  }
  if (entries.length) {
    document.addEventListener("scroll", rest, { passive: true });
    window.addEventListener("hashchange", () => (isLed = true));
    for (const link of entries) link.addEventListener("click", () => (isLed = true));
    for (const name of ["wheel", "touchmove", "keydown"]) {
      document.addEventListener(name, () => (isLed = false), { passive: true });
    }
  }

  // A link, or a hit of the search, into a closed dropdown opens it.

  /** What the address points at. */
  function target() {
    try {
      return document.getElementById(decodeURIComponent(location.hash.slice(1)));
    } catch {
      return null; // an address with a broken escape
    }
  }

  /**
   * Open what stands around a place and bring it into view; true where something was closed.
   * @param {Element | null} place
   */
  function reveal(place) {
    let closed = false;
    for (
      let box = place && place.closest("details");
      box;
      box = box.parentElement && box.parentElement.closest("details")
    ) {
      closed ||= !box.open;
      box.open = true;
    }
    if (place && closed) place.scrollIntoView();
    return closed;
  }

  /** Where the words that were searched for are marked, and all in closed dropdowns, open the first. */
  function revealMarks() {
    const marks = [...(target() || document).querySelectorAll("article .highlighted")];
    if (marks.length && marks.every((mark) => mark.closest("details:not([open])"))) reveal(marks[0]);
  }

  window.addEventListener("hashchange", () => reveal(target()));
  const moved = reveal(target());
  // What loads later moves the page under the reader, where the browser does not hold it.
  if (moved) window.addEventListener("load", () => target()?.scrollIntoView());
  // Sphinx marks the words a moment after it has read them from where the search page left them.
  const searched =
    localStorage.getItem("sphinx_highlight_terms") || new URL(location.href).searchParams.get("highlight");
  if (searched) window.addEventListener("DOMContentLoaded", () => setTimeout(revealMarks, 20));

  // Paper shows what a dropdown hides, and is light.
  /** @type {HTMLDetailsElement[]} */
  let opened = [];
  /** @type {string | undefined} */
  let colours;
  window.addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("article details")].map((box) => /** @type {HTMLDetailsElement} */ (box));
    opened = opened.filter((box) => !box.open);
    for (const box of opened) box.open = true;
    colours = root.dataset.theme;
    root.dataset.theme = "light";
  });
  window.addEventListener("afterprint", () => {
    for (const box of opened) box.open = false;
    root.dataset.theme = colours;
  });

  // The page's height changes at a key press in a widget, too, which must not wait for this; its width does not.
  let width = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let settled;
  new ResizeObserver(() => {
    clearTimeout(settled);
    if (root.clientWidth === width) {
      settled = setTimeout(focusScrollers, 200);
      return;
    }
    width = root.clientWidth;
    focusScrollers();
  }).observe(root);
  window.addEventListener("load", focusScrollers);
})();
