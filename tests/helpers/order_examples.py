"""Clock hands of rotary positions and the three attentions: examples, for JupyterLab, too."""

import torch

from attention.widgets import RotaryClock, ThreeAttentions

SOURCE, TARGET = ["an", "owl", "sees", "⟨end⟩"], ["⟨start⟩", "un", "hibou", "voit", "bien"]


def clock(**arguments: object) -> RotaryClock:
    """Three pairs of different lengths and directions."""
    given = {
        "query": [1.0, 0.5, -0.25, 1.5, 2.0, -1.0],
        "key": [-1.5, 1.0, 1.25, 0.5, -0.5, 1.75],
        "query_place": 11,
        "key_place": 5,
    }
    return RotaryClock(**given | arguments)


def three(**arguments: object) -> ThreeAttentions:
    """Four words and five, all widths different."""
    s, t = len(SOURCE), len(TARGET)
    given = {
        "source": SOURCE,
        "target": TARGET,
        "queries": [torch.randn(s, 3), torch.randn(t, 5), 2 * torch.randn(t, 2)],
        "keys": [torch.randn(s, 3), torch.randn(t, 5), torch.randn(s, 2)],
        "query": 2,
    }
    return ThreeAttentions(**given | arguments)
