from cuegraph.wiring import Memory as Memory

__version__: str
