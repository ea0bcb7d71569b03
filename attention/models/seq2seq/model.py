"""Encoder and decoder together: one recurrent network reads a sequence, another writes one.

What passes between them is the question of the book's first two chapters. Without attention it is
one vector, the same at every step. With attention it is, at each step, a new sum of all the
encoder's states. Nothing else depends on the choice.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from attention._checks import check_count, check_ids, shape
from attention.data.vocabulary import BEGIN, PAD
from attention.models.seq2seq.decoder import AttentionName, Decoder, Order
from attention.models.seq2seq.encoder import Encoder
from attention.models.seq2seq.search import greedy


class Seq2Seq(nn.Module):
    """An encoder and a decoder, with or without attention between them.

    Args:
        n_source: Size of the source vocabulary.
        n_target: Size of the target vocabulary.
        d_embed: Width of the embeddings.
        d_hidden: Width of the states of the encoder and of the decoder. Where the encoder reads
            from both ends each of its directions has half of it, so that the two together are as
            wide as the decoder's state.
        attention: ``None`` for a fixed vector, ``"additive"`` (Bahdanau), ``"dot"`` or
            ``"general"`` (Luong).
        order: Whether the query is the decoder's previous state (``"bahdanau"``) or its current one
            (``"luong"``); by default as in the paper from which the attention comes.
        bidirectional: Whether the encoder reads from both ends.

    Raises:
        TypeError: If a count is not a whole number.
        ValueError: If a count is too small or the attention is unknown.
    """

    def __init__(
        self,
        n_source: int,
        n_target: int,
        *,
        d_embed: int,
        d_hidden: int,
        attention: AttentionName | None = None,
        order: Order | None = None,
        bidirectional: bool = True,
    ) -> None:
        super().__init__()
        d_hidden = check_count("d_hidden", d_hidden)
        if bidirectional and d_hidden % 2:
            raise ValueError(
                f"d_hidden should be even for an encoder of two directions, but was {d_hidden}"
            )
        self.encoder = Encoder(
            n_source,
            d_embed=d_embed,
            d_hidden=d_hidden // 2 if bidirectional else d_hidden,
            bidirectional=bidirectional,
        )
        self.decoder = Decoder(
            n_target,
            d_embed=d_embed,
            d_hidden=d_hidden,
            d_memory=self.encoder.d_memory,
            attention=attention,
            order=order,
        )

    def forward(self, source: Tensor, lengths: Tensor, target: Tensor) -> Tensor:
        """The logits of every target token, given the right ones before it (teacher forcing).

        Args:
            source: Source ids, int64 or int32 (B, S), padded with 0.
            lengths: Number of real source tokens, whole numbers (B,).
            target: Target ids, int64 (B, T): the tokens and the end mark, padded with 0; no start
                mark. The decoder reads them one place later.

        Returns:
            Logits, (B, T, n_target): position t guesses ``target[:, t]``.

        Raises:
            TypeError: If ids or lengths are not whole numbers.
            ValueError: If the shapes do not fit, or an id or a length is out of range.
        """
        return self.decoder(self._shifted(source, target), self.encoder(source, lengths))[0]

    def align(self, source: Tensor, lengths: Tensor, target: Tensor) -> Tensor:
        """The weights with which the model would write a given target, (B, T, S).

        Raises:
            ValueError: If the model has no attention, or as :meth:`forward`.
        """
        if self.decoder.attention is None:
            raise ValueError("a model with attention=None has no weights to show")
        weights = self.decoder(self._shifted(source, target), self.encoder(source, lengths))[1]
        assert weights is not None
        return weights

    def decode(self, source: Tensor, lengths: Tensor, max_len: int) -> tuple[Tensor, Tensor | None]:
        """Write greedily: at each step the likeliest token, until the end mark.

        Args:
            source: Source ids, int64 or int32 (B, S), padded with 0.
            lengths: Number of real source tokens, whole numbers (B,).
            max_len: The largest number of tokens to write, the end mark included.

        Returns:
            The tokens, int64 (B, T) with T at most ``max_len``, 0 after a sequence's end mark; and
            the weights (B, T, S) with which they were written, ``None`` without attention.
        """
        written = greedy(self, source, lengths, max_len)
        return written.tokens, written.weights

    def _shifted(self, source: Tensor, target: Tensor) -> Tensor:
        """The token before each target token: the start mark, then the target but its last."""
        check_ids("target", target, self.decoder.embedding.num_embeddings)
        if len(target) != len(source):
            raise ValueError(
                f"target should have one row per source, B = {len(source)}, but had {shape(target)}"
            )
        return torch.cat([torch.full_like(target[:, :1], BEGIN), target[:, :-1]], dim=1)


def sequence_loss(logits: Tensor, target: Tensor) -> Tensor:
    """Mean cross-entropy in nats over the real target tokens; padding is left out.

    Args:
        logits: (B, T, n_target), as :class:`Seq2Seq` returns them.
        target: Target ids, int64 or int32 (B, T), 0 where there is padding.
    """
    return F.cross_entropy(logits.flatten(0, 1), target.flatten().long(), ignore_index=PAD)
