"""How each kind of widget is tried on its pages, and what it is held against."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import torch
from widget_pages import (
    facts,
    numbers,
    same_alignment,
    same_block,
    same_gpt,
    same_heads,
    same_position,
    same_scaling,
    same_translation,
)
from widget_pages_costs import same_cache, same_costs
from widget_pages_machine import same_machine
from widget_table import TABLE, Row, read

from attention.widgets import AttentionExplorer

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator


def same_attention(view: Locator, twin: AttentionExplorer) -> None:
    """What the page draws now is what torch computes for the state that the page names."""
    at = facts(view)
    window = view.locator("input[data-control=window]")
    with twin.hold_trait_notifications():
        twin.mask, twin.n_heads, twin.length = at["mask"], int(at["heads"]), int(at["length"])
        twin.head, twin.query_index = int(at["head"]), int(at["query"])
        if window.count():
            twin.window = int(re.search("[0-9]+", window.get_attribute("aria-valuetext"))[0])
    close = {"atol": 1e-6, "rtol": 0, "check_dtype": False}
    n, weights = twin.length, twin.weights[twin.head]
    cells = view.locator(".afm-grid tbody tr:not([hidden]) td[data-weight]:not([hidden])")
    torch.testing.assert_close(numbers(cells, "weight").reshape(n, n), weights, **close)
    masked = cells.evaluate_all("all => all.filter(cell => 'masked' in cell.dataset).length")
    assert masked == int((~twin.mask_table).sum())
    words = numbers(view.locator(".afm-sentence label[data-weight]"), "weight")
    torch.testing.assert_close(words[:n], weights[twin.query_index], **close)
    context = numbers(view.locator(".afm-vector li[data-value]:not([hidden])"))
    torch.testing.assert_close(context, twin.context[twin.head, twin.query_index], **close)


class Walk(NamedTuple):
    """How a kind of widget of the table is tried on its pages.

    Attributes:
        at_once: Sliders whose name is also the attribute in which the view says where it stands.
        same: Holds what it shows against its twin in Python.
        ways: Controls whose every position is tried; of several, the last one at every position of
            those before it. "mask=window" is a control that is set to one choice.
    """

    at_once: tuple[str, ...]
    same: Callable[[Locator, Any], None]
    ways: list[tuple[str, ...]]


def of_the_table(row: Row) -> Walk:
    """A walk along the table's slider; at each stop the table's number is compared."""

    def same(view: Locator, twin: Any) -> None:
        setattr(twin, row.slider, read(facts(view)[row.slider]))
        place, attribute = row.place
        drawn = float(view.locator(place).first.get_attribute(attribute))
        assert drawn == pytest.approx(eval(row.number, {"w": twin}), abs=1e-6)

    return Walk((row.slider,), same, [(row.slider,)])


# Where a widget of the chapters has no walk of its own, the slider of the table is tried.
WALKS = {row.name: of_the_table(row) for row in TABLE if row.chapters} | {
    "TranslationExplorer": Walk(
        ("length",),
        same_translation,
        [("model", "length"), ("example", "length")],
    ),
    "EncoderDecoderMachine": Walk(("step",), same_machine, [("step",), ("example", "length")]),
    "AlignmentExplorer": Walk(("step",), same_alignment, [("example", "step")]),
    "AttentionExplorer": Walk(
        ("length", "heads"),
        same_attention,
        [("mask", "heads"), ("mask=window", "window"), ("mask", "length")],
    ),
    "ScalingExplorer": Walk(
        ("d_k", "temperature"),
        same_scaling,
        [("d_k",), ("temperature",), ("scaled", "d_k")],
    ),
    "PositionExplorer": Walk(("place",), same_position, [("scheme", "place"), ("causal", "place")]),
    "HeadExplorer": Walk(("layer", "head"), same_heads, [("pattern",), ("layer",), ("head",)]),
    "BlockDiagram": Walk(
        ("length", "n_heads", "n_layers"),
        same_block,
        [("norm_order", name) for name in ("length", "n_heads", "n_layers")],
    ),
    "GPTExplorer": Walk(("length", "layer", "head"), same_gpt, []),  # test_gpt.py walks
    "CostExplorer": Walk(
        ("length", "n_heads", "n_layers"),
        same_costs,
        [("length",), ("n_heads",), ("n_layers",)],
    ),
    "CacheCalculator": Walk(
        ("context",),
        same_cache,
        [("model",), ("model=Llama-3 8B", "bytes_per_number", "n_kv_heads"), ("kind", "context")],
    ),
}
