"""Token ids to vectors, with an error that a reader of the traceback can act on."""

from torch import Tensor, nn

from attention._checks import check_ids


def look_up(name: str, table: nn.Embedding, ids: Tensor) -> Tensor:
    """The vectors of token ids.

    No value is looked at, since a GPU would have to wait for it, and ``torch.compile`` and ``vmap``
    would have to stop. An id outside the vocabulary is found by the look-up itself: on the CPU
    it gives the error below, on a GPU PyTorch's own.

    Args:
        name: The argument's name, for the message.
        table: The embedding.
        ids: Token ids, int64 or int32 (B, T).

    Returns:
        (B, T, d_model).

    Raises:
        TypeError: If ``ids`` are of another dtype.
        ValueError: If they have another shape, or one is outside the vocabulary.
    """
    check_ids(name, ids)
    try:
        return table(ids)
    except IndexError:
        check_ids(name, ids, table.num_embeddings)
        raise
