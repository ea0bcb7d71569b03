"""The widgets' pictures of costs, curves and boxes: what stands in the PNG is what is computed."""

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from drawn import Drawn, Part
from torch import nn
from widget_examples import SOURCE, TARGET, diagram, translation

from attention import GPT, GPTConfig
from attention.widgets import CacheCalculator, CostExplorer
from attention.widgets.base.edits import SIGNS
from attention.widgets.base.picture import CHOSEN, INK, MIDDLE, SOFT, WEIGHT


def runs(part: Part, colour: str) -> tuple[int, int]:
    """From where to where, across, a colour stands."""
    across = np.flatnonzero(part.inked(colour).any(axis=0))
    return across.min(), across.max() + 1


def follows(part: Part, colour: str, points: list[tuple[float, float]], covered: int = 20) -> None:
    """A curve of a colour runs through these pixels, in straight lines, from end to end."""
    x, y = part.trace(colour)
    xs, ys = zip(*points, strict=True)
    inner = (x > xs[0] + 6) & (x < xs[-1] - 6)
    assert x[inner].min() < xs[0] + 20
    assert x[inner].max() > xs[-1] - covered
    np.testing.assert_allclose(y[inner], np.interp(x[inner], xs, ys), atol=5)


def bars_under(
    part: Part,
    words: list[tuple[str, float, float]],
    below: float,
    colours: Sequence[str],
    sizes: Sequence[int],
) -> None:
    """A bar under each word, this share of the way to the next, as long as its size of the most."""
    below *= words[1][2] - words[0][2]
    found = [
        part.lengths([y + below], colour)[0]
        for (_, _, y), colour in zip(words, colours, strict=True)
    ]
    wide = part.right - part.left
    np.testing.assert_allclose(found, wide * np.array(sizes) / max(sizes), atol=2)


class TestTranslationExplorer:
    CHANCES = (0.9, 0.2, 0.6, 1.0, 0.1, 0.75)

    def shown(self, **arguments: object):
        """The second model forgets the seventh word."""
        chances = [
            [[[0.5] * 3, [0.5] * 7, [0.5] * 11]] * 2,
            [[[0.5] * 2, list(self.CHANCES), [0.5] * 10]] * 2,
        ]
        settings = {"model": "reversed source", "length": 2, "example": 1, "chances": chances}
        return translation(**settings | arguments)

    def test_the_strips_under_the_words_are_as_long_as_their_chances(self) -> None:
        part = Drawn(self.shown()).part("Translation by the model “reversed source”")
        columns: dict[int, list[str]] = {}
        for text, x, _ in part.words():
            columns.setdefault(round(x / 8), []).append(text)
        wanted = [[word, "✓", word] for word in TARGET[:6]] + [[TARGET[6], SIGNS["missing"], "—"]]
        assert [columns[x] for x in sorted(columns)] == wanted
        ink = part.inked(WEIGHT)
        middles = sorted({x for text, x, _ in part.words() if text == "✓"})
        half = (middles[1] - middles[0]) / 2
        found = [
            ink[:, round(x - half - part.left) : round(x + half - part.left)].any(axis=0).sum()
            for x in middles
        ]
        full = 0.7 * 2 * half
        np.testing.assert_allclose(found, full * np.array(self.CHANCES), atol=2)

    def test_the_vector_s_numbers_stand_above_and_below_0(self) -> None:
        shown = self.shown()
        vector = shown.states[1, 1, 1]
        assert len(set(vector.sign().tolist())) == 2
        part = Drawn(shown).part("One vector of 5 numbers for 7 words: 0.7 numbers a word")
        ink, middle = part.inked(WEIGHT), (part.top + part.bottom) / 2
        for i, number in enumerate((vector / vector.abs().max()).tolist()):
            rows = part.top + np.flatnonzero(ink[:, round(part.place(i, 0)[0] - part.left)])
            end = rows.min() if number > 0 else rows.max() + 1
            wanted = middle - number * (part.bottom - part.top) / 2.1
            assert end == pytest.approx(wanted, abs=2)

    def test_the_curves_run_through_the_scores_and_the_dot_is_where_the_reader_is(self) -> None:
        part = Drawn(self.shown()).part("Held-out")
        x, y = dict(part.labels("x")), dict(part.labels("y"))

        def at(n: int, score: float) -> tuple[float, float]:
            return x[str(n)], y["0 %"] + score * (y["100 %"] - y["0 %"])

        assert y["100 %"] < y["0 %"]
        follows(part, WEIGHT, [at(1, 1.0), at(2, 0.5), at(3, 0.25)])
        follows(part, SOFT, [at(1, 1.0), at(2, 0.75), at(3, 0.0)])
        assert part.dot(CHOSEN) == pytest.approx(at(2, 0.5), abs=1.5)
        part = Drawn(translation(length=3)).part("Held-out")
        assert part.dot(CHOSEN) == pytest.approx(at(3, 0.0), abs=1.5), "whole, on the axis, too"

    def test_what_was_seen_in_training_is_shaded(self) -> None:
        part = Drawn(self.shown(trained=2)).part("Held-out")
        x = dict(part.labels("x"))
        row = part.pixels[round(part.top) + 8]
        end = (x["2"] + x["3"]) / 2
        assert row[round(end) - 4].max() < 250 < row[round(end) + 4].min()

    def test_source_and_lines_stand_in_their_order(self) -> None:
        """Eleven words a line, and a twelfth that nobody asked for."""
        outputs = [[[TARGET[:3], TARGET[:7], [*TARGET, "oui"]]] * 2] * 2
        chances = [[[[0.5] * len(words) for words in of] for of in model] for model in outputs]
        drawn = Drawn(translation(length=3, outputs=outputs, chances=chances))
        assert [text for text, *_ in drawn.part("Source: 11 words").words()] == [" ".join(SOURCE)]
        part = drawn.part("Translation")
        said = [(text, y) for text, _, y in part.words() if text in ("✓", "+", *TARGET, "oui")]
        (plus,) = [y for text, y in said if text == "+"]
        assert max(y for text, y in said if text == "✓") < plus - 40
        written = [text for text, _ in said if text not in "✓+"]
        assert written == [*TARGET, *TARGET, "oui"]


