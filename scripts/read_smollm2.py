"""Let SmolLM2-135M read the sentence of chapter 9's explorer, and keep the weights of its heads.

    python scripts/read_smollm2.py

It takes some seconds and writes ``attention/trained/weights/smollm2.safetensors``.
"""

import json

import torch
from safetensors.torch import save_file
from torch import Tensor

from attention.models.gpt.load_gguf import gguf_tokenizer, smollm2_path
from attention.models.gpt.model import GPT
from attention.teaching.set_up import set_up
from attention.trained.smollm2 import LEVELS, SENTENCE, WEIGHTS


def read(model: GPT, sentence: str) -> tuple[list[str], Tensor]:
    """The sentence's tokens, and the weights of all heads in steps, uint8 (L, H, T, T)."""
    tokenizer = gguf_tokenizer(smollm2_path())
    ids = tokenizer.encode(sentence).ids
    with torch.no_grad():
        weights = torch.cat(model.attention_weights(torch.tensor([ids])))  # (L, H, T, T)
    return [tokenizer.decode([token]) for token in ids], (weights * LEVELS).round().byte()


def main() -> None:
    """Read and keep."""
    set_up()
    tokens, levels = read(GPT.from_pretrained(smollm2_path()), SENTENCE)
    save_file({"levels": levels}, WEIGHTS, metadata={"tokens": json.dumps(tokens)})


if __name__ == "__main__":
    main()
