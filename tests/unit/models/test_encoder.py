"""The encoder: what it keeps of a sequence is what a plain GRU says of that sequence alone."""

import pytest
import torch
from torch.testing import assert_close

from attention import Encoder

BOTH_READERS = pytest.mark.parametrize("bidirectional", [True, False], ids=["both ends", "left"])


@BOTH_READERS
def test_by_hand_the_memory_is_what_the_gru_says_of_each_sequence_alone(bidirectional):
    encoder = Encoder(13, d_embed=3, d_hidden=5, bidirectional=bidirectional).double()
    source, lengths = torch.randint(3, 13, (5, 7)), torch.tensor([5, 2, 7, 1, 4])
    summary, keys, mask = encoder(source, lengths)
    for i, length in enumerate(lengths):
        states, _ = encoder.gru(encoder.embedding(source[i, :length]))  # (length, 5 or 10)
        assert_close(keys[i, :length], states)
        assert (keys[i, length:] == 0).all()
        assert mask[i].tolist() == [True] * length + [False] * (7 - length)
        # Reading from the left ends at the last position, reading from the right at the first.
        assert_close(summary[i, :5], states[-1, :5])
        assert_close(summary[i, 5:], states[0, 5:])


@BOTH_READERS
def test_a_state_knows_what_its_readers_have_read(bidirectional):
    encoder = Encoder(13, d_embed=3, d_hidden=5, bidirectional=bidirectional).double()
    embedded = []
    encoder.embedding.register_forward_hook(lambda *found: embedded.append(found[-1]))
    keys = encoder(torch.randint(3, 13, (1, 7)), torch.tensor([7])).keys
    for j in range(7):
        for half, read in ((slice(5), slice(j + 1)), (slice(5, 10), slice(j, 7))):
            if keys[0, j, half].numel():
                seen = torch.autograd.grad(keys[0, j, half].sum(), embedded[0], retain_graph=True)
                wanted = torch.zeros(7, dtype=torch.bool)
                wanted[read] = True
                assert torch.equal(seen[0][0].any(dim=-1), wanted)
