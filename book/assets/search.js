// On the search page: Sphinx's search quotes from the pages it found by fetching them, which file:// forbids. Here the
// words come from small scripts instead (book/extension/search_texts.py), in the shape that Sphinx expects of a page.
(function () {
  "use strict";
  var waiting = {};
  var root = document.documentElement.dataset.content_root || "./";

  window.BookText = function (name, sections) {
    var main = document.createElement("div");
    main.setAttribute("role", "main");
    sections.forEach(function (section) {
      var part = document.createElement("div");
      part.id = section[0];
      part.textContent = section[1] + " ";
      main.append(part);
    });
    waiting[name](main.outerHTML);
  };

  var known = {};
  window.fetch = function (address) {
    var name = String(address).replace(root, "").replace(/\.html$/, "");
    known[name] = known[name] || new Promise(function (resolve) {
      waiting[name] = resolve;
      var script = document.createElement("script");
      script.src = root + "_static/texts/" + name + ".js";
      script.onerror = function () { resolve('<div role="main"></div>'); };
      document.head.append(script);
    });
    return Promise.resolve({ text: function () { return known[name]; } });
  };
})();
