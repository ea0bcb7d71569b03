"""Whole models: the recurrent translator, attention alone, and GPT."""
