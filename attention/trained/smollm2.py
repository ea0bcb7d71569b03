"""A sentence and the attention of a real pretrained model over it, all heads of all layers.

``scripts/read_smollm2.py`` lets SmolLM2-135M read the sentence and keeps its weights in
``attention/trained/weights/smollm2.safetensors``, so that a page need not load the model. (SmolLM2
is Hugging Face's, Apache-2.0.)
"""

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from torch import Tensor

WEIGHTS = Path(__file__).with_name("weights") / "smollm2.safetensors"
SENTENCE = "Anna Kovacs met the captain, and the captain smiled at Anna Kovacs"
LEVELS = 255
"""Weights are kept in steps of 1 / 255."""


def smollm2_example() -> dict[str, Any]:
    """The arguments of ``HeadExplorer``: SmolLM2's attention over ``SENTENCE``.

    Returns:
        The T tokens, spaces included; the weights of all heads, float32 (L, H, T, T), each within
        1/510 of the model's; and a caption that names the model.
    """
    with safe_open(WEIGHTS, framework="pt") as file:
        tokens = json.loads(file.metadata()["tokens"])
        levels: Tensor = file.get_tensor("levels")  # uint8 (L, H, T, T)
    return {
        "tokens": tokens,
        "weights": levels.to(torch.float32) / LEVELS,
        "caption": "The model is SmolLM2-135M-Instruct (Hugging Face, Apache-2.0).",
    }
