"""CostExplorer: traits, picture, script and style."""

from attention.widgets.cost_explorer.widget import CostExplorer

__all__ = ["CostExplorer"]
