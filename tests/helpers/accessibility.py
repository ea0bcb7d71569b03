"""What axe-core finds on a page, without looking a thousand times at the same thing.

Code and formulas are nine tenths of a chapter's elements, in a handful of colours. What axe sees of
them is one piece of each kind: of those in one colour, size and weight on one ground. The others
become plain text, or an empty box of the same size. A page that was thinned out is good for axe
alone: ask it everything else before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from javascript import violations

if TYPE_CHECKING:
    from playwright.sync_api import Page

THIN_OUT = """() => {
  const ground = (node) => {
    const own = getComputedStyle(node).backgroundColor;
    return /, 0\\)$/.test(own) && node.parentElement ? ground(node.parentElement) : own;
  };
  const kinds = new Set();
  const isNew = (node) => {
    if (!node.checkVisibility({visibilityProperty: true})) return false;
    const {color, fontSize, fontWeight} = getComputedStyle(node);
    const kind = [color, ground(node), fontSize, fontWeight].join();
    return !kinds.has(kind) && kinds.add(kind);
  };
  const leaves = ".highlight pre span:not(:has(*), .code-line), .katex";
  const again = [...document.querySelectorAll(leaves)]
    .filter(node => !isNew(node));
  const boxes = again.flatMap(node => [...node.querySelectorAll(".base")])
    .map(node => [node, node.getBoundingClientRect()]);
  for (const [node, {width, height}] of boxes) {
    node.replaceChildren();
    const size = {width: `${width}px`, height: `${height}px`};
    Object.assign(node.style, {display: "inline-block", ...size});
  }
  for (const node of again) {
    if (node.matches(".katex")) node.querySelector(".katex-mathml")?.remove();
    else node.replaceWith(node.textContent);
  }
  document.querySelectorAll(".highlight pre").forEach(pre => pre.normalize());
  return kinds.size;
}"""


def pale_text(page: Page) -> list[str]:
    """Which text is too pale for its ground."""
    page.evaluate(THIN_OUT)
    return violations(page, runOnly=["color-contrast"])


def everything(page: Page) -> list[str]:
    """All that is wrong with the page."""
    page.evaluate(THIN_OUT)
    return violations(page)
