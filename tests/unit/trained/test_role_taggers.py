"""The small models that need the order: their numbers, their scores as logged, their errors."""

import random
import re

import pytest
import torch

from attention import MultiHeadAttention
from attention.functional.positions import (
    POSITION_SCHEMES,
    alibi_bias,
    attention_in_order,
    sinusoidal_positions,
)
from attention.nn.positions import RotaryEmbedding
from attention.trained.role_taggers import (
    D_MODEL,
    ROLES,
    SENTENCE,
    WEIGHTS,
    WORDS,
    RoleTagger,
    position_example,
    sentence_with_roles,
    trained_tagger,
    word_ids,
)

LOG = WEIGHTS.with_suffix(".log").read_text(encoding="utf-8")


def attention_of(model: RoleTagger) -> MultiHeadAttention:
    """The package's own module with the model's weights and one head."""
    rotary = RotaryEmbedding(D_MODEL) if model.scheme == "rotary" else None
    module = MultiHeadAttention(D_MODEL, 1, rotary=rotary).double()
    state = {f"w_{x}.weight": getattr(model, f"w_{x}").weight.double() for x in "qkv"}
    module.load_state_dict({**state, "w_o.weight": torch.eye(D_MODEL, dtype=torch.float64)})
    return module


@pytest.mark.parametrize("scheme", ["none", "sinusoidal", "learned", "rotary"])
def test_attend_is_the_package_s_attention(scheme: str) -> None:
    model = trained_tagger(scheme)
    x = torch.randn(2, 7, D_MODEL, dtype=torch.float64)
    weights = [getattr(model, f"w_{name}").weight.double() for name in "qkv"]
    learned = None if model.position is None else model.position.double()
    added = {"sinusoidal": sinusoidal_positions(7, D_MODEL).double()}
    if learned is not None:
        added["learned"] = learned[:7]
    context, found = attention_in_order(scheme, x, *weights, learned)
    with torch.no_grad():
        expected, theirs = attention_of(model)(x + added.get(scheme, 0.0), need_weights=True)
    torch.testing.assert_close(context, expected)
    torch.testing.assert_close(found, theirs[:, 0])


def test_alibi_is_the_first_of_eight_heads() -> None:
    x = torch.randn(5, D_MODEL, dtype=torch.float64)
    zeros = torch.zeros(D_MODEL, D_MODEL, dtype=torch.float64)
    _, weights = attention_in_order("alibi", x, zeros, zeros, zeros)
    torch.testing.assert_close(weights, alibi_bias(8, 5)[0].double().softmax(-1))
    i = torch.arange(5)
    by_hand = (-0.5 * (i[:, None] - i).abs()).double().softmax(-1)
    torch.testing.assert_close(weights, by_hand)


@pytest.mark.parametrize("scheme", POSITION_SCHEMES)
def test_the_scores_in_the_log_are_the_stored_models(scheme: str) -> None:
    """2,000 sentences that no training drew: the same ones as in scripts/train_role_taggers.py."""
    chance, model = random.Random(1), trained_tagger(scheme)
    right = total = 0
    groups: dict[int, list[tuple[list[str], list[int]]]] = {}
    for _ in range(2000):
        words, roles = sentence_with_roles(chance)
        groups.setdefault(len(words), []).append((words, roles))
    for pairs in groups.values():
        ids = torch.stack([word_ids(words) for words, _ in pairs])
        roles = torch.tensor([roles for _, roles in pairs])
        right += (model(ids).argmax(dim=-1) == roles).sum().item()
        total += roles.numel()
    logged = float(re.search(rf"^{scheme}: ([\d.]+)$", LOG, re.MULTILINE).group(1))
    assert right / total == pytest.approx(logged, abs=2e-3)
    assert (right / total < 0.6) == (scheme == "none")
    assert scheme == "none" or right / total > 0.95


def test_without_positions_the_answers_cannot_know_who_bites_whom() -> None:
    model = trained_tagger("none")
    one, other = ["the", "dog", "bites", "the", "man"], ["the", "man", "bites", "the", "dog"]
    answers, swapped = (model(word_ids(words)[None])[0] for words in (one, other))
    torch.testing.assert_close(answers[[0, 4, 2, 3, 1]], swapped, atol=1e-5, rtol=1e-5)


def test_sentences_say_who_does_what_to_whom() -> None:
    chance = random.Random(0)
    for _ in range(300):
        words, roles = sentence_with_roles(chance)
        assert 5 <= len(words) <= 7
        assert len(words) == len(roles)
        assert roles.count(1) == 1
        assert roles == sorted(roles)
        assert words.count("the") == 2
        assert len(set(words)) == len(words) - 1, "only the article comes twice"
        assert set(words) <= set(WORDS)


def test_an_example_carries_what_the_models_know() -> None:
    example = position_example()
    assert example["words"] == list(SENTENCE) == ["the", "dog", "bites", "the", "old", "man"]
    assert example["roles"] == ROLES
    assert example["embeddings"].shape == (5, 6, 16)
    assert torch.equal(example["embeddings"][:, 0], example["embeddings"][:, 3]), "both are “the”"
    assert example["w_q"].shape == example["w_k"].shape == example["w_v"].shape == (5, 16, 16)
    assert example["learned"].shape == (8, 16)
    assert example["readout"].shape == (5, 3, 16)
    for number, scheme in enumerate(POSITION_SCHEMES):
        assert torch.equal(example["w_k"][number], trained_tagger(scheme).w_k.weight)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: position_example([]), "words should be 1 to 8, but were 0"),
        (lambda: position_example(["the"] * 9), "words should be 1 to 8, but were 9"),
        (lambda: position_example(["the", "ox"]), "words should be among .* but had 'ox'"),
        (lambda: trained_tagger("relative"), "scheme should be one of .* but was 'relative'"),
    ],
)
def test_errors_name_what_is_wrong(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
