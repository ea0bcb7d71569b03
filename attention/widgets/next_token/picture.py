"""The next token's chances as a picture: a bar each, and the share of the draws beneath it."""

from attention.teaching.plots import visible
from attention.widgets.base.picture import CHOSEN, INK, SOFT, WEIGHT, Shown, bare, card


def draw_png(shown: Shown) -> str:
    """Draw the chances as thick bars, the shares of the draws as thin ones.

    Returns:
        A PNG, as base64.
    """
    names, chances, counts = _rows(shown)
    with card(7.2, 0.28 * len(names) + 0.9) as (figure, finish):
        axes = bare(figure.subplots())
        most = max(*chances, *(count / max(shown.draws, 1) for count in counts))
        for i, (name, p, count) in enumerate(zip(names, chances, counts, strict=True)):
            axes.barh(i - 0.12, p, height=0.42, color=WEIGHT)
            axes.barh(i + 0.26, count / max(shown.draws, 1), height=0.2, color=CHOSEN)
            is_out = i >= shown.top_k
            axes.text(
                -0.02 * most, i, name, ha="right", va="center", fontsize=8,
                color=SOFT if is_out else INK,
            )  # fmt: skip
            drawn = f" · {count}" if shown.draws else ""
            told = "cut" if is_out else f"{p:.3f}{drawn}"
            end = max(p, count / max(shown.draws, 1)) + 0.02 * most
            axes.text(end, i, told, va="center", fontsize=7.5, color=SOFT)
        axes.set(xlim=(-0.25 * most, 1.2 * most), ylim=(len(names), -0.8))
        axes.set_title(_setting(shown), fontsize=9, loc="left")
        return finish()


def _rows(shown: Shown) -> tuple[list[str], list[float], list[int]]:
    n, every = len(shown.tokens), len(shown.logits)
    others = (shown.top_k if shown.top_k > n else every) - n
    names = [visible(token)[:14] for token in shown.tokens] + [f"{others:,} others"] * (every > n)
    rows = len(names)
    return names, shown.shown.tolist()[:rows], shown.counts.tolist()[:rows]


def _setting(shown: Shown) -> str:
    draws = f", {shown.draws:,} draws" if shown.draws else ""
    return f"temperature {shown.temperature:g}, top {shown.top_k:,} of {len(shown.logits):,}{draws}"


def alt_text(shown: Shown) -> str:
    """Say in words what the picture shows."""
    names, chances, counts = _rows(shown)
    rows = [f"“{name}” {p:.3f}" for name, p in zip(names, chances, strict=True)]
    drawn = ", ".join(f"{count} times “{name}”" for name, count in zip(names, counts, strict=True))
    told = f" Drawn: {drawn}." if shown.draws else ""
    return f"{shown.label}: {_setting(shown)}. The chances: {', '.join(rows)}.{told}"
