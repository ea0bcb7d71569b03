"""TranslationExplorer: traits, picture, script and style."""

from attention.widgets.translation_explorer.widget import TranslationExplorer

__all__ = ["TranslationExplorer"]
