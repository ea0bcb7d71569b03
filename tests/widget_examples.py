"""Small examples of the widgets of the first two chapters, for the tests."""

import torch

from attention.widgets import AlignmentExplorer, TranslationExplorer

SOURCE = ["the", "cat", "sleeps", "and", "a", "door", "falls", "and", "the", "moon", "shines"]
TARGET = ["le", "chat", "dort", "et", "une", "porte", "tombe", "et", "la", "lune", "brille"]
CUTS = [3, 7, 11]  # 1, 2 and 3 clauses
M, N, L, D = 2, 2, 3, 5
S, T, D_ATTN, D_KEY = 7, 5, 3, 11


def translation_arguments() -> dict[str, object]:
    """Two models, two sentences, three lengths; the second model forgets the last word."""
    right = [TARGET[:cut] for cut in CUTS]
    outputs = [[right] * N, [[words[:-1] for words in right]] * N]
    return {
        "sources": [[SOURCE[:cut] for cut in CUTS]] * N,
        "references": [right] * N,
        "models": ("fixed vector", "reversed source"),
        "outputs": outputs,
        "chances": [[[[0.5] * len(w) for w in of] for of in model] for model in outputs],
        "states": torch.randn(M, N, L, D),
        "scores": torch.tensor([[1.0, 0.75, 0.0], [1.0, 0.5, 0.25]]),
        "lengths": [1, 2, 3],
    }


def translation(**arguments: object) -> TranslationExplorer:
    return TranslationExplorer(**translation_arguments() | arguments)


def alignment_arguments() -> dict[str, object]:
    """Two sentences of different lengths; numbers with distinct primes for their sizes."""
    sources = [[f"s{j}" for j in range(S)], ["a", "b"]]
    outputs = [[f"t{i}" for i in range(T)], ["x", "⟨end⟩"]]
    return {
        "sources": sources,
        "outputs": outputs,
        "queries": [torch.randn(len(words), D_ATTN) for words in outputs],
        "keys": [torch.randn(len(words), D_ATTN) for words in sources],
        "score_vector": 3 * torch.randn(D_ATTN),
        "annotations": [torch.randn(len(words), D_KEY) for words in sources],
        "candidates": [[[(w, 0.9), ("other", 0.05)] for w in words] for words in outputs],
    }


def alignment(**arguments: object) -> AlignmentExplorer:
    return AlignmentExplorer(**alignment_arguments() | arguments)
