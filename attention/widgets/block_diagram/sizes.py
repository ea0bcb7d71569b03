"""What a GPT is built of: a stage for each box of the diagram, with parameters and shapes."""

from typing import Any, Literal, NamedTuple


class Stage(NamedTuple):
    """One box of the diagram.

    Attributes:
        name: What it is, one of ``TITLES``.
        place: "stream" when all of the stream passes through it, "branch" when it reads from the
            stream, "add" where a branch is added to the stream.
        parameters: How many it has.
        shape: The shape of what comes out.
    """

    name: str
    place: Literal["stream", "branch", "add"]
    parameters: int
    shape: tuple[int, ...]


class Stages(NamedTuple):
    """All of them in order; those of ``block`` occur ``n_layers`` times."""

    before: list[Stage]
    block: list[Stage]
    after: list[Stage]


TITLES = {
    "embedding": "token embedding",
    "position": "+ position embedding",
    "norm_attention": "norm",
    "w_qkv": "W_Q, W_K, W_V",
    "split": "split into heads",
    "scores": "scores: Q Kᵀ / √d_head",
    "softmax": "mask and softmax: weights",
    "context": "context: weights times V",
    "join": "join the heads",
    "w_o": "W_O",
    "add_attention": "add to the stream",
    "norm_feed_forward": "norm",
    "w_in": "W_in, GELU",
    "w_out": "W_out",
    "add_feed_forward": "add to the stream",
    "norm": "norm",
    "readout": "read-out, tied",
}


def stages(config: Any) -> Stages:
    """The stages of a GPT of GPT-2's kind.

    Args:
        config: Its sizes, and how many sequences of which length it reads, as attributes:
            ``BlockDiagram``'s arguments.
    """
    d, heads, batch, length = config.d_model, config.n_heads, config.batch, config.length
    flat = (batch, length, d)
    per_head, square = (batch, heads, length, d // heads), (batch, heads, length, length)
    pre = config.norm_order == "pre"

    def norm(name: str) -> Stage:
        return Stage(name, "branch" if pre else "stream", 2 * d, flat)

    attention = [
        Stage("w_qkv", "branch", 3 * (d * d + d), flat),
        Stage("split", "branch", 0, per_head),
        Stage("scores", "branch", 0, square),
        Stage("softmax", "branch", 0, square),
        Stage("context", "branch", 0, per_head),
        Stage("join", "branch", 0, flat),
        Stage("w_o", "branch", d * d + d, flat),
    ]
    feed_forward = [
        Stage("w_in", "branch", 4 * d * d + 4 * d, (batch, length, 4 * d)),
        Stage("w_out", "branch", 4 * d * d + d, flat),
    ]
    block: list[Stage] = []
    for kind, branch in (("attention", attention), ("feed_forward", feed_forward)):
        added = Stage(f"add_{kind}", "add", 0, flat)
        normed = norm(f"norm_{kind}")
        block += [normed, *branch, added] if pre else [*branch, added, normed]
    readout = Stage("readout", "stream", 0, (batch, length, config.n_tokens))
    return Stages(
        before=[
            Stage("embedding", "stream", config.n_tokens * d, flat),
            Stage("position", "stream", config.max_len * d, flat),
        ],
        block=block,
        after=[*([Stage("norm", "stream", 2 * d, flat)] if pre else []), readout],
    )
