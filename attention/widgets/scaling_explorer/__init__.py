"""ScalingExplorer: traits, picture, script and style."""
