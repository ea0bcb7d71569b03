"""PositionExplorer: traits, picture, script and style."""

from attention.widgets.position_explorer.widget import PositionExplorer

__all__ = ["PositionExplorer"]
