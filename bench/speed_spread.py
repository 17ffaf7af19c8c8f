"""Spreading activation alone, on generated graphs of growing size with a hub."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bench.timing import Section, merged, percentile, row, timed
from cuegraph.engine.index.adjacency import Adjacency
from cuegraph.engine.recall.spread import spread
from cuegraph.schema.graph import EdgeType
from cuegraph.schema.settings import EDGE_WEIGHTS, RecallSettings

SIZES: Final = (10_000, 100_000, 1_000_000)
SEED: Final = 3
QUERIES: Final = 300
CHECKED: Final = 10  # queries compared with the unbounded spread, which takes seconds at 1M nodes
SEEDS: Final = 20  # beside the hub
BEST: Final = 20
# The graph of the first measurements: four events to an entity, an event mentions three entities,
# follows one event and resembles four. Half of the mentions go by Zipf, half evenly.
EVENT_SHARE: Final = 0.8
MENTIONS: Final = 3
NEIGHBOURS: Final = 4
HUB_SHARE: Final = 0.5  # of the events mention the hub: someone who is in every second one


@dataclass(frozen=True, slots=True)
class Generated:
    """A graph whose places below `events` are events; the hub is the first entity after them."""

    graph: Adjacency
    events: int

    @property
    def hub(self) -> int:
        """The place of the hub."""
        return self.events


def measure(sizes: Sequence[int] = SIZES, *, queries: int = QUERIES) -> Section:
    """p50 and p99 of one spread for each size; every query starts from the hub too."""
    settings = RecallSettings()
    rows = [_measured(size, queries, settings) for size in sizes]
    return Section(
        "Spreading alone",
        f"Generated graphs; {HUB_SHARE:.0%} of all events mention one hub, which is among the "
        f"{SEEDS + 1} seeds of every query. `kept` is the share of the unbounded spread's best "
        f"{BEST} nodes that the bounded one finds ({CHECKED} queries).",
        rows,
    )


def generated(size: int, rng: np.random.Generator) -> Generated:
    """A graph of `size` nodes, about 13 arcs each; the hub's row holds two thirds of `size`."""
    events = int(size * EVENT_SHARE)
    entities = size - events
    told = np.arange(events, dtype=np.int64)
    ranks = np.minimum(rng.zipf(2.0, events * MENTIONS) - 1, entities - 1)
    evenly = rng.integers(0, entities, events * MENTIONS)
    mentioned = events + np.where(rng.random(events * MENTIONS) < 0.5, ranks, evenly)
    with_hub = told[rng.random(events) < HUB_SHARE]
    similar = np.repeat(told, NEIGHBOURS)
    near = (similar + rng.integers(1, max(2, events // 10), len(similar))) % events
    # One edge an event and entity, as the passes write it: whoever is named twice counts once.
    pairs = np.unique(
        np.concatenate([np.repeat(told, MENTIONS) * size + mentioned, with_hub * size + events])
    )
    parts = [
        (EdgeType.INVOLVES, pairs // size, pairs % size),
        (EdgeType.NEXT, told[:-1], told[1:]),
        (EdgeType.SIMILAR_TO, similar, near),
    ]
    codes = list(EdgeType)
    return Generated(
        Adjacency(
            size,
            np.concatenate([a for _, a, _ in parts]).astype(np.int32),
            np.concatenate([b for _, _, b in parts]).astype(np.int32),
            np.concatenate([np.full(len(a), EDGE_WEIGHTS[t], np.float32) for t, a, _ in parts]),
            np.concatenate([np.full(len(a), codes.index(t), np.int16) for t, a, _ in parts]),
        ),
        events,
    )


def _measured(size: int, queries: int, settings: RecallSettings) -> dict[str, str | int | float]:
    rng = np.random.default_rng(SEED)
    made = generated(size, rng)
    cues = [_seeds(made, rng) for _ in range(queries)]
    arcs: list[int] = []

    def ask(cue: tuple[NDArray[np.int64], NDArray[np.float64]]) -> None:
        arcs.append(spread(made.graph, *cue, settings).arcs)

    for cue in cues[: queries // 10]:
        ask(cue)  # warm: pages and allocator
    arcs.clear()
    timing = timed([lambda cue=cue: ask(cue) for cue in cues])
    kept = [_kept(made, cue, settings) for cue in cues[:CHECKED]]
    return merged(
        row(nodes=size, arcs=int(made.graph.degree.sum()), hub=int(made.graph.degree[made.hub])),
        timing.figures(),
        {"arcs p50": int(percentile(arcs, 50)), "kept": float(np.mean(kept))},
    )


def _seeds(
    made: Generated, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The hub and some events, sorted, with levels that add up to 1, as recall spreads them."""
    events = rng.choice(made.events, SEEDS, replace=False)
    places = np.sort(np.append(events, made.hub)).astype(np.int64)
    levels = 1.0 - rng.random(len(places)) * 0.9
    return places, levels / levels.sum()


def _kept(
    made: Generated, cue: tuple[NDArray[np.int64], NDArray[np.float64]], settings: RecallSettings
) -> float:
    every = int(made.graph.degree.sum()) * settings.hops_max
    whole = replace(settings, activation_min=0.0, edges_max=every)
    best = [_best(made, cue, limits) for limits in (settings, whole)]
    return len(best[0] & best[1]) / BEST


def _best(
    made: Generated, cue: tuple[NDArray[np.int64], NDArray[np.float64]], settings: RecallSettings
) -> set[int]:
    found = spread(made.graph, *cue, settings)
    order = np.lexsort((found.places, -np.round(found.received, 9)))
    return set(found.places[order[:BEST]].tolist())
