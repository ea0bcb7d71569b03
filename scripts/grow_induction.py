"""Watch the model of chapter 9 that learns to repeat while it learns; keep curves, maps and log.

    python scripts/grow_induction.py

It needs the models that ``train_induction.py`` keeps, takes about five minutes on two cores and
writes ``attention/trained/weights/induction_growth.safetensors`` and ``induction_growth.log``.
"""

from functools import partial

import torch
from safetensors.torch import save_file
from torch import Tensor

from attention.models.attention_lm import AttentionLanguageModel
from attention.teaching.set_up import set_up
from attention.trained.induction import EVERY, SEEDS, held_out, train_induction
from attention.trained.induction_growth import (
    GIVEN,
    GROWTH,
    SHORT_PERIODS,
    given_parameters,
    shown_maps,
)


def looks_back(seed: int) -> Tensor:
    """Train on short periods; the previous-token head's weight on the token before, (63,)."""
    model, _ = train_induction(2, seed, periods=SHORT_PERIODS)
    ids, _ = held_out()
    with torch.no_grad():
        weights = model.attention_weights(ids[:, :-1])[0]  # of layer 0, (B, H, T, T)
    back = weights.diagonal(-1, dim1=-2, dim2=-1).mean(0)  # (H, T - 1)
    return back[back.mean(-1).argmax()]


def first_below(losses: Tensor, level: float) -> int:
    """The step at which a loss is first seen below a level."""
    return int((losses < level).float().argmax()) * EVERY


def main() -> None:
    """Train everything, store it, and log what came out."""
    set_up()
    log = [f"seeds {SEEDS}; loss of the repeats in nats a token, on held-out sequences"]
    kept: dict[str, Tensor] = {}
    maps: list[list[Tensor]] = [[] for _ in SEEDS]
    for kind in GIVEN:
        curves = []
        for i, seed in enumerate(SEEDS):
            start = given_parameters(kind, seed)
            note = partial(_note, maps[i]) if kind == "nothing" else None
            _, curve = train_induction(2, seed, start=start, look=note)
            curves.append(curve)
            falls = [first_below(curve[:, 1], level) for level in (3.5, 1.5)]
            log.append(
                f"given {kind}, seed {seed}: below 3.5 at step {falls[0]}, below 1.5 at step "
                f"{falls[1]}, in the end {curve[-1, 1]:.3f}"
            )
            print(log[-1])
        kept[f"curves/{kind}"] = torch.stack(curves).half()
    kept["maps"] = torch.stack([torch.stack(run) for run in maps])  # (seeds, points, 4, T, T)
    kept["short periods"] = torch.stack([looks_back(seed) for seed in SEEDS]).half()
    for seed, back in zip(SEEDS, kept["short periods"].float(), strict=True):
        log.append(
            f"periods {SHORT_PERIODS}, seed {seed}: weight on the token before "
            f"{back[:16].mean():.2f} at positions 1 to 16, {back[16:32].mean():.2f} at 17 to 32"
        )
    save_file(kept, GROWTH)
    GROWTH.with_suffix(".log").write_text("\n".join(log) + "\n", encoding="utf-8")


def _note(maps: list[Tensor], model: AttentionLanguageModel) -> None:
    maps.append(shown_maps(model))


if __name__ == "__main__":
    main()
