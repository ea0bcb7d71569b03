// Small comforts of the pages. Everything here is optional: without it the book still reads.
(function () {
  "use strict";

  // What scrolls sideways can be reached by keyboard.
  function focusScrollers() {
    document.querySelectorAll("pre, div.math, .katex-display, .table-scroll, .pst-scrollable-table-container, .cell_output .output").forEach(function (box) {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
      else if (box.tabIndex === 0 && box.hasAttribute("tabindex")) box.removeAttribute("tabindex");
    });
  }

  function closeMenus(except) {
    document.querySelectorAll("details.book-menu[open]").forEach(function (menu) {
      if (menu !== except) menu.open = false;
    });
  }

  document.addEventListener("click", function (event) {
    closeMenus(event.target.closest("details.book-menu"));
    if (event.target.closest("[data-book-print]")) window.print();
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    var menu = document.querySelector("details.book-menu[open]");
    closeMenus(null);
    if (menu) menu.querySelector("summary").focus();
  });

  // Paper shows what a dropdown hides.
  var opened = [];
  window.addEventListener("beforeprint", function () {
    opened = Array.from(document.querySelectorAll("article details:not([open])"));
    opened.forEach(function (box) { box.open = true; });
  });
  window.addEventListener("afterprint", function () {
    opened.forEach(function (box) { box.open = false; });
  });

  // The page's height changes at a key press in a widget, too, which must not wait for this; its width does not.
  var width = 0;
  var settled = 0;
  new ResizeObserver(function () {
    clearTimeout(settled);
    if (document.documentElement.clientWidth === width) {
      settled = setTimeout(focusScrollers, 200);
      return;
    }
    width = document.documentElement.clientWidth;
    focusScrollers();
  }).observe(document.documentElement);
  window.addEventListener("load", focusScrollers);
})();
