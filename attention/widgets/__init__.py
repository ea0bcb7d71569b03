"""Widgets that compute attention in the page: on the static site, in JupyterLab and in Binder."""

from attention.widgets.alignment_explorer.widget import AlignmentExplorer
from attention.widgets.attention_explorer.widget import AttentionExplorer
from attention.widgets.block_diagram.widget import BlockDiagram
from attention.widgets.cache_calculator.widget import CacheCalculator
from attention.widgets.cost_explorer.widget import CostExplorer
from attention.widgets.gpt_explorer.widget import GPTExplorer
from attention.widgets.head_explorer.widget import HeadExplorer
from attention.widgets.position_explorer.widget import PositionExplorer
from attention.widgets.scaling_explorer.widget import ScalingExplorer
from attention.widgets.translation_explorer.widget import TranslationExplorer

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
