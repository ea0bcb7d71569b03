"""The cache of a sliding window: memory of one size, in which the newest replaces the oldest."""

import torch
from torch import Tensor

from attention._checks import check_count
from attention.nn.cache.growing import KVCache


class RotatingKVCache(KVCache):
    """Keys and values of the last positions alone: each new one takes the place of the oldest.

    What a sliding window of w no longer sees need not be kept. Position t is stored at place
    t modulo w, so the memory does not grow, and the cache is never full. On request the first
    positions stay for good, the *attention sinks*.

    Keys stay as they came, rotated by their true positions, so that the output equals that of the
    mask "window or sink" over the whole sequence. (StreamingLLM counts positions anew within the
    cache instead, for models that were trained on short sequences only.)

    Args:
        batch: Number of sequences, B.
        n_kv_heads: Number of key and value heads, G.
        window: Number of positions that a query sees, itself included.
        d_head: Width of a head.
        n_sink: Number of first positions that every later one sees, too.
        dtype: Dtype of the stored numbers, to which a layer rounds what it stores; PyTorch's
            default when not given.
        device: Where they are stored.

    Raises:
        TypeError: If a count is not a whole number.
        ValueError: If a count is below 1, or ``n_sink`` below 0.

    Source:
        Jiang et al. 2023, section 2 (rolling buffer cache); Xiao et al. 2023 (sinks).
    """

    def __init__(
        self,
        batch: int,
        n_kv_heads: int,
        window: int,
        d_head: int,
        *,
        n_sink: int = 0,
        dtype: torch.dtype | None = None,
        device: torch.device | str | None = None,
    ) -> None:
        self.window = check_count("window", window)
        self.n_sink = check_count("n_sink", n_sink, at_least=0)
        room = n_sink + window
        super().__init__(batch, n_kv_heads, room, d_head, dtype=dtype, device=device)
        self._lost = 0  # what came before this position and is no sink has been overwritten

    def append(
        self, keys: Tensor, values: Tensor, *, in_order: bool = True
    ) -> tuple[Tensor, Tensor]:
        """Store the keys and values of T further positions; T may exceed the window.

        Args:
            keys: (B, n_kv_heads, T, d_head), rotated already where positions are rotary.
            values: (B, n_kv_heads, T, d_head).
            in_order: Whether the positions must come back in their order. If not, a lone one gets
                the memory as it stands, uncopied (under ``torch.no_grad()``): for it all keys count
                alike, in any order.

        Returns:
            The keys and values that T queries at these positions look at, (B, n_kv_heads, S,
            d_head): the sinks, the last ``window - 1`` positions before, and the new ones. While
            nothing has been overwritten yet, that is all positions so far, and as in
            :meth:`KVCache.append` a view of the cache under ``torch.no_grad()``.

        Raises:
            TypeError: If they are not floating-point or not of the cache's dtype.
            ValueError: If a shape does not fit. Nothing is stored then.
        """
        n_new = self._check_rows(keys, values)
        start, end = self._length, self._length + n_new
        if end <= self.max_len:
            return super().append(keys, values)
        device = self._keys.device
        lone = n_new == 1 and not in_order and not torch.is_grad_enabled()
        if not lone:  # what is seen is put together first: storing may overwrite some of it
            sinks = torch.arange(min(self.n_sink, start), device=device)
            recent = torch.arange(self._first_recent(), start, device=device)
            old = self._places(torch.cat([sinks, recent]))
            seen = (
                torch.cat([self._keys[:, :, old], keys], dim=2),
                torch.cat([self._values[:, :, old], values], dim=2),
            )
        # What is not lost at once: the last positions, and sinks among those before them.
        end_of_sinks = max(start, min(self.n_sink, end - self.window))
        sinks = torch.arange(start, end_of_sinks, device=device)
        last = torch.arange(max(start, end - self.window), end, device=device)
        new = torch.cat([sinks, last])
        places = self._places(new)
        self._keys[:, :, places] = keys.detach()[:, :, new - start]
        self._values[:, :, places] = values.detach()[:, :, new - start]
        self._length = end
        self._lost = max(self._lost, end - self.window)
        return (self._keys, self._values) if lone else seen

    def n_seen(self, n_new: int) -> int:
        """Number of keys that :meth:`append` gives back for ``n_new`` further positions."""
        start = self._length
        if start + n_new <= self.max_len:
            return start + n_new
        return min(self.n_sink, start) + start - self._first_recent() + n_new

    def columns_seen(self, columns: Tensor, n_new: int) -> Tensor:
        """Of columns (..., S) for all positions so far and ``n_new`` more, those of these keys."""
        if columns.shape[-1] == 1 or self._length + n_new <= self.max_len:
            return columns
        sinks = columns[..., : min(self.n_sink, self._length)]
        return torch.cat([sinks, columns[..., self._first_recent() :]], dim=-1)

    def fits(self, window: int | None, n_sink: int) -> bool:
        """Whether a layer with this window (None: it sees all) finds here all that it looks at."""
        return (window, n_sink) == (self.window, self.n_sink)

    def truncate(self, n: int) -> None:
        """Forget all positions from ``n`` on; what is appended next takes their place.

        Raises:
            TypeError: If ``n`` is not a whole number.
            ValueError: If it is negative or above ``length``, or if a query at position ``n`` would
                look at a position that has been overwritten.
        """
        first_seen = max(self.n_sink, check_count("n", n, at_least=0) - self.window + 1)
        if first_seen < min(n, self._lost):
            raise ValueError(
                f"n should be at least {self._lost + self.window - 1} or at most {self.n_sink}, "
                f"since positions {self.n_sink} to {self._lost - 1} have been overwritten, "
                f"but was {n}"
            )
        super().truncate(n)
        self._lost = min(self._lost, n)

    def _first_recent(self) -> int:
        """The first position behind the sinks that the next query still sees, or the next one."""
        return min(max(self.n_sink, self._length - self.window + 1), self._length)

    def _places(self, positions: Tensor) -> Tensor:
        """Where positions are stored: the sinks first, then the others round and round."""
        turning = self.n_sink + (positions - self.n_sink) % self.window
        return torch.where(positions < self.n_sink, positions, turning)

    def __repr__(self) -> str:
        sizes = f"window={self.window}, n_sink={self.n_sink}"
        return f"RotatingKVCache({sizes}, {self._length} positions seen, {self.n_bytes:,} bytes)"
