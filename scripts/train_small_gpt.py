"""Make the tokenizer of the book's own GPT and train the model; keep both, and a log.

    python scripts/train_small_gpt.py

It takes about half an hour on two cores and writes
``attention/trained/weights/small_gpt_tokenizer.json``, ``small_gpt.safetensors`` and
``small_gpt.log``. The same seed and the same machine give the same weights.
"""

from safetensors.torch import save_file
from tokenizers import ByteLevelBPETokenizer

from attention.data.text import plays, shakespeare
from attention.teaching.set_up import set_up
from attention.trained._weights import TIED, as_stored
from attention.trained.small_gpt import (
    HELD_OUT,
    SMALL_GPT,
    TOKENIZER,
    WEIGHTS,
    held_out_loss,
    train_small_gpt,
    training_ids,
)

STEPS, SEED = 6000, 0


def make_tokenizer() -> None:
    """Learn the pieces from the plays that are not held out."""
    tokenizer = ByteLevelBPETokenizer()
    texts = [shakespeare(play) for play in plays() if play != HELD_OUT]
    tokenizer.train_from_iterator(texts, vocab_size=SMALL_GPT.n_tokens, show_progress=False)
    tokenizer.save(str(TOKENIZER))


def main() -> None:
    """Make and train everything, store it, and log what came out."""
    set_up()
    make_tokenizer()
    model, losses = train_small_gpt(STEPS, seed=SEED)
    as_stored(model)
    state = {k: v.half() for k, v in model.state_dict().items() if k not in TIED}
    save_file(state, WEIGHTS)
    log = [
        f"{len(training_ids())} tokens of {len(plays()) - 1} plays; {HELD_OUT} is held out",
        f"{sum(p.numel() for p in model.parameters())} parameters, seed {SEED}, {STEPS} steps",
        f"loss of the last 100 steps: {sum(losses[-100:]) / 100:.3f} nats a token",
        f"loss on {HELD_OUT}: {held_out_loss(model):.3f} nats a token",
    ]
    WEIGHTS.with_suffix(".log").write_text("\n".join(log) + "\n", encoding="utf-8")
    print("\n".join(log))


if __name__ == "__main__":
    main()
