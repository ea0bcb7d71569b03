"""The stored models: one file each, with its recipe, its loader and what a page shows of it."""
