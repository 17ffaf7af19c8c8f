"""Measures Cuegraph: the quality of its recall against baselines, and its speed. See README.md.

Nothing here ships. The product is used through its public face (`quality`) and, where a part is
timed by itself, through its rooms (`speed`).
"""
