"""The widgets' pictures of attention: what stands in the PNG is what PyTorch computes.

The numbers are asymmetric, the query is neither the first nor the last, and the head is not head 0,
so that rows taken for columns, or one query for another, are seen.
"""

import numpy as np
import pytest
import torch
from drawn import NEAR, Drawn, Part, ramp
from torch import Tensor
from torch.autograd.functional import jacobian
from widget_examples import (
    alignment,
    attention,
    gpt,
    head_weights,
    heads,
    position,
    scaling,
)

from attention import GPT
from attention.functional.masks import MASKS
from attention.functional.positions import attention_in_order
from attention.trained.small_gpt import small_tokenizer, trained_small_gpt
from attention.widgets.base.picture import CHOSEN, WEIGHT


def holds(part: Part, weights: Tensor, mask: Tensor | None = None) -> None:
    """The map has each weight's colour in its cell, and is hatched where the mask forbids."""
    allowed = torch.ones_like(weights).bool() if mask is None else mask
    shape = tuple(weights.shape)
    found, wanted = part.cells(shape), ramp(weights)
    assert len({tuple(colour) for colour in wanted[allowed.numpy()]}) > shape[0], "told apart"
    off = np.abs(found - wanted).max(axis=-1)
    assert off[allowed.numpy()].max() <= NEAR, np.argwhere((off > NEAR) & allowed.numpy())
    np.testing.assert_array_equal(part.hatched(shape), ~allowed.numpy())


def names(part: Part, rows: list[str], columns: list[str]) -> None:
    """Each row and each column of the map has its own name beside its middle."""
    for axis, wanted, start, end in (
        ("y", rows, part.top, part.bottom),
        ("x", columns, part.left, part.right),
    ):
        found = part.labels(axis)
        assert [text for text, _ in found] == wanted
        middles = start + (np.arange(len(wanted)) + 0.5) * (end - start) / len(wanted)
        np.testing.assert_allclose([place for _, place in found], middles, atol=1.5)


def bars(found: np.ndarray, wanted: Tensor | list[float]) -> None:
    """The bars' lengths in pixels are as the numbers."""
    numbers = np.asarray(wanted)
    assert found.max() >= 30
    np.testing.assert_allclose(found, numbers * found.max() / numbers.max(), atol=2)


def frames(part: Part, shape: tuple[int, int], wanted: list[int]) -> None:
    """What the frame is around, with no more off than the width of its line."""
    np.testing.assert_allclose(part.frame(shape, CHOSEN), wanted, atol=0.2)


def places(part: Part, axis: str) -> list[float]:
    return [place for _, place in part.labels(axis)]


class TestAttentionExplorer:
    WORDS = ("The", "cat", "sat", "on", "my", "mat")

    def shown(self, **arguments: object):
        settings = {"n_heads": 3, "head": 1, "query_index": 3, "length": 6}
        settings["query"] = 3 * torch.randn(7, 12)
        return attention(**settings | arguments)

    def weights(self, shown, mask: Tensor | None = None) -> Tensor:
        """Three heads of four numbers each."""
        own = [slice(0, 4), slice(4, 8), slice(8, 12)]
        scores = torch.stack([shown.query[:6, cut] @ shown.key[:6, cut].T for cut in own]) / 2
        if mask is not None:
            scores = scores.masked_fill(~mask, -torch.inf)
        return scores.softmax(dim=-1)

    @pytest.mark.parametrize("mask", MASKS)
    def test_each_head_s_map_holds_its_weights(self, mask: str) -> None:
        shown = self.shown(mask=mask, window=2)
        allowed = MASKS[mask].table(6, 6, 2)
        drawn, weights = Drawn(shown), self.weights(shown, allowed)
        for head in range(3):
            part = drawn.part(f"head {head}")
            holds(part, weights[head], allowed)
            frames(part, (6, 6), [3, 4, 0, 6])
        names(drawn.part("head 0"), list(self.WORDS), list(self.WORDS))

    def test_the_bars_are_the_chosen_query_s_in_the_chosen_head(self) -> None:
        shown = self.shown(mask="none")
        part = Drawn(shown).part("Head 1: where “on” looks")
        assert [text for text, _ in part.labels("x")] == list(self.WORDS)
        bars(part.heights(places(part, "x"), WEIGHT), self.weights(shown)[1, 3])

    def test_a_masked_word_has_no_bar_and_says_so(self) -> None:
        shown = self.shown(mask="window", window=2)
        part = Drawn(shown).part("Head 1")
        allowed = torch.ones(6, 6).bool().tril().triu(-1)
        weights = self.weights(shown, allowed)[1, 3]
        bars(part.heights(places(part, "x"), WEIGHT), weights)
        said = {round(x): text for text, x, _ in part.words()}
        assert [said[round(x)] for x in places(part, "x")] == [
            f"{weight:.2f}" if seen else "masked"
            for weight, seen in zip(weights, allowed[3], strict=True)
        ]


