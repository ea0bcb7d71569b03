"""HeadExplorer: traits, picture, script and style."""
