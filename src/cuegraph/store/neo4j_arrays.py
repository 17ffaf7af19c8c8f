"""A namespace's whole graph out of Neo4j as arrays, some slices of the ids at a time."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, LiteralString, TypeAlias

import numpy as np
from neo4j import Record
from numpy.typing import NDArray

from cuegraph.protocols import GraphArrays
from cuegraph.schema.graph import EdgeType, Label
from cuegraph.store import neo4j_cypher as cypher

Query: TypeAlias = Callable[[LiteralString, dict[str, Any]], Sequence[Record]]

SLICE_NODES: Final = 16_000  # aimed at; with 6 edges a node, a slice is about 2 MB on the wire
SLICES_AT_ONCE: Final = 4  # measured: two connections read 1.9 times as fast as one, on two cores
TYPE_CODES: Final = {type_.value: code for code, type_ in enumerate(EdgeType)}


@dataclass(frozen=True, slots=True)
class Slice:
    """Nodes of a range of ids, by id, and the edges that begin at them.

    `numbers`, `sources` and `targets` are Neo4j's own numbers of nodes.
    """

    ids: list[str]
    labels: list[Label]
    numbers: NDArray[np.int64]
    sources: NDArray[np.int64]
    targets: NDArray[np.int64]
    types: NDArray[np.int16]
    weights: NDArray[np.float32]


def read_arrays(query: Query, namespace: str) -> GraphArrays:
    """The graph as it is committed while we read; edges by (source, target, type, weight).

    One statement and two a slice; `query` is called by several threads. An edge whose end came or
    went meanwhile is left out.
    """
    (row,) = query(cypher.COUNT_GRAPH, {"namespace": namespace})
    with ThreadPoolExecutor(SLICES_AT_ONCE) as pool:
        slices = list(
            pool.map(
                lambda bounds: _slice(query, namespace, *bounds),
                _ranges(row["count"]),
            )
        )
    known = np.concatenate([part.numbers for part in slices])
    order = np.argsort(known)
    known = known[order]
    sources, begun = _places(np.concatenate([part.sources for part in slices]), known, order)
    targets, ended = _places(np.concatenate([part.targets for part in slices]), known, order)
    types = np.concatenate([part.types for part in slices])
    weights = np.concatenate([part.weights for part in slices])
    rows = np.flatnonzero(begun & ended)
    rows = rows[np.lexsort((weights[rows], types[rows], targets[rows], sources[rows]))]
    return GraphArrays(
        ids=[id_ for part in slices for id_ in part.ids],
        labels=[label for part in slices for label in part.labels],
        sources=sources[rows],
        targets=targets[rows],
        types=types[rows],
        weights=weights[rows],
    )


def _slice(query: Query, namespace: str, low: str, high: str) -> Slice:
    bounds = {"namespace": namespace, "low": low, "high": high}
    (nodes,) = query(cypher.GRAPH_NODES, bounds)
    edges = query(cypher.GRAPH_EDGES, bounds)
    counts = [len(row["sources"]) for row in edges]
    return Slice(
        ids=nodes["ids"],
        labels=[cypher.GRAPH_LABELS[code] for code in nodes["labels"]],
        numbers=np.array(nodes["numbers"], np.int64),
        sources=_joined([row["sources"] for row in edges], np.int64),
        targets=_joined([row["targets"] for row in edges], np.int64),
        types=np.repeat(np.array([TYPE_CODES[row["type"]] for row in edges], np.int16), counts),
        weights=_joined([row["weights"] for row in edges], np.float32),
    )


def _joined(lists: Sequence[list[Any]], dtype: type[Any]) -> NDArray[Any]:
    return np.concatenate([np.zeros(0, dtype), *(np.array(part, dtype) for part in lists)])


def _ranges(count: int) -> list[tuple[str, str]]:
    """Half-open ranges that cut the ids, which are hashes in hex, into even slices, in order."""
    slices = -(-count // SLICE_NODES) or 1
    bounds = [f"{i * 16**8 // slices:08x}" for i in range(slices)]
    return list(zip(["", *bounds[1:]], [*bounds[1:], "g"], strict=True))


def _places(
    numbers: NDArray[np.int64], known: NDArray[np.int64], order: NDArray[np.intp]
) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Positions of the numbers among the ids, and which were found."""
    if not known.size:
        return np.zeros(numbers.size, np.int32), np.zeros(numbers.size, np.bool_)
    at = np.minimum(np.searchsorted(known, numbers), known.size - 1)
    return order[at].astype(np.int32), known[at] == numbers
