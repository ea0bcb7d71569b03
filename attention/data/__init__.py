"""What the models are trained on: words, texts, a small grammar, spelling, puzzles."""
