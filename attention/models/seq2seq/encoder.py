"""The encoder: a recurrent network that reads a sequence and keeps its states."""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from attention._checks import check_count, check_ids, shape
from attention.data.vocabulary import PAD
from attention.functional.masks import padding_mask


class Memory(NamedTuple):
    """What the decoder is given of the source.

    Attributes:
        summary: The encoder's last states, one vector a sequence, (B, d_memory).
        keys: Its state at every position, (B, S, d_memory).
        mask: True at real positions, bool (B, S).
    """

    summary: Tensor
    keys: Tensor
    mask: Tensor


class Encoder(nn.Module):
    r"""A GRU that reads the source, from both ends or from the left alone.

    .. math::

        h_j = [\overrightarrow{h}_j; \overleftarrow{h}_j], \qquad
        \text{summary} = [\overrightarrow{h}_S; \overleftarrow{h}_1]

    Args:
        n_source: Size of the source vocabulary; id 0 is padding.
        d_embed: Width of the embeddings.
        d_hidden: Width of the GRU's state, of each direction.
        bidirectional: Whether a second GRU reads from the right.

    Raises:
        TypeError: If a count is not a whole number.
        ValueError: If a count is below 1.

    Source:
        Cho et al. 2014, section 2.3 (the GRU); Bahdanau et al. 2014, section 3.2 (two directions).
    """

    def __init__(
        self, n_source: int, *, d_embed: int, d_hidden: int, bidirectional: bool = True
    ) -> None:
        super().__init__()
        check_count("n_source", n_source)
        self.embedding = nn.Embedding(n_source, check_count("d_embed", d_embed), padding_idx=PAD)
        self.gru = nn.GRU(
            d_embed,
            check_count("d_hidden", d_hidden),
            bidirectional=bidirectional,
            batch_first=True,
        )
        self.d_memory = d_hidden * (2 if bidirectional else 1)

    def forward(self, source: Tensor, lengths: Tensor) -> Memory:
        """Read.

        Args:
            source: Token ids, int64 or int32 (B, S); what stands beyond a sequence's length is not
                read.
            lengths: Number of real tokens of each sequence, whole numbers (B,), from 1 to S.

        Returns:
            The memory: summary (B, d_memory), keys (B, S, d_memory), mask (B, S).

        Raises:
            TypeError: If ``source`` or ``lengths`` are not whole numbers.
            ValueError: If the shapes do not fit, or a length is below 1 or above S.
        """
        # PyTorch packs by lengths on the CPU, so a GPU waits anyway: values may be looked at.
        check_ids("source", source, self.embedding.num_embeddings)
        lengths_on_cpu = _checked_lengths(source, lengths)
        n_source = source.shape[1]
        packed = pack_padded_sequence(
            self.embedding(source), lengths_on_cpu, batch_first=True, enforce_sorted=False
        )
        states, last = self.gru(packed)  # last: (directions, B, d_hidden)
        keys, _ = pad_packed_sequence(states, batch_first=True, total_length=n_source)
        summary = last.transpose(0, 1).flatten(1)  # (B, d_memory)
        return Memory(summary, keys, padding_mask(lengths.long(), n_source))


def _checked_lengths(source: Tensor, lengths: Tensor) -> Tensor:
    """Return the lengths, int64 on the CPU, if there is one for each source, from 1 to S."""
    if not isinstance(lengths, Tensor):
        raise TypeError(f"lengths should be a tensor (B,), but was {type(lengths).__name__}")
    if lengths.is_floating_point() or lengths.dtype == torch.bool:
        raise TypeError(f"lengths should be whole numbers, but their dtype was {lengths.dtype}")
    n_batch, n_source = source.shape
    if lengths.shape != (n_batch,):
        raise ValueError(f"lengths should have shape (B,) = ({n_batch},), but had {shape(lengths)}")
    found = lengths.to("cpu", torch.int64)
    if found.min() < 1 or found.max() > n_source:
        raise ValueError(
            f"lengths should be from 1 to S = {n_source}, "
            f"but ranged from {found.min()} to {found.max()}"
        )
    return found
