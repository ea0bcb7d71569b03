"""Train the small models behind the book's examples, and keep their weights and the log.

    python scripts/train_heads_by_count.py

It takes a few minutes on two cores and writes
``attention/trained/weights/heads_by_count.safetensors`` and ``heads_by_count.log``. The same seed
and the same machine give the same weights.
"""

from collections import Counter

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor

from attention.data.text import gpt2_tokenizer, plays, shakespeare
from attention.experiments.training import train
from attention.models.attention_lm import AttentionLanguageModel
from attention.teaching.set_up import set_up
from attention.trained.heads_by_count import (
    HEAD_CHOICES,
    MAX_LEN,
    N_TOKENS,
    SENTENCE,
    WEIGHTS,
    new_model,
    trained_model,
    vocabulary_ids,
)

HELD_OUT = "macbeth"
SEED, STEPS, BATCH, RATE = 0, 6000, 32, 6e-3


def frequent_tokens(text: str) -> list[int]:
    """GPT-2's ids of the most frequent tokens of ``text``, the most frequent first."""
    counts = Counter(gpt2_tokenizer().encode(text).ids)
    return sorted(counts, key=lambda token: (-counts[token], token))[: N_TOKENS - 1]


def windows(ids: Tensor, starts: Tensor) -> tuple[Tensor, Tensor]:
    """Inputs and next tokens of the windows at ``starts``, each (B, MAX_LEN)."""
    chosen = ids[starts[:, None] + torch.arange(MAX_LEN + 1)]  # (B, MAX_LEN + 1)
    return chosen[:, :-1], chosen[:, 1:]


def loss_of(model: AttentionLanguageModel, inputs: Tensor, targets: Tensor) -> Tensor:
    """Mean cross-entropy in nats over the targets that are in the vocabulary."""
    return F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten(), ignore_index=0)


@torch.no_grad()
def held_out_loss(model: AttentionLanguageModel) -> float:
    """The loss on the play that no model was trained on."""
    ids = vocabulary_ids(shakespeare(HELD_OUT))
    return loss_of(model, *windows(ids, torch.arange(0, len(ids) - MAX_LEN - 1, MAX_LEN))).item()


def main() -> None:
    """Train a model for each number of heads, store them in half precision, and log the losses."""
    text = "\n".join(shakespeare(play) for play in plays() if play != HELD_OUT)
    known = frequent_tokens(text)
    ids = vocabulary_ids(text, {token: i for i, token in enumerate(known, start=1)})
    covered = (ids > 0).float().mean().item()
    log = [
        f"{len(ids)} tokens, {covered:.3f} of them in the vocabulary; held out: {HELD_OUT}",
        f"seed {SEED}, {STEPS} steps of {BATCH} x {MAX_LEN} tokens, AdamW {RATE} cosine",
    ]
    tensors = {"vocabulary": torch.tensor(known, dtype=torch.int32)}
    for n_heads in HEAD_CHOICES:
        set_up(seed=SEED)
        model = new_model(n_heads)
        torch.nn.init.normal_(model.embedding.weight, std=0.1)
        torch.nn.init.normal_(model.position.weight, std=0.1)

        def loss_at(step: int, model: AttentionLanguageModel = model) -> Tensor:
            return loss_of(model, *windows(ids, torch.randint(len(ids) - MAX_LEN - 1, (BATCH,))))

        train(
            model, loss_at, steps=STEPS, lr=RATE, warmup=0.05, weight_decay=0.01,
            label=f"{n_heads} heads",
        )  # fmt: skip
        tensors |= {f"heads{n_heads}.{k}": v.half() for k, v in model.state_dict().items()}
    save_file(tensors, WEIGHTS)
    trained_model.cache_clear()
    for n_heads in HEAD_CHOICES:
        log.append(f"{n_heads} heads: held-out loss {held_out_loss(trained_model(n_heads)):.3f}")
    log.append(f"sentence: {SENTENCE}")
    WEIGHTS.with_suffix(".log").write_text("\n".join(log) + "\n", encoding="utf-8")
    print("\n".join(log))


if __name__ == "__main__":
    main()
