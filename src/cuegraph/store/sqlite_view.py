"""Reading and writing one namespace of a SQLite file: the View and the Transaction of the store contract."""

import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final, TypeVar

from cuegraph.protocols import Selector, SessionSpan
from cuegraph.schema.graph import (
    Change,
    Edge,
    EdgeType,
    GraphDelta,
    Label,
    Memo,
    MemoKind,
    Node,
    Rows,
    log_revision,
    stamp_number,
)
from cuegraph.schema.ids import canonical_json, namespace_number
from cuegraph.schema.log import Act, Message
from cuegraph.store import sqlite_sql as sql
from cuegraph.store.sqlite_rows import (
    Row,
    act_row,
    edge_row,
    memo_row,
    message_row,
    node_row,
    read_act,
    read_edge,
    read_memo,
    read_message,
    read_node,
)

T = TypeVar("T")
ALL: Final = -1  # SQLite's LIMIT for «no limit»


class SqliteView:
    """Reads through one connection. A call costs one prepared statement a key: no round trips in one process."""

    def __init__(self, connection: sqlite3.Connection, namespace: str) -> None:
        self._connection = connection
        self._namespace = namespace
        self._ns = namespace_number(namespace)

    @property
    def namespace(self) -> str:
        return self._namespace

    def messages(self, ids: Collection[str]) -> dict[str, Message]:
        rows = (self._one(sql.SELECT_MESSAGE, bytes.fromhex(id_)) for id_ in ids)
        return {m.id: m for m in (read_message(row) for row in rows if row)}

    def acts(self) -> list[Act]:
        return [read_act(row) for row in self._all(sql.SELECT_ACTS)]

    def select(self, selector: Selector) -> list[str]:
        found: set[str] = set()
        for statement, values in (
            (sql.SELECT_BY_EXTERNAL_ID, selector.external_ids),
            (sql.SELECT_BY_CONVERSATION, selector.conversations),
            (sql.SELECT_BY_SPEAKER, selector.speakers),
            (sql.SELECT_BY_TIME, (selector.before,) if selector.before else ()),
        ):
            for value in values:
                found.update(row[0].hex() for row in self._all(statement, value))
        return sorted(found)

    def before(
        self, places: Collection[tuple[str, str]], count: int
    ) -> dict[tuple[str, str], list[Message]]:
        return self._around(sql.SELECT_BEFORE, places, count)

    def after(
        self, places: Collection[tuple[str, str]], count: int
    ) -> dict[tuple[str, str], list[Message]]:
        return self._around(sql.SELECT_AFTER, places, count)

    def sessions(self, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], SessionSpan]:
        spans: dict[tuple[str, str], SessionSpan] = {}
        for key in keys:
            first = self._one(sql.SELECT_SESSION_FIRST, *key)
            last = self._one(sql.SELECT_SESSION_LAST, *key)
            if first and last:
                (count,) = self._one(sql.COUNT_SESSION, *key) or (0,)
                spans[key] = SessionSpan(read_message(first), read_message(last), count)
        return spans

    def conversations(self, names: Collection[str]) -> dict[str, tuple[Message, Message]]:
        ends: dict[str, tuple[Message, Message]] = {}
        for name in names:
            first, last = self._one(sql.SELECT_FIRST, name), self._one(sql.SELECT_LAST, name)
            if first and last:
                ends[name] = (read_message(first), read_message(last))
        return ends

    def memos(self, kind: MemoKind, keys: Collection[str]) -> dict[str, Memo]:
        rows = (self._one(sql.SELECT_MEMO, kind.value, bytes.fromhex(key)) for key in keys)
        return {memo.key: memo for memo in (read_memo(row) for row in rows if row)}

    def memo_counts(
        self, kind: MemoKind, ranges: Sequence[tuple[str, str]], limit: int
    ) -> list[int]:
        return [
            (self._one(sql.COUNT_MEMOS, kind.value, low, high, limit) or (0,))[0]
            for low, high in ranges
        ]

    def memos_between(self, kind: MemoKind, ranges: Sequence[tuple[str, str]]) -> list[list[Memo]]:
        return [
            [read_memo(row) for row in self._all(sql.SELECT_MEMOS_BETWEEN, kind.value, low, high)]
            for low, high in ranges
        ]

    def nodes(self, ids: Collection[str]) -> dict[str, Node]:
        rows = (self._one(sql.SELECT_NODE, bytes.fromhex(id_)) for id_ in ids)
        return {node.id: node for node in (read_node(row) for row in rows if row)}

    def nodes_between(self, label: Label, ranges: Sequence[tuple[str, str]]) -> list[list[Node]]:
        return [
            [read_node(row) for row in self._all(sql.SELECT_NODES_BETWEEN, label.value, low, high)]
            for low, high in ranges
        ]

    def edges(self, ids: Collection[str]) -> dict[str, Edge]:
        rows = (self._one(sql.SELECT_EDGE, bytes.fromhex(id_)) for id_ in ids)
        return {edge.id: edge for edge in (read_edge(row) for row in rows if row)}

    def edges_from(self, sources: Collection[str], type_: EdgeType) -> dict[str, list[Edge]]:
        return self._edges_at(sql.SELECT_EDGES_FROM, sources, type_, ALL)

    def edges_to(self, targets: Collection[str], type_: EdgeType) -> dict[str, list[Edge]]:
        return self._edges_at(sql.SELECT_EDGES_TO, targets, type_, ALL)

    def first_edges_from(
        self, sources: Collection[str], type_: EdgeType, count: int
    ) -> dict[str, list[Edge]]:
        return self._edges_at(sql.SELECT_EDGES_FROM, sources, type_, count)

    def first_edges_to(
        self, targets: Collection[str], type_: EdgeType, count: int
    ) -> dict[str, list[Edge]]:
        return self._edges_at(sql.SELECT_EDGES_TO, targets, type_, count)

    def edge_extremes(
        self, targets: Collection[str], type_: EdgeType
    ) -> dict[str, tuple[Edge, Edge]]:
        found: dict[str, tuple[Edge, Edge]] = {}
        for target in targets:
            place = (bytes.fromhex(target), type_.value)
            first = self._one(sql.SELECT_EDGES_TO, *place, 1)
            last = self._one(sql.SELECT_LAST_EDGE_TO, *place)
            if first and last:
                found[target] = (read_edge(first), read_edge(last))
        return found

    def edges_around(
        self, type_: EdgeType, places: Collection[tuple[str, str]]
    ) -> dict[tuple[str, str], tuple[Edge | None, Edge | None]]:
        found: dict[tuple[str, str], tuple[Edge | None, Edge | None]] = {}
        for target, rank in places:
            place = (bytes.fromhex(target), type_.value, rank)
            below = self._one(sql.SELECT_EDGE_BELOW, *place)
            above = self._one(sql.SELECT_EDGE_ABOVE, *place)
            found[target, rank] = (
                read_edge(below) if below else None,
                read_edge(above) if above else None,
            )
        return found

    def owned(self, owners: Collection[str]) -> dict[str, Rows]:
        found: dict[str, Rows] = {}
        for owner in owners:
            id_ = bytes.fromhex(owner)
            nodes = tuple(read_node(row) for row in self._all(sql.SELECT_OWNED_NODES, id_))
            edges = tuple(read_edge(row) for row in self._all(sql.SELECT_OWNED_EDGES, id_))
            if nodes or edges:
                found[owner] = Rows(nodes, edges)
        return found

    def _one(self, statement: str, *values: object) -> Row | None:
        return self._connection.execute(statement, (self._ns, *values)).fetchone()

    def _all(self, statement: str, *values: object) -> Iterator[Row]:
        return self._connection.execute(statement, (self._ns, *values))

    def _around(
        self, statement: str, places: Collection[tuple[str, str]], count: int
    ) -> dict[tuple[str, str], list[Message]]:
        return {
            place: [read_message(row) for row in self._all(statement, *place, count)]
            for place in places
        }

    def _edges_at(
        self, statement: str, ends: Collection[str], type_: EdgeType, count: int
    ) -> dict[str, list[Edge]]:
        found: dict[str, list[Edge]] = {}
        for end in ends:
            rows = self._all(statement, bytes.fromhex(end), type_.value, count)
            edges = [read_edge(row) for row in rows]
            if edges:
                found[end] = edges
        return found


