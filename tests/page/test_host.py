"""The static host and the explorer on a page without a kernel: a real browser, from a file."""

from collections.abc import Callable
from itertools import pairwise

import pytest
import torch
from javascript import violations
from playwright.sync_api import Locator, Page

from attention.widgets import AttentionExplorer

TOKENS = ["The", "cat", "<b>sat</b>", "on", "the", "</script>", "mat"]
CHOICES = [1, 2, 4]
Open = Callable[..., Page]


@pytest.fixture
def explorer() -> AttentionExplorer:
    query, key, value = (torch.randn(len(CHOICES), len(TOKENS), 8) for _ in range(3))
    return AttentionExplorer(TOKENS, 2 * query, key, value, head_choices=CHOICES, query_index=4)


def drawn(view: Page | Locator) -> torch.Tensor:
    """The weights of the head that is shown in full, as the cells carry them."""
    rows = view.locator(".afm-grid").first.evaluate(
        """grid => [...grid.querySelectorAll('tbody tr:not([hidden])')].map(row =>
             [...row.querySelectorAll('td[data-key]:not([hidden])')].map(c => +c.dataset.weight))"""
    )
    return torch.tensor(rows, dtype=torch.float32)


def facts(view: Locator) -> tuple[str, int, int, int, int, int]:
    data = view.evaluate("view => ({...view.dataset})")
    numbers = (int(data[name]) for name in ("heads", "length", "query", "head", "key"))
    return (data["mask"], *numbers)


def same_as_torch(page: Page, explorer: AttentionExplorer) -> None:
    """What the page draws now is what torch computes for the settings that the page shows."""
    mask, n_heads, length, query, head, _ = facts(page.locator(".afm-explorer").first)
    window = int(page.locator("input[data-control=window]").first.input_value()) + 1
    with explorer.hold_trait_notifications():
        explorer.mask, explorer.window, explorer.n_heads = mask, window, n_heads
        explorer.length, explorer.query_index, explorer.head = length, query, head
    torch.testing.assert_close(drawn(page), explorer.weights[head], atol=1e-6, rtol=0)
    masked = page.locator(".afm-grid tbody tr:not([hidden]) td[data-masked]:not([hidden])").count()
    assert masked == int((~explorer.mask_table).sum())
    words = page.locator(".afm-sentence label[data-weight]")
    on_words = torch.tensor(
        [float(w) for w in words.evaluate_all("l => l.map(e => e.dataset.weight)")]
    )
    torch.testing.assert_close(on_words, explorer.weights[head, query], atol=1e-6, rtol=0)
    entries = page.locator(".afm-vector li:not([hidden])")
    context = torch.tensor(
        [float(v) for v in entries.evaluate_all("l => l.map(e => e.dataset.value)")]
    )
    torch.testing.assert_close(context, explorer.context[head, query], atol=2e-6, rtol=1e-6)


def test_every_slider_by_keyboard_draws_what_torch_computes(
    open_page: Open, explorer: AttentionExplorer
) -> None:
    page = open_page(explorer.model_id, models=[explorer])
    same_as_torch(page, explorer)
    moves = [
        ("length", "ArrowLeft"), ("length", "ArrowLeft"), ("heads", "ArrowLeft"), ("heads", "Home"),
        ("length", "End"), ("heads", "End"), ("mask", "ArrowRight"), ("window", "ArrowLeft"),
        ("window", "End"), ("window", "Home"), ("query", "ArrowLeft"), ("head", "ArrowRight"),
        ("mask", "ArrowLeft"), ("mask", "ArrowLeft"), ("head", "ArrowLeft"), ("length", "Home"),
    ]  # fmt: skip
    seen = [drawn(page)]
    for control, press in moves:
        slider = page.locator(f"input[data-control={control}]")
        target = (
            slider
            if slider.count() == 1
            else page.locator(f"input[data-control={control}]:checked")
        )
        target.press(press)
        same_as_torch(page, explorer)
        seen.append(drawn(page))
    same = sum(a.shape == b.shape and torch.equal(a, b) for a, b in pairwise(seen))
    assert same <= 2, "another query redraws the words, not the map; all other moves change it"


def test_words_for_a_screen_reader(open_page: Open, explorer: AttentionExplorer) -> None:
    page = open_page(explorer.model_id, models=[explorer])
    heads = page.get_by_label("Heads", exact=True).and_(page.locator("[type=range]"))
    assert heads.get_attribute("aria-valuetext") == "4 heads of 2 dimensions"
    heads.press("Home")
    assert heads.get_attribute("aria-valuetext") == "1 head of 8 dimensions"
    length = page.locator("input[data-control=length]")
    length.press("ArrowLeft")
    assert length.get_attribute("aria-valuetext") == "6 of 7 tokens"
    status = page.locator("p[role=status]")
    assert status.text_content() == "", "it waits until the reader pauses"
    page.wait_for_function("document.querySelector('p[role=status]').textContent !== ''")
    with explorer.hold_trait_notifications():
        explorer.n_heads, explorer.length = 1, 6
    best = explorer.weights[0, 4].max().item()
    assert "query the: 5 of 6 keys visible, most weight on " in status.text_content()
    assert f"{best:.2f}" in status.text_content()
    assert page.locator("td[data-query='0'][data-key='1']").get_attribute("aria-label") == "masked"


