"""The log, the derivation of the graph from it, the index over the graph, and recall."""
