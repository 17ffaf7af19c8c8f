"""The store in a Neo4j database: the graph people explore, many namespaces in one database."""

import contextlib
import heapq
import json
import logging
import secrets
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from typing import Any, Final, LiteralString, TypeVar

import neo4j
from neo4j.exceptions import IncompleteCommit, ServiceUnavailable, SessionExpired

from cuegraph.protocols import GraphArrays, Transaction, View
from cuegraph.schema.graph import Edge, EdgeType, Memo, MemoKind, Node
from cuegraph.schema.log import Message
from cuegraph.store import neo4j_cypher as cypher
from cuegraph.store.neo4j_arrays import read_arrays
from cuegraph.store.neo4j_driver import Neo4jSettings, address, errors, open_driver
from cuegraph.store.neo4j_rows import read_edge, read_memo, read_message, read_node
from cuegraph.store.neo4j_transaction import Neo4jTransaction, lock
from cuegraph.store.neo4j_view import Neo4jView, Runner

T = TypeVar("T")
Record = Mapping[str, Any]
SCAN_ROWS: Final = 5_000  # rows of one page of a scan; «guess»: about 5 MB
COMMIT_ATTEMPTS: Final = 3  # how often a commit whose answer was lost is asked for, and done again
ARRAY_ATTEMPTS: Final = 2  # readings that a writer may spoil before we keep writers out

_log = logging.getLogger(__name__)