def test_the_grid_has_one_tab_stop_and_arrow_keys(
    open_page: Open, explorer: AttentionExplorer
) -> None:
    page = open_page(explorer.model_id, models=[explorer])
    view = page.locator(".afm-explorer")
    assert page.locator(".afm-grid [tabindex='0']").count() == 1
    page.locator(".afm-grid [tabindex='0']").press("ArrowUp")
    page.keyboard.press("ArrowLeft")
    assert facts(view)[3] == 3
    assert facts(view)[-1] == 3
    focused = page.evaluate(
        "[document.activeElement.dataset.query, document.activeElement.dataset.key]"
    )
    assert focused == ["3", "3"]
    assert "“on” → “on”" in page.locator(".afm-readout").inner_text()
    page.locator("td[data-query='5'][data-key='1']").hover()
    assert "“</script>” → “cat”" in page.locator(".afm-readout").inner_text()
    page.locator("h1").hover()
    assert "“on” → “on”" in page.locator(".afm-readout").inner_text()
    page.locator("td[data-query='2'][data-key='0']").click()
    assert facts(view)[3] == 2
    assert facts(view)[-1] == 0
    assert page.locator(".afm-grid [tabindex='0']").count() == 1


def test_a_shorter_sentence_and_fewer_heads_take_the_choice_along(
    open_page: Open, explorer: AttentionExplorer
) -> None:
    explorer.head = 3
    page = open_page(explorer.model_id, models=[explorer])
    view = page.locator(".afm-explorer")
    length, heads = (page.locator(f"input[data-control={name}]") for name in ("length", "heads"))
    length.press("Home")
    assert facts(view) == ("causal", 4, 1, 0, 3, 0)
    length.press("End")
    assert facts(view) == ("causal", 4, 7, 0, 3, 0), "as in Python, it does not spring back"
    heads.press("Home")
    heads.press("End")
    assert facts(view) == ("causal", 4, 7, 0, 0, 0)


def test_tokens_are_text(open_page: Open, explorer: AttentionExplorer) -> None:
    page = open_page(explorer.model_id, models=[explorer], edit={"caption": "<i>slanted</i>"})
    assert page.locator(".afm-explorer :is(b, i)").count() == 0
    assert page.locator(".afm-word", has_text="<b>sat</b>").count() == 1
    assert page.locator(".afm-caption").inner_text() == "<i>slanted</i>"


def test_views_of_one_model_stay_in_step(open_page: Open, explorer: AttentionExplorer) -> None:
    page = open_page(explorer.model_id, explorer.model_id, models=[explorer])
    views = page.locator(".afm-explorer")
    assert views.count() == 2
    page.locator("input[data-control=length]").first.press("ArrowLeft")
    page.locator("input[data-control=heads]").last.press("ArrowLeft")
    assert facts(views.first) == facts(views.last)
    assert facts(views.first)[1:3] == (2, 6)


def test_two_models_are_apart_and_share_one_style(
    open_page: Open, explorer: AttentionExplorer
) -> None:
    other = AttentionExplorer(
        ["a", "b"], *[torch.randn(2, 4) for _ in range(3)], controls=["length"]
    )
    page = open_page(explorer.model_id, other.model_id, models=[explorer, other])
    page.locator("input[data-control=length]").last.press("Home")
    assert facts(page.locator(".afm-explorer").first)[2] == 7
    assert facts(page.locator(".afm-explorer").last)[2] == 1
    styles = page.locator("head style").evaluate_all("l => l.map(e => e.textContent)")
    assert sum(".afm-grid" in style for style in styles) == 1
    assert page.locator(".afm-explorer").last.locator(".afm-controls input").count() == 1


def test_the_picture_gives_way(open_page: Open, explorer: AttentionExplorer) -> None:
    page = open_page(explorer.model_id, models=[explorer])
    assert not page.locator(".afm-fallback").is_visible()
    assert page.locator(".afm-explorer").is_visible()


@pytest.mark.parametrize(
    ("module", "reason"),
    [
        ("export default { render() { throw new Error('no luck'); } }", "no luck"),
        ("export default { async render() { throw new Error('too late'); } }", "too late"),
        ("export default { initialize() { throw new Error('at once'); }, render() {} }", "at once"),
        ("this is no module", "Unexpected"),
    ],
)
def test_on_any_error_the_picture_stays(
    open_page: Open, explorer: AttentionExplorer, module: str, reason: str
) -> None:
    page = open_page(explorer.model_id, models=[explorer], edit={"_esm": module}, may_fail=True)
    assert page.locator(".afm-fallback").is_visible()
    note = page.locator(".afm-note")
    assert note.is_visible()
    assert reason in note.inner_text()


