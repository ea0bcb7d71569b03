"""A cache of latents: what multi-head latent attention keeps of each token."""

import torch
from torch import Tensor

from attention._checks import check_count
from attention.nn.cache.growing import _Cache, _check_stored, _with_past


class LatentCache(_Cache):
    """What one layer of latent attention keeps: for each token, one narrow vector for all heads.

    The past is a constant, as in :class:`KVCache`.

    Args:
        batch: Number of sequences, B.
        max_len: Number of positions that there is room for.
        d_latent: Width of the latent from which keys and values are made.
        d_rope: Width of the key's rotated part, which all heads share.
        dtype: Dtype of the stored numbers, to which the layer rounds what it stores; PyTorch's
            default when not given.
        device: Where they are stored.

    Raises:
        TypeError: If a count is not a whole number.
        ValueError: If a count is below 1.

    Source:
        DeepSeek-AI 2024 (DeepSeek-V2), section 2.1.3: d_c + d_h^R numbers a token and layer.
    """

    def __init__(
        self,
        batch: int,
        max_len: int,
        d_latent: int,
        d_rope: int,
        *,
        dtype: torch.dtype | None = None,
        device: torch.device | str | None = None,
    ) -> None:
        sizes = {"B": check_count("batch", batch)}
        self._latent_sizes = sizes | {"d_latent": check_count("d_latent", d_latent)}
        self._rotated_sizes = sizes | {"d_rope": check_count("d_rope", d_rope)}
        room = (batch, check_count("max_len", max_len), d_latent + d_rope)
        self._stored = torch.empty(room, dtype=dtype, device=device)
        super().__init__(max_len, self._stored)

    def append(self, latents: Tensor, rotated: Tensor) -> Tensor:
        """Store what T further positions leave behind.

        Args:
            latents: (B, T, d_latent), normed already.
            rotated: The shared part of the keys, (B, T, d_rope), rotated already.

        Returns:
            Both of all positions so far, side by side, (B, length, d_latent + d_rope). Under
            ``torch.no_grad()`` this is a view of the cache, which a later ``truncate`` and
            ``append`` changes. Where gradients are computed it is a copy, through which gradients
            flow into the new positions alone.

        Raises:
            TypeError: If they are not floating-point or not of the cache's dtype.
            ValueError: If a shape does not fit, or the cache has no room for T more. Nothing is
                stored then.
        """
        dtype = self._stored.dtype
        _check_stored("latents", latents, "(B, T, d_latent)", self._latent_sizes, dtype)
        _check_stored("rotated", rotated, "(B, T, d_rope)", self._rotated_sizes, dtype)
        n_new = latents.shape[1]
        if rotated.shape[1] != n_new:
            raise ValueError(
                f"rotated should have one row per latent, T = {n_new}, but had {rotated.shape[1]}"
            )
        start, end = self._length, self._end("latents", n_new)
        d_latent = latents.shape[2]
        self._stored[:, start:end, :d_latent] = latents.detach()
        self._stored[:, start:end, d_latent:] = rotated.detach()
        self._length = end
        if torch.is_grad_enabled():
            return _with_past(self._stored, torch.cat([latents, rotated], dim=2), start, axis=1)
        return self._stored[:, :end]
