"""The run as a picture: its loss, the two scores, and the maps of both heads at the step."""

from matplotlib.axes import Axes

from attention.functional.masks import causal_mask
from attention.teaching.plots import KEY, heat_map, visible
from attention.widgets.base.picture import CHOSEN, INK, LINE, WEIGHT, Shown, card, row_frame

HEADS = ("previous-token head", "induction head")


def draw_png(shown: Shown) -> str:
    """Draw loss and scores over the steps, and under them the two heads' weights.

    Returns:
        A PNG, as base64.
    """
    curves = shown.curves[shown.run]  # (P, 3)
    with card(7.2, 6.2) as (figure, finish):
        (loss, scores), maps = figure.subplots(2, 2, height_ratios=[1, 1.5])
        _lines(shown, loss, curves[:, :1], [INK])
        loss.set(ylim=(0, 1.08 * curves[:, 0].max().item()))
        loss.set_title("loss", fontsize=9)
        _lines(shown, scores, curves[:, 1:], [KEY, WEIGHT])
        scores.set(ylim=(0, 1.05), yticks=[0, 0.5, 1])
        scores.set_title("scores: previous token dashed, induction solid", fontsize=9)
        names = [visible(token) for token in shown.tokens]
        for axes, weights, name in zip(maps, shown.weights, HEADS, strict=True):
            heat_map(weights, names, names, ax=axes, mask=causal_mask(len(names)), limit=1.0)
            axes.tick_params(labelsize=7)
            axes.add_patch(row_frame(shown.query_index, len(names)))
            axes.set_title(name, fontsize=9)
        return finish()


def _lines(shown: Shown, axes: Axes, curves: object, colours: list[str]) -> None:
    place = shown.steps.index(shown.step)
    axes.axvline(shown.step, color=LINE, lw=1, zorder=0)
    for i, colour in enumerate(colours):
        numbers = curves[:, i].tolist()  # type: ignore[index]
        dashes = "--" if colour == KEY else "-"
        axes.plot(shown.steps, numbers, color=colour, ls=dashes, lw=1.6)
        axes.plot(shown.step, numbers[place], "o", color=CHOSEN, ms=5, clip_on=False, zorder=3)
    axes.set(xlim=(shown.steps[0], shown.steps[-1]))
    axes.tick_params(labelsize=8)


def alt_text(shown: Shown) -> str:
    """Say in words what the picture shows."""
    loss, previous, induction = shown.now.tolist()
    first, last = (shown.curves[shown.run, place].tolist() for place in (0, -1))
    return (
        f"{shown.label}, {shown.runs[shown.run]}: at step {shown.step} the loss is {loss:.2f}, "
        f"the previous-token score {previous:.2f} and the induction score {induction:.2f}. From "
        f"step {shown.steps[0]} to step {shown.steps[-1]} the loss goes from {first[0]:.2f} to "
        f"{last[0]:.2f}, the scores from {first[1]:.2f} and {first[2]:.2f} to {last[1]:.2f} and "
        f"{last[2]:.2f}. The loss falls fastest before step {shown.fall}. The maps show what both "
        f"heads look at in {' '.join(visible(token) for token in shown.tokens)}."
    )
