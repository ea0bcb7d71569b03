"""GPT: its shape, its block, how it writes, and trained weights from files."""
