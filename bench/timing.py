"""Times of repeated calls, wall beside CPU: on a shared machine only the CPU's are comparable."""

import gc
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

import numpy as np

from bench import tables

T = TypeVar("T")
Figure: TypeAlias = str | int | float


@dataclass(frozen=True, slots=True)
class Section:
    """One table of a speed run: rows of named figures, the same names in every row."""

    title: str
    note: str
    rows: list[dict[str, Figure]] = field(default_factory=list[dict[str, Figure]])

    def markdown(self) -> str:
        """The section of the page."""
        if not self.rows:
            return f"## {self.title}\n\n{self.note}\n"
        cells = [[_cell(value) for value in row.values()] for row in self.rows]
        return f"## {self.title}\n\n{self.note}\n\n{tables.table(list(self.rows[0]), cells)}"


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of each call, in the order of the calls."""

    wall_ms: tuple[float, ...]
    cpu_ms: tuple[float, ...]

    def figures(self) -> dict[str, Figure]:
        """Median and 99th percentile, wall and CPU."""
        return {
            "calls": len(self.wall_ms),
            "p50 ms": percentile(self.wall_ms, 50),
            "p99 ms": percentile(self.wall_ms, 99),
            "CPU p50 ms": percentile(self.cpu_ms, 50),
            "CPU p99 ms": percentile(self.cpu_ms, 99),
        }


class Stopwatch:
    """Collects the times of calls."""

    def __init__(self) -> None:
        self._wall_ms: list[float] = []
        self._cpu_ms: list[float] = []

    def time(self, call: Callable[[], T]) -> T:
        """Run the call and keep what it took; what the call gave."""
        wall, cpu = time.perf_counter(), time.process_time()
        given = call()
        self._cpu_ms.append(1000 * (time.process_time() - cpu))
        self._wall_ms.append(1000 * (time.perf_counter() - wall))
        return given

    @property
    def timing(self) -> Timing:
        """What was taken so far."""
        return Timing(tuple(self._wall_ms), tuple(self._cpu_ms))


def timed(calls: Iterable[Callable[[], object]]) -> Timing:
    """The times of the calls, one after the other; garbage of before is collected first."""
    watch = Stopwatch()
    gc.collect()
    for call in calls:
        watch.time(call)
    return watch.timing


def percentile(values: Iterable[float], share: float) -> float:
    """The value below which `share` percent of the values lie, interpolated."""
    return float(np.percentile(np.array(list(values), np.float64), share))


def row(**figures: Figure) -> dict[str, Figure]:
    """Named figures; `_` in a name stands for a space."""
    return {name.replace("_", " "): value for name, value in figures.items()}


def merged(*parts: Mapping[str, Figure]) -> dict[str, Figure]:
    """The parts' figures in one row, in their order."""
    return {name: value for part in parts for name, value in part.items()}


def _cell(value: Figure) -> str:
    return tables.number(value) if isinstance(value, float) else str(value)
