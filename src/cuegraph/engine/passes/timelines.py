"""Timelines: the events of an entity, each chained to the next by valid time.

key: (entity, event) · reads: the entity's event and the one after it · a change touches: the event and the one before
it on each of its entities' timelines. So a change costs the same on a timeline of ten events and of a million.
"""

from collections.abc import Iterable, Sequence

from cuegraph.protocols import View
from cuegraph.schema.graph import (
    Edge,
    EdgeType,
    GraphDelta,
    Key,
    Kind,
    Rows,
    edge_id,
    owner_id,
    sides,
)
from cuegraph.schema.log import Message


class Timelines:
    """NEXT from an event to the next one that involves the same entity; topics have no timeline of their own."""

    name = "timelines"
    version = 1
    reads: frozenset[Kind] = frozenset({EdgeType.INVOLVES, EdgeType.DERIVED_FROM})
    writes: frozenset[Kind] = frozenset({EdgeType.NEXT})

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace

    def keys(self, view: View, messages: Iterable[Message]) -> set[Key]:
        spans = view.edges_to([m.id for m in messages], EdgeType.DERIVED_FROM)
        events = {edge.source for found in spans.values() for edge in found}
        involved = view.edges_from(events, EdgeType.INVOLVES)
        return {
            (edge.target, edge.source)
            for edges in involved.values()
            for edge in edges
            if has_timeline(edge)
        }

    def touched(self, changes: GraphDelta, view: View) -> set[Key]:
        involved = [
            edge
            for edge in sides(changes.edges)
            if edge.type is EdgeType.INVOLVES and has_timeline(edge)
        ]
        keys = {(edge.target, edge.source) for edge in involved}
        around = view.edges_around(EdgeType.INVOLVES, {(e.target, e.rank) for e in involved})
        return keys | {(e.target, e.source) for e, _ in around.values() if e}

    def derive(self, keys: Sequence[Key], view: View) -> dict[Key, Rows]:
        ids = {
            edge_id(self._namespace, EdgeType.INVOLVES, event, entity): (entity, event)
            for entity, event in keys
        }
        own = view.edges(list(ids))
        around = view.edges_around(EdgeType.INVOLVES, {(e.target, e.rank) for e in own.values()})
        rows: dict[Key, Rows] = {}
        for id_, edge in own.items():
            _, following = around[edge.target, edge.rank]
            if following:
                rows[ids[id_]] = Rows(edges=(self._next(edge, following),))
        return rows

    def _next(self, edge: Edge, following: Edge) -> Edge:
        entity, event = edge.target, edge.source
        return Edge(
            id=edge_id(self._namespace, EdgeType.NEXT, event, following.source, entity),
            type=EdgeType.NEXT,
            source=event,
            target=following.source,
            owner=owner_id(self._namespace, self.name, (entity, event)),
            pass_name=self.name,
            rule="timeline",
            properties={"entity": entity},
        )


def has_timeline(edge: Edge) -> bool:
    """Whether the participant is an entity, not a topic."""
    return not edge.properties["topic"]
