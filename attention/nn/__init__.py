"""Attention as modules with weights: scores, one head and many, positions, caches."""
