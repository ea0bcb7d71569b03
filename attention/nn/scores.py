"""Attention between two sequences, as it was invented: a score for each source position, a sum.

The three classes differ in the score alone. They are older than the Transformer and know no values:
the keys, which are the encoder's states, are also what is summed.
"""

import torch
from torch import Tensor, nn

from attention._checks import check_count, check_mask, check_tensor
from attention._dtypes import multiplies
from attention.functional.definition import masked_softmax


class Alignment(nn.Module):
    """What the three share: checks, the softmax over the source positions, and the sum.

    A subclass says how well a query matches a key, in :meth:`score`, and what of that can be
    computed without the query, in :meth:`prepare`.

    Args:
        d_query: Width of the queries.
        d_key: Width of the keys. ``None`` for a width that is not fixed.
    """

    def __init__(self, d_query: int | None = None, d_key: int | None = None) -> None:
        super().__init__()
        self._query_sizes = {} if d_query is None else {"d_query": check_count("d_query", d_query)}
        self._key_sizes = {} if d_key is None else {"d_key": check_count("d_key", d_key)}

    def forward(
        self,
        query: Tensor,
        keys: Tensor,
        mask: Tensor | None = None,
        *,
        prepared: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Weigh the keys by how well they match the query, and sum them.

        Args:
            query: What the decoder looks for, (B, d_query); or (B, T, d_query) for T queries of
                each sequence at once.
            keys: What it looks at, the encoder's states, (B, S, d_key).
            mask: A bool tensor (B, S), True = a real position, as ``padding_mask`` makes it; there
                is no query axis, in contrast to the masks of all other functions and layers.
            prepared: ``prepare(keys)``, where it has been computed before: the query has no share
                in it, so a decoder needs it once a sentence and not once a word.

        Returns:
            The context, (B, d_key), and the weights, (B, S), whose rows sum to 1; for T queries
            (B, T, d_key) and (B, T, S). A sequence that is masked throughout gets zeros.

        Raises:
            TypeError: If a tensor is not floating-point, their dtypes or those of the weights
                differ, or the mask is not bool.
            ValueError: If a shape does not fit.
        """
        weight = next(self.parameters(), None)
        if isinstance(query, Tensor) and query.ndim == 2:
            check_tensor("query", query, "(B, d_query)", self._query_sizes, weight)
            context, weights = self(query[:, None], keys, mask, prepared=prepared)
            return context.squeeze(1), weights.squeeze(1)
        check_tensor("query", query, "(B, T, d_query)", self._query_sizes, weight)
        sizes = {"B": query.shape[0], **self._key_sizes}
        check_tensor("keys", keys, "(B, S, d_key)", sizes, weight)
        if not multiplies(query, keys):
            raise TypeError(
                f"keys should have the query's dtype {query.dtype}, but had {keys.dtype}"
            )
        if mask is not None:
            check_mask(mask, tuple(keys.shape[:2]))
            mask = mask[..., None, :]  # (B, 1, S)
        scores = self.score(query, self.prepare(keys) if prepared is None else prepared)
        weights = masked_softmax(scores, mask)  # (B, T, S)
        return weights @ keys, weights  # (B, T, d_key), (B, T, S)

    def prepare(self, keys: Tensor) -> Tensor:
        """The part of the score that depends on the keys alone: (B, S, d_key) to (B, S, ...)."""
        return keys

    def score(self, query: Tensor, prepared: Tensor) -> Tensor:
        """How well each query matches each key: (B, T, d_query), (B, S, ...) to (B, T, S)."""
        raise NotImplementedError


class AdditiveAttention(Alignment):
    r"""The first attention: a small network with one hidden layer judges each pair.

    .. math::

        e_{tj} = v^\top \tanh(W q_t + U k_j + b), \qquad
        \alpha_t = \text{softmax}(e_t), \qquad
        c_t = \sum_j \alpha_{tj} k_j

    Args:
        d_query: Width of the queries, which are the decoder's states.
        d_key: Width of the keys, which are the encoder's states.
        d_attn: Width of the hidden layer.

    Raises:
        TypeError: If a width is not a whole number.
        ValueError: If a width is below 1.

    Source:
        Bahdanau, Cho and Bengio 2014, section 3.1 and appendix A.1.2. Our ``w_query``, ``w_key``
        and ``score_vector`` are their W_a, U_a and v_a, our query their s_{i-1}, our keys their
        annotations h_j. The bias b is ours.
    """

    def __init__(self, d_query: int, d_key: int, d_attn: int) -> None:
        super().__init__(d_query, d_key)
        self.w_query = nn.Linear(d_query, check_count("d_attn", d_attn))
        self.w_key = nn.Linear(d_key, d_attn, bias=False)
        self.score_vector = nn.Linear(d_attn, 1, bias=False)

    def prepare(self, keys: Tensor) -> Tensor:
        """U k, (B, S, d_attn)."""
        return self.w_key(keys)

    def score(self, query: Tensor, prepared: Tensor) -> Tensor:
        """The scores, (B, T, S)."""
        hidden = torch.tanh(
            self.w_query(query)[:, :, None] + prepared[:, None]
        )  # (B, T, S, d_attn)
        return self.score_vector(hidden).squeeze(-1)  # (B, T, S)


class GeneralAttention(Alignment):
    r"""A product through a matrix: the score is bilinear in query and key.

    .. math::

        e_{tj} = q_t^\top W k_j, \qquad
        \alpha_t = \text{softmax}(e_t), \qquad
        c_t = \sum_j \alpha_{tj} k_j

    Args:
        d_query: Width of the queries, which are the decoder's states.
        d_key: Width of the keys, which are the encoder's states.

    Raises:
        TypeError: If a width is not a whole number.
        ValueError: If a width is below 1.

    Source:
        Luong, Pham and Manning 2015, section 3.1, "general". Our query is their current target
        state h_t, our keys their source states. Our ``w_key`` is their W_a.
    """

    def __init__(self, d_query: int, d_key: int) -> None:
        super().__init__(d_query, d_key)
        self.w_key = nn.Linear(d_key, d_query, bias=False)

    def prepare(self, keys: Tensor) -> Tensor:
        """W k, (B, S, d_query)."""
        return self.w_key(keys)

    def score(self, query: Tensor, prepared: Tensor) -> Tensor:
        """The scores, (B, T, S)."""
        return query @ prepared.mT


class DotAttention(Alignment):
    r"""The plain product: a query matches a key as far as they point the same way.

    .. math::

        e_{tj} = q_t^\top k_j, \qquad
        \alpha_t = \text{softmax}(e_t), \qquad
        c_t = \sum_j \alpha_{tj} k_j

    It has no parameters, and asks that queries and keys are of one width. There is no scale: that
    came with the Transformer.

    Source:
        Luong, Pham and Manning 2015, section 3.1, "dot".
    """

    def __init__(self) -> None:
        super().__init__()

    def score(self, query: Tensor, prepared: Tensor) -> Tensor:
        """The scores, (B, T, S).

        Raises:
            ValueError: If queries and keys differ in width.
        """
        if query.shape[-1] != prepared.shape[-1]:
            raise ValueError(
                f"query should be as wide as the keys, d_key = {prepared.shape[-1]}, "
                f"but was {query.shape[-1]} wide"
            )
        return query @ prepared.mT
