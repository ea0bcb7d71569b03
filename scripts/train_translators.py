"""Train the translators and the speller of chapters 1 and 2; keep weights, scores and log.

    python scripts/train_translators.py [RECIPE ...]

It takes about half an hour on two cores and writes
``attention/trained/weights/translators.safetensors`` and ``translators.log``. The same seeds and
the same machine give the same weights. With names of recipes (or ``speller``) it trains these
alone, and keeps what is stored of the others.
"""

import argparse
import re

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from attention.data.spelling import error_rates, spelling_batch, split_words
from attention.data.translation import MAX_CLAUSES, exact_match
from attention.experiments.training import train
from attention.models.seq2seq.model import Seq2Seq, sequence_loss
from attention.teaching.set_up import set_up
from attention.trained._weights import as_stored
from attention.trained.translators import (
    KEPT_WHOLE,
    RECIPES,
    SEEDS,
    WEIGHTS,
    new_speller,
    train_translator,
)

SPELLER_STEPS, SPELLER_BATCH, SPELLER_RATE = 6000, 64, 4e-3


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
    return as_stored(model)


def train_recipe(name: str) -> tuple[dict[str, Tensor], list[str]]:
    """Train the seeds of a recipe: what is stored of them, and the lines of the log."""
    recipe = RECIPES[name]
    tensors: dict[str, Tensor] = {}
    lines, scores = [], []
    for seed in SEEDS:
        model = as_stored(train_translator(name, seed))
        if seed == SEEDS[0]:
            tensors |= stored(model, name)
        elif name in KEPT_WHOLE:  # the chapters look into all of them
            tensors |= stored(model, f"{name}, seed {seed}")
        turned = {"reverse": recipe.reverse, "last_first": recipe.last_first}
        scores.append([exact_match(model, n, **turned) for n in range(1, MAX_CLAUSES + 1)])
        shown = " ".join(f"{score:.3f}" for score in scores[-1])
        lines.append(f"{name}, seed {seed}, {recipe.steps} steps: {shown}")
        print(lines[-1])
    n_parameters = sum(p.numel() for p in model.parameters())
    lines.append(f"{name}: {n_parameters} parameters, 1 to {recipe.max_clauses} clauses")
    return tensors | {f"{name}/scores": torch.tensor(scores)}, lines


def train_and_test_speller() -> tuple[dict[str, Tensor], list[str]]:
    """Train the speller: what is stored of it, and its line of the log."""
    speller = train_speller()
    words, phones = error_rates(speller, split_words()[1])
    line = (
        f"speller, seed 0, {SPELLER_STEPS} steps of {SPELLER_BATCH} words: "
        f"word error rate {words:.3f}, phone error rate {phones:.3f} on 2000 held-out words"
    )
    print(line)
    return stored(speller, "speller"), [line]


def main() -> None:
    """Train what was asked for, store it, and log what came out."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = [*RECIPES, "speller"]
    parser.add_argument("names", nargs="*", metavar="RECIPE", help=f"of {names}; all by default")
    asked = parser.parse_args().names or names
    if not set(asked) <= set(names):
        parser.error(f"names should be of {names}, but were {asked}")
    set_up()
    log_file = WEIGHTS.with_suffix(".log")
    old_tensors = load_file(WEIGHTS) if WEIGHTS.exists() else {}
    old_log = log_file.read_text(encoding="utf-8").splitlines() if log_file.exists() else []
    tensors: dict[str, Tensor] = {}
    log = [f"seeds {SEEDS}; exact match on 200 sentences of each of 1 to {MAX_CLAUSES} clauses"]
    for name in names:
        if name in asked:
            new_tensors, lines = (
                train_and_test_speller() if name == "speller" else train_recipe(name)
            )
        else:
            new_tensors = {key: x for key, x in old_tensors.items() if own_part(key, name)}
            lines = [line for line in old_log if own_part(line, name)]
        tensors |= new_tensors
        log += lines
    save_file(tensors, WEIGHTS)
    log_file.write_text("\n".join(log) + "\n", encoding="utf-8")


def own_part(text: str, name: str) -> bool:
    """Whether a tensor's key or a line of the log is of that recipe, of any of its seeds."""
    return re.match(rf"{re.escape(name)}(, seed \d+)?(/|:|, \d+ steps)", text) is not None


if __name__ == "__main__":
    main()
