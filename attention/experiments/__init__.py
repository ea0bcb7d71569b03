"""How the chapters find things out: training, many seeds, heads, costs, measurements."""
