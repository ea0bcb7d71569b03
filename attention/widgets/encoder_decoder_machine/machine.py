"""The machine itself: an encoder of one direction and a decoder without attention, in PyTorch."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

BEGIN, END = 1, 2
"""The ids of the start mark and of the end mark in both vocabularies."""

NAMES = (
    "source embedding", "encoder, of inputs", "encoder, of states", "target embedding",
    "first state", "decoder, of inputs", "decoder, of states", "combination", "readout",
)  # fmt: skip


class Run(NamedTuple):
    """What happens between the first token read and the last one written, in float64.

    Attributes:
        states: The encoder's states, from the zeros before the first token on, (S + 1, d).
        decoder_states: The decoder's, from the one that is made of the last of these, (T + 1, d).
        tokens: The T ids that are written.
        chances: The probability of each, T numbers from 0 to 1.
    """

    states: Tensor
    decoder_states: Tensor
    tokens: list[int]
    chances: list[float]


def shapes(n_source: int, n_target: int, d: int, d_embed: int) -> list[tuple[int, int]]:
    """The shapes of the nine matrices; the last column of all but the embeddings is the bias."""
    return [
        (n_source, d_embed), (3 * d, d_embed + 1), (3 * d, d + 1), (n_target, d_embed),
        (d, d + 1), (3 * d, d_embed + d + 1), (3 * d, d + 1), (d, 2 * d + d_embed + 1),
        (n_target, d + 1),
    ]  # fmt: skip


def run(ids: Sequence[int], weights: Sequence[Tensor], max_len: int) -> Run:
    """Read all ids, hand on the last state, and write greedily until the end mark.

    Args:
        ids: The source's S ids, with the end mark.
        weights: The nine matrices, as :func:`shapes` says, in the order of ``NAMES``.
        max_len: The largest number of tokens to write.
    """
    read_in, of_in, of_state, write_in, first, out_in, out_state, combine, readout = (
        matrix.double() for matrix in weights
    )
    states = [torch.zeros(len(of_state) // 3, dtype=torch.float64)]
    for i in ids:
        states.append(_gru(read_in[i], states[-1], of_in, of_state))
    context = states[-1]  # all that the decoder is given
    written, tokens = [_affine(first, context).tanh()], [BEGIN]
    chances: list[float] = []
    while len(chances) < max_len and (not chances or tokens[-1] != END):
        y = write_in[tokens[-1]]
        state = _gru(torch.cat([y, context]), written[-1], out_in, out_state)
        guess = _affine(combine, torch.cat([state, context, y])).tanh()
        best, token = _affine(readout, guess).softmax(dim=0).max(dim=0)
        written.append(state)
        tokens.append(int(token))
        chances.append(best.item())
    return Run(torch.stack(states), torch.stack(written), tokens[1:], chances)


def _affine(matrix: Tensor, x: Tensor) -> Tensor:
    """The matrix times x, and its last column added."""
    return matrix[:, :-1] @ x + matrix[:, -1]


def _gru(x: Tensor, h: Tensor, of_input: Tensor, of_state: Tensor) -> Tensor:
    """One step of a gated recurrent unit."""
    w, b = of_input[:, :-1], of_input[:, -1]
    u, b_h = of_state[:, :-1], of_state[:, -1]
    return torch.gru_cell(x[None], h[None], w, u, b, b_h)[0]
