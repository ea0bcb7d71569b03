"""The forms in which every widget is shown: picture, text, state, program."""

import base64
import gzip
import io
import json
from pathlib import Path

import matplotlib.pyplot as plt
import pytest
import torch
from ipywidgets import Widget
from matplotlib.image import imread
from widget_arguments import same
from widget_examples import alignment, position, scaling, stored_position, translation
from widget_table import TABLE

from attention import widgets
from attention.widgets import AlignmentExplorer, ScalingExplorer, TranslationExplorer
from attention.widgets.base.bundle import stylesheet

CHANGES = {
    translation: [("example", 1), ("length", 3)],
    alignment: [("example", 1), ("step", 1)],
    scaling: [("d_k", 8), ("temperature", 0.5), ("scaled", True)],
    position: [("scheme", "rotary"), ("order", [1, 0, 2, 3, 4]), ("causal", True), ("word", 3)],
}
on_every_widget = pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)


class TestForms:
    def test_repr_is_stable(self) -> None:
        told = "TranslationExplorer(model='fixed vector', length=1, example=0)"
        assert repr(translation()) == told
        assert repr(alignment(step=3)) == "AlignmentExplorer(example=0, step=3)"
        told = "AlignmentExplorer(example=1, step=0, position=1)"
        assert repr(alignment(example=1, position=1)) == told

    @on_every_widget
    def test_the_bundle_carries_view_text_and_picture(self, row) -> None:
        shown = row.make()
        before = plt.get_fignums()
        data, metadata = shown._repr_mimebundle_()
        assert plt.get_fignums() == before, "drawing leaves no figure open"
        assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == shown.model_id
        assert data["text/plain"] == repr(shown)
        picture = imread(io.BytesIO(base64.b64decode(data["image/png"])))
        assert picture.shape[1] > 800
        assert (picture[0, 0, :3] == 1).all(), "a white card, so that it is legible on a dark page"
        assert metadata["image/png"]["alt"] == shown._describe()
        assert metadata["image/png"]["alt"].startswith(shown.label)
        assert shown._draw() == data["image/png"], "the same state gives the same picture"
        name, value = row.also
        setattr(shown, name, eval(value, {"w": shown}))
        assert shown._draw() != data["image/png"], "and another state another one"

    @pytest.mark.parametrize("make", CHANGES, ids=lambda make: make.__name__)
    def test_the_picture_follows_the_state(self, make) -> None:
        shown = make()
        pictures = [shown._draw()]
        for name, value in CHANGES[make]:
            setattr(shown, name, value)
            pictures.append(shown._draw())
        assert len(set(pictures)) == len(pictures)

    @on_every_widget
    def test_a_state_that_travels_comes_back(self, row) -> None:
        """What is packed for the page is unpacked to the very same values."""
        shown = row.make()
        for name, trait in row.kind._arguments.items():
            ours, pack = getattr(shown, name), trait.metadata.get("to_json")
            if pack is not None:
                assert same(trait.metadata["from_json"](pack(ours, shown), shown), ours)
            elif trait.on_page:
                assert json.loads(json.dumps(ours)) == ours

    @on_every_widget
    def test_the_program_shares_what_all_share_and_writes_no_html(self, row) -> None:
        program = row.kind._esm
        assert program.count("function viewOf(") == 1
        others = [other.kind._esm for other in TABLE if other is not row]
        assert program not in others
        for forbidden in (
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
        ):
            assert forbidden not in program

    def test_every_style_sheet_is_in_some_widget(self) -> None:
        """A sheet that no module's name brings along, and no widget names, would be lost."""
        folder = Path(widgets.__file__).parent
        sheets = [path.relative_to(folder).as_posix() for path in folder.rglob("*.css")]
        assert len(sheets) > 10
        for sheet in sheets:
            rules = stylesheet("js/maths.js", sheet).removeprefix(stylesheet("js/maths.js"))
            assert rules.strip(), sheet
            assert any(rules.strip() in row.kind._css for row in TABLE) or "widget" in sheet, sheet

    def test_state_is_light(self) -> None:
        """At the size of the chapters: 8 clauses, 3 sentences, vectors of 128 numbers."""
        words = [f"word{i}" for i in range(39)]
        cuts = range(4, 40, 5)
        grown = [[words[:cut] for cut in cuts]] * 3
        large = TranslationExplorer(
            grown,
            grown,
            models=["a", "b", "c"],
            outputs=[grown] * 3,
            chances=[[[torch.rand(len(w)) for w in of] for of in grown]] * 3,
            states=torch.randn(3, 3, 8, 128),
            scores=torch.rand(3, 8),
            lengths=range(1, 9),
        )
        assert gzipped(large) < 60_000
        sources, outputs = [words[:24]] * 3, [words[:25]] * 3
        large = AlignmentExplorer(
            sources,
            outputs,
            queries=torch.randn(3, 25, 64),
            keys=torch.randn(3, 24, 64),
            score_vector=torch.randn(64),
            annotations=torch.randn(3, 24, 128),
            candidates=[[[("a", 0.5)] * 4] * 25] * 3,
        )
        assert gzipped(large) < 70_000
        assert gzipped(ScalingExplorer()) < 40_000
        assert gzipped(stored_position()) < 40_000


def gzipped(shown: Widget) -> int:
    state = Widget.get_manager_state(widgets=[shown])
    return len(gzip.compress(json.dumps(state).encode(), 6))
