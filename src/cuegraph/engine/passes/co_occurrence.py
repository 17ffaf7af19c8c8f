"""Which entities take part in the same events, and how often. An integer sum over events.

key: pair of entity ids, sorted · source: events · the sum stands in the edge's `count`
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, islice
from typing import Final

from cuegraph.protocols import View
from cuegraph.schema.graph import Edge, EdgeType, Key, Kind, Rows, edge_id, owner_id
from cuegraph.schema.settings import DerivationSettings

COUNT: Final = "count"


class CoOccurrence:
    """CO_OCCURS between the participants of an event; two topics alone are no pair."""

    name = "co-occurrence"
    version = 1
    source = "events"
    reads: frozenset[Kind] = frozenset({EdgeType.INVOLVES, EdgeType.AT})
    writes: frozenset[Kind] = frozenset({EdgeType.CO_OCCURS})

    def __init__(self, namespace: str, settings: DerivationSettings) -> None:
        self._namespace = namespace
        self._pairs_max = settings.pairs_per_event_max

    def contributions(self, rows: Rows) -> Iterable[tuple[Key, str, int]]:
        participants: dict[str, dict[str, bool]] = {}
        for edge in rows.edges:
            if edge.type in (EdgeType.INVOLVES, EdgeType.AT):
                topic = bool(edge.properties["topic"])
                participants.setdefault(edge.source, {})[edge.target] = topic
        for event in sorted(participants):
            is_topic = participants[event]
            pairs = (
                pair
                for pair in combinations(sorted(is_topic), 2)
                if not all(map(is_topic.get, pair))
            )
            for pair in islice(pairs, self._pairs_max):
                yield pair, COUNT, 1

    def totals(self, keys: Sequence[Key], view: View) -> dict[Key, dict[str, int]]:
        ids = {edge_id(self._namespace, EdgeType.CO_OCCURS, a, b): (a, b) for a, b in keys}
        return {
            ids[edge.id]: {COUNT: int(str(edge.properties[COUNT]))}
            for edge in view.edges(list(ids)).values()
        }

    def derive(self, totals: Mapping[Key, Mapping[str, int]], view: View) -> dict[Key, Rows]:
        return {key: self._rows(key, sums[COUNT]) for key, sums in totals.items() if sums}

    def _rows(self, key: Key, count: int) -> Rows:
        a, b = key
        edge = Edge(
            id=edge_id(self._namespace, EdgeType.CO_OCCURS, a, b),
            type=EdgeType.CO_OCCURS,
            source=a,
            target=b,
            owner=owner_id(self._namespace, self.name, key),
            pass_name=self.name,
            rule="same event",
            properties={COUNT: count, "weight": round(count / (count + 1), 4)},
        )
        return Rows(edges=(edge,))
