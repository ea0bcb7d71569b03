"""CostExplorer: traits, picture, script and style."""
