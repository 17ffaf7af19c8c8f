"""Reading one namespace of a Neo4j database: the View of the store contract.

Keys go to the server many at a time, each batch in one statement, so a call costs as many round
trips as there are batches.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, LiteralString, Protocol, TypeVar

from neo4j import Result

from cuegraph.protocols import Selector, SessionSpan
from cuegraph.schema.graph import Edge, EdgeType, Label, Memo, MemoKind, Node, Rows
from cuegraph.schema.log import Act, Message
from cuegraph.store import neo4j_cypher as cypher
from cuegraph.store.neo4j_rows import (
    read_act,
    read_edge,
    read_memo,
    read_message,
    read_node,
    sortable,
)

T = TypeVar("T")
BATCH_ROWS: Final = 5_000  # rows of one statement: 5,000 to 10,000 write fastest, and memory grows


class Runner(Protocol):
    """What runs a statement: a transaction of the driver, managed or not."""

    def run(self, query: LiteralString, parameters: dict[str, Any] | None = None) -> Result: ...


class Neo4jView:
    """Reads through one transaction, which sees what others commit meanwhile (read committed)."""

    def __init__(self, runner: Runner, namespace: str) -> None:
        self._runner = runner
        self._namespace = namespace

    @property
    def namespace(self) -> str:
        return self._namespace

    def messages(self, ids: Collection[str]) -> dict[str, Message]:
        rows = self._batched(cypher.SELECT_MESSAGES, "ids", ids)
        return {m.id: m for m in (read_message(row["row"]) for row in rows)}

    def acts(self) -> list[Act]:
        return [read_act(row["row"]) for row in self._run(cypher.SELECT_ACTS)]

    def select(self, selector: Selector) -> list[str]:
        found: set[str] = set()
        parts: tuple[tuple[LiteralString, tuple[str, ...]], ...] = (
            (cypher.SELECT_BY_EXTERNAL_ID, selector.external_ids),
            (cypher.SELECT_BY_CONVERSATION, selector.conversations),
            (cypher.SELECT_BY_SPEAKER, selector.speakers),
        )
        for statement, values in parts:
            found.update(row["id"] for row in self._batched(statement, "values", values))
        if selector.before:
            rows = self._run(cypher.SELECT_BY_TIME, before=selector.before)
            found.update(row["id"] for row in rows)
        return sorted(found)

    def before(
        self, places: Collection[tuple[str, str]], count: int
    ) -> dict[tuple[str, str], list[Message]]:
        found = self._messages_at(cypher.SELECT_BEFORE, _sortable(places), count=count)
        return {
            place: sorted(found.get(place, ()), key=lambda m: m.order, reverse=True)
            for place in places
        }

    def after(
        self, places: Collection[tuple[str, str]], count: int
    ) -> dict[tuple[str, str], list[Message]]:
        found = self._messages_at(cypher.SELECT_AFTER, _sortable(places), count=count)
        return {place: sorted(found.get(place, ()), key=lambda m: m.order) for place in places}

    def sessions(self, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], SessionSpan]:
        places = {key: key for key in keys}
        first = self._messages_at(cypher.SELECT_SESSION_FIRST, places)
        last = self._messages_at(cypher.SELECT_SESSION_LAST, places)
        counts = {key: row["count"] for key, row in self._placed(cypher.COUNT_SESSION, places)}
        return {
            key: SessionSpan(first[key][0], last[key][0], counts[key])
            for key in keys
            if key in first and key in last
        }

    def conversations(self, names: Collection[str]) -> dict[str, tuple[Message, Message]]:
        places = {name: (name,) for name in names}
        first = self._messages_at(cypher.SELECT_CONVERSATION_FIRST, places)
        last = self._messages_at(cypher.SELECT_CONVERSATION_LAST, places)
        return {name: (first[name][0], last[name][0]) for name in first if name in last}

    def memos(self, kind: MemoKind, keys: Collection[str]) -> dict[str, Memo]:
        rows = self._batched(cypher.SELECT_MEMOS, "keys", keys, kind=kind.value)
        return {memo.key: memo for memo in (read_memo(row["row"]) for row in rows)}

    def memo_counts(
        self, kind: MemoKind, ranges: Sequence[tuple[str, str]], limit: int
    ) -> list[int]:
        rows = self._placed(
            cypher.COUNT_MEMOS, _sortable_both(ranges), kind=kind.value, limit=limit
        )
        counts = {range_: row["count"] for range_, row in rows}
        return [counts[range_] for range_ in ranges]

    def memos_between(self, kind: MemoKind, ranges: Sequence[tuple[str, str]]) -> list[list[Memo]]:
        rows = self._placed(cypher.SELECT_MEMOS_BETWEEN, _sortable_both(ranges), kind=kind.value)
        found = _grouped((range_, read_memo(row["row"])) for range_, row in rows)
        return [
            sorted(found.get(range_, ()), key=lambda memo: (memo.rank, memo.key))
            for range_ in ranges
        ]

    def nodes(self, ids: Collection[str]) -> dict[str, Node]:
        rows = self._batched(cypher.SELECT_NODES, "ids", ids)
        return {node.id: node for node in (read_node(row["labels"], row["row"]) for row in rows)}

    def nodes_between(self, label: Label, ranges: Sequence[tuple[str, str]]) -> list[list[Node]]:
        if label is Label.MESSAGE:  # messages have a place and no rank
            return [[] for _ in ranges]
        rows = self._placed(cypher.SELECT_NODES_BETWEEN[label], _sortable_both(ranges))
        found = _grouped((range_, read_node(row["labels"], row["row"])) for range_, row in rows)
        return [
            sorted(found.get(range_, ()), key=lambda node: (node.rank, node.id))
            for range_ in ranges
        ]

    def edges(self, ids: Collection[str]) -> dict[str, Edge]:
        rows = self._batched(cypher.SELECT_EDGES, "ids", ids)
        return {edge.id: edge for edge in (read_edge(row["type"], row["row"]) for row in rows)}

    def edges_from(self, sources: Collection[str], type_: EdgeType) -> dict[str, list[Edge]]:
        return self._edges_at(cypher.SELECT_EDGES_FROM[type_], sources)

    def edges_to(self, targets: Collection[str], type_: EdgeType) -> dict[str, list[Edge]]:
        return self._edges_at(cypher.SELECT_EDGES_TO[type_], targets)

    def first_edges_from(
        self, sources: Collection[str], type_: EdgeType, count: int
    ) -> dict[str, list[Edge]]:
        return self._edges_at(cypher.SELECT_FIRST_EDGES_FROM[type_], sources, count=count)

    def first_edges_to(
        self, targets: Collection[str], type_: EdgeType, count: int
    ) -> dict[str, list[Edge]]:
        return self._edges_at(cypher.SELECT_FIRST_EDGES_TO[type_], targets, count=count)

    def edge_extremes(
        self, targets: Collection[str], type_: EdgeType
    ) -> dict[str, tuple[Edge, Edge]]:
        first = self.first_edges_to(targets, type_, 1)
        last = self._edges_at(cypher.SELECT_LAST_EDGE_TO[type_], targets)
        return {
            target: (first[target][0], last[target][0])
            for target in targets
            if target in first and target in last
        }

    def edges_around(
        self, type_: EdgeType, places: Collection[tuple[str, str]]
    ) -> dict[tuple[str, str], tuple[Edge | None, Edge | None]]:
        below, above = (
            {place: read_edge(row["type"], row["row"]) for place, row in rows}
            for rows in (
                self._placed(cypher.SELECT_EDGE_BELOW[type_], _sortable(places)),
                self._placed(cypher.SELECT_EDGE_ABOVE[type_], _sortable(places)),
            )
        )
        return {place: (below.get(place), above.get(place)) for place in places}

    def owned(self, owners: Collection[str]) -> dict[str, Rows]:
        nodes = _grouped(
            (row["row"]["owner"], read_node(row["labels"], row["row"]))
            for row in self._batched(cypher.SELECT_OWNED_NODES, "owners", owners)
        )
        edges = _grouped(
            (row["row"]["owner"], read_edge(row["type"], row["row"]))
            for row in self._batched(cypher.SELECT_OWNED_EDGES, "owners", owners)
        )
        return {
            owner: Rows(
                tuple(sorted(nodes.get(owner, ()), key=lambda node: node.id)),
                tuple(sorted(edges.get(owner, ()), key=lambda edge: edge.id)),
            )
            for owner in owners
            if owner in nodes or owner in edges
        }

    def _run(self, statement: LiteralString, **parameters: object) -> Iterator[Mapping[str, Any]]:
        return iter(self._runner.run(statement, {"namespace": self._namespace, **parameters}))

    def _batched(
        self, statement: LiteralString, name: str, keys: Collection[str], **parameters: object
    ) -> Iterator[Mapping[str, Any]]:
        """The rows of all keys, each key asked for once."""
        for batch in batches(sorted(set(keys))):
            yield from self._run(statement, **{name: batch}, **parameters)

    def _placed(
        self, statement: LiteralString, places: Mapping[T, Sequence[str]], **parameters: object
    ) -> Iterator[tuple[T, Mapping[str, Any]]]:
        """(place, row) of all places, each with what the statement takes for it as `place`."""
        for batch in batches(list(places)):
            keys = [list(places[place]) for place in batch]
            for row in self._run(statement, places=keys, **parameters):
                yield batch[row["i"]], row

    def _messages_at(
        self, statement: LiteralString, places: Mapping[T, Sequence[str]], **parameters: object
    ) -> dict[T, list[Message]]:
        rows = self._placed(statement, places, **parameters)
        return _grouped((place, read_message(row["row"])) for place, row in rows)

    def _edges_at(
        self, statement: LiteralString, ends: Collection[str], **parameters: object
    ) -> dict[str, list[Edge]]:
        rows = self._placed(statement, {end: (end,) for end in ends}, **parameters)
        found = _grouped((end, read_edge(row["type"], row["row"])) for end, row in rows)
        return {end: sorted(edges, key=lambda e: (e.rank, e.id)) for end, edges in found.items()}


def batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """The items in their order, as many at a time as one statement takes."""
    for start in range(0, len(items), BATCH_ROWS):
        yield items[start : start + BATCH_ROWS]


def _grouped(pairs: Iterable[tuple[Any, T]]) -> dict[Any, list[T]]:
    found: dict[Any, list[T]] = {}
    for key, item in pairs:
        found.setdefault(key, []).append(item)
    return found


def _sortable(places: Iterable[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, str]]:
    """Places whose second part is a rank or a message's place."""
    return {place: (place[0], sortable(place[1])) for place in places}


def _sortable_both(ranges: Iterable[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, str]]:
    """Ranges of ranks."""
    return {(low, high): (sortable(low), sortable(high)) for low, high in ranges}
