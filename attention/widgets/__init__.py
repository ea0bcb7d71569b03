"""Widgets that compute attention in the page: on the static site, in JupyterLab and in Binder."""

from attention.widgets.explorer import AttentionExplorer

__all__ = ["AttentionExplorer"]
