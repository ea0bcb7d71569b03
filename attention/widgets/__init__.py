"""Widgets that compute attention in the page: on the static site, in JupyterLab and in Binder."""

from attention.widgets.alignment import AlignmentExplorer
from attention.widgets.block import BlockDiagram
from attention.widgets.calculator import CacheCalculator
from attention.widgets.cost import CostExplorer
from attention.widgets.explorer import AttentionExplorer
from attention.widgets.gpt import GPTExplorer
from attention.widgets.heads import HeadExplorer
from attention.widgets.position import PositionExplorer
from attention.widgets.scaling import ScalingExplorer
from attention.widgets.translation import TranslationExplorer

__all__ = [
    "AlignmentExplorer",
    "AttentionExplorer",
    "BlockDiagram",
    "CacheCalculator",
    "CostExplorer",
    "GPTExplorer",
    "HeadExplorer",
    "PositionExplorer",
    "ScalingExplorer",
    "TranslationExplorer",
]