class TestAlignmentExplorer:
    def weights(self, shown) -> Tensor:
        query, key = shown.queries[0], shown.key_vectors[0]
        scores = [[shown.score_vector @ torch.tanh(q + k) for k in key] for q in query]
        return torch.tensor(scores).softmax(dim=-1)

    def test_the_map_holds_the_weights_of_what_is_written_and_nothing_below(self) -> None:
        shown = alignment(step=2)
        part = Drawn(shown).part("")
        weights = self.weights(shown)
        found = part.cells((5, 7))
        assert np.abs(found[:3] - ramp(weights[:3])).max() <= NEAR
        assert (found[3:] == 255).all()
        frames(part, (5, 7), [2, 3, 0, 7])
        names(part, ["t0", "t1", "t2", "…", "…"], [f"s{j}" for j in range(7)])

    def test_the_bars_are_the_present_step_s(self) -> None:
        shown = alignment(step=2)
        part = Drawn(shown).part("Step 3 of 5")
        assert [text for text, _ in part.labels("x")] == [f"s{j}" for j in range(7)]
        bars(part.heights(places(part, "x"), WEIGHT), self.weights(shown)[2])

    def test_the_candidates_are_the_present_step_s_the_likeliest_first(self) -> None:
        pairs = [[(f"a{t}", 0.9 - t / 10), (f"b{t}", t / 20), (f"c{t}", t / 40)] for t in range(5)]
        shown = alignment(step=2, candidates=[pairs, [[("x", 1.0)]] * 2])
        part = Drawn(shown).part("The next word")
        words = part.words()
        assert [text for text, _, _ in words] == ["a2", "0.70", "b2", "0.10", "c2", "0.05"]
        bars(part.lengths([y for _, _, y in words[::2]], WEIGHT), [0.7, 0.1, 0.05])


class TestPositionExplorer:
    ORDER = (3, 0, 4, 2, 1)
    NOW = ("owl", "an", "sees", "an", "elk")

    def attend(self, shown, order: tuple[int, ...], mask: Tensor | None) -> tuple[Tensor, Tensor]:
        """The scheme "learned" is the third."""
        parts = (part[2].double() for part in (shown.embeddings, shown.w_q, shown.w_k, shown.w_v))
        x, w_q, w_k, w_v = parts
        x = x[list(order)] + shown.learned[:5].double()
        return attention_in_order("none", x, w_q, w_k, w_v, mask=mask)

    @pytest.mark.parametrize("causal", [False, True])
    def test_the_map_holds_the_weights_in_the_present_order(self, causal: bool) -> None:
        shown = position(scheme="learned", order=self.ORDER, word=2, causal=causal)
        mask = torch.ones(5, 5).tril().bool() if causal else None
        part = Drawn(shown).part("Weights, learned positions")
        holds(part, self.attend(shown, self.ORDER, mask)[1], mask)
        names(part, list(self.NOW), list(self.NOW))
        frames(part, (5, 5), [3, 4, 0, 5])

    def test_a_weight_that_is_0_is_not_drawn_as_masked(self) -> None:
        """With scores so far apart softmax gives 0 exactly."""
        shown = position(causal=True)
        shown.w_q = 3000 * shown.w_q
        mask = torch.ones(5, 5).tril().bool()
        assert (shown.weights[mask] == 0).any()
        part = Drawn(shown).part("Weights")
        np.testing.assert_array_equal(part.hatched((5, 5)), ~mask)

    def test_the_bars_are_how_far_each_word_s_context_moved(self) -> None:
        shown = position(scheme="learned", order=self.ORDER)
        first, now = (self.attend(shown, order, None)[0] for order in (range(5), self.ORDER))
        back = [self.ORDER.index(word) for word in range(5)]
        moved = (now[back] - first).norm(dim=-1)
        part = Drawn(shown).part("How far")
        assert [text for text, _ in part.labels("y")] == ["an", "elk", "an", "owl", "sees"]
        assert sorted(places(part, "y")) == places(part, "y"), "from the top down"
        bars(part.lengths(places(part, "y"), WEIGHT), moved)
        logits = now[back] @ shown.readout[2].double().T
        roles = [text for text, x, _ in part.words() if x > part.right]
        assert roles == [["thing", "deed"][role] for role in logits.argmax(dim=-1)]