class TestCostExplorer:
    N, LAYERS, HEADS, WIDTH = 2048, 5, 7, 48

    def shown(self, n: int = N) -> CostExplorer:
        return CostExplorer(length=n, n_layers=self.LAYERS, n_heads=self.HEADS, d_head=self.WIDTH)

    def flops(self, n: int) -> dict[str, int]:
        d = self.HEADS * self.WIDTH
        projections, hidden, square = 8 * n * d * d, 16 * n * d * d, 4 * n * n * d
        parts = {"projections": projections, "feed-forward": hidden, "scores, context": square}
        return {name: self.LAYERS * flops for name, flops in parts.items()}

    def test_the_strip_is_cut_as_the_flops_are(self) -> None:
        part = Drawn(self.shown()).part("2,048 tokens, 5 layers of 7 heads, d = 336")
        flops = self.flops(self.N)
        total, wide, left = sum(flops.values()), part.right - part.left, 0.0
        said = {text: x for text, x, _ in part.words()}
        for (name, value), colour in zip(flops.items(), (WEIGHT, MIDDLE, CHOSEN), strict=True):
            end = left + value / total * wide
            assert runs(part, colour) == pytest.approx((left, end), abs=3)
            assert said[name] == pytest.approx(part.left + (left + end) / 2, abs=2)
            assert said[f"{100 * value / total:.1f}%"] == pytest.approx(said[name], abs=2)
            left = end

    def test_the_lines_and_their_dots_are_the_formulas(self) -> None:
        """At a length where the two dots stand apart."""
        now = 16_384
        part = Drawn(self.shown(now)).part("FLOPs against n")
        x, y = dict(part.labels("x")), dict(part.labels("y"))

        def at(n: int, flops: float) -> tuple[float, float]:
            """As a reader would: between two labels, on logarithmic axes."""
            across = np.log(n / 64) / np.log(131_072 / 64) * (x["131,072"] - x["64"])
            up = np.log(flops / 1e9) / np.log(1e3) * (y["1 TFLOPs"] - y["1 GFLOPs"])
            return x["64"] + across, y["1 GFLOPs"] + up

        lengths = [2**i for i in range(6, 18)]
        lines = {
            CHOSEN: [self.flops(n)["scores, context"] for n in lengths],
            WEIGHT: [sum(list(self.flops(n).values())[:2]) for n in lengths],
            INK: [sum(self.flops(n).values()) for n in lengths],
        }
        for colour, flops in lines.items():
            points = [at(n, f) for n, f in zip(lengths, flops, strict=True)]
            follows(part, colour, points, covered=150 if colour == INK else 20)
        legend = {text.get_text(): text.get_color() for text in part.axes.get_legend().texts}
        assert legend == {"total": INK, "scores, context": CHOSEN, "the rest": WEIGHT}
        here = lengths.index(now)
        for colour in (CHOSEN, WEIGHT):
            across, down = at(now, lines[colour][here])
            thick = part.inked(colour).sum(axis=0)
            assert part.left + np.flatnonzero(thick >= 6).mean() == pytest.approx(across, abs=2)
            rows = np.flatnonzero(part.inked(colour)[:, round(across - part.left)])
            assert part.top + rows.mean() == pytest.approx(down, abs=2)
        grey = part.pixels[:, round(across) - 1 : round(across) + 2].min(axis=(1, 2)) < 200
        dashes = grey[round(part.top) : round(at(now, 1e12)[1])].mean()
        assert 0.3 < dashes < 0.7, "a dashed line marks n"

    def test_a_dot_at_the_edge_is_whole(self) -> None:
        part = Drawn(self.shown(131_072)).part("FLOPs against n")
        part.right += 8
        assert runs(part, WEIGHT)[1] >= part.right - part.left - 5

    def test_the_bars_are_as_long_as_what_is_stored(self) -> None:
        part = Drawn(self.shown()).part("stored")
        n, d = self.N, self.HEADS * self.WIDTH
        sizes = [4 * self.HEADS * n * n, 4 * 4 * n * d, 2 * 2 * self.LAYERS * n * d]
        words = part.words()
        names = ["scores of one layer", "q, k, v, contexts of one layer", "KV cache of all layers"]
        assert [text.partition(":")[0] for text, *_ in words] == names
        bars_under(part, words, 0.3, (CHOSEN, WEIGHT, WEIGHT), sizes)


