"""CacheCalculator: traits, picture, script and style."""
