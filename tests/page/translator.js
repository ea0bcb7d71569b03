// What a browser's translator does to a page: each text makes way for two <font> elements that hold the translation, here
// the text in « », and so does each text that comes later. test_translated.py adds it to a page.

const LEFT_ALONE = '[translate="no"], .notranslate, script, style, textarea';

const isDone = ({ parentElement }) => parentElement.closest(`${LEFT_ALONE}, font`) !== null;

const translation = ({ data }) => `«${data}»`;

function textsIn(root) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) if (walker.currentNode.data.trim()) found.push(walker.currentNode);
  return found;
}

function translate(text) {
  const [outer, inner] = [1, 2].map(() => document.createElement("font"));
  outer.style.verticalAlign = inner.style.verticalAlign = "inherit";
  inner.textContent = translation(text);
  outer.append(inner);
  text.replaceWith(outer);
}

window.keepTranslating = () => {
  const all = () =>
    textsIn(document.body)
      .filter((text) => !isDone(text))
      .forEach(translate);
  all();
  new MutationObserver(all).observe(document.body, { subtree: true, childList: true, characterData: true });
};

const frame = () => new Promise((done) => requestAnimationFrame(done));

// The texts that stand in a view or are heard there, in order and translated, but for the one that waits for a pause; once
// its map has followed.
window.translatedTexts = async (view) => {
  for (let i = 0; view.matches("[data-behind]"); i += 1) {
    if (i > 1000) throw new Error("the map stays behind");
    await frame();
  }
  return textsIn(view)
    .filter(
      ({ parentElement: place }) =>
        place.checkVisibility({ visibilityProperty: true }) && !place.closest("[role=status]"),
    )
    .map((text) => (isDone(text) ? text.data : translation(text)));
};
