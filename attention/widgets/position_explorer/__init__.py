"""PositionExplorer: traits, picture, script and style."""
