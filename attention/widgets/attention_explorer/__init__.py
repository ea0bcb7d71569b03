"""AttentionExplorer: traits, picture, script and style."""

from attention.widgets.attention_explorer.widget import AttentionExplorer

__all__ = ["AttentionExplorer"]
