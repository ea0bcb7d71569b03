"""The scores of heads on attention that is known."""

import pytest
import torch

from attention.functional.head_scores import (
    first_token_score,
    induction_keys,
    induction_score,
    previous_token_score,
)


def looking(places, size):
    """Weights (1, 1, T, T) of a head whose query t puts all its weight on ``places[t]``."""
    weights = torch.zeros(1, 1, size, size)
    weights[0, 0, torch.arange(size), torch.tensor(places)] = 1.0
    return weights


def test_a_head_that_looks_one_back_is_a_previous_token_head_and_no_next_token_head():
    weights = looking([0, 0, 1, 2, 3], 5)
    assert previous_token_score(weights).tolist() == [1.0]
    assert previous_token_score(weights.mT).tolist() == [0.0]


def test_each_head_has_a_score_of_its_own_and_the_batch_is_averaged():
    back, still = looking([0, 0, 1], 3), looking([0, 1, 2], 3)
    weights = torch.cat([torch.cat([back, still], 1), torch.cat([still, still], 1)], 0)
    assert previous_token_score(weights).tolist() == [0.5, 0.0]


def test_the_first_token_score_leaves_out_the_row_that_has_no_choice():
    assert first_token_score(looking([0, 1, 2, 0, 0], 5)).tolist() == [0.5]
    assert first_token_score(looking([0, 1, 2, 3, 4], 5)).tolist() == [0.0]


def test_induction_looks_at_what_followed_the_present_token():
    ids = torch.tensor([[7, 3, 5, 7, 3]])
    wanted = torch.zeros(5, 5, dtype=torch.bool)
    wanted[3, 1] = wanted[4, 2] = True
    assert torch.equal(induction_keys(ids)[0], wanted)
    assert induction_score(looking([0, 0, 0, 1, 2], 5), ids).tolist() == [1.0]
    assert induction_score(looking([0, 0, 0, 0, 1], 5), ids).tolist() == [0.0]  # the copy itself
    assert induction_score(looking([0, 0, 0, 1, 1], 5), ids).tolist() == [0.5]


def test_induction_adds_up_several_earlier_places_and_may_look_at_the_query_itself():
    ids = torch.tensor([[4, 4, 4]])
    expected = [[False, False, False], [False, True, False], [False, True, True]]
    assert induction_keys(ids)[0].tolist() == expected
    weights = torch.full((1, 1, 3, 3), 0.25)
    assert induction_score(weights, ids).item() == pytest.approx((0.25 + 0.5) / 2)


def test_the_last_token_is_no_predecessor_of_the_first():
    assert not induction_keys(torch.tensor([[5, 1, 5]]))[0, :, 0].any()


@pytest.mark.parametrize("score", [previous_token_score, first_token_score])
@pytest.mark.parametrize("size", [(2, 3, 3), (1, 2, 3, 4), (1, 2, 1, 1)])
def test_weights_of_another_shape_are_refused(score, size):
    with pytest.raises(ValueError, match=r"^weights should have shape \(B, H, T, T\)"):
        score(torch.zeros(size))


def test_tokens_that_do_not_fit_or_do_not_repeat_are_refused():
    with pytest.raises(ValueError, match=r"^ids should have shape \(B, T\) = \(1, 3\)"):
        induction_score(torch.zeros(1, 2, 3, 3), torch.tensor([[1, 1]]))
    with pytest.raises(ValueError, match="occurs twice"):
        induction_score(torch.zeros(1, 2, 3, 3), torch.tensor([[1, 2, 3]]))
    with pytest.raises(TypeError, match=r"^ids should be"):
        induction_keys(torch.zeros(1, 3))
