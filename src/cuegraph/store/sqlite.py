"""The embedded store: one SQLite file, durable on every commit, byte-identical after forgetting once compacted."""

import contextlib
import json
import queue
import sqlite3
import threading
from collections.abc import Callable, Generator, Iterator, Mapping
from pathlib import Path
from typing import Final, TypeVar

import numpy as np

from cuegraph.errors import (
    InvariantError,
    StoreError,
    StoreFullError,
    StoreUnavailableError,
)
from cuegraph.protocols import GraphArrays, Transaction, View
from cuegraph.schema.graph import Edge, EdgeType, Label, Memo, MemoKind, Node
from cuegraph.schema.ids import namespace_number
from cuegraph.schema.log import Message
from cuegraph.store import sqlite_sql as sql
from cuegraph.store.sqlite_rows import Row, read_edge, read_memo, read_message, read_node
from cuegraph.store.sqlite_view import SqliteTransaction, SqliteView

T = TypeVar("T")
MEMORY: Final = ":memory:"
SCAN_ROWS: Final = 5_000  # rows of one page of a scan; «guess»: about 5 MB
BUSY_S: Final = 60.0  # how long a writer waits for another process's transaction
SCRUB_WAIT_MS: Final = (
    2_000  # for readers of the old state; the receipt tells where one stays longer
)
READERS_MAX: Final = 16  # idle reading connections kept open


