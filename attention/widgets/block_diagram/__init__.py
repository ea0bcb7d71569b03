"""BlockDiagram: traits, picture, script and style."""
