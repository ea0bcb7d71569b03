"""AlignmentExplorer: traits, picture, script and style."""

from attention.widgets.alignment_explorer.widget import AlignmentExplorer

__all__ = ["AlignmentExplorer"]
