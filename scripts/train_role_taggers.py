"""Train the small models that need the order of words, and keep their weights and the log.

    python scripts/train_role_taggers.py

It takes a few minutes on two cores and writes
``attention/trained/weights/role_taggers.safetensors`` and ``role_taggers.log``. The same seed and
the same machine give the same weights.
"""

import random

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor

from attention.experiments.training import train
from attention.functional.positions import POSITION_SCHEMES
from attention.teaching.set_up import set_up
from attention.trained.role_taggers import (
    WEIGHTS,
    RoleTagger,
    sentence_with_roles,
    trained_tagger,
    word_ids,
)

SEED, STEPS, BATCH, RATE = 0, 1500, 64, 1e-2
HELD_OUT = 2000
Group = tuple[Tensor, Tensor]


def groups(n: int, seed: int) -> list[Group]:
    """So many sentences, sorted by length: word numbers and roles, each (n_of_that_length, T)."""
    chance = random.Random(seed)
    found: dict[int, list[tuple[Tensor, list[int]]]] = {}
    for _ in range(n):
        words, roles = sentence_with_roles(chance)
        found.setdefault(len(words), []).append((word_ids(words), roles))
    return [
        (torch.stack([ids for ids, _ in of]), torch.tensor([roles for _, roles in of]))
        for of in found.values()
    ]


def loss_of(model: RoleTagger, batch: list[Group]) -> Tensor:
    """Mean cross-entropy in nats over all words."""
    parts = [
        F.cross_entropy(model(i).flatten(0, 1), r.flatten(), reduction="sum") for i, r in batch
    ]
    return torch.stack(parts).sum() / sum(roles.numel() for _, roles in batch)


@torch.no_grad()
def accuracy(model: RoleTagger, batch: list[Group]) -> float:
    """Share of words whose role is right."""
    right = sum((model(ids).argmax(-1) == roles).sum().item() for ids, roles in batch)
    return right / sum(roles.numel() for _, roles in batch)


def trained(scheme: str, seed: int) -> RoleTagger:
    """A model of the scheme, trained from scratch."""
    set_up(seed=seed)
    model = RoleTagger(scheme)
    train(
        model, lambda step: loss_of(model, groups(BATCH, 10**6 * (seed + 1) + step)),
        steps=STEPS, lr=RATE, warmup=0.05, weight_decay=0.01, label=scheme,
    )  # fmt: skip
    return model.eval()


def main() -> None:
    """Train a model for each scheme, store them in half precision, and log their accuracy."""
    log = [
        f"seed {SEED}, {STEPS} steps of {BATCH} sentences, AdamW {RATE} cosine",
        f"share of words with the right role, {HELD_OUT} other sentences:",
    ]
    tensors: dict[str, Tensor] = {}
    for scheme in POSITION_SCHEMES:
        state = trained(scheme, SEED).state_dict()
        tensors |= {f"{scheme}.{name}": value.half() for name, value in state.items()}
    save_file(tensors, WEIGHTS)
    trained_tagger.cache_clear()
    for scheme in POSITION_SCHEMES:
        log.append(f"{scheme}: {accuracy(trained_tagger(scheme), groups(HELD_OUT, 1)):.3f}")
    WEIGHTS.with_suffix(".log").write_text("\n".join(log) + "\n", encoding="utf-8")
    print("\n".join(log))


if __name__ == "__main__":
    main()
