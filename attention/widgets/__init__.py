"""Widgets that compute attention in the page: on the static site, in JupyterLab and in Binder."""

from attention.widgets.alignment import AlignmentExplorer
from attention.widgets.explorer import AttentionExplorer
from attention.widgets.translation import TranslationExplorer

__all__ = ["AlignmentExplorer", "AttentionExplorer", "TranslationExplorer"]
