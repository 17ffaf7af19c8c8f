"""Contract suites and Hypothesis strategies, shipped so that another store or pass can be held to the same rules."""
