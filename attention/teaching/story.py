"""Where the book teaches what: the one place in the package that knows its chapters."""

TAUGHT_IN = {
    "tokens": "chapters/00_before_you_start",
    "query": "chapters/03_queries_keys_values",
    "key": "chapters/03_queries_keys_values",
    "value": "chapters/03_queries_keys_values",
    "scores": "chapters/03_queries_keys_values",
    "mask": "chapters/06_causal_attention",
    "softmax": "chapters/03_queries_keys_values",
    "weights": "chapters/03_queries_keys_values",
    "context": "chapters/03_queries_keys_values",
    "heads": "chapters/07_multi_head_attention",
    "output": "chapters/07_multi_head_attention",
    "block": "chapters/08_gpt_block",
}
"""The parts of the recurring picture, each with its chapter: a path from the book's root, without
an ending."""
