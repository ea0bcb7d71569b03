"""What one screen shows at a time, on a phone in the hand."""

PHONE = {"width": 390, "height": 844}

# The last result of a widget goes to the middle of the screen; then where is the slider, and which
# of the points along it are covered? The last result is the last child of the view that is neither
# the controls nor words under the whole.
RESULT_IN_THE_MIDDLE = """async (view, name) => {
  const slider = view.querySelector(`input[data-control=${name}]`);
  const isResult = e => e.checkVisibility()
    && !e.matches(".afm-spoken, .afm-caption, .afm-note-soft, .afm-controls:has(> .afm-slider)");
  let last = [...view.children].filter(isResult).at(-1);
  if (last.contains(slider)) last = [...last.querySelectorAll("*")].filter(isResult)
    .filter(e => e.matches("dl, table, .afm-figures, .afm-told > :last-child")).at(-1) || last;
  last.scrollIntoView({block: "center", behavior: "instant"});
  await new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)));
  const {x, y, width, height, top, bottom} = slider.getBoundingClientRect();
  const covered = [0.02, 0.25, 0.5, 0.75, 0.98].filter(part =>
    document.elementFromPoint(x + part * width, y + height / 2) !== slider);
  return {top, bottom, covered, last: last.className, y: last.getBoundingClientRect().y};
}"""
