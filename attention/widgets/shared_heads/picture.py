"""The query heads over what they share, and a bar of what is kept of a token, to scale."""

from matplotlib.patches import Rectangle

from attention.teaching.plots import KEY, VALUE
from attention.widgets.base.picture import CHOSEN, LINE, SOFT, WEIGHT, Shown, bare, card

COLOURS = {"keys": KEY, "values": VALUE, "latent": WEIGHT, "rotary key": KEY}


def draw_png(shown: Shown) -> str:
    """Draw a square for each head, a box for what a group shares, and the bar.

    Returns:
        A PNG, as base64.
    """
    n_heads = shown.n_heads
    groups = 1 if shown.kept == "latent" else shown.n_kv_heads
    share = n_heads / groups
    with card(6.4, 3.0) as (figure, finish):
        heads, bar = figure.subplots(2, 1, height_ratios=[2, 1])
        bare(heads).set(xlim=(-0.05, n_heads + 0.05), ylim=(0, 2.1))
        words = {"ha": "center", "va": "center", "fontsize": 7, "color": "white"}
        for i in range(n_heads):
            heads.add_patch(Rectangle((i + 0.08, 1.2), 0.84, 0.7, fc=CHOSEN, ec="none"))
            heads.text(i + 0.5, 1.55, f"q {i}", **words)
        for j in range(groups):
            left, width = j * share + 0.08, share - 0.16
            total, start = sum(shown.parts.values()), left
            for name, size in shown.parts.items():
                wide = width * size / total
                heads.add_patch(Rectangle((start, 0.2), wide, 0.7, fc=COLOURS[name], ec="none"))
                told = name if shown.kept == "latent" else name[0]
                told += f" {j}" if 1 < groups <= 8 else ""
                heads.text(start + wide / 2, 0.55, told, **words)
                start += wide
        heads.set_title(_shared(shown), fontsize=9, loc="left")
        bare(bar).set(xlim=(0, shown.most), ylim=(-0.9, 1))
        bar.add_patch(Rectangle((0, 0), shown.most, 0.8, fc="white", ec=LINE))
        start = 0
        for name, size in shown.parts.items():
            bar.add_patch(Rectangle((start, 0), size, 0.8, fc=COLOURS[name], ec="none"))
            start += size
        told = ", ".join(f"{name} {size:,}" for name, size in shown.parts.items())
        bar.text(0, -0.5, f"{told} of {shown.most:,}", color=SOFT, fontsize=8, va="center")
        bar.set_title(_stored(shown), fontsize=9, loc="left")
        return finish()


def _shared(shown: Shown) -> str:
    heads = f"{shown.n_heads} query head{'s' * (shown.n_heads > 1)}"
    if shown.kept == "latent":
        return f"{heads} over one latent of {shown.d_latent} and a rotary key of {shown.d_rope}"
    return f"{heads} over {shown.n_kv_heads} head{'s' * (shown.n_kv_heads > 1)} of keys and values"


def _stored(shown: Shown) -> str:
    return f"kept of a token in a layer: {shown.numbers:,} numbers, {shown.n_bytes:,} bytes"


def alt_text(shown: Shown) -> str:
    """Say in words what the picture shows."""
    told = ", ".join(f"{name} {size:,}" for name, size in shown.parts.items())
    return (
        f"{shown.label}: {_shared(shown)}; {_stored(shown)} ({told}), where multi-head attention "
        f"keeps {shown.most:,}. A decoding step spends {shown.flops:,} FLOPs on it, "
        f"{shown.intensity:.1f} for each byte."
    )
