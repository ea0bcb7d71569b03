"""The puzzles of the chapter on several heads: their rules, checked on every answer."""

import pytest
import torch

from attention.data.puzzles import (
    COLOURS,
    LETTERS,
    N_CARD_SYMBOLS,
    NOT_ASKED,
    RELATIONS,
    accuracy,
    card_names,
    four_relations,
    last_letters,
    weight_on_sources,
)

FIRST_COLOUR, PLAIN, STAR = 26, 34, 35


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def read(puzzle):
    """The letters that stand at the sources."""
    letters = puzzle.symbols[..., 0]
    return letters.gather(1, puzzle.sources.clamp(min=0).flatten(1)).view(puzzle.sources.shape)


@pytest.mark.parametrize("draw", [last_letters, four_relations])
class TestEveryPuzzle:
    def test_the_answer_is_the_letter_at_the_source(self, draw):
        puzzle = draw(11, generator=seeded())
        asked = puzzle.sources >= 0
        assert torch.equal(puzzle.answers[asked], read(puzzle)[asked])
        assert (puzzle.answers[~asked] == NOT_ASKED).all()

    def test_a_position_is_asked_everything_or_nothing(self, draw):
        asked = draw(11, generator=seeded()).sources >= 0
        assert torch.equal(asked.any(dim=-1), asked.all(dim=-1))
        assert asked.any()
        assert not asked.all()

    def test_every_source_lies_before_the_asker(self, draw):
        sources = draw(11, generator=seeded()).sources
        assert (sources < torch.arange(sources.shape[1])[:, None]).all()

    def test_the_generator_decides(self, draw):
        one, same, other = (draw(5, generator=seeded(s)) for s in (3, 3, 4))
        assert torch.equal(one.symbols, same.symbols)
        assert torch.equal(one.answers, same.answers)
        assert not torch.equal(one.symbols, other.symbols)

    def test_a_number_of_rows_that_is_none(self, draw):
        with pytest.raises(ValueError, match=r"n should be at least 1, but was 0"):
            draw(0)
        with pytest.raises(TypeError, match=r"n should be a whole number, but was 2.0"):
            draw(2.0)


def test_last_letters_by_hand():
    puzzle = last_letters(1, length=5, n_back=2, generator=seeded())
    a, b, c, d, _ = puzzle.symbols[0, :, 0].tolist()
    nothing = [NOT_ASKED, NOT_ASKED]
    assert puzzle.answers[0].tolist() == [nothing, nothing, [b, a], [c, b], [d, c]]
    assert puzzle.sources[0].tolist() == [[-1, -1], [-1, -1], [1, 0], [2, 1], [3, 2]]


def test_last_letters_uses_the_whole_alphabet():
    letters = last_letters(200, generator=seeded()).symbols
    assert letters.shape == (200, 16, 1)
    assert letters.unique().tolist() == list(range(len(LETTERS)))


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"length": 4}, ValueError, r"length should be above n_back = 4, but was 4"),
        ({"n_back": 0}, ValueError, r"n_back should be at least 1, but was 0"),
        ({"length": "long"}, TypeError, r"length should be a whole number, but was 'long'"),
    ],
)
def test_last_letters_refuses(arguments, error, message):
    with pytest.raises(error, match=message):
        last_letters(3, **arguments)


