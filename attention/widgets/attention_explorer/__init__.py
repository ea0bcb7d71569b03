"""AttentionExplorer: traits, picture, script and style."""
