"""Train the translators and the speller of chapters 1 and 2; keep weights, scores and log.

    python scripts/train_translators.py

It takes about a quarter of an hour on two cores and writes
``attention/trained/weights/translators.safetensors`` and ``translators.log``. The same seeds and
the same machine give the same weights.
"""

import torch
from safetensors.torch import save_file
from torch import Tensor

from attention.data.spelling import error_rates, spelling_batch, split_words
from attention.data.translation import MAX_CLAUSES, exact_match
from attention.experiments.training import train
from attention.models.seq2seq.model import Seq2Seq, sequence_loss
from attention.teaching.set_up import set_up
from attention.trained.translators import (
    KEPT_WHOLE,
    RECIPES,
    SEEDS,
    TRAINED_CLAUSES,
    WEIGHTS,
    new_speller,
    train_translator,
)

SPELLER_STEPS, SPELLER_BATCH, SPELLER_RATE = 6000, 64, 4e-3


def rounded(model: Seq2Seq) -> Seq2Seq:
    """The model with its weights in the half precision in which they are stored."""
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(parameter.half().float())
    return model


def stored(model: Seq2Seq, name: str) -> dict[str, Tensor]:
    """The weights as they are stored."""
    return {f"{name}/weights/{key}": value.half() for key, value in model.state_dict().items()}


def train_speller() -> Seq2Seq:
    """Train the model from letters to phones."""
    set_up(seed=0)
    model, words = new_speller(), split_words()[0]

    def loss_at(_: int) -> Tensor:
        drawn = torch.randint(len(words), (SPELLER_BATCH,)).tolist()
        batch = spelling_batch([words[i] for i in drawn])
        return sequence_loss(model(*batch), batch.target)

    train(model, loss_at, steps=SPELLER_STEPS, lr=SPELLER_RATE, label="speller")
    return rounded(model)


def main() -> None:
    """Train everything, store it, and log what came out."""
    set_up()
    log = [
        f"seeds {SEEDS}, trained on 1 to {TRAINED_CLAUSES} clauses; "
        f"exact match on 200 sentences of each of 1 to {MAX_CLAUSES} clauses"
    ]
    tensors: dict[str, Tensor] = {}
    for name, recipe in RECIPES.items():
        scores = []
        for seed in SEEDS:
            model = rounded(train_translator(name, seed))
            if seed == SEEDS[0]:
                tensors |= stored(model, name)
            elif name in KEPT_WHOLE:  # the chapters measure all their seeds
                tensors |= stored(model, f"{name}, seed {seed}")
            lengths = range(1, MAX_CLAUSES + 1)
            scores.append([exact_match(model, n, reverse=recipe.reverse) for n in lengths])
            shown = " ".join(f"{score:.3f}" for score in scores[-1])
            log.append(f"{name}, seed {seed}, {recipe.steps} steps: {shown}")
            print(log[-1])
        n_parameters = sum(p.numel() for p in model.parameters())
        log.append(f"{name}: {n_parameters} parameters")
        tensors[f"{name}/scores"] = torch.tensor(scores)
    speller = train_speller()
    tensors |= stored(speller, "speller")
    words, phones = error_rates(speller, split_words()[1])
    log.append(
        f"speller, seed 0, {SPELLER_STEPS} steps of {SPELLER_BATCH} words: "
        f"word error rate {words:.3f}, phone error rate {phones:.3f} on 2000 held-out words"
    )
    save_file(tensors, WEIGHTS)
    WEIGHTS.with_suffix(".log").write_text("\n".join(log) + "\n", encoding="utf-8")
    print(log[-1])


if __name__ == "__main__":
    main()
