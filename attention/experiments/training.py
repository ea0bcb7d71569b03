"""One training loop for every chapter."""

import math
from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor, nn
from tqdm import tqdm

from attention._checks import check_count

Schedule = Literal["constant", "cosine", "one_cycle"]


def train(
    model: nn.Module,
    loss_at: Callable[[int], Tensor],
    *,
    steps: int,
    lr: float,
    schedule: Schedule = "cosine",
    warmup: float = 0.0,
    clip: float | None = 1.0,
    weight_decay: float = 0.0,
    label: str = "training",
    progress: bool = True,
) -> list[float]:
    """Train ``model`` with Adam and return the loss of each step.

    The budget is a number of steps, not of seconds, so that every machine does the same work.
    Interrupting the loop (Ctrl-C, or the stop button of a notebook) ends it early and keeps what
    has been learnt so far.

    Args:
        model: The model; it is left in evaluation mode.
        loss_at: Called with the step's index, 0 to ``steps - 1``; draws a batch and returns the
            loss, a scalar tensor that depends on the model's parameters.
        steps: Number of steps.
        lr: The highest learning rate.
        schedule: How the rate moves: ``"constant"``, ``"cosine"`` (falls to 0, which is the last
            step's rate) or ``"one_cycle"`` (rises over the first 30%, then falls likewise).
        warmup: Share of the steps over which a constant or cosine schedule first rises from 0.
        clip: The largest norm of the gradient; longer ones are shortened. ``None`` for no clipping.
        weight_decay: Decoupled weight decay (AdamW).
        label: What the progress bar calls the run.
        progress: Whether to draw the progress bar.

    Returns:
        The training loss of every step that was made.

    Raises:
        TypeError: If ``steps`` is not a whole number.
        ValueError: If ``steps`` is below 1, the schedule is unknown, or a loss is not finite.
    """
    check_count("steps", steps)
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=weight_decay)
    rate = _rate(schedule, warmup)
    losses: list[float] = []
    model.train()
    try:
        with tqdm(total=steps, desc=label, disable=not progress, mininterval=0.5) as bar:
            for step in range(steps):
                for group in optimizer.param_groups:
                    group["lr"] = lr * rate((step + 1) / steps)
                loss = loss_at(step)
                if not torch.isfinite(loss):
                    raise ValueError(f"loss should be finite, but was {loss.item()} at step {step}")
                optimizer.zero_grad(set_to_none=True)
                loss.backward()
                if clip is not None:
                    nn.utils.clip_grad_norm_(model.parameters(), clip)
                optimizer.step()
                losses.append(loss.item())
                bar.set_postfix_str(f"loss {losses[-1]:.2f}", refresh=False)
                bar.update()
    except KeyboardInterrupt:
        print(f"{label}: stopped after {len(losses)} of {steps} steps; the model keeps them")
    finally:
        model.eval()
    return losses


def _rate(schedule: str, warmup: float) -> Callable[[float], float]:
    """The learning rate's factor as a function of the share of the steps that is done."""

    def cosine(done: float) -> float:
        return 0.5 * (1 + math.cos(math.pi * done))

    def one_cycle(done: float) -> float:
        return done / 0.3 if done < 0.3 else cosine((done - 0.3) / 0.7)

    def warmed(done: float) -> float:
        after = 1.0 if schedule == "constant" else cosine((done - warmup) / (1 - warmup))
        return done / warmup if done < warmup else after

    if schedule not in ("constant", "cosine", "one_cycle"):
        raise ValueError(
            f"schedule should be 'constant', 'cosine' or 'one_cycle', but was {schedule!r}"
        )
    if not 0.0 <= warmup < 1.0:
        raise ValueError(f"warmup should be in [0, 1), but was {warmup}")
    return one_cycle if schedule == "one_cycle" else warmed
