"""Spreading activation (Collins & Loftus 1975), bounded so that its cost does not grow with the graph.

A node passes on a share of its activation along each edge, in proportion to the edge's weight among all of the node's
edges (the fan effect, Anderson 1974), less decay a hop. Only a node that holds more than `activation_min` an edge
passes anything on, so the work is at most mass / activation_min arcs whatever the graph; `edges_max` bounds it again,
strongest first. Measured at 1M nodes, 12.5M arcs: 0.3 to 1 ms for 97-100 % of the exact top 20.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cuegraph.engine.index.adjacency import Adjacency
from cuegraph.schema.settings import RecallSettings


@dataclass(frozen=True, slots=True)
class Hop:
    """Nodes that held activation at a hop, sorted by place, and how much; `sent`: what each passed on, or 0."""

    places: NDArray[np.int64]
    levels: NDArray[np.float64]
    sent: NDArray[np.float64]

    def level(self, place: int) -> float:
        """What the place held."""
        return float(look_up(self.places, self.levels, np.array([place]))[0])


@dataclass(frozen=True, slots=True)
class Spread:
    """What arrived where: `places` sorted, `received` beyond what a seed started with; `hops` for the paths."""

    places: NDArray[np.int64]
    received: NDArray[np.float64]
    hops: tuple[Hop, ...]
    arcs: int


def spread(
    graph: Adjacency,
    seeds: NDArray[np.int64],
    levels: NDArray[np.float64],
    settings: RecallSettings,
) -> Spread:
    """Spread from distinct seeds, sorted by place; cost O(arcs touched) <= `edges_max`, one pass of numpy a hop."""
    front, level, work = seeds, levels, 0
    hops: list[Hop] = []
    parts: list[tuple[NDArray[np.int64], NDArray[np.float64]]] = []
    for _ in range(settings.hops_max):
        chosen = _pushed(graph, front, level, settings, settings.edges_max - work)
        sent = np.zeros(len(front))
        sent[chosen] = level[chosen]
        hops.append(Hop(front, level, sent))
        pushing, carried = front[chosen], level[chosen]
        if not len(pushing):
            break
        arcs = graph.gather(pushing)
        work += len(arcs.targets)
        per_weight = carried * settings.decay / graph.totals[pushing]
        flow = arcs.weights * np.repeat(per_weight, arcs.counts)
        front, level = _summed(arcs.targets.astype(np.int64), flow.astype(np.float64))
        parts.append((front, level))
    else:
        hops.append(Hop(front, level, np.zeros(len(front))))
    if not parts:
        return Spread(np.zeros(0, np.int64), np.zeros(0), tuple(hops), work)
    places, received = _summed(
        np.concatenate([p for p, _ in parts]), np.concatenate([a for _, a in parts])
    )
    return Spread(places, received, tuple(hops), work)


def look_up(
    places: NDArray[np.int64], values: NDArray[np.float64], wanted: NDArray[np.int64]
) -> NDArray[np.float64]:
    """The values of the wanted among sorted places; 0 where a place is not among them."""
    if not len(places):
        return np.zeros(len(wanted))
    at = np.minimum(np.searchsorted(places, wanted), len(places) - 1)
    return np.where(places[at] == wanted, values[at], 0.0)


def _summed(
    places: NDArray[np.int64], amounts: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Each place once, sorted, with the sum of its amounts; twice as fast as numpy's unique with its inverse."""
    order = np.argsort(places, kind="stable")
    places, amounts = places[order], amounts[order]
    first = np.flatnonzero(np.concatenate(([True], places[1:] != places[:-1])))
    return places[first], np.add.reduceat(amounts, first)


def _pushed(
    graph: Adjacency,
    front: NDArray[np.int64],
    level: NDArray[np.float64],
    settings: RecallSettings,
    budget: int,
) -> NDArray[np.int64]:
    """Positions in `front` that pass on: above the threshold an edge, within the budget, strongest an edge first."""
    degree = np.maximum(graph.degree[front], 1)
    strength = np.where(graph.totals[front] > 0, level / degree, 0.0)
    chosen = np.flatnonzero(strength > settings.activation_min)
    if graph.degree[front[chosen]].sum() > budget:
        order = chosen[np.lexsort((front[chosen], -strength[chosen]))]
        kept = np.searchsorted(np.cumsum(graph.degree[front[order]]), budget, side="right")
        chosen = np.sort(order[:kept])
    return chosen
