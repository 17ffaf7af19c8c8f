"""The vocabulary that all rooms share: values, ids, times, the graph's kinds, settings. No behaviour beyond values."""
