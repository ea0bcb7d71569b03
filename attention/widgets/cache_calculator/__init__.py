"""CacheCalculator: traits, picture, script and style."""

from attention.widgets.cache_calculator.widget import CacheCalculator

__all__ = ["CacheCalculator"]
