"""The forms in which the chapters' widgets are shown: picture, text, state."""

import base64
import gzip
import io
import itertools
import json

import pytest
import torch
from ipywidgets import Widget
from matplotlib.image import imread
from widget_examples import alignment, position, scaling, translation

from attention.widgets import (
    AlignmentExplorer,
    AttentionExplorer,
    PositionExplorer,
    ScalingExplorer,
    TranslationExplorer,
)

EXPLORERS = {
    "translation": translation,
    "alignment": alignment,
    "scaling": scaling,
    "position": position,
}
KINDS = (
    AttentionExplorer,
    TranslationExplorer,
    AlignmentExplorer,
    ScalingExplorer,
    PositionExplorer,
)
CHANGES = {
    translation: [("example", 1), ("length", 3)],
    alignment: [("example", 1), ("step", 1)],
    scaling: [("d_k", 8), ("temperature", 0.5), ("scaled", True)],
    position: [("scheme", "rotary"), ("order", [1, 0, 2, 3, 4]), ("causal", True), ("word", 3)],
}
TENSORS = {translation: 1, alignment: 4, scaling: 2, position: 6}
every_explorer = pytest.mark.parametrize("make", EXPLORERS.values(), ids=EXPLORERS)


class TestForms:
    def test_repr_is_stable(self) -> None:
        told = "TranslationExplorer(model='fixed vector', length=1, example=0)"
        assert repr(translation()) == told
        assert repr(alignment(step=3)) == "AlignmentExplorer(example=0, step=3)"
        told = "AlignmentExplorer(example=1, step=0, position=1)"
        assert repr(alignment(example=1, position=1)) == told

    @every_explorer
    def test_the_bundle_carries_view_text_and_picture(self, make) -> None:
        shown = make()
        data, metadata = shown._repr_mimebundle_()
        assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == shown.model_id
        assert data["text/plain"] == repr(shown)
        picture = imread(io.BytesIO(base64.b64decode(data["image/png"])))
        assert picture.shape[1] > 800
        assert (picture[0, 0, :3] == 1).all(), "a white card, so that it is legible on a dark page"
        assert metadata["image/png"]["alt"] == shown._describe()
        assert shown._repr_mimebundle_()[0]["image/png"] == data["image/png"]

    @every_explorer
    def test_the_picture_follows_the_state(self, make) -> None:
        shown = make()
        pictures = [shown._draw()]
        for name, value in CHANGES[make]:
            setattr(shown, name, value)
            pictures.append(shown._draw())
        assert len(set(pictures)) == len(pictures)

    @every_explorer
    def test_drawing_leaves_no_figure_open(self, make) -> None:
        import matplotlib.pyplot as plt

        before = plt.get_fignums()
        make()._repr_mimebundle_()
        assert plt.get_fignums() == before

    @every_explorer
    def test_a_state_that_travels_comes_back(self, make) -> None:
        """What is packed for the page is unpacked to the very same tensors."""
        shown, found = make(), 0
        for name, trait in shown.traits(to_json=lambda f: f is not None).items():
            if not trait.metadata["to_json"].__module__.endswith("widgets.base.traits"):
                continue
            packed = trait.metadata["to_json"](getattr(shown, name), shown)
            back = trait.metadata["from_json"](packed, shown)
            ours = getattr(shown, name)
            pairs = (
                [(ours, back)] if isinstance(ours, torch.Tensor) else zip(ours, back, strict=True)
            )
            assert all(torch.equal(a, b) for a, b in pairs)
            found += 1
        assert found == TENSORS[make]

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
        assert gzipped(PositionExplorer()) < 40_000

    def test_what_all_share_is_shared(self) -> None:
        programs = [kind._esm for kind in KINDS]
        for one, other in itertools.combinations(programs, 2):
            assert one != other
        for program in programs:
            assert program.count("function viewOf(") == 1
            assert "innerHTML" not in program
            assert "insertAdjacentHTML" not in program


def gzipped(shown: Widget) -> int:
    state = Widget.get_manager_state(widgets=[shown])
    return len(gzip.compress(json.dumps(state).encode(), 6))
