"""What a number depends on beside the code: the machine, its load, and the versions."""

import importlib.metadata
import os
import platform
from pathlib import Path
from typing import Final

PACKAGES: Final = ("cuegraph", "numpy", "spacy", "onnxruntime", "tokenizers", "neo4j", "bm25s")


def describe() -> dict[str, str]:
    """CPU, cores, memory, system, Python and package versions; no name of machine or user."""
    return {
        "cpu": _field(Path("/proc/cpuinfo"), "model name") or platform.processor() or "unknown",
        "cores": str(os.cpu_count()),
        "memory": _memory(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **{name: _version(name) for name in PACKAGES},
    }


def load_average() -> float:
    """Processes that wanted a core, over the last minute."""
    return round(os.getloadavg()[0], 2)


def _memory() -> str:
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return f"{total / 2**30:.0f} GiB"


def _field(path: Path, name: str) -> str:
    """The value of the first `name : value` line; "" where there is none (not every CPU has)."""
    if not path.is_file():
        return ""
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return ""


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"