class Neo4jStore:
    """A store in one Neo4j database. Safe to share among threads: it has a pool of connections."""

    def __init__(self, settings: Neo4jSettings) -> None:
        self._settings = settings
        self._driver, self._version = open_driver(settings)
        # Readers see what we wrote, on a cluster too.
        self._bookmarks = neo4j.GraphDatabase.bookmark_manager()
        try:
            with self._errors():
                self._prepare()
        except BaseException:
            self._driver.close()
            raise

    def namespaces(self) -> list[str]:
        return sorted(row["name"] for row in self._query(cypher.SELECT_NAMESPACES))

    def stamp(self, namespace: str) -> dict[str, str]:
        rows = self._query(cypher.SELECT_NAMESPACE, namespace=namespace)
        return json.loads(rows[0]["stamp"]) if rows else {}

    def revision(self, namespace: str) -> int:
        rows = self._query(cypher.SELECT_NAMESPACE, namespace=namespace)
        return rows[0]["revision"] if rows else 0

    @contextlib.contextmanager
    def view(self, namespace: str) -> Generator[View]:
        with (
            self._errors(),
            self._session(neo4j.READ_ACCESS) as session,
            self._begin(session) as transaction,
        ):
            yield Neo4jView(transaction, namespace)

    def write(self, namespace: str, work: Callable[[Transaction], T]) -> T:
        return self._write(namespace, work)

    def scan_messages(self, namespace: str) -> Iterator[Message]:
        for row in self._scan(cypher.SCAN_MESSAGES, lambda row: row["row"][0], namespace=namespace):
            yield read_message(row["row"])

    def scan_memos(self, namespace: str) -> Iterator[Memo]:
        for kind in sorted(MemoKind):
            for row in self._scan(
                cypher.SCAN_MEMOS, lambda row: row["row"][1], namespace=namespace, kind=kind.value
            ):
                yield read_memo(row["row"])

    def scan_nodes(self, namespace: str, after: str = "") -> Iterator[Node]:
        for row in self._scan(cypher.SCAN_NODES, _id_of, after, namespace=namespace):
            yield read_node(row["labels"], row["row"])

    def scan_edges(self, namespace: str) -> Iterator[Edge]:
        streams = [
            self._scan(cypher.SCAN_EDGES[type_], _id_of, namespace=namespace) for type_ in EdgeType
        ]
        for row in heapq.merge(*streams, key=_id_of):
            yield read_edge(row["type"], row["row"])

    def graph_arrays(self, namespace: str) -> GraphArrays:
        def read() -> GraphArrays:
            return read_arrays(lambda text, values: self._query(text, **values), namespace)

        # A reader sees what others commit meanwhile: a reading counts if nothing was committed.
        for _ in range(ARRAY_ATTEMPTS):
            revision = self.revision(namespace)
            arrays = read()
            if self.revision(namespace) == revision:
                return arrays
        return self._write(namespace, lambda _: read())  # under the lock, so no one else writes

    def scrub(self, namespace: str) -> Mapping[str, str]:
        return {
            "graph": "deleted: no query finds it",
            "store files": (
                "logical: Neo4j reuses the space of deleted records and does not wipe it;"
                " bytes remain until the log is imported into a database in a fresh folder"
            ),
            "indexes": "logical: as the store files; they hold ids, names and times, never texts",
            "transaction logs": (
                "bytes remain until checkpoint, rotation and the server's retention policy"
                " (db.tx_log.rotation.retention_policy) remove the old files"
            ),
            "backups": "outside: dumps and copies made earlier hold what they held",
        }

    def drop(self, namespace: str) -> None:
        # In steps, since the whole may be more than one transaction can hold. The stamp goes first:
        # a drop that is cut short leaves a namespace that asks to be rebuilt or dropped again.
        self._write(namespace, lambda transaction: transaction.set_stamp({}))
        for statement in (
            *cypher.CLEAR_EDGES,
            *cypher.CLEAR_DERIVED_NODES,
            *cypher.CLEAR_LOG_NODES,
        ):
            while self._write(namespace, _clearing(statement)) is not None:
                pass
        self._write(namespace, lambda transaction: transaction.drop())

    def health(self) -> Mapping[str, str]:
        return {
            "store": "neo4j",
            "version": self._version,
            "address": address(self._settings.url),
            "database": self._settings.database or "home",
            "durability": "every commit is flushed to the transaction log",
        }

    def close(self) -> None:
        self._driver.close()

    def _prepare(self) -> None:
        """Make the constraints and indexes that are missing, and wait until all can be used."""

        @neo4j.unit_of_work(timeout=self._settings.write_timeout_s)
        def run(runner: neo4j.ManagedTransaction, statements: Sequence[LiteralString]) -> None:
            for statement in statements:
                runner.run(statement).consume()

        with self._session(neo4j.WRITE_ACCESS) as session:
            there = {row["name"] for row in session.run(cypher.SHOW_SCHEMA)}
            for schema in (cypher.CONSTRAINTS, cypher.INDEXES):
                missing: list[LiteralString] = [
                    text for name, text in schema.items() if name not in there
                ]
                if missing:  # all in one transaction: one at a time takes ten times as long
                    session.execute_write(run, missing)
            session.execute_read(run, [cypher.AWAIT_SCHEMA])

    def _session(self, access: str) -> neo4j.Session:
        return self._driver.session(
            database=self._settings.database,
            default_access_mode=access,
            bookmark_manager=self._bookmarks,
            fetch_size=SCAN_ROWS,
        )

    def _begin(self, session: neo4j.Session) -> neo4j.Transaction:
        """A reading transaction; tried twice, since a connection may have been cut while idle."""
        try:
            return session.begin_transaction(timeout=self._settings.read_timeout_s)
        except (ServiceUnavailable, SessionExpired):
            return session.begin_transaction(timeout=self._settings.read_timeout_s)

    def _read(self, read: Callable[[Runner], T]) -> T:
        @neo4j.unit_of_work(timeout=self._settings.read_timeout_s)
        def attempt(runner: neo4j.ManagedTransaction) -> T:
            return read(runner)

        with self._errors(), self._session(neo4j.READ_ACCESS) as session:
            return session.execute_read(attempt)

    def _query(self, statement: LiteralString, **parameters: object) -> list[neo4j.Record]:
        return self._read(lambda runner: list(runner.run(statement, parameters)))

    def _write(self, namespace: str, work: Callable[[Neo4jTransaction], T]) -> T:
        operation = secrets.token_hex(16)
        results: list[T] = []  # of each attempt that got as far as its commit

        @neo4j.unit_of_work(timeout=self._settings.write_timeout_s)
        def attempt(runner: neo4j.ManagedTransaction) -> T:
            done, revision, stamp = lock(runner, namespace, operation)
            if done:
                return results[-1]
            transaction = Neo4jTransaction(runner, namespace, revision=revision, stamp=stamp)
            results.append(work(transaction))
            transaction.finish()
            return results[-1]

        with self._errors(), self._session(neo4j.WRITE_ACCESS) as session:
            for _ in range(COMMIT_ATTEMPTS - 1):
                try:
                    return session.execute_write(attempt)
                except IncompleteCommit:
                    # It may have happened or not; the next attempt takes the lock and finds out.
                    _log.warning("the answer to commit %s was lost", operation)
            return session.execute_write(attempt)

    def _scan(
        self,
        statement: LiteralString,
        key: Callable[[Record], str],
        last: str = "",
        **parameters: object,
    ) -> Iterator[Record]:
        """Page by page, each its own transaction, so that a slow consumer holds none open."""
        while True:
            page = self._query(statement, last=last, count=SCAN_ROWS, **parameters)
            yield from page
            if len(page) < SCAN_ROWS:
                return
            last = key(page[-1])

    def _errors(self) -> contextlib.AbstractContextManager[None]:
        return errors(self._settings.url)


def _clearing(statement: LiteralString) -> Callable[[Neo4jTransaction], str | None]:
    return lambda transaction: transaction.clear_page(statement, last="")


def _id_of(row: Record) -> str:
    return row["row"]["id"]
