"""ScalingExplorer: traits, picture, script and style."""

from attention.widgets.scaling_explorer.widget import ScalingExplorer

__all__ = ["ScalingExplorer"]
