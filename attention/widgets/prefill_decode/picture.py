"""The cache as columns, the prompt's drawn together, above the intensity of each pass."""

from matplotlib.patches import Rectangle

from attention.functional.costs import readable_bytes, readable_flops, three_digits
from attention.widgets.base.picture import CHOSEN, INK, LINE, SOFT, WEIGHT, Shown, bare, card

PROMPT = 4  # the width of the prompt's columns together, in those of written tokens
LOWEST, HIGHEST = 0.5, 1e7  # FLOPs a byte


def draw_png(shown: Shown) -> str:
    """Draw a box for the prompt, a column for each token written, and a mark for each pass.

    Returns:
        A PNG, as base64.
    """
    with card(6.4, 3.0) as (figure, finish):
        above, below = figure.subplots(2, 1)
        bare(above).set(xlim=(-0.2, PROMPT + shown.written + 0.2), ylim=(-0.9, 1.1))
        for k in range(shown.written + 1):
            left, width = (PROMPT + k - 1, 1) if k else (0, PROMPT)
            ink = CHOSEN if k == shown.step else WEIGHT if k < shown.step else "white"
            above.add_patch(Rectangle((left + 0.05, 0), width - 0.1, 1, fc=ink, ec=LINE))
            told = str(k) if k else f"prompt, {shown.prompt:,}"
            words = {"ha": "center", "va": "center", "fontsize": 7}
            above.text(
                left + width / 2, -0.4, told, color=INK if k <= shown.step else SOFT, **words
            )
        above.set_title(f"the cache, {shown.columns:,} columns", fontsize=9, loc="left")
        below.axvspan(*shown.balance, color=SOFT, alpha=0.3, lw=0)
        for k in range(shown.written + 1):
            if k != shown.step:
                below.plot(shown.pass_at(k).intensity, 0, "o", c="white", mec=WEIGHT, ms=6)
        below.plot(shown.current.intensity, 0, "o", c=CHOSEN, ms=9, zorder=3)
        below.set(xscale="log", xlim=(LOWEST, HIGHEST), ylim=(-1, 1), yticks=[])
        below.set_xticks([10.0**k for k in range(0, 8, 2)], ["1", "100", "10,000", "1,000,000"])
        below.minorticks_off()
        below.spines["left"].set_visible(False)
        below.tick_params(labelsize=7)
        below.set_title(
            f"FLOPs a byte: {three_digits(shown.current.intensity)}; grey: balance of an A100",
            fontsize=9, loc="left",
        )  # fmt: skip
        return finish()


def alt_text(shown: Shown) -> str:
    """Say in words what the picture shows."""
    now, (low, high) = shown.current, shown.balance
    texts = "one text" if shown.batch == 1 else f"{shown.batch:,} texts at once"
    does = f"writes token {shown.step} of {shown.written}" if shown.step else "reads the prompt"
    waits = {"either": "lies on it"}.get(shown.waits_for, f"waits for {shown.waits_for}")
    return (
        f"{shown.label}: {texts}, a prompt of {shown.prompt:,}. The pass {does}: "
        f"{readable_flops(now.flops)}, {readable_bytes(now.bytes_moved)} moved, "
        f"{three_digits(now.intensity)} FLOPs a byte. The balance of an A100 is "
        f"{three_digits(low)} to {three_digits(high)}; the pass {waits}. "
        f"The cache of each text now holds {shown.columns:,} columns."
    )
