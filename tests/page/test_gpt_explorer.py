"""GPTExplorer on a page without a kernel: asked for, typed in, and held against torch."""

from pathlib import Path

import pytest
from javascript import violations
from widget_examples import gpt
from widget_pages import facts, load, press, same_gpt, slider_words

from attention.teaching.plots import visible
from attention.trained.small_gpt import small_gpt_reader
from attention.widgets.gpt_explorer import reader as reading

READER = small_gpt_reader()

HOSTILE = {
    "markup": '<img src=x onerror="window.pwned=1"><b>be</b><script>window.pwned=1</script>',
    "emoji": "😀 👩‍👩‍👧‍👦 🇩🇪 e\u0301 ",
    "controls": "a\x00b\x1b[31m\x7f\t\tc\u202eabc\u202c\ufeff\ufffd",
    "lines": "\n\n\n \n",
    "long": "<b>To be</b> & 😀 " * 600,
    "one word": "qxz" * 3400,
    "names": "__proto__ constructor toString valueOf hasOwnProperty",
    "empty": "",
}


def test_before_the_model_is_here_the_controls_move_what_python_sent(start, script: Path) -> None:
    script.unlink()
    page = start(shown := gpt())
    view = page.locator(".afm-gpt")
    same_gpt(view, shown)
    assert facts(view)["model"] == "asleep"
    for control, key in [
        ("head", "ArrowRight"), ("layer", "End"), ("length", "ArrowLeft"), ("mask", "ArrowRight"),
        ("length", "Home"), ("head", "End"), ("map", "ArrowLeft"), ("mask", "ArrowLeft"),
        ("length", "End"), ("query", "ArrowLeft"),
    ]:  # fmt: skip
        before = facts(view)
        press(view, control, key)
        assert facts(view) != before, control
        same_gpt(view, shown)
    assert slider_words(view, "head") == "head 2, counted from 0 to 3"
    area = view.locator("textarea")
    assert not area.is_editable()
    assert view.locator(".afm-guess:enabled").count() == 0
    assert not view.locator(".afm-write").is_visible()
    size = f"{len(READER.file()['weights']) / 1e6:.1f} MB"
    assert view.locator(".afm-load").inner_text() == f"Load the model ({size})"
    assert "computed beforehand" in view.locator(".afm-asking .afm-note-text").inner_text()


def test_a_long_text_is_not_computed_beforehand_without_a_mask(start) -> None:
    page = start(shown := gpt(text="To be, or not to be: that is the question. " * 2))
    view = page.locator(".afm-gpt")
    press(view, "mask", "ArrowRight")
    assert view.locator(".afm-lacking").inner_text().startswith("This was not computed beforehand.")
    assert not view.locator(".afm-grid").is_visible()
    load(page)
    assert view.locator(".afm-grid").is_visible()
    same_gpt(view, shown)


def test_once_it_is_here_every_key_press_is_answered(start) -> None:
    page = start(shown := gpt())
    view = load(page)
    area = view.locator("textarea")
    assert area.evaluate("area => area === document.activeElement"), "the button is gone"
    same_gpt(view, shown)
    page.keyboard.press("End")
    for key in (*" th", "Backspace", "e", "Home", "O", "Space", "Control+a", "x"):
        page.keyboard.press(key)
        same_gpt(view, shown)
    assert area.input_value() == "x"
    area.fill("But soft! What light through yonder window breaks?")
    for control, key in [
        ("layer", "ArrowRight"), ("head", "End"), ("mask", "ArrowRight"), ("length", "ArrowLeft"),
        ("length", "ArrowLeft"), ("mask", "ArrowLeft"), ("map", "ArrowRight"), ("length", "Home"),
        ("query", "ArrowRight"),
    ]:  # fmt: skip
        press(view, control, key)
        same_gpt(view, shown)
    area.press("End")
    page.keyboard.type("!")
    assert facts(view)["length"] == facts(view)["tokens"], "a new text is read to its end"
    same_gpt(view, shown)


def test_a_long_text_scrolls_in_its_box_and_does_not_push_the_page_down(start) -> None:
    page = start(gpt())
    area = load(page).locator("textarea")
    before = area.bounding_box()
    area.fill("To be, or not to be\n" * 20)
    assert area.bounding_box() == before
    assert area.evaluate("area => area.scrollHeight > area.clientHeight")


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_text_is_read_and_nothing_else(start, kind: str) -> None:
    page = start(shown := gpt())
    view = load(page)
    text = HOSTILE[kind]
    view.locator("textarea").fill(text)
    same_gpt(view, shown)
    total = len(READER.token_ids(text.replace("\r", "\n")))
    note = view.locator(".afm-asking .afm-note-text").inner_text()
    if total > 64:
        assert note == f"{total} tokens, of which the last 64 are read."
    assert view.locator(":is(b, img, script)").count() == 0
    assert page.evaluate("window.pwned") is None
    view.locator("textarea").fill("To be")
    same_gpt(view, shown)


def test_text_that_python_sends_is_text(start) -> None:
    text = "<b onclick='window.pwned=1'>be</b>\r\n</script><script>window.pwned=1</script>"
    page = start(gpt(text=text, caption="<i>slanted</i>"))
    view = page.locator(".afm-gpt")
    assert view.locator(":is(b, i, script)").count() == 0
    assert view.locator(".afm-caption").inner_text() == "<i>slanted</i>"
    load(page)
    assert view.locator("textarea").input_value() == text.replace("\r\n", "\n")
    assert page.evaluate("window.pwned") is None


