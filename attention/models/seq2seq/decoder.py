"""The decoder: a recurrent network that writes a sequence, told of the source what it may know."""

from typing import Literal

import torch
from torch import Tensor, nn

from attention._checks import check_count
from attention.data.vocabulary import END, PAD
from attention.models.embedding import look_up
from attention.models.seq2seq.encoder import Memory
from attention.nn.scores import AdditiveAttention, Alignment, DotAttention, GeneralAttention

AttentionName = Literal["additive", "dot", "general"]
Order = Literal["bahdanau", "luong"]


class Decoder(nn.Module):
    r"""A GRU that writes the target, one token after the other.

    .. math::

        s_0 = \tanh(W_0\, \text{summary}), \qquad
        s_t = \text{GRU}(s_{t-1}, x_t), \qquad
        \text{logits}_t = W_o \tanh(W_c [s_t; c_t; y_{t-1}])

    where :math:`y_{t-1}` is the embedding of the token before. Without attention the context
    :math:`c_t` is the summary, the same at every step. With attention it is what the attention
    returns, in one of two orders:

    - ``"bahdanau"``: the query is the *previous* state :math:`s_{t-1}`, and the context enters the
      state, :math:`x_t = [y_{t-1}; c_t]`. (The summary of a decoder without attention enters it in
      the same way, as in Cho et al.)
    - ``"luong"``: the query is the *current* state :math:`s_t`, and the context enters the
      prediction alone, :math:`x_t = y_{t-1}`. So no state waits for a context, and in training all
      steps look at once.

    Args:
        n_target: Size of the target vocabulary; ids 0, 1, 2 are padding, start and end.
        d_embed: Width of the embeddings.
        d_hidden: Width of the GRU's state.
        d_memory: Width of the encoder's states.
        attention: ``None``, ``"additive"``, ``"dot"`` (which asks ``d_hidden = d_memory``) or
            ``"general"``.
        order: ``"bahdanau"`` or ``"luong"``; by default that of the paper from which the attention
            comes, which is Bahdanau's for ``"additive"`` and Luong's for the two others.

    Raises:
        TypeError: If a count is not a whole number.
        ValueError: If a count is below 1, the attention is unknown or the widths do not fit it.

    Source:
        Cho et al. 2014; Bahdanau et al. 2014, section 3.1 and appendix A; Luong et al. 2015,
        section 3.1, without its input feeding.
    """

    def __init__(
        self,
        n_target: int,
        *,
        d_embed: int,
        d_hidden: int,
        d_memory: int,
        attention: AttentionName | None = None,
        order: Order | None = None,
    ) -> None:
        super().__init__()
        check_count("n_target", n_target, at_least=END + 1)
        check_count("d_embed", d_embed)
        check_count("d_hidden", d_hidden)
        check_count("d_memory", d_memory)
        if attention == "dot" and d_hidden != d_memory:
            raise ValueError(
                f"d_hidden should be d_memory = {d_memory} for the dot score, but was {d_hidden}"
            )
        if order is None:
            order = "bahdanau" if attention in (None, "additive") else "luong"
        if order not in ("bahdanau", "luong"):
            raise ValueError(f"order should be 'bahdanau' or 'luong', but was {order!r}")
        self.context_enters_state = order == "bahdanau"
        self.attention = _attention(attention, d_hidden, d_memory)
        if attention is None and order == "luong":
            raise ValueError("order should be 'bahdanau' without attention, but was 'luong'")
        self.embedding = nn.Embedding(n_target, d_embed, padding_idx=PAD)
        self.start = nn.Linear(d_memory, d_hidden)
        d_input = d_embed + (d_memory if self.context_enters_state else 0)
        self.gru = nn.GRU(d_input, d_hidden, batch_first=True)
        self.combine = nn.Linear(d_hidden + d_memory + d_embed, d_hidden)
        self.readout = nn.Linear(d_hidden, n_target)

    def forward(self, previous: Tensor, memory: Memory) -> tuple[Tensor, Tensor | None]:
        """Guess each token from the right ones before it (teacher forcing).

        Args:
            previous: The token before each position, int64 (B, T); it begins with ``BEGIN``.
            memory: What the encoder returned.

        Returns:
            Logits (B, T, n_target) and the weights (B, T, S), ``None`` without attention.

        Raises:
            TypeError: If ``previous`` are not whole numbers.
            ValueError: If they have another shape, or an id is outside the vocabulary.
        """
        inputs = look_up("previous", self.embedding, previous)  # (B, T, d_embed)
        state = self.first_state(memory)  # (B, d_hidden)
        n_steps = inputs.shape[1]
        weights = None
        if self.attention is None:
            # The context is known beforehand: the whole recurrence is one call.
            context = memory.summary[:, None].expand(-1, n_steps, -1)  # (B, T, d_memory)
            states, _ = self.gru(torch.cat([inputs, context], dim=-1), state[None])
        elif self.context_enters_state:
            prepared = self.prepare(memory)
            found = []
            for t in range(n_steps):
                state, context, weight = self._look_then_move(inputs[:, t], state, memory, prepared)
                found.append((state, context, weight))
            states, context, weights = (torch.stack(x, dim=1) for x in zip(*found, strict=True))
        else:
            # The states do not wait for the contexts: all steps look at once.
            states, _ = self.gru(inputs, state[None])  # (B, T, d_hidden)
            context, weights = self.attention(states, memory.keys, memory.mask)
        return self.guess(states, context, inputs), weights

    def first_state(self, memory: Memory) -> Tensor:
        """The state before the first token, (B, d_hidden)."""
        return torch.tanh(self.start(memory.summary))

    def prepare(self, memory: Memory) -> Tensor | None:
        """What the attention needs of the keys at every step, computed once a sentence."""
        return None if self.attention is None else self.attention.prepare(memory.keys)

    def step(
        self, token: Tensor, state: Tensor, memory: Memory, prepared: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor | None]:
        """Take in one token and guess the next.

        Args:
            token: The token before, int64 (B,).
            state: The state before, (B, d_hidden).
            memory: What the encoder returned.
            prepared: ``prepare(memory)``, where it has been computed before.

        Returns:
            Logits (B, n_target), the new state (B, d_hidden), and the weights (B, S), ``None``
            without attention.
        """
        inputs = self.embedding(token)  # (B, d_embed)
        weights = None
        if self.attention is None:
            context = memory.summary
            state = self._move(torch.cat([inputs, context], dim=-1), state)
        elif self.context_enters_state:
            state, context, weights = self._look_then_move(inputs, state, memory, prepared)
        else:
            state = self._move(inputs, state)
            context, weights = self.attention(state, memory.keys, memory.mask, prepared=prepared)
        return self.guess(state, context, inputs), state, weights

    def guess(self, state: Tensor, context: Tensor, inputs: Tensor) -> Tensor:
        """The logits, from the state, the context and the embedding of the token before."""
        return self.readout(torch.tanh(self.combine(torch.cat([state, context, inputs], dim=-1))))

    def _look_then_move(
        self, inputs: Tensor, state: Tensor, memory: Memory, prepared: Tensor | None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Bahdanau's order: the state before asks, and what it is told enters the next state."""
        assert self.attention is not None
        context, weights = self.attention(state, memory.keys, memory.mask, prepared=prepared)
        state = self._move(torch.cat([inputs, context], dim=-1), state)
        return state, context, weights

    def _move(self, inputs: Tensor, state: Tensor) -> Tensor:
        """One step of the GRU."""
        return torch.gru_cell(inputs, state, *self.gru.all_weights[0])


def _attention(name: AttentionName | None, d_query: int, d_key: int) -> Alignment | None:
    """Make the attention of that name; ``None`` stays ``None``."""
    if name is None:
        return None
    if name == "additive":
        return AdditiveAttention(d_query, d_key, d_query)
    if name == "general":
        return GeneralAttention(d_query, d_key)
    if name == "dot":
        return DotAttention()
    raise ValueError(f"attention should be None, 'additive', 'dot' or 'general', but was {name!r}")
