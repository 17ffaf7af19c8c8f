"""The in-memory index of a namespace: graph, words, vectors, times. Built from the store, followed by deltas."""
