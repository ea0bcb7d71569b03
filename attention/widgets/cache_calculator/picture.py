"""The cache calculator as a picture: three bars, and the formula with the numbers put in."""

from attention.functional.costs import CacheConfig, readable_bytes, three_digits
from attention.widgets.base.picture import INK, MIDDLE, SOFT, WEIGHT, Shown, bare, card


def draw_png(calculator: Shown) -> str:
    """Draw the cache of the setting beside that of the published model and of multi-head attention.

    Returns:
        A PNG, as base64.
    """
    with card(7.2, 2.9) as (figure, finish):
        axes = bare(figure.subplots())
        rows = _rows(calculator)
        most = max(size for _, _, size in rows)
        for y, ((name, kind, size), colour) in enumerate(
            zip(rows, (SOFT, MIDDLE, WEIGHT), strict=True)
        ):
            axes.barh(y, size / most, height=0.36, color=colour)
            axes.text(0, y - 0.28, f"{name}: {kind}", fontsize=8.5, color=INK)
            axes.text(
                1, y - 0.28, readable_bytes(size), fontsize=8.5, fontweight="bold", ha="right",
                color=INK,
            )  # fmt: skip
        axes.set(xlim=(0, 1), ylim=(3.1, -0.75))
        axes.text(0, 2.75, formula(calculator), fontsize=8.5, color=SOFT)
        axes.set_title(
            f"Key-value cache of {calculator.model}, {calculator.context:,} tokens", fontsize=10
        )
        return finish()


def formula(calculator: Shown) -> str:
    """The formula with the numbers put in."""
    config, context = calculator.config, calculator.context
    if config.d_latent:
        numbers = f"({config.d_latent} + {config.d_rope})"
    else:
        numbers = f"2 × {config.n_kv_heads} × {config.d_head}"  # noqa: RUF001
    kept = min(context, config.window or context)
    size = calculator.bytes_per_number
    return (
        f"{config.n_layers} layers × {numbers} × {size} byte{'s' * (size > 1)} = "  # noqa: RUF001
        f"{readable_bytes(calculator.bytes_per_token)} a token; "
        f"× {kept:,} tokens = {readable_bytes(calculator.total_bytes)}"  # noqa: RUF001
    )


def alt_text(calculator: Shown) -> str:
    """Say in words what the picture shows."""
    sizes = "; ".join(f"{name} ({kind}) {readable_bytes(n)}" for name, kind, n in _rows(calculator))
    total = calculator.total_bytes
    return (
        f"{calculator.label}: the key-value cache of {calculator.model} for "
        f"{calculator.context:,} tokens. Bars: {sizes}. The setting takes "
        f"{readable_bytes(calculator.bytes_per_token)} a token. It is "
        f"{compared(total, calculator.multi_head_bytes, 'multi-head')}, and "
        f"{compared(total, calculator.published_bytes, 'published')}."
    )


def compared(n_bytes: int, other: int, whose: str) -> str:
    """How two sizes compare, in words."""
    if n_bytes == other:
        return f"the same as {whose}"
    if n_bytes < other:
        return f"{three_digits(other / n_bytes)} times smaller than {whose}"
    return f"{three_digits(n_bytes / other)} times larger than {whose}"


def kind_of(config: CacheConfig) -> str:
    """What the cache of a model holds, in few words."""
    if config.d_latent:
        kind = f"latent {config.d_latent} + {config.d_rope}"
    elif config.n_kv_heads == config.n_heads:
        kind = "multi-head"
    else:
        kind = "multi-query" if config.n_kv_heads == 1 else f"{config.n_kv_heads} KV heads"
    return f"{kind}, window {config.window:,}" if config.window else kind


def _rows(calculator: Shown) -> list[tuple[str, str, int]]:
    published = calculator.published
    heads = f"{published.n_heads} KV heads"
    return [
        ("multi-head attention", heads, calculator.multi_head_bytes),
        ("as published", kind_of(published), calculator.published_bytes),
        ("this setting", kind_of(calculator.config), calculator.total_bytes),
    ]