def test_a_guess_writes_its_token_and_from_the_middle_drops_the_rest(start) -> None:
    page = start(shown := gpt())
    view = load(page)
    first = view.locator(".afm-guess").first
    best, _ = shown.guesses[0]
    # Its name is what it shows and more (WCAG 2.5.3), so that who speaks to the page can say it.
    assert first.get_attribute("aria-label") is None
    said = first.text_content()
    assert said == f"Write {best.replace(' ', '·')}, probability {shown.guesses[0][1]:.2f}"
    first.click()
    assert view.locator("textarea").input_value() == "To be, or not to be: that is" + best
    same_gpt(view, shown)
    view.locator("textarea").fill("To be, or not to be")
    for _ in range(3):
        press(view, "length", "ArrowLeft")
    same_gpt(view, shown)
    dropped = view.locator(".afm-next .afm-note-text")
    assert dropped.inner_text() == "To go on from here drops the tokens after it."
    best, _ = shown.guesses[0]
    view.locator(".afm-guess").first.focus()
    page.keyboard.press("Enter")
    assert view.locator("textarea").input_value() == "To be, or" + best
    assert not dropped.is_visible()


def test_it_writes_on_by_itself_until_it_is_stopped(start) -> None:
    page = start(gpt(), own=True)
    page.clock.install()
    page.evaluate("Math.random = () => 0")  # the likeliest one that can be written
    view = load(page)
    area, button = view.locator("textarea"), view.locator(".afm-write")
    button.click()
    page.wait_for_function("document.querySelector('textarea').value.length > 30")
    assert button.inner_text() == "Stop"
    page.wait_for_function("document.querySelector('.afm-write').textContent === 'Write on'")
    text = "To be, or not to be: that is"
    for _ in range(12):
        chances = READER.read(READER.token_ids(text)[-64:], "causal")[1][-1]
        order = chances.argsort(descending=True).tolist()
        text += next(
            piece for token in order if (piece := reading.piece(READER, token)) is not None
        )
    assert area.input_value() == text
    button.click()
    button.click()
    stopped = area.input_value()
    page.clock.fast_forward(5000)  # whatever would be written later
    assert area.input_value() == stopped
    button.click()
    area.fill("mine")
    page.clock.fast_forward(5000)
    assert area.input_value() == "mine", "who types is not written over"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "could not be loaded."),
        ("", "holds no model."),
        ("cut", "The model's file is damaged: "),
    ],
)
def test_a_model_that_does_not_come_is_said_and_can_be_asked_for_again(
    start, script: Path, content: str | None, said: str
) -> None:
    whole = script.read_text()
    cut = whole.replace('"weights": "', '"weights": "AAAA')
    script.unlink() if content is None else script.write_text(cut if content == "cut" else content)
    page = start(shown := gpt(), may_fail=True)
    view = page.locator(".afm-gpt")
    view.locator(".afm-load").click()
    failure = view.locator(".afm-failure")
    failure.wait_for()
    assert said in failure.inner_text()
    assert view.locator(".afm-load").inner_text().startswith("Try again: load the model (")
    same_gpt(view, shown)
    script.write_text(whole)
    load(page)
    assert not failure.is_visible()
    same_gpt(view, shown)


def test_the_one_live_region_waits_for_a_pause(start) -> None:
    page = start(shown := gpt())
    view = load(page)
    page.wait_for_function("document.querySelector('p[role=status]').textContent !== ''")
    status = view.locator("p[role=status]")
    assert status.text_content() == "The model is here. You can type your own text."
    page.keyboard.press("End")
    page.keyboard.type(" the")
    assert status.text_content().startswith("The model is here")
    same_gpt(view, shown)
    page.wait_for_function("document.querySelector('p[role=status]').textContent.includes('most')")
    weights = shown.weights[0, 0, -1]
    best, last = visible(shown.names[weights.argmax()]), visible(shown.names[-1])
    guess, p = shown.guesses[0]
    assert status.text_content() == (
        f"Layer 0, head 0: {last} puts most weight on {best}, {weights.max():.2f}. "
        f"Likeliest next token: {visible(guess)}, {p:.2f}."
    )
    view.locator("textarea").fill("")
    page.wait_for_function("document.querySelector('p[role=status]').textContent[0] === 'N'")


def test_views_of_one_widget_share_text_and_model(start) -> None:
    page = start(gpt(), views=2)
    load(page)
    views = page.locator(".afm-gpt[data-model=ready]")
    assert views.count() == 2
    views.last.locator("textarea").fill("To be")
    assert views.first.locator("textarea").input_value() == "To be"
    press(views.first, "head", "End")
    assert facts(views.first) == facts(views.last)


@pytest.mark.parametrize(("theme", "width"), [("light", 320), ("dark", 900)])
def test_accessible_and_never_wider_than_the_page(start, theme: str, width: int) -> None:
    page = start(gpt(), theme=theme, width=width)
    targets = ":is(label:has([type=radio]), [type=range], td[data-key], button, textarea)"

    def check() -> None:
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        boxes = page.locator(f".afm-gpt {targets}").evaluate_all(
            "all => all.map(e => e.getBoundingClientRect().toJSON())"
        )
        assert all(min(b["width"], b["height"]) >= 24 for b in boxes if b["width"])

    check()
    view = load(page)
    check()
    view.locator("textarea").fill("wherefore art thou Romeo? " * 10 + "supercalifragilistic" * 20)
    check()
    view.locator("textarea").fill("")
    check()