class TestFourRelations:
    @pytest.fixture
    def puzzle(self):
        return four_relations(200, generator=seeded())

    def test_what_lies_on_the_table(self, puzzle):
        letters, colours, stars = puzzle.symbols.unbind(dim=-1)
        assert puzzle.symbols.shape == (200, 16, 3)
        assert letters.unique().tolist() == list(range(26))
        for half in (colours[:, :8], colours[:, 8:]):
            wanted = torch.arange(FIRST_COLOUR, FIRST_COLOUR + 8).expand(200, 8)
            assert torch.equal(half.sort(dim=-1).values, wanted)
        assert ((stars == STAR).sum(dim=-1) == 1).all()
        assert ((stars == STAR) | (stars == PLAIN)).all()
        assert puzzle.symbols.max() == N_CARD_SYMBOLS - 1

    def test_the_star_is_on_an_early_card_but_not_the_first(self, puzzle):
        places = (puzzle.symbols[..., 2] == STAR).long().argmax(dim=-1)
        assert places.unique().tolist() == list(range(1, 8))

    def test_the_second_half_is_asked(self, puzzle):
        assert (puzzle.sources[:, :8] == -1).all()
        assert (puzzle.sources[:, 8:] >= 0).all()

    def test_each_source_stands_in_its_relation(self, puzzle):
        assert RELATIONS == ("previous", "first", "starred", "matching")
        colours, stars = puzzle.symbols[..., 1], puzzle.symbols[..., 2]
        previous, first, starred, matching = puzzle.sources[:, 8:].unbind(dim=-1)
        assert (previous == torch.arange(7, 15)).all()
        assert (first == 0).all()
        assert (stars.gather(1, starred) == STAR).all()
        assert torch.equal(colours.gather(1, matching), colours[:, 8:])
        assert (matching < 8).all()

    def test_names_of_cards(self, puzzle):
        names = card_names(puzzle.symbols[0])
        letter, colour, _ = puzzle.symbols[0, 0].tolist()
        assert names[0] == f"{COLOURS[colour - FIRST_COLOUR]}-{LETTERS[letter]}"
        assert [name.endswith("*") for name in names] == (puzzle.symbols[0, :, 2] == STAR).tolist()

    def test_names_need_three_symbols(self):
        with pytest.raises(ValueError, match=r"symbols should have shape \(T, 3\), but had \(4,\)"):
            card_names(torch.zeros(4, dtype=torch.int64))


def test_accuracy_by_hand():
    answers = torch.tensor([[[NOT_ASKED, NOT_ASKED], [0, 1], [2, 1]]])  # (B, T, Q) = (1, 3, 2)
    guesses = torch.tensor([[[0, 0], [0, 1], [1, 1]]])
    logits = torch.nn.functional.one_hot(guesses, 3).float()
    assert accuracy(logits, answers).tolist() == [0.5, 1.0]
    stacked = accuracy(torch.stack([logits, logits.roll(1, dims=-1)]), answers)  # two models
    assert stacked.tolist() == [[0.5, 1.0], [0.5, 0.0]]


def test_accuracy_needs_shapes_that_fit():
    with pytest.raises(ValueError, match=r"logits should have shape \(..., B, T, Q, letters\)"):
        accuracy(torch.zeros(2, 3, 5, 26), torch.zeros(2, 3, 4, dtype=torch.int64))


def test_weight_on_sources_by_hand():
    # Three positions, two heads: head 0 looks at position 0, head 1 at the position itself.
    head0 = torch.tensor([[1.0, 0, 0]]).expand(3, 3)
    weights = torch.stack([head0, torch.eye(3)])[None]  # (1, 2, 3, 3)
    sources = torch.tensor([[[-1, -1], [0, 1], [0, 1]]])  # (1, 3, 2)
    assert weight_on_sources(weights, sources).tolist() == [[1.0, 0.0], [0.0, 0.5]]


def test_weights_on_all_sources_add_up_when_there_is_one_source_for_each_key():
    weights = torch.rand(2, 3, 5, 5).softmax(dim=-1)
    sources = torch.arange(5).expand(2, 5, 5)  # as many questions as keys
    assert torch.allclose(weight_on_sources(weights, sources).sum(dim=-1), torch.ones(3))


def test_weight_on_sources_needs_shapes_that_fit():
    with pytest.raises(ValueError, match=r"weights should have shape \(B, H, T, T\)"):
        weight_on_sources(torch.zeros(2, 3, 5, 5), torch.zeros(2, 7, 4, dtype=torch.int64))
