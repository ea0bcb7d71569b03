"""Train the models of chapter 9 that learn to repeat; keep curves, weights and log.

    python scripts/train_induction.py

It takes about three minutes on two cores and writes
``attention/trained/weights/induction.safetensors`` and ``induction.log``. The same seeds and the
same machine give the same weights.
"""

import torch
from safetensors.torch import save_file
from torch import Tensor

from attention.teaching.set_up import set_up
from attention.trained._weights import as_stored
from attention.trained.induction import (
    KEPT,
    SEEDS,
    STEPS,
    WEIGHTS,
    held_out,
    measure,
    train_induction,
)


def main() -> None:
    """Train everything, store it, and log what came out."""
    set_up()
    log = [f"seeds {SEEDS}; mean loss in nats a token, scores head by head, on held-out sequences"]
    tensors: dict[str, Tensor] = {}
    for n_layers, steps in STEPS.items():
        curves = []
        for seed in SEEDS:
            model, curve = train_induction(n_layers, seed)
            curves.append(curve)
            if seed in KEPT[n_layers]:
                as_stored(model)
                state = {k: v.half() for k, v in model.state_dict().items()}
                tensors |= {f"{n_layers}/{seed}/{name}": value for name, value in state.items()}
            found = measure(model, *held_out()).tolist()
            n_heads = (len(found) - 2) // 2
            groups = (found[2 : 2 + n_heads], found[2 + n_heads :])
            before, induction = (" ".join(f"{score:.3f}" for score in group) for group in groups)
            log.append(
                f"{n_layers} layers, seed {seed}, {steps} steps: first pass {found[0]:.3f}, "
                f"repeats {found[1]:.3f}, previous token {before}, induction {induction}"
            )
            print(log[-1])
        tensors[f"{n_layers}/curves"] = torch.stack(curves).half()
    save_file(tensors, WEIGHTS)
    WEIGHTS.with_suffix(".log").write_text("\n".join(log) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
