"""Export files -> drafts of messages: a module a format, recognised by shape, read as a stream."""

from cuegraph.loaders.reading import AUTO, LOADERS, Source, open_sources

__all__ = ["AUTO", "LOADERS", "Source", "open_sources"]
