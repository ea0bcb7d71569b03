"""The key-value cache: what a causal model has computed of the past, kept for its next token."""

import torch
from torch import Tensor

from attention._checks import check_count, check_tensor


class KVCache:
    """Keys and values of one layer, in memory that is set aside once.

    In a causal model the past does not change when a token is added: its keys and values are the
    same as before. So they are kept, and each step computes those of the new token alone.

    Args:
        batch: Number of sequences, B.
        n_kv_heads: Number of key and value heads, G.
        max_len: Number of positions that there is room for.
        d_head: Width of a head.
        dtype: Dtype of the stored numbers; PyTorch's default when not given.
        device: Where they are stored.

    Raises:
        TypeError: If a count is not a whole number.
        ValueError: If a count is below 1.
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
        self._length = 0

    @property
    def length(self) -> int:
        """Number of positions stored; the next token's position."""
        return self._length

    @property
    def max_len(self) -> int:
        """Number of positions that there is room for."""
        return self._keys.shape[2]

    @property
    def n_bytes(self) -> int:
        """Size of the memory that was set aside, in bytes."""
        return self._keys.nbytes + self._values.nbytes

    def append(self, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Store the keys and values of T further positions.

        Args:
            keys: (B, n_kv_heads, T, d_head), rotated already where positions are rotary.
            values: (B, n_kv_heads, T, d_head).

        Returns:
            All keys and all values so far, (B, n_kv_heads, length, d_head). They are views of the
            cache: a later ``truncate`` and ``append`` changes them.

        Raises:
            TypeError: If they are not floating-point or not of the cache's dtype.
            ValueError: If a shape does not fit, or the cache has no room for T more. Nothing is
                stored then.
        """
        for name, tensor in (("keys", keys), ("values", values)):
            check_tensor(name, tensor, "(B, n_kv_heads, T, d_head)", self._sizes)
            if tensor.dtype != self._keys.dtype:
                raise TypeError(
                    f"{name} should have the cache's dtype {self._keys.dtype}, "
                    f"but had {tensor.dtype}"
                )
        n_new = keys.shape[2]
        if values.shape[2] != n_new:
            raise ValueError(
                f"values should have one row per key, T = {n_new}, but had {values.shape[2]}"
            )
        end = self._length + n_new
        if end > self.max_len:
            raise ValueError(
                f"keys should have at most {self.max_len - self._length} positions, the room left "
                f"in a cache with max_len = {self.max_len}, but had {n_new}"
            )
        self._keys[:, :, self._length : end] = keys
        self._values[:, :, self._length : end] = values
        self._length = end
        return self._keys[:, :, :end], self._values[:, :, :end]

    def truncate(self, n: int) -> None:
        """Forget all positions from ``n`` on; what is appended next takes their place.

        Raises:
            TypeError: If ``n`` is not a whole number.
            ValueError: If it is negative or above ``length``.
        """
        if check_count("n", n, at_least=0) > self._length:
            raise ValueError(f"n should be at most length = {self._length}, but was {n}")
        self._length = n

    def __repr__(self) -> str:
        return f"KVCache({self._length} of {self.max_len} positions, {self.n_bytes:,} bytes)"
