"""HeadExplorer: traits, picture, script and style."""

from attention.widgets.head_explorer.widget import HeadExplorer

__all__ = ["HeadExplorer"]
