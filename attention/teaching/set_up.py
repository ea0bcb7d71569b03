"""The one call that makes a notebook repeatable."""

import random

import numpy as np
import torch

from attention._checks import check_count
from attention.teaching.plots import use_style


def set_up(seed: int = 0, threads: int = 1) -> None:
    """Fix what would make two runs of a notebook differ, and put on the book's figure style.

    Sums of floating-point numbers depend on their order, and with several threads the order is
    theirs: so the number of threads is fixed together with the seed.

    Args:
        seed: Seed of Python's, NumPy's and PyTorch's generators.
        threads: Number of threads of PyTorch; 1 is as fast as 2 for the book's small models.
    """
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    torch.set_num_threads(check_count("threads", threads))
    torch.set_printoptions(precision=3, sci_mode=False, linewidth=96)
    use_style()