class SqliteTransaction(SqliteView):
    """A view that also writes, inside the transaction that its connection has open."""

    def __init__(self, connection: sqlite3.Connection, namespace: str) -> None:
        super().__init__(connection, namespace)
        self._connection.execute(sql.INSERT_NAMESPACE, (self._ns, namespace))

    def apply(self, delta: GraphDelta) -> None:
        ns, run = self._ns, self._connection.executemany
        run(sql.DELETE_MESSAGE, [(ns, bytes.fromhex(m.id)) for m in _gone(delta.messages)])
        run(sql.UPSERT_MESSAGE, [message_row(ns, m) for m in _kept(delta.messages)])
        run(sql.DELETE_ACT, [(ns, bytes.fromhex(act.id)) for act in _gone(delta.acts)])
        run(sql.UPSERT_ACT, [act_row(ns, act) for act in _kept(delta.acts)])
        run(
            sql.DELETE_MEMO,
            [(ns, memo.kind.value, bytes.fromhex(memo.key)) for memo in _gone(delta.memos)],
        )
        run(sql.UPSERT_MEMO, [memo_row(ns, memo) for memo in _kept(delta.memos)])
        run(sql.DELETE_NODE, [(ns, bytes.fromhex(node.id)) for node in _gone(delta.nodes)])
        run(sql.UPSERT_NODE, [node_row(ns, node) for node in _kept(delta.nodes)])
        run(sql.DELETE_EDGE, [(ns, bytes.fromhex(edge.id)) for edge in _gone(delta.edges)])
        run(sql.UPSERT_EDGE, [edge_row(ns, edge) for edge in _kept(delta.edges)])
        if delta.messages or delta.acts:
            revision = log_revision(self._revision(), delta)
            self._connection.execute(sql.UPDATE_REVISION, (revision, ns))

    def set_stamp(self, stamp: Mapping[str, str]) -> None:
        (text,) = self._one(sql.SELECT_STAMP) or ("{}",)
        revision = self._revision() - stamp_number(json.loads(text)) + stamp_number(stamp)
        self._connection.execute(
            sql.UPDATE_STAMP, (canonical_json(dict(stamp)), revision % 2**52, self._ns)
        )

    def clear_derived(self) -> None:
        for statement in sql.CLEAR_DERIVED:
            self._connection.execute(statement, (self._ns,))

    def _revision(self) -> int:
        (revision,) = self._one(sql.SELECT_REVISION) or (0,)
        return revision


def _gone(changes: Sequence[Change[T]]) -> list[T]:
    return [c.before for c in changes if c.after is None and c.before is not None]


def _kept(changes: Sequence[Change[T]]) -> list[T]:
    return [c.after for c in changes if c.after is not None]
