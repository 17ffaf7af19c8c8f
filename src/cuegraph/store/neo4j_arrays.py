"""A namespace's whole graph out of Neo4j as arrays, a slice of the ids at a time."""

from typing import Any, Final, LiteralString

import numpy as np
from numpy.typing import NDArray

from cuegraph.protocols import GraphArrays
from cuegraph.schema.graph import Label
from cuegraph.store import neo4j_cypher as cypher
from cuegraph.store.neo4j_view import Runner

SLICE_NODES: Final = 8_000  # aimed at; with 6 edges a node, a slice is about 1 MB on the wire


def read_arrays(runner: Runner, namespace: str) -> GraphArrays:
    """The graph as it is committed while we read; edges by (source, target, type, weight).

    Three statements and two a slice. An edge whose end came or went meanwhile is left out.
    """
    (row,) = runner.run(cypher.COUNT_GRAPH, {"namespace": namespace})
    ids: list[str] = []
    labels: list[Label] = []
    numbers: list[NDArray[np.int64]] = []  # Neo4j's own numbers of the nodes
    arcs: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int16], NDArray[np.float32]]]
    arcs = []
    names = cypher.GRAPH_LABELS
    for prefix in _prefixes(row["count"]):
        nodes = _slice(runner, cypher.GRAPH_NODES, namespace, prefix)
        ids += nodes["ids"]
        labels += [names[code] for code in nodes["labels"]]
        numbers.append(np.array(nodes["numbers"], np.int64))
        edges = _slice(runner, cypher.GRAPH_EDGES, namespace, prefix)
        arcs.append(
            (
                np.array(edges["sources"], np.int64),
                np.array(edges["targets"], np.int64),
                np.array(edges["types"], np.int16),
                np.array(edges["weights"], np.float32),
            )
        )
    known = np.concatenate(numbers)
    order = np.argsort(known)
    known = known[order]
    sources, found_sources = _places(np.concatenate([a[0] for a in arcs]), known, order)
    targets, found_targets = _places(np.concatenate([a[1] for a in arcs]), known, order)
    types = np.concatenate([a[2] for a in arcs])
    weights = np.concatenate([a[3] for a in arcs])
    rows = np.flatnonzero(found_sources & found_targets)
    rows = rows[np.lexsort((weights[rows], types[rows], targets[rows], sources[rows]))]
    return GraphArrays(ids, labels, sources[rows], targets[rows], types[rows], weights[rows])


def _slice(
    runner: Runner, statement: LiteralString, namespace: str, prefix: str
) -> dict[str, list[Any]]:
    (row,) = runner.run(statement, {"namespace": namespace, "prefix": prefix})
    return row.data()


def _prefixes(count: int) -> list[str]:
    """Hex prefixes that cut the ids, which are hashes, into even slices, in order."""
    digits = 0
    while count > SLICE_NODES * 16**digits:
        digits += 1
    return [f"{i:0{digits}x}" for i in range(16**digits)] if digits else [""]


def _places(
    numbers: NDArray[np.int64], known: NDArray[np.int64], order: NDArray[np.intp]
) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Positions of the numbers among the ids, and which were found."""
    if not known.size:
        return np.zeros(numbers.size, np.int32), np.zeros(numbers.size, np.bool_)
    at = np.minimum(np.searchsorted(known, numbers), known.size - 1)
    return order[at].astype(np.int32), known[at] == numbers
