"""Writing one namespace of a Neo4j database: the Transaction of the store contract."""

import json
from collections.abc import Mapping, Sequence
from typing import Final, LiteralString, TypeVar

from cuegraph.errors import InvariantError
from cuegraph.schema.graph import (
    REVISION_MODULUS,
    Change,
    Edge,
    GraphDelta,
    Memo,
    Node,
    joined,
    log_revision,
    stamp_number,
)
from cuegraph.schema.ids import canonical_json
from cuegraph.schema.log import Act, Message
from cuegraph.store import neo4j_cypher as cypher
from cuegraph.store.neo4j_rows import (
    Row,
    act_row,
    edge_place,
    edge_row,
    memo_row,
    message_row,
    node_row,
)
from cuegraph.store.neo4j_view import Neo4jView, Runner, batches

T = TypeVar("T", Message, Act, Node, Edge)
CLEAR_ROWS: Final = 10_000  # rows deleted by one statement
LOCK_ATTEMPTS: Final = 10


class Neo4jTransaction(Neo4jView):
    """A view that also writes, in a transaction that holds the namespace's lock (see `lock`)."""

    def __init__(self, runner: Runner, namespace: str, *, revision: int, stamp: str) -> None:
        super().__init__(runner, namespace)
        self._stored = (revision, stamp)
        self._revision = revision
        self._stamp = stamp
        self._gone_edges: list[int] = []  # Neo4j's own numbers of what is hidden
        self._gone_nodes: list[int] = []

    def apply(self, delta: GraphDelta) -> None:
        """Write the delta: nodes before the edges between them; what goes, edges before nodes."""
        edges, nodes = joined(delta.edges), joined(delta.nodes)
        messages, acts = joined(delta.messages), joined(delta.acts)
        self._hide(cypher.HIDE_EDGES, "rows", [edge_place(edge) for edge in _gone(edges)])
        self._hide(cypher.HIDE_NODES, "ids", [node.id for node in _gone(nodes)])
        self._hide(cypher.HIDE_MESSAGES, "ids", [message.id for message in _gone(messages)])
        self._hide(cypher.HIDE_ACTS, "ids", [act.id for act in _gone(acts)])

        rows = [message_row(self._namespace, c.after) for c in messages if c.after]
        self._write(cypher.UPSERT_MESSAGES, "rows", rows)
        rows = [act_row(self._namespace, c.after) for c in acts if c.after]
        self._write(cypher.UPSERT_ACTS, "rows", rows)
        self._apply_memos(delta.memos)
        self._apply_nodes(nodes)
        self._apply_edges(edges)
        self._revision = log_revision(self._revision, delta)

    def set_stamp(self, stamp: Mapping[str, str]) -> None:
        change = stamp_number(stamp) - stamp_number(json.loads(self._stamp))
        self._revision = (self._revision + change) % REVISION_MODULUS
        self._stamp = canonical_json(dict(stamp))

    def clear_derived(self) -> None:
        for statement in (*cypher.CLEAR_EDGES, *cypher.CLEAR_DERIVED_NODES):
            last: str | None = ""
            while last is not None:
                last = self.clear_page(statement, last)

    def clear_page(self, statement: LiteralString, last: str) -> str | None:
        """Remove a page of rows with keys above `last`; its last key, None if it was empty."""
        (row,) = self._run(statement, last=last, count=CLEAR_ROWS)
        gone = self._gone_edges if statement in cypher.CLEAR_EDGES else self._gone_nodes
        gone += row["numbers"]
        return row["last"]

    def drop(self) -> None:
        """Remove the namespace's node; its rows are gone already."""
        self._run_counted(cypher.DELETE_NAMESPACE, 1)
        self._stored = (self._revision, self._stamp)

    def finish(self) -> None:
        """Delete what is hidden and write the namespace's revision and stamp: the last step."""
        self._write(cypher.DELETE_EDGES, "numbers", self._gone_edges)
        self._write(cypher.DELETE_NODES, "numbers", self._gone_nodes)
        if (self._revision, self._stamp) != self._stored:
            self._run_counted(
                cypher.UPDATE_NAMESPACE, 1, revision=self._revision, stamp=self._stamp
            )

    def _apply_memos(self, changes: Sequence[Change[Memo]]) -> None:
        kept = {(c.after.kind, c.after.key): c.after for c in changes if c.after}
        gone = {(c.before.kind, c.before.key): c.before for c in changes if c.before}
        rows = [memo_row(gone[key]) for key in sorted(gone.keys() - kept.keys())]
        self._hide(cypher.HIDE_MEMOS, "rows", rows)
        self._write(cypher.UPSERT_MEMOS, "rows", [memo_row(kept[key]) for key in sorted(kept)])

    def _apply_nodes(self, changes: Sequence[Change[Node]]) -> None:
        relabelled = [
            c.after.id for c in changes if c.after and c.before and c.after.label != c.before.label
        ]
        self._write(cypher.UNLABEL_NODES, "ids", relabelled)
        rows = [node_row(self._namespace, c.after) for c in changes if c.after]
        self._write(cypher.UPSERT_NODES, "rows", rows)

    def _apply_edges(self, changes: Sequence[Change[Edge]]) -> None:
        new = [edge_row(self._namespace, c.after) for c in changes if c.after and not c.before]
        self._write(cypher.CREATE_EDGES, "rows", new)
        updates = [
            edge_place(c.before) | edge_row(self._namespace, c.after)
            for c in changes
            if c.after and c.before
        ]
        self._write(cypher.UPDATE_EDGES, "rows", updates)

    def _write(self, statement: LiteralString, name: str, rows: Sequence[Row | str | int]) -> None:
        for batch in batches(rows):
            self._run_counted(statement, len(batch), **{name: batch})

    def _run_counted(self, statement: LiteralString, expected: int, **parameters: object) -> None:
        (row,) = self._run(statement, **parameters)
        self._check_count(statement, row["count"], expected)

    def _hide(self, statement: LiteralString, name: str, rows: Sequence[Row | str]) -> None:
        for batch in batches(rows):
            (row,) = self._run(statement, **{name: batch})
            self._check_count(statement, len(row["numbers"]), len(batch))
            gone = self._gone_edges if statement == cypher.HIDE_EDGES else self._gone_nodes
            gone += row["numbers"]

    def _check_count(self, statement: LiteralString, found: int, expected: int) -> None:
        if found != expected:
            name = next(name for name, text in vars(cypher).items() if text == statement)
            raise InvariantError(
                f"{name} found {found} of {expected} rows in namespace {self._namespace!r}",
                hint="The graph is not what its log derives to. Rebuild the namespace.",
            )


def lock(runner: Runner, namespace: str, operation: str) -> tuple[bool, int, str]:
    """Take the namespace's lock, the first statement of every writing transaction.

    Returns whether a commit of the operation, whose answer was lost, happened after all, and the
    revision and the stamp.
    """
    for _ in range(LOCK_ATTEMPTS):
        (row,) = runner.run(
            cypher.LOCK,
            {
                "namespace": namespace,
                "operation": operation,
                "kept": cypher.OPERATIONS_KEPT,
            },
        )
        if row["done"] is not None:
            return row["done"], row["revision"], row["stamp"]
        # Who held the lock dropped the namespace: what we waited for is gone. Now it is made anew.
    raise InvariantError(f"{namespace!r} was dropped {LOCK_ATTEMPTS} times while we waited for it")


def _gone(changes: Sequence[Change[T]]) -> list[T]:
    return [c.before for c in changes if c.before is not None and c.after is None]
