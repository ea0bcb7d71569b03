"""What silencing a head takes away."""

import pytest
import torch

from attention import MultiHeadAttention
from attention.experiments.heads import silenced


def test_silencing_takes_a_heads_share_away_and_gives_it_back():
    torch.manual_seed(0)
    layer, x = MultiHeadAttention(12, 3).double(), torch.randn(2, 5, 12, dtype=torch.float64)
    whole = layer(x)
    alone = []
    for kept in range(3):
        with silenced([layer], [(0, head) for head in range(3) if head != kept]):
            alone.append(layer(x))
    torch.testing.assert_close(sum(alone), whole)  # no bias: the heads add up
    with silenced([layer], [(0, 1)]):
        torch.testing.assert_close(layer(x), alone[0] + alone[2])
    assert torch.equal(layer(x), whole)
    with torch.no_grad():
        layer.w_v.weight[4:8] = 0.0  # head 1 by another road: it has nothing to hand over
    torch.testing.assert_close(layer(x), alone[0] + alone[2])


def test_silencing_nobody_changes_nothing_and_an_error_inside_restores_everything():
    torch.manual_seed(0)
    layer, x = MultiHeadAttention(6, 2), torch.randn(1, 3, 6)
    whole = layer(x)
    with silenced([layer], []):
        assert torch.equal(layer(x), whole)

    def fails():
        with silenced([layer], [(0, 0), (0, 1)]):
            assert layer(x).abs().max() == 0
            raise RuntimeError("inside")

    with pytest.raises(RuntimeError, match="inside"):
        fails()
    assert torch.equal(layer(x), whole)


@pytest.mark.parametrize(
    ("heads", "error", "message"),
    [
        ([(1, 0)], ValueError, r"^layer should be below 1, but was 1$"),
        ([(0, 2)], ValueError, r"^head should be below 2, but was 2$"),
        ([(0, -1)], ValueError, r"^head should be at least 0, but was -1$"),
        ([(0, 0.0)], TypeError, r"^head should be a whole number, but was 0\.0$"),
    ],
)
def test_an_unknown_head_is_named_and_nothing_is_touched(heads, error, message):
    layer = MultiHeadAttention(6, 2)
    before = layer.w_o.weight.clone()
    with pytest.raises(error, match=message), silenced([layer], [(0, 0), *heads]):
        pass
    assert torch.equal(layer.w_o.weight, before)
