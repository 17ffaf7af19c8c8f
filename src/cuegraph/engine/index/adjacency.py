"""The graph as rows of arcs: compressed rows for what was there at the build, patched rows for what changed since."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Arcs:
    """Arcs of some rows, one row after the other: `counts` (rows,), the others (arcs,)."""

    counts: NDArray[np.int64]
    targets: NDArray[np.int32]
    weights: NDArray[np.float32]
    types: NDArray[np.int8]


class Adjacency:
    """Undirected arcs among places 0..size-1, with raw weights; `totals` are the row sums.

    A change copies the rows of its two ends: O(fan), so a patch of a hub costs its fan once a delta.
    """

    def __init__(
        self,
        size: int,
        sources: NDArray[np.int32],
        targets: NDArray[np.int32],
        weights: NDArray[np.float32],
        types: NDArray[np.int16],
    ) -> None:
        ends = np.concatenate([sources, targets])
        others = np.concatenate([targets, sources])
        doubled = np.concatenate([weights, weights])
        kinds = np.concatenate([types, types]).astype(np.int8)
        order = np.lexsort((kinds, others, ends))
        self._targets = others[order].astype(np.int32)
        self._weights = doubled[order].astype(np.float32)
        self._types = kinds[order]
        counts = np.bincount(ends, minlength=size)
        self._starts = np.concatenate([[0], np.cumsum(counts)])
        self.degree: NDArray[np.int64] = counts.astype(np.int64)
        sums = np.concatenate([[0.0], np.cumsum(self._weights, dtype=np.float64)])
        self.totals: NDArray[np.float64] = sums[self._starts[1:]] - sums[self._starts[:-1]]
        self._is_patched = np.zeros(size, bool)
        self._patches: dict[int, Arcs] = {}

    @property
    def patched(self) -> int:
        """How many rows are patched."""
        return len(self._patches)

    def grow(self, size: int) -> None:
        """Make room for places up to `size`."""
        more = size - len(self.degree)
        if more > 0:
            self.degree = np.concatenate([self.degree, np.zeros(more, np.int64)])
            self.totals = np.concatenate([self.totals, np.zeros(more)])
            self._is_patched = np.concatenate([self._is_patched, np.zeros(more, bool)])
            last = np.full(more, self._starts[-1])
            self._starts = np.concatenate([self._starts, last])

    def row(self, place: int) -> Arcs:
        """One row's arcs, by (target, type)."""
        if place in self._patches:
            return self._patches[place]
        start, end = int(self._starts[place]), int(self._starts[place + 1])
        count = np.array([end - start])
        return Arcs(
            count, self._targets[start:end], self._weights[start:end], self._types[start:end]
        )

    def change(
        self,
        gone: Iterable[tuple[int, int, int, float]],
        new: Iterable[tuple[int, int, int, float]],
    ) -> None:
        """Remove and add arcs (source, target, type, weight), in both directions."""
        rows: dict[int, dict[tuple[int, int], list[float]]] = {}
        gone, new = list(gone), list(new)
        for a, b, _, _ in (*gone, *new):
            for place in (a, b):
                if place not in rows:
                    rows[place] = self._as_dict(place)
        for a, b, type_, weight in gone:
            for place, other in ((a, b), (b, a)):
                held = rows[place].get((other, type_), [])
                gaps = [abs(other_weight - weight) for other_weight in held]
                if gaps:
                    held.pop(gaps.index(min(gaps)))
        for a, b, type_, weight in new:
            for place, other in ((a, b), (b, a)):
                rows[place].setdefault((other, type_), []).append(weight)
        for place, held in rows.items():
            self._patch(place, held)

    def gather(self, places: NDArray[np.int64]) -> Arcs:
        """The arcs of many rows at once."""
        fresh = self._is_patched[places]
        if not fresh.any():
            return self._base(places)
        parts = [self.row(int(place)) for place in places]
        return Arcs(
            np.concatenate([part.counts for part in parts]),
            np.concatenate([part.targets for part in parts]),
            np.concatenate([part.weights for part in parts]),
            np.concatenate([part.types for part in parts]),
        )

    def _base(self, places: NDArray[np.int64]) -> Arcs:
        counts = self.degree[places]
        ends = np.cumsum(counts)
        total = int(ends[-1]) if len(ends) else 0
        arcs = np.arange(total) + np.repeat(self._starts[places] - (ends - counts), counts)
        return Arcs(counts, self._targets[arcs], self._weights[arcs], self._types[arcs])

    def _as_dict(self, place: int) -> dict[tuple[int, int], list[float]]:
        arcs = self.row(place)
        held: dict[tuple[int, int], list[float]] = {}
        triples: Sequence[tuple[int, int, float]] = list(
            zip(arcs.targets.tolist(), arcs.types.tolist(), arcs.weights.tolist(), strict=True)
        )
        for target, type_, weight in triples:
            held.setdefault((target, type_), []).append(weight)
        return held

    def _patch(self, place: int, held: dict[tuple[int, int], list[float]]) -> None:
        flat = [(t, k, w) for (t, k), weights in sorted(held.items()) for w in weights]
        self._patches[place] = Arcs(
            np.array([len(flat)]),
            np.array([t for t, _, _ in flat], np.int32),
            np.array([w for _, _, w in flat], np.float32),
            np.array([k for _, k, _ in flat], np.int8),
        )
        self._is_patched[place] = True
        self.degree[place] = len(flat)
        self.totals[place] = float(np.sum(self._patches[place].weights, dtype=np.float64))
