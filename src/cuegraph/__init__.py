"""Cuegraph: a graph-database memory engine.

`cuegraph.Memory` is its face for programs; `cuegraph.__version__` is its version.
"""


def __getattr__(name: str) -> object:
    # PEP 562: `cuegraph --help` passes through here, and must not wait for numpy and the engine.
    if name == "Memory":
        from cuegraph.wiring import Memory  # noqa: PLC0415

        return Memory
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415

        return version("cuegraph")
    raise AttributeError(f"module 'cuegraph' has no attribute {name!r}")
