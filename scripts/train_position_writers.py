"""Train language models that differ in their positions alone; keep weights, scores and log.

    python scripts/train_position_writers.py

It takes about a quarter of an hour on one core and writes
``attention/trained/weights/position_writers.safetensors`` and ``position_writers.log``. The same
seeds and the same machine give the same weights.
"""

from typing import cast

import torch
from safetensors.torch import save_file
from torch import Tensor

from attention.functional.positions import POSITION_SCHEMES
from attention.models.gpt.config import Position
from attention.models.gpt.model import GPT
from attention.teaching.set_up import set_up
from attention.trained._weights import TIED, as_stored
from attention.trained.position_writers import (
    BATCH,
    HELD_OUT,
    LENGTHS,
    LR,
    SCORED,
    SEEDS,
    STEPS,
    TRAINED_LENGTH,
    WEIGHTS,
    losses,
    new_writer,
    stretches,
    train_writer,
)

SCHEMES = cast("tuple[Position, ...]", POSITION_SCHEMES)


def with_window(model: GPT) -> GPT:
    """The same weights in a model in which no character sees more than the trained length."""
    near = new_writer(model.config.position, 0, window=TRAINED_LENGTH)
    near.load_state_dict(model.state_dict())
    return near.eval()


def main() -> None:
    """Train every scheme with every seed, store and log what came out."""
    set_up()
    n = len(stretches()[0])
    log = [
        f"seeds {SEEDS}, {STEPS} steps of {BATCH} stretches of {TRAINED_LENGTH} characters, "
        f"AdamW {LR} cosine; {HELD_OUT} is held out",
        f"nats a character, the last {SCORED} of {n} stretches, of which at most so many are "
        f"shown: {LENGTHS}; then {LENGTHS[-1]} with none farther than {TRAINED_LENGTH - 1}",
    ]
    tensors: dict[str, Tensor] = {}
    found: dict[tuple[str, int], Tensor] = {}  # each (lengths, n, scored)
    near: dict[tuple[str, int], Tensor] = {}
    for seed in SEEDS:
        for scheme in SCHEMES:
            model = as_stored(train_writer(scheme, seed))
            if seed == SEEDS[0]:
                state = {k: v.half() for k, v in model.state_dict().items() if k not in TIED}
                tensors |= {f"{scheme}/weights/{name}": value for name, value in state.items()}
            found[scheme, seed] = torch.stack([losses(model, length) for length in LENGTHS])
            near[scheme, seed] = losses(with_window(model), LENGTHS[-1]).mean()
            means = [*found[scheme, seed].mean((1, 2)), near[scheme, seed]]
            log.append(f"{scheme}, seed {seed}: " + " ".join(f"{mean:.4f}" for mean in means))
            print(log[-1], flush=True)
    for scheme in SCHEMES:
        count = sum(p.numel() for p in new_writer(scheme, 0).parameters())
        log.append(f"{scheme}: {count} parameters")
    every = [torch.stack([found[s, seed] for seed in SEEDS]) for s in SCHEMES]
    each = torch.stack(every).mean(-1)  # (schemes, seeds, lengths, n)
    behind = each - each[SCHEMES.index("rotary")]
    tensors["mean"] = each.mean(-1)
    tensors["ahead"] = torch.stack([behind.mean(-1), behind.std(-1) / n**0.5], dim=-1)
    tensors["near"] = torch.stack([torch.stack([near[s, seed] for seed in SEEDS]) for s in SCHEMES])
    save_file(tensors, WEIGHTS)
    WEIGHTS.with_suffix(".log").write_text("\n".join(log) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
