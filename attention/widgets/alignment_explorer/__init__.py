"""AlignmentExplorer: traits, picture, script and style."""
