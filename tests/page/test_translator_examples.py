"""The chapters' widgets on a page: they fit, take any word, stay apart."""

import pytest
import torch
from javascript import violations
from widget_examples import (
    alignment,
    diagram,
    heads,
    position,
    scaling,
    stored_heads,
    stored_position,
    translation,
)
from widget_pages import facts, open_lists, press

from attention.widgets import (
    AlignmentExplorer,
    AttentionExplorer,
    BlockDiagram,
    ScalingExplorer,
    TranslationExplorer,
)

HOSTILE = ["<b>le</b>", "</script>", "&amp;", "<img src=x onerror=alert(1)>"]
Shown = TranslationExplorer | AlignmentExplorer
MOVES = {  # a slider, and a choice or a checkbox
    translation: ("length", "example"),
    alignment: ("step", "example"),
    scaling: ("d_k", "scaled"),
    position: ("place", "causal"),
    heads: ("layer", "pattern"),
    BlockDiagram: ("n_layers", "norm_order"),
}


def long_alignment() -> AlignmentExplorer:
    """As large as the chapters' largest: 24 source words, 25 steps."""
    words = [f"sentence{j}" for j in range(24)]
    return AlignmentExplorer(
        [words],
        [[*words, "⟨end⟩"]],
        queries=[torch.randn(25, 8)],
        keys=[torch.randn(24, 8)],
        score_vector=5 * torch.randn(8),
        annotations=[torch.randn(24, 16)],
        candidates=[[[(w, 0.5), ("x", 0.1)] for w in [*words, "⟨end⟩"]]],
    )


def long_translation() -> TranslationExplorer:
    words = [f"boulanger{j}" for j in range(39)]
    grown = [[words[:cut] for cut in range(4, 40, 5)]] * 3
    names = ["fixed vector", "source reversed", "trained 5 times as long"]
    return TranslationExplorer(
        grown,
        grown,
        models=names,
        outputs=[[[w[::2] for w in of] for of in grown]] * 3,
        chances=[[[torch.rand(len(w[::2])) for w in of] for of in grown]] * 3,
        states=torch.randn(3, 3, 8, 128),
        scores=torch.rand(3, 8),
        lengths=range(1, 9),
        trained=4,
        length=8,
    )


LONG = [
    *(long_translation, long_alignment),
    *(ScalingExplorer, stored_position, stored_heads, BlockDiagram),
]


@pytest.mark.parametrize(("theme", "width"), [("light", 320), ("dark", 900)])
@pytest.mark.parametrize("make", [translation, alignment, scaling, position, heads, *LONG])
def test_accessible_and_never_wider_than_the_page(open_page, make, theme: str, width: int) -> None:
    shown = make()
    page = open_page(shown.model_id, models=[shown], theme=theme, width=width)
    open_lists(page.locator(".afm"))
    assert violations(page) == []
    moved = 0
    for control, key in [
        ("step", "End"), ("length", "End"), ("model", "ArrowRight"),
        ("d_k", "End"), ("scaled", "Space"), ("place", "End"), ("causal", "Space"),
        ("layer", "End"), ("n_layers", "End"), ("norm_order", "ArrowRight"),
    ]:  # fmt: skip
        if page.locator(f"input[data-control={control}]").count():
            press(page.locator(".afm"), control, key)
            moved += 1
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert moved
    assert violations(page) == []
    targets = ":is(label:has([type]), [type=range], td[data-key], summary, button, select)"
    boxes = page.locator(f".afm {targets}").evaluate_all(
        "l => l.map(e => e.getBoundingClientRect().toJSON())"
    )
    assert all(min(b["width"], b["height"]) >= 24 for b in boxes if b["width"])


def test_on_a_phone_the_chosen_column_scrolls_into_sight(open_page) -> None:
    shown = long_alignment()
    page = open_page(shown.model_id, models=[shown], width=320)
    for place in (23, 0, 12):
        page.locator(f".afm-sentence label[data-position='{place}']").click()
        inside = page.locator("td[aria-selected]").evaluate(
            """cell => {
              const box = cell.closest(".afm-scroll").getBoundingClientRect();
              const at = cell.getBoundingClientRect();
              const head = cell.parentNode.querySelector("th").getBoundingClientRect();
              return head.right - 1 <= at.left && at.right <= box.right + 1;
            }"""
        )
        assert inside, place


