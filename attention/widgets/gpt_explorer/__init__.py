"""GPTExplorer: traits, picture, script and style."""
