// A term's definition beside its link. book.js loads this script when a reader first comes to such a link.
// The definitions are the glossary's, written by the build (book/extension/definitions.py).
(() => {
  "use strict";
  const { src } = /** @type {HTMLScriptElement} */ (document.currentScript);
  const TERM = 'article a[href*="#term-"]:not(.headerlink)';
  const WIDTH = 352; // CSS pixels, at most
  const REST = 120; // ms: a pointer that only passes a link opens nothing
  const PATIENCE = 250; // ms: on the way from the link to its definition nothing closes
  /** By the id of the glossary's entry. @type {Record<string, string>} */
  let definitions = {};
  /** @type {HTMLAnchorElement | null} */
  let open = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  let touched = false;

  const box = document.createElement("div");
  box.id = "book-definition";
  box.className = "book-definition";
  box.setAttribute("role", "tooltip");
  box.hidden = true;
  document.body.append(box);

  /** @param {EventTarget | null} target @returns {HTMLAnchorElement | null} */
  const linkAt = (target) => (target instanceof Element ? target.closest(TERM) : null);
  /** @param {HTMLAnchorElement} link */
  const entry = (link) => definitions[decodeURIComponent(link.hash.slice(1))];

  /** @param {HTMLAnchorElement} link */
  function show(link) {
    clearTimeout(waiting);
    if (open === link || !entry(link)) return;
    close();
    open = link;
    box.replaceChildren(...new DOMParser().parseFromString(entry(link), "text/html").body.childNodes);
    box.hidden = false;
    place(link);
    link.setAttribute("aria-describedby", box.id);
  }

  /**
   * Under the line of the link, or over it where there is no room.
   * @param {HTMLAnchorElement} link
   */
  function place(link) {
    const { clientWidth, clientHeight } = document.documentElement;
    box.style.width = `${Math.min(WIDTH, clientWidth - 24)}px`;
    const lines = link.getClientRects();
    const { left, top, bottom } = lines[0];
    const below = lines[lines.length - 1].bottom;
    const under = below + box.offsetHeight + 6 < clientHeight || top < box.offsetHeight + 60;
    const x = Math.max(12, Math.min(left, clientWidth - box.offsetWidth - 12));
    box.style.left = `${x + scrollX}px`;
    box.style.top = `${(under ? (lines.length > 1 ? below : bottom) + 4 : top - box.offsetHeight - 4) + scrollY}px`;
  }

  function close() {
    clearTimeout(waiting);
    open?.removeAttribute("aria-describedby");
    open = null;
    box.hidden = true;
  }

  function closeSoon() {
    clearTimeout(waiting);
    waiting = setTimeout(close, PATIENCE);
  }

  document.addEventListener("pointerover", (event) => {
    const link = linkAt(event.target);
    if (event.pointerType === "touch") return;
    clearTimeout(waiting);
    if (link) waiting = setTimeout(() => show(link), REST);
    else if (open && open !== document.activeElement && !box.contains(/** @type {Node} */ (event.target))) closeSoon();
  });
  document.addEventListener("focusin", (event) => {
    const link = linkAt(event.target);
    if (link && !touched) show(link);
    else if (!link) close();
  });
  document.addEventListener("focusout", (event) => {
    if (linkAt(event.target) === open && !box.matches(":hover")) closeSoon();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && open) {
      event.stopPropagation();
      close();
    }
  });
  // The first tap shows the definition, the second follows the link; a tap anywhere else closes it.
  document.addEventListener("pointerdown", (event) => {
    touched = event.pointerType === "touch";
    if (touched && open && linkAt(event.target) !== open && !box.contains(/** @type {Node} */ (event.target))) close();
  });
  document.addEventListener("click", (event) => {
    const link = linkAt(event.target);
    if (link && touched && open !== link && entry(link)) {
      event.preventDefault();
      show(link);
    }
  });
  addEventListener("resize", close);

  /** @param {Record<string, string>} found */
  const receive = (found) => {
    definitions = found;
    const link = linkAt(document.activeElement) ?? linkAt(document.querySelector(`${TERM}:hover`));
    if (link) show(link);
  };
  Object.assign(window, { BookDefinitions: receive });
  document.head.append(Object.assign(document.createElement("script"), { src: new URL("definitions.js", src).href }));
})();
