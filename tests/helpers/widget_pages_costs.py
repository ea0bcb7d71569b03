"""What the cost explorer and the cache calculator show on a page, held against Python's numbers."""

import math

import pytest
from playwright.sync_api import Locator
from widget_pages import facts, numbers, slider_words, spot_at

from attention.functional.costs import readable_bytes, readable_flops, three_digits
from attention.widgets import CacheCalculator, CostExplorer


def plain(texts: list[str]) -> list[str]:
    return [text.replace("\u00a0", " ") for text in texts]


def values(view: Locator, found: dict[str, float]) -> None:
    """The numbers that places on the page carry."""
    for place, expected in found.items():
        assert numbers(view.locator(place)).tolist() == pytest.approx([expected], rel=1e-6), place


def same_costs(view: Locator, shown: CostExplorer) -> None:
    """What the page shows now is what Python says of the state that the page names."""
    at = facts(view)
    with shown.hold_trait_notifications():
        for name in ("length", "n_layers", "n_heads", "d_head"):
            setattr(shown, name, int(at[name]))
    flops, share = shown.flops, shown.attention_share
    parts = {name: getattr(flops, name) for name in ("projections", "feed_forward", "attention")}
    stored = {
        "scores": shown.score_bytes, "vectors": shown.projection_bytes, "cache": shown.cache_bytes
    }  # fmt: skip
    values(
        view,
        {
            "[data-figure=flops]": flops.total,
            "[data-figure=share]": share,
            "[data-figure=scores]": stored["scores"],
            "[data-figure=cache]": stored["cache"],
            **{f"[data-part={name}]": part / flops.total for name, part in parts.items()},
            **{f"tr[data-row={name}]": n for name, n in (parts | stored).items()},
        },
    )
    written = plain(view.locator("dd[data-figure]").all_inner_texts())
    assert written == [
        readable_flops(flops.total), f"{three_digits(100 * share)}%",
        readable_bytes(stored["scores"]), readable_bytes(stored["cache"]),
    ]  # fmt: skip
    cells = plain(view.locator(".afm-rows tbody td").all_inner_texts())
    assert cells == [
        *(
            text
            for part in parts.values()
            for text in (readable_flops(part), f"{three_digits(100 * part / flops.total)}%")
        ),
        *map(readable_bytes, stored.values()),
    ]
    most = max(stored.values())
    assert bars(view) == pytest.approx([n / most for n in stored.values()], abs=1e-4)
    for name in ("total", "attention", "linear"):
        x, y = spot_at(view.locator(f".afm-loglog-dot[data-ink={name}]"))
        assert x == pytest.approx(100 * math.log2(shown.length / 64) / 11, abs=0.01)
        assert y == pytest.approx(10 * (17 - math.log10(getattr(flops, name))), abs=0.01), name
    assert slider_words(view, "length") == f"{shown.length} tokens"


def same_cache(view: Locator, shown: CacheCalculator) -> None:
    """What the page shows now is what Python says of the state that the page names."""
    at = facts(view)
    with shown.hold_trait_notifications():
        shown.model = at["model"]
        for name in ("context", "n_kv_heads", "window", "d_latent", "bytes_per_number"):
            setattr(shown, name, int(at[name]))
    caches = [shown.multi_head_bytes, shown.published_bytes, shown.total_bytes]
    values(
        view,
        {
            "[data-figure=layer]": shown.config.numbers_per_layer,
            "[data-figure=token]": shown.bytes_per_token,
            "[data-figure=total]": shown.total_bytes,
            "[data-figure=times]": shown.multi_head_bytes / shown.total_bytes,
        },
    )
    assert numbers(view.locator("tr[data-row]")).tolist() == pytest.approx(caches, rel=1e-6)
    written = plain(view.locator("tbody td[data-head='in all']").all_inner_texts())
    assert written == [readable_bytes(n) for n in caches]
    per_token = plain(view.locator("tbody td[data-head='a token']").all_inner_texts())
    assert per_token[-1] == readable_bytes(shown.bytes_per_token)
    assert bars(view) == pytest.approx([n / max(caches) for n in caches], abs=1e-4)
    formula = plain(view.locator(".afm-formula").all_inner_texts())
    assert formula[0].endswith(f" = {readable_bytes(shown.bytes_per_token)}")
    assert formula[1].endswith(f" = {readable_bytes(shown.total_bytes)}")
    config = shown.config
    heads = f"2 × {config.n_kv_heads} × {config.d_head}"  # noqa: RUF001
    put_in = f"({config.d_latent} + {config.d_rope})" if config.d_latent else heads
    assert f" = {config.n_layers} × {put_in} × {shown.bytes_per_number} byte" in formula[0]  # noqa: RUF001
    assert view.locator("select").input_value() == shown.model
    latent = view.locator("input[data-control=d_latent]").count()
    assert (latent, view.locator("input[data-control=n_kv_heads]").count()) == (
        (1, 0) if shown.d_latent else (0, 1)
    )
    assert slider_words(view, "context") == f"{shown.context} tokens"
    words = f"{shown.window} tokens" if shown.window else "no window"
    assert slider_words(view, "window") == words


def bars(view: Locator) -> list[float]:
    """How long the bars of the rows are drawn, as shares of the longest possible."""
    return view.locator(".afm-row-bar").evaluate_all(
        "all => all.map(bar => Number(bar.style.getPropertyValue('--w')))"
    )
