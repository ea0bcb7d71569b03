"""GPTExplorer: traits, picture, script and style."""

from attention.widgets.gpt_explorer.widget import GPTExplorer

__all__ = ["GPTExplorer"]
