"""TranslationExplorer: traits, picture, script and style."""
