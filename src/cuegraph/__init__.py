"""Cuegraph: a graph-database memory engine."""