class TestCacheCalculator:
    def test_the_bars_are_as_long_as_the_caches(self) -> None:
        shown = CacheCalculator(model="Llama-2 70B", n_kv_heads=4, window=1024)
        part = Drawn(shown).part("Key-value cache of Llama-2 70B, 4,096 tokens")
        words = part.words()
        names, sizes = words[:6:2], [64 * 4096, 8 * 4096, 4 * 1024]
        assert [text.partition(":")[0] for text, *_ in names] == [
            "multi-head attention", "as published", "this setting",
        ]  # fmt: skip
        assert [text for text, *_ in words[1:6:2]] == ["10 GiB", "1.25 GiB", "160 MiB"]
        bars_under(part, names, 0.28, (SOFT, MIDDLE, WEIGHT), sizes)


# s: in the stream, b: in a branch, a: added to the stream, h: the block's heading
KINDS = {"pre": "ss h bbbbbbbba bbba ss", "post": "ss h bbbbbbbas bbas s"}


class TestBlockDiagram:
    def shown(self, order: str):
        sizes = {"d_model": 12, "n_heads": 3, "n_layers": 4, "n_tokens": 50, "max_len": 9}
        return diagram(batch=2, length=7, norm_order=order, **sizes)

    def rows(self, part: Part) -> list[list[tuple[str, float, float]]]:
        """The texts of each line of the diagram, from the top, without "+" and the headline."""
        words = sorted(part.words(), key=lambda word: word[2])
        lines = [list(line) for _, line in itertools.groupby(words, lambda w: round(w[2] / 20))]
        return [sorted(line, key=lambda word: word[1]) for line in lines][1:]

    @pytest.mark.parametrize("order", ["pre", "post"])
    def test_the_stream_runs_through_some_boxes_and_past_the_others(self, order: str) -> None:
        part = Drawn(self.shown(order)).part("")
        ink = part.inked(WEIGHT)
        stream = int(ink.sum(axis=0).argmax())
        kinds, joined = "", ""
        for line in self.rows(part):
            y = round(line[-1][2] - part.top)
            blue = ink[y - 9 : y + 10, stream].mean()
            inside = {0.0: "s", 1.0: "b"}.get(blue, "a")
            kinds += "h" if line[-1][0].startswith("Block, 4 times") else inside
            joined += "-" if ink[y - 2 : y + 3, stream + 30].any() else " "
        assert kinds == KINDS[order].replace(" ", "")
        wanted = [
            kind == "a" or (kind == "b" and before != "b")
            for before, kind in itertools.pairwise(f" {kinds}")
        ]
        assert [line == "-" for line in joined] == wanted

    def test_each_box_names_its_parameters_and_what_comes_out(self) -> None:
        part = Drawn(self.shown("pre")).part("")
        block = GPT(GPTConfig(50, 9, 12, 4, 3)).blocks[0]
        linear = sum(p.numel() for p in nn.Linear(12, 48).parameters())
        total = sum(p.numel() for p in GPT(GPTConfig(50, 9, 12, 4, 3)).parameters())
        lines = [[text for text, *_ in line if text not in ("", "+")] for line in self.rows(part)]
        assert lines[2] == [
            f"Block, 4 times: {sum(p.numel() for p in block.parameters()):,} parameters each"
        ]
        by_title = {line[0]: line[1:] for line in lines if len(line) > 1}
        assert by_title["W_in, GELU"] == [f"{linear:,}", "→ (2, 7, 48)"]
        assert by_title["scores: Q Kᵀ / √d_head"] == ["→ (2, 3, 7, 7)"]
        assert by_title["read-out, tied"] == ["→ (2, 7, 50)"]
        counts = [int(line[1].replace(",", "")) if len(line) == 3 else 0 for line in lines]
        assert sum(counts[:2]) + 4 * sum(counts[3:-2]) + sum(counts[-2:]) == total
