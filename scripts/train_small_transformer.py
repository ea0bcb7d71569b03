"""Train the Transformer of 2017 in miniature, and keep its weights and the log.

    python scripts/train_small_transformer.py

It takes a minute on one core and writes ``attention/trained/weights/small_transformer.safetensors``
and ``small_transformer.log``. The same seed and the same machine give the same weights.
"""

from safetensors.torch import save_file

from attention.teaching.set_up import set_up
from attention.trained._weights import as_stored
from attention.trained.small_transformer import (
    CLAUSES,
    WEIGHTS,
    next_word_accuracy,
    train_small_transformer,
)

STEPS, SEED = 1500, 0


def main() -> None:
    """Train, store in half precision, and log how many words come out right."""
    set_up()
    model = as_stored(train_small_transformer(STEPS, seed=SEED))
    save_file({name: value.half() for name, value in model.state_dict().items()}, WEIGHTS)
    log = [
        f"seed {SEED}, {STEPS} steps of 64 sentences of 1 to {CLAUSES} clauses",
        f"{sum(p.numel() for p in model.parameters())} parameters",
        f"words right after the right ones, 500 other sentences: {next_word_accuracy(model):.3f}",
    ]
    WEIGHTS.with_suffix(".log").write_text("\n".join(log) + "\n", encoding="utf-8")
    print("\n".join(log))


if __name__ == "__main__":
    main()
