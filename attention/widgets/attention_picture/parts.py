"""What the recurring picture shows: its parts, each in one sentence, and the numbers."""

from typing import Any, NamedTuple


class Part(NamedTuple):
    """A part of the picture.

    Attributes:
        name: What the arguments call it.
        label: What stands in its box.
        title: Its name in full.
        formula: How it comes about.
        says: One sentence; {token} stands for the token that asks.
        ink: The colour of its numbers: q, k, v, weight or ink.
        columns: What its columns are: the "keys", the numbers of a vector ("width"), or of two
            heads' vectors ("heads").
    """

    name: str
    label: str
    title: str
    formula: str
    says: str
    ink: str
    columns: str


PARTS = [
    Part(
        "tokens", "Tokens", "Tokens", "x",
        "Every token comes in as a row of numbers. Here there are four tokens, with four "
        "numbers each.",
        "ink", "width",
    ),
    Part(
        "query", "Q", "Queries", "Q = x W_Q",
        "A query says what a token is looking for. The query of “{token}” is its row of x "
        "times the matrix W_Q.",
        "q", "width",
    ),
    Part(
        "key", "K", "Keys", "K = x W_K",
        "A key says what a token can be found by. Every token has one: its row of x times the "
        "matrix W_K.",
        "k", "width",
    ),
    Part(
        "value", "V", "Values", "V = x W_V",
        "A value is what a token hands over when it is found. Every token has one: its row of x "
        "times W_V.",
        "v", "width",
    ),
    Part(
        "scores", "Scores", "Scores", "Q Kᵀ / √2",
        "A score says how well a key fits a query. For “{token}” it is the dot product with each "
        "key, divided by √2.",
        "weight", "keys",
    ),
    Part(
        "mask", "Mask", "Mask", "hidden scores become \u2212∞",
        "The mask hides what a token must not see. The causal mask hides all that comes after: "
        "those scores become minus infinity.",
        "weight", "keys",
    ),
    Part(
        "softmax", "Softmax", "Softmax", "e to the power of the score",
        "Softmax makes every score positive, as a power of e. Then it divides each row by its "
        "sum, so that it adds up to 1.",
        "weight", "keys",
    ),
    Part(
        "weights", "Weights", "Weights", "softmax(scores)",
        "The weights are shares that add up to 1: how much “{token}” takes from each of the "
        "tokens.",
        "weight", "keys",
    ),
    Part(
        "context", "Context", "Context", "weights · V",
        "The context of “{token}” is all the values, mixed in these shares. It is what one head "
        "of attention returns.",
        "v", "width",
    ),
    Part(
        "heads", "Heads", "Heads", "context 0 beside context 1",
        "A second head does the same with matrices of its own. Both contexts of a token are put "
        "side by side.",
        "v", "heads",
    ),
    Part(
        "output", "W_O", "Output", "heads · W_O",
        "The matrix W_O mixes what the heads have found into one row, as wide as the token came "
        "in.",
        "ink", "width",
    ),
    Part(
        "block", "Block", "Block", "x + output, then onwards",
        "What attention found is added to the token. A small network follows, and then the next "
        "block begins.",
        "ink", "width",
    ),
]  # fmt: skip
NAMES = [part.name for part in PARTS]

TOKENS = ["The", "cat", "sat", "down"]
NUMBERS: dict[str, list[list[Any]]] = {
    "x": [[1, 0, 0, 1], [0, 2, 0, 1], [0, 1, 2, 0], [1, 0, 1, 2]],
    "w_q": [[[-1, 0], [0, -1], [-1, 0], [1, 1]], [[1, -1], [0, 0], [1, 0], [1, 1]]],
    "w_k": [[[-1, 0], [-1, 0], [1, 0], [1, -1]], [[-1, -1], [-1, 1], [0, 1], [1, -1]]],
    "w_v": [[[1, 0], [0, 2], [-1, 0], [0, 1]], [[0, 1], [1, 0], [0, -1], [1, 1]]],
    "w_o": [[1, 0, 0, -1], [0, 1, 0, 0], [0, 0, 1, 1], [1, 0, -1, 0]],
}
"""Four tokens of four numbers, two heads of two; small enough to follow by hand. In head 0 "sat"
looks at "cat" and "down" at "sat", but "cat" at "down", which a causal mask hides."""