class TestHeadExplorer:
    NAMES = ("an", "·owl", "an", "·owl", "·sees")
    LEVELS = (255 * head_weights()).round() / 255

    def shown(self):
        return heads(layer=2, head=1, query_index=2, pattern="previous")

    def test_the_map_holds_the_chosen_head_s_weights(self) -> None:
        part = Drawn(self.shown()).part("Layer 2, head 1")
        holds(part, self.LEVELS[2, 1], torch.ones(5, 5).tril().bool())
        names(part, list(self.NAMES), list(self.NAMES))
        frames(part, (5, 5), [2, 3, 0, 5])

    def test_the_scores_stand_with_layers_across_and_heads_down(self) -> None:
        part = Drawn(self.shown()).part("The score of every head: previous token")
        before = self.LEVELS.diagonal(offset=-1, dim1=-2, dim2=-1)  # (L, H, T - 1)
        holds(part, before.mean(dim=-1).T)
        names(part, ["0", "1"], ["0", "1", "2"])
        assert (part.axes.get_xlabel(), part.axes.get_ylabel()) == ("layer", "head")
        frames(part, (2, 3), [1, 2, 2, 3])


class TestGPTExplorer:
    TEXT = "To be, or not to be"

    def model(self, text: str = TEXT) -> tuple[GPT, Tensor]:
        return trained_small_gpt(), torch.tensor([small_tokenizer().encode(text).ids])

    def test_the_map_holds_the_chosen_head_s_weights(self) -> None:
        model, ids = self.model()
        weights = torch.stack(model.attention_weights(ids))[2, 0, 1].detach()
        n = len(weights)
        shown = gpt(text=self.TEXT, layer=2, head=1)
        part = Drawn(shown).part("Layer 2, head 1")
        holds(part, weights, torch.ones(n, n).tril().bool())
        pieces = [small_tokenizer().decode([i]).replace(" ", "·") for i in ids[0].tolist()]
        names(part, pieces, pieces)
        frames(part, (n, n), [n - 1, n, 0, n])

    def test_without_a_mask_nothing_is_hatched(self) -> None:
        shown = gpt(text=self.TEXT, layer=2, head=1, mask="none")
        part = Drawn(shown).part("Layer 2, head 1")
        _, ids = self.model()
        holds(part, shown.reader.read(ids[0].tolist(), "none")[0][2, 1])

    def test_the_bars_are_the_likeliest_next_tokens_chances(self) -> None:
        model, ids = self.model("O ROM")
        top = model(ids)[0, -1].softmax(dim=-1).topk(10)
        part = Drawn(gpt(text="O ROM")).part("After “")
        labels = part.words()[::2]
        wanted = [small_tokenizer().decode([i]).replace(" ", "·") for i in top.indices.tolist()]
        assert [text.replace("↵", "\n") for text, _, _ in labels] == wanted
        bars(part.lengths([y for _, _, y in labels], WEIGHT), top.values.detach())


class TestScalingExplorer:
    def test_the_map_holds_the_sizes_of_the_jacobian_s_entries(self) -> None:
        shown = scaling(d_k=2, scaled=True)
        part = Drawn(shown).part("The Jacobian; darkest: ±0.25")
        holds(part, 4 * jacobian(lambda x: x.softmax(dim=-1), self.scores(shown)).abs())
        names(part, list("01234"), list("01234"))

    def scores(self, shown) -> Tensor:
        return (shown.key_vectors[:, :2].double() @ shown.query[:2].double()) / 2**0.5

    def test_the_bars_are_the_weights(self) -> None:
        shown = scaling(d_k=2, scaled=True)
        weights = self.scores(shown).softmax(dim=-1)
        part = Drawn(shown).part("weights")
        assert [text for text, _ in part.labels("x")] == list("01234")
        found = part.heights(places(part, "x"), WEIGHT)
        bars(found, weights)
        at = dict(part.labels("y"))
        assert max(found) == pytest.approx((at["0.0"] - at["1.0"]) * weights.max(), abs=2)

    def test_the_scores_stand_above_or_below_0_by_the_root_of_their_size(self) -> None:
        shown = scaling(d_k=2, scaled=True)
        scores = self.scores(shown)
        assert len(set(scores.sign().tolist())) == 2
        drawn = Drawn(shown)
        part, below = drawn.part("d_k = 2, divided by √d_k: scores"), drawn.part("weights")
        ink = part.inked(WEIGHT)
        at = {float(text.replace("\N{MINUS SIGN}", "-")): place for text, place in part.labels("y")}
        middle = at[0.0]
        for (_, x), score in zip(below.labels("x"), scores, strict=True):
            rows = part.top + np.flatnonzero(ink[:, round(x - part.left)])
            end = rows.min() if score > 0 else rows.max() + 1
            wanted = middle - score.sign() * (score.abs() / 30) ** 0.5 * (middle - at[30.0])
            assert end == pytest.approx(wanted.item(), abs=2)
