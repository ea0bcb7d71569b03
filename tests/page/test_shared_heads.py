"""SharedHeads on a page without a kernel: every number of key heads, and the latent."""

from widget_examples import shared
from widget_pages import facts, press, slider_words

from attention.widgets import SharedHeads


def same_as_python(view, shown: SharedHeads) -> None:
    parts = view.locator(".afm-shared-bar [data-part]").evaluate_all(
        "all => all.map(({dataset: {part, value}}) => [part, Number(value)])"
    )
    assert parts == [list(part) for part in shown.parts.items()]
    wanted = {
        "numbers": shown.numbers,
        "bytes": shown.n_bytes,
        "flops": shown.flops,
        "intensity": shown.intensity,
    }
    for name, number in wanted.items():
        value = float(view.locator(f"[data-figure={name}]").get_attribute("data-value"))
        assert abs(value - number) < 1e-9, name


def test_from_mha_to_mqa_and_to_the_latent(open_page) -> None:
    shown = shared(n_kv_heads=6)
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-shared")
    said = []
    for g in (6, 3, 2, 1):
        shown.n_kv_heads = g
        assert facts(view) == {"n_kv_heads": str(g), "kept": "heads"}
        said.append(slider_words(view, "n_kv_heads"))
        groups = view.locator(".afm-shared-group:visible")
        assert groups.count() == g
        assert groups.first.text_content() == "k 0v 0"
        same_as_python(view, shown)
        press(view, "n_kv_heads", "ArrowRight")
    assert said[0] == "6 key heads, 1 query head each"
    assert said[-1] == "1 key head, 6 query heads each"
    press(view, "kept", "ArrowRight")
    shown.kept = "latent"
    assert facts(view)["kept"] == "latent"
    assert view.locator(".afm-shared-group:visible").all_text_contents() == ["latentkey"]
    assert view.locator("[data-control=n_kv_heads]").is_disabled()
    same_as_python(view, shown)
