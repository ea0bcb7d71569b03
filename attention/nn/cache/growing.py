"""The key-value cache: what a causal model has computed of the past, kept for its next token."""

import torch
from torch import Tensor

from attention._checks import check_count, check_tensor


class _Cache:
    """Memory that is set aside once, and how much of it is filled.

    What is stored is a constant: no gradient flows into it.
    """

    def __init__(self, max_len: int, *memory: Tensor) -> None:
        self._max_len = max_len
        self._memory = memory
        self._length = 0

    @property
    def length(self) -> int:
        """Number of positions stored; the next token's position."""
        return self._length

    @property
    def max_len(self) -> int:
        """Number of positions that there is room for."""
        return self._max_len

    @property
    def dtype(self) -> torch.dtype:
        """Dtype of the stored numbers; a layer rounds what it stores to it."""
        return self._memory[0].dtype

    @property
    def n_bytes(self) -> int:
        """Size of the memory that was set aside, in bytes."""
        return sum(tensor.nbytes for tensor in self._memory)

    def truncate(self, n: int) -> None:
        """Forget all positions from ``n`` on; what is appended next takes their place.

        Raises:
            TypeError: If ``n`` is not a whole number.
            ValueError: If it is negative or above ``length``.
        """
        if check_count("n", n, at_least=0) > self._length:
            raise ValueError(f"n should be at most length = {self._length}, but was {n}")
        self._length = n

    def _end(self, name: str, n_new: int) -> int:
        """The length after ``n_new`` more positions, if there is room for them."""
        end = self._length + n_new
        if end > self.max_len:
            raise ValueError(
                f"{name} should have at most {self.max_len - self._length} positions, the room "
                f"left in a cache with max_len = {self.max_len}, but had {n_new}"
            )
        return end

    def __repr__(self) -> str:
        name = type(self).__name__
        return f"{name}({self._length} of {self.max_len} positions, {self.n_bytes:,} bytes)"


def _with_past(memory: Tensor, new: Tensor, start: int, axis: int) -> Tensor:
    """What ``new`` is together with the ``start`` positions before it, when gradients are kept.

    It is no view: what is stored later would change it, and the gradient needs it as it was.
    """
    return new if start == 0 else torch.cat([memory.narrow(axis, 0, start), new], dim=axis)


def _check_stored(
    name: str, tensor: Tensor, axes: str, sizes: dict[str, int], dtype: torch.dtype
) -> None:
    """Check what is to be stored: its axes, their sizes, and its dtype."""
    check_tensor(name, tensor, axes, sizes)
    if tensor.dtype != dtype:
        raise TypeError(f"{name} should have the cache's dtype {dtype}, but had {tensor.dtype}")


class KVCache(_Cache):
    """Keys and values of one layer, in memory that is set aside once.

    In a causal model the past does not change when a token is added: its keys and values are the
    same as before. So they are kept, and each step computes those of the new token alone.

    The past is a constant, whether gradients are computed or not: those of a later chunk flow into
    the chunk itself and not into what was stored before it. (Transformer-XL is trained like that.)
    So a cache can be copied at any time, and holds on to no graph.

    Args:
        batch: Number of sequences, B.
        n_kv_heads: Number of key and value heads, G.
        max_len: Number of positions that there is room for.
        d_head: Width of a head.
        dtype: Dtype of the stored numbers; PyTorch's default when not given. A layer rounds what
            it stores to this dtype, so that half precision saves half of the memory.
        device: Where they are stored.

    Raises:
        TypeError: If a count is not a whole number.
        ValueError: If a count is below 1.

    Source:
        Dai et al. 2019 (Transformer-XL), section 3.2, for the past without gradients.
    """

    def __init__(
        self,
        batch: int,
        n_kv_heads: int,
        max_len: int,
        d_head: int,
        *,
        dtype: torch.dtype | None = None,
        device: torch.device | str | None = None,
    ) -> None:
        self._sizes = {
            "B": check_count("batch", batch),
            "n_kv_heads": check_count("n_kv_heads", n_kv_heads),
            "d_head": check_count("d_head", d_head),
        }
        room = (batch, n_kv_heads, check_count("max_len", max_len), d_head)
        self._keys = torch.empty(room, dtype=dtype, device=device)
        self._values = torch.empty(room, dtype=dtype, device=device)
        super().__init__(max_len, self._keys, self._values)

    def append(
        self, keys: Tensor, values: Tensor, *, in_order: bool = True
    ) -> tuple[Tensor, Tensor]:
        """Store the keys and values of T further positions.

        Args:
            keys: (B, n_kv_heads, T, d_head), rotated already where positions are rotary.
            values: (B, n_kv_heads, T, d_head).
            in_order: Whether the positions must come back in their order. (Here they always do; see
                :class:`RotatingKVCache`.)

        Returns:
            All keys and all values so far, (B, n_kv_heads, length, d_head). Under
            ``torch.no_grad()`` they are views of the cache: a later ``truncate`` and ``append``
            changes them. Where gradients are computed they are copies, through which gradients flow
            into the new positions alone.

        Raises:
            TypeError: If they are not floating-point or not of the cache's dtype.
            ValueError: If a shape does not fit, or the cache has no room for T more. Nothing is
                stored then.
        """
        start, end = self._length, self._end("keys", self._check_rows(keys, values))
        self._keys[:, :, start:end] = keys.detach()
        self._values[:, :, start:end] = values.detach()
        self._length = end
        if torch.is_grad_enabled():
            return (
                _with_past(self._keys, keys, start, axis=2),
                _with_past(self._values, values, start, axis=2),
            )
        return self._keys[:, :, :end], self._values[:, :, :end]

    def n_seen(self, n_new: int) -> int:
        """Number of keys that :meth:`append` gives back for ``n_new`` further positions."""
        return self._length + n_new

    def columns_seen(self, columns: Tensor, n_new: int) -> Tensor:
        """Of columns (..., S) for all positions so far and ``n_new`` more, those of these keys."""
        return columns

    def fits(self, window: int | None, n_sink: int) -> bool:
        """Whether a layer with this window (None: it sees all) finds here all that it looks at."""
        return True

    def _check_rows(self, keys: Tensor, values: Tensor) -> int:
        """Check what is to be appended; the number of its positions, T."""
        for name, tensor in (("keys", keys), ("values", values)):
            axes = "(B, n_kv_heads, T, d_head)"
            _check_stored(name, tensor, axes, self._sizes, self._keys.dtype)
        n_new = keys.shape[2]
        if values.shape[2] != n_new:
            raise ValueError(
                f"values should have one row per key, T = {n_new}, but had {values.shape[2]}"
            )
        return n_new
