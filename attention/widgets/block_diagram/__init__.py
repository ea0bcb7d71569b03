"""BlockDiagram: traits, picture, script and style."""

from attention.widgets.block_diagram.widget import BlockDiagram

__all__ = ["BlockDiagram"]