@pytest.mark.parametrize("kind", ["translation", "alignment"])
def test_words_are_text(open_page, kind: str) -> None:
    if kind == "translation":
        shown: Shown = TranslationExplorer(
            [[HOSTILE]], [[HOSTILE]], models=[HOSTILE[0], HOSTILE[1]],
            outputs=[[[HOSTILE[::-1]]]] * 2, chances=[[[[0.5] * 4]]] * 2,
            states=torch.ones(2, 1, 1, 3), scores=[[0.5]] * 2, lengths=[1],
            unit=HOSTILE[3], label=HOSTILE[0], caption=HOSTILE[3],
        )  # fmt: skip
    else:
        shown = AlignmentExplorer(
            [HOSTILE], [HOSTILE], queries=[torch.randn(4, 2)], keys=[torch.randn(4, 2)],
            score_vector=torch.randn(2), annotations=[torch.randn(4, 3)],
            candidates=[[[(word, 0.5) for word in HOSTILE]] * 4], step=3, caption=HOSTILE[3],
        )  # fmt: skip
    page = open_page(shown.model_id, models=[shown])
    assert page.locator(".afm :is(b, img, script)").count() == 0
    assert page.locator(".afm-caption").inner_text() == HOSTILE[3]
    for word in HOSTILE:
        assert word in page.locator(".afm").inner_text()


@pytest.mark.parametrize("make", [translation, alignment, scaling, position, heads, BlockDiagram])
def test_views_of_one_model_stay_in_step(open_page, make) -> None:
    shown = make()
    page = open_page(shown.model_id, shown.model_id, models=[shown])
    views = page.locator(".afm-widget > div > .afm")
    assert views.count() == 2
    name, other = MOVES[make]
    page.locator(f"input[data-control={name}]").first.press("ArrowRight")
    control = page.locator(f"[data-control={other}]").last
    control.select_option("first") if other == "pattern" else control.check()
    assert facts(views.first) == facts(views.last)
    assert facts(views.first)[other] in ("1", "true", "first", "post")


def test_all_on_one_page_are_apart(open_page) -> None:
    tokens = ["a", "b", "c"]
    attention = AttentionExplorer(tokens, *[torch.randn(3, 4) for _ in range(3)])
    models = [attention, translation(), alignment(), scaling(), position(), heads(), diagram()]
    page = open_page(*[model.model_id for model in models], models=models)
    before = page.locator(".afm-explorer").bounding_box()["width"]
    for name in ("translation", "scaling", "position", "head-explorer", "block-diagram"):
        assert page.locator(f".afm-{name}").bounding_box()["width"] == before
    press(page.locator(".afm-alignment"), "step", "ArrowRight")
    assert facts(page.locator(".afm-alignment"))["step"] == "1"
    assert page.locator(".afm-explorer .afm-sentence label").count() == 3
    assert page.locator(".afm-explorer .afm-tag:visible").count() == 1
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("make", [translation, alignment, scaling, position, heads, BlockDiagram])
def test_other_data_build_the_view_anew(open_page, make) -> None:
    """As when a kernel sends another caption: one view, the new one, and its controls work."""
    shown = make()
    then = """export default { render({ model, el }) {
      widget.render({ model, el });
      model.set("caption", "another");
    } };"""
    module = shown._esm.replace("export default viewOf(", "const widget = viewOf(") + then
    page = open_page(shown.model_id, models=[shown], edit={"_esm": module})
    view = page.locator(".afm")
    assert view.count() == 1
    assert view.locator(".afm-caption").inner_text() == "another"
    name = MOVES[make][0]
    before = facts(view)[name]
    press(view, name, "ArrowRight")
    assert facts(view)[name] != before
