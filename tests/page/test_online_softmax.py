"""OnlineSoftmax on a page without a kernel: tile by tile, every size, words."""

import torch
from widget_examples import online
from widget_pages import facts, press, slider_words

from attention.widgets import OnlineSoftmax

VALUES = "all => all.map(one => Number(one.dataset.value))"


def same_as_torch(view, shown: OnlineSoftmax) -> None:
    for bar, now in ((0, True), (1, False)):
        found = view.locator(f".afm-share-bar[data-bar='{bar}']").evaluate_all(VALUES)
        torch.testing.assert_close(
            torch.tensor(found).double(), shown.exponentials(now=now), atol=1e-6, rtol=0
        )
    told = dict(zip(("maximum", "sum", "output"), shown.parts, strict=True))
    wanted = {name: part.item() for name, part in told.items()} | {"context": shown.context}
    for name, number in wanted.items():
        value = float(view.locator(f"[data-figure={name}]").get_attribute("data-value"))
        assert value == number or abs(value - number) < 1e-6, name


def test_every_tile_of_every_size(open_page) -> None:
    shown = OnlineSoftmax(step=0)
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-online")
    press(view, "size", "Home")
    for size in range(1, 9):
        shown.size, shown.step = size, 0
        for step in range(shown.tiles + 1):
            shown.step = step
            assert facts(view) == {"size": str(size), "step": str(step)}
            assert slider_words(view, "step") == f"{step} of {shown.tiles} read"
            same_as_torch(view, shown)
            view.locator("[data-control=next]").press("Enter")
        assert facts(view)["step"] == str(shown.tiles), "after the last tile there is none"
        at_once = view.locator("[data-figure=context] + .afm-figure-remark").text_content()
        assert at_once == f"softmax at once, of 8: {shown.context:.2f}"
        view.locator("[data-control=again]").press("Enter")
        press(view, "size", "ArrowRight")


def test_larger_tiles_take_the_step_along(open_page) -> None:
    shown = online(size=1, step=7)
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-online")
    press(view, "size", "End")
    shown.size = 7
    assert facts(view) == {"size": "7", "step": "1"}
    same_as_torch(view, shown)


def test_what_is_rescaled_is_written_as_a_sum(open_page) -> None:
    shown = OnlineSoftmax(scores=[0.0, 1.0, 2.0], values=[1.0, 2.0, 3.0], size=2, step=2)
    page = open_page(shown.model_id, models=[shown])
    remarks = page.locator(".afm-figure-remark").all_text_contents()
    # 1 + e^-1 = 1.37; 2 + e^-1 = 2.37; and e^(1 - 2) = 0.37
    assert remarks[:3] == ["it was 1.00", "0.37 × 1.37 + 1.00", "0.37 × 2.37 + 3.00"]  # noqa: RUF001
    assert page.locator("[data-begins]").count() == 1
    press(page.locator(".afm-online"), "step", "Home")
    assert page.locator("[data-figure=context]").text_content() == "–"  # noqa: RUF001
    assert page.locator("[data-figure=maximum]").text_content() == "−∞"  # noqa: RUF001
