"""A small GPT-2 as the transformers library writes it, and changes to its files."""

from safetensors.torch import load_file, save_file
from transformers import GPT2Config, GPT2LMHeadModel

SIZES = {"vocab_size": 37, "n_positions": 23, "n_embd": 15, "n_layer": 2, "n_head": 3}


def save(folder):
    """A small GPT-2 with random weights, as the transformers library saves it."""
    GPT2LMHeadModel(GPT2Config(**SIZES)).save_pretrained(folder)


def change(folder, **changes):
    """Put other tensors in, under their names with ``__`` for the dot; ``None`` takes one out."""
    file = folder / "model.safetensors"
    tensors = load_file(file)
    for name, new in changes.items():
        name = "transformer." + name.replace("__", ".")
        tensors.pop(name, None)
        if new is not None:
            tensors[name] = new
    save_file(tensors, file)