def test_a_model_that_the_page_lacks(open_page: Open, explorer: AttentionExplorer) -> None:
    page = open_page("nowhere", explorer.model_id, models=[explorer], may_fail=True)
    assert "no state for model nowhere" in page.locator(".afm-note").inner_text()
    assert page.locator(".afm-fallback").first.is_visible()
    assert page.locator(".afm-explorer").count() == 1, "the other widget is not harmed"


def test_the_model_keeps_anywidgets_promises(open_page: Open, explorer: AttentionExplorer) -> None:
    module = """
      let started = 0;
      export default () => ({
        initialize({ model }) { started += 1; model.set("label", "set in initialize"); },
        render({ model, el }) {
          const log = [];
          const both = () => log.push("both");
          const once = (source, value) => log.push(`label=${value}`);
          model.on("change:label change:mask", both);
          model.on("change:label", once);
          model.on("change", () => log.push("change"));
          log.push(model.get("label"));
          model.set("label", "two"); model.set("label", "two");
          model.off("change:label", once);
          model.set({ label: "three", mask: "none" });
          model.off("change:mask"); model.set("mask", "causal");
          model.off(null, both); model.set("label", "four");
          model.off(); model.set("label", "five");
          model.save_changes(); model.send({});
          const { data } = model.get("query");
          log.push(started, data instanceof DataView, data.byteLength);
          el.textContent = log.join(" ");
        },
      });"""
    page = open_page(
        explorer.model_id, explorer.model_id, models=[explorer], edit={"_esm": module, "_css": ""}
    )
    size = 2 * explorer.query.numel()
    told = page.locator(".afm-widget > div").first.inner_text()
    assert told == (
        f"set in initialize both label=two change both both change change change 1 true {size}"
    )
    assert page.locator(".afm-widget > div").last.inner_text().endswith(f"1 true {size}")


@pytest.mark.parametrize(("theme", "width"), [("light", 320), ("dark", 900)])
def test_accessible_and_never_wider_than_the_page(
    open_page: Open, explorer: AttentionExplorer, theme: str, width: int
) -> None:
    page = open_page(explorer.model_id, models=[explorer], theme=theme, width=width)
    for mask in ("none", "window"):
        page.locator(f"input[data-control=mask][value={mask}]").check()
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    small = page.locator(".afm-explorer :is(label:has([type=radio]), [type=range], td[data-key])")
    boxes = small.evaluate_all("l => l.map(e => e.getBoundingClientRect().toJSON())")
    assert all(min(b["width"], b["height"]) >= 24 for b in boxes if b["width"])


def test_the_ramp_follows_the_theme(open_page: Open, explorer: AttentionExplorer) -> None:
    page = open_page(explorer.model_id, models=[explorer])
    corner = """[...document.querySelector('.afm-ink canvas').getContext('2d')
        .getImageData(4, 4, 1, 1).data]"""  # weight 1: the first word sees itself only
    light = page.evaluate(corner)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_function(f"before => String({corner}) !== before", arg=",".join(map(str, light)))
    dark = page.evaluate(corner)
    assert light[3] == dark[3] == 255
    assert sum(light[:3]) < 200 < 500 < sum(dark[:3])
    thumb = """[...document.querySelector('.afm-thumb canvas').getContext('2d')
        .getImageData(1, 0, 1, 1).data]"""
    assert page.evaluate(thumb)[3] == 0, "a masked cell lets the hatching through"


# One that is in sight: once it is there, whoever was to start with it has started.
IN_SIGHT = '<div class="afm-widget" data-model-id="{}"></div>'


def test_a_widget_starts_when_it_comes_near_the_view(
    open_page: Open, explorer: AttentionExplorer
) -> None:
    far = IN_SIGHT.format(explorer.model_id) + '<div style="height: 3000px"></div>'
    page = open_page(explorer.model_id, models=[explorer], before=far, wake=False)
    page.locator(".afm-widget[data-state=ready]").wait_for()
    place = page.locator(".afm-widget").last
    assert place.get_attribute("data-state") is None
    assert place.locator("> *").count() == 1, "its picture alone"
    assert page.locator(".afm-fallback").is_visible()
    # Its head is less than a screen of 800 px away.
    place.evaluate("place => scrollTo(0, place.getBoundingClientRect().top + scrollY - 1500)")
    page.locator(".afm-widget[data-state=ready]").nth(1).wait_for()
    assert not page.locator(".afm-fallback").is_visible()


def test_a_widget_in_a_closed_section_starts_when_it_is_opened(
    open_page: Open, explorer: AttentionExplorer
) -> None:
    before = IN_SIGHT.format(explorer.model_id) + "<details><summary>More</summary>"
    page = open_page(explorer.model_id, models=[explorer], before=before, wake=False)
    page.locator(".afm-widget[data-state=ready]").wait_for()
    assert page.locator("details .afm-widget > *").count() == 1, "its picture alone"
    page.locator("summary", has_text="More").click()
    page.locator("details .afm-widget[data-state=ready]").wait_for()