class SqliteStore:
    """A store in one file, or in memory for the path `:memory:`. Safe to share among threads."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._write_lock = threading.RLock()
        self._readers: queue.SimpleQueue[sqlite3.Connection] = queue.SimpleQueue()
        self._writer = self._connect()
        with self._errors():
            self._prepare()

    def namespaces(self) -> list[str]:
        with self._reader() as connection:
            return [name for (name,) in connection.execute(sql.SELECT_NAMESPACES)]

    def stamp(self, namespace: str) -> dict[str, str]:
        with self._reader() as connection:
            row = connection.execute(sql.SELECT_STAMP, (namespace_number(namespace),)).fetchone()
        return json.loads(row[0]) if row else {}

    def revision(self, namespace: str) -> int:
        with self._reader() as connection:
            row = connection.execute(sql.SELECT_REVISION, (namespace_number(namespace),)).fetchone()
        return row[0] if row else 0

    @contextlib.contextmanager
    def view(self, namespace: str) -> Generator[View]:
        with self._reader() as connection:
            if self._path == MEMORY:
                yield SqliteView(connection, namespace)
                return
            connection.execute("BEGIN")  # one snapshot for all reads of the view
            try:
                yield SqliteView(connection, namespace)
            finally:
                connection.execute("ROLLBACK")

    def write(self, namespace: str, work: Callable[[Transaction], T]) -> T:
        with self._write_lock, self._errors():
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                result = work(SqliteTransaction(self._writer, namespace))
                self._writer.execute("COMMIT")
            finally:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
        return result

    def scan_messages(self, namespace: str) -> Iterator[Message]:
        return map(read_message, self._scan(sql.SCAN_MESSAGES, namespace))

    def scan_memos(self, namespace: str) -> Iterator[Memo]:
        for kind in sorted(MemoKind):
            yield from map(read_memo, self._scan(sql.SCAN_MEMOS, namespace, kind.value))

    def scan_nodes(self, namespace: str, after: str = "") -> Iterator[Node]:
        return map(read_node, self._scan(sql.SCAN_NODES, namespace, after=bytes.fromhex(after)))

    def scan_edges(self, namespace: str) -> Iterator[Edge]:
        return map(read_edge, self._scan(sql.SCAN_EDGES, namespace))

    def graph_arrays(self, namespace: str) -> GraphArrays:
        ns = (namespace_number(namespace),)
        with self._reader() as connection:
            named = [
                (row[0], Label.MESSAGE) for row in connection.execute(sql.SELECT_GRAPH_MESSAGES, ns)
            ]
            labels = {label.value: label for label in Label}
            named += [
                (i, labels[name]) for i, name in connection.execute(sql.SELECT_GRAPH_NODES, ns)
            ]
            named.sort(key=lambda pair: pair[0])
            place = {id_: i for i, (id_, _) in enumerate(named)}
            codes = {type_.value: i for i, type_ in enumerate(EdgeType)}
            arcs = np.array(
                [
                    (place[source], place[target], codes[type_], weight)
                    for source, target, type_, weight in connection.execute(
                        sql.SELECT_GRAPH_EDGES, ns
                    )
                ],
                dtype=[("s", np.int32), ("t", np.int32), ("c", np.int16), ("w", np.float32)],
            )
        return GraphArrays(
            ids=[id_.hex() for id_, _ in named],
            labels=[label for _, label in named],
            sources=arcs["s"],
            targets=arcs["t"],
            types=arcs["c"],
            weights=arcs["w"],
        )

    def scrub(self, namespace: str) -> Mapping[str, str]:
        if self._path == MEMORY:
            return {"memory": "freed"}
        with self._write_lock, self._errors():
            self._writer.execute(f"PRAGMA busy_timeout = {SCRUB_WAIT_MS}")
            (busy, _, _) = self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            self._writer.execute(f"PRAGMA busy_timeout = {int(BUSY_S * 1000)}")
        if busy:
            return {"database": "pending: a reader still holds the old state", "wal": "pending"}
        return {"database": "deleted bytes are zeroed", "wal": "truncated"}

    def drop(self, namespace: str) -> None:
        with self._write_lock, self._errors():
            self._writer.execute("BEGIN IMMEDIATE")
            for statement in sql.DROP:
                self._writer.execute(statement, (namespace_number(namespace),))
            self._writer.execute("COMMIT")

    def health(self) -> Mapping[str, str]:
        return {
            "store": "sqlite",
            "path": self._path,
            "version": sqlite3.sqlite_version,
            "durability": "WAL, synchronous=FULL, secure_delete",
        }

    def compact(self, target: Path) -> None:
        """Write a compacted copy: its bytes depend on what the store holds alone, not on how it came to be."""
        with self._write_lock, self._errors():
            self._writer.execute("VACUUM INTO ?", (str(target),))

    def close(self) -> None:
        with self._write_lock:
            while not self._readers.empty():
                self._readers.get().close()
            self._writer.close()

    def _connect(self) -> sqlite3.Connection:
        with self._errors():
            connection = sqlite3.connect(
                self._path,
                timeout=BUSY_S,
                isolation_level=None,  # transactions are begun and ended by us alone
                check_same_thread=False,
                cached_statements=256,
            )
            for pragma in sql.PRAGMAS:
                connection.execute(pragma)
        return connection

    def _prepare(self) -> None:
        (version,) = self._writer.execute("PRAGMA user_version").fetchone()
        if version not in (0, sql.FORMAT):
            raise StoreUnavailableError(
                f"{self._path} has layout {version}, this Cuegraph reads layout {sql.FORMAT}",
                hint="Export with the version that wrote it, then import into a new file.",
            )
        if version == 0:
            self._writer.executescript(f"BEGIN IMMEDIATE; {sql.SCHEMA} COMMIT;")
            self._writer.execute(f"PRAGMA user_version = {sql.FORMAT}")

    @contextlib.contextmanager
    def _reader(self) -> Generator[sqlite3.Connection]:
        if self._path == MEMORY:  # a second connection would see another, empty database
            with self._write_lock:
                yield self._writer
            return
        try:
            connection = self._readers.get_nowait()
        except queue.Empty:
            connection = self._connect()
        try:
            with self._errors():
                yield connection
        finally:
            if self._readers.qsize() < READERS_MAX:
                self._readers.put(connection)
            else:
                connection.close()

    def _scan(
        self, statement: str, namespace: str, *prefix: str, after: bytes = b""
    ) -> Iterator[Row]:
        """Page by page, so that a slow consumer holds no snapshot open; the id is in column 0 (memos: 1)."""
        ns, last = namespace_number(namespace), after
        while True:
            with self._reader() as connection:
                page = connection.execute(statement, (ns, *prefix, last, SCAN_ROWS)).fetchall()
            yield from page
            if len(page) < SCAN_ROWS:
                return
            last = page[-1][1 if prefix else 0]

    @contextlib.contextmanager
    def _errors(self) -> Generator[None]:
        """SQLite's errors as ours. The message never holds stored text: SQLite's own messages do not."""
        try:
            yield
        except sqlite3.OperationalError as error:
            if "full" in str(error):
                raise StoreFullError(
                    f"{self._path}: no space left", hint="Free some space; nothing stored is lost."
                ) from error
            raise StoreUnavailableError(
                f"{self._path}: {error}",
                hint="Check that the folder exists, is writable, and that no one holds a lock.",
            ) from error
        except sqlite3.IntegrityError as error:
            raise InvariantError(f"{self._path}: {error}") from error
        except sqlite3.DatabaseError as error:
            raise StoreError(
                f"{self._path}: {error}",
                hint="The file is damaged or no database. Restore it, or import into a new file.",
            ) from error
