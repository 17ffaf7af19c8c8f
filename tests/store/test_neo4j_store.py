"""What holds for Neo4j alone: its errors, its plans, its locks, and commits whose answer is lost."""

import contextlib
import socket
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, LiteralString, Self, cast
from urllib.parse import urlsplit

import neo4j
import pytest

from cuegraph.errors import (
    InvariantError,
    LimitError,
    StoreUnavailableError,
    UsageError,
)
from cuegraph.protocols import GraphArrays, Transaction
from cuegraph.schema.graph import Change, EdgeType, GraphDelta, Label, Node
from cuegraph.store import neo4j_arrays, neo4j_driver
from cuegraph.store import neo4j_cypher as cypher
from cuegraph.store.neo4j_driver import Neo4jSettings
from cuegraph.store.neo4j_rows import sortable, unsorted
from cuegraph.store.neo4j_store import Neo4jStore
from cuegraph.store.sqlite import MEMORY, SqliteStore
from cuegraph.testing.rows import a_memo, a_message, a_node, adding, an_edge, removing

pytestmark = pytest.mark.neo4j

COMMIT = b"\x00\x02\xb0\x12\x00\x00"  # the Bolt message, alone in its chunk
SCANS = ("AllNodesScan", "NodeByLabelScan", "RelationshipTypeScan", "AllRelationshipsScan")
SORTS = ("Sort", "Top")


# ---------------------------------------------------------------- opening


def test_wrong_password_is_one_line_without_the_password(neo4j_settings: Neo4jSettings) -> None:
    wrong = replace(neo4j_settings, password="hunter2-hunter2")
    with pytest.raises(StoreUnavailableError, match="refuses the user or the password") as caught:
        Neo4jStore(wrong)
    assert caught.value.hint
    assert "\n" not in str(caught.value)
    assert "hunter2" not in f"{caught.value}{caught.value!r}{wrong!r}"


def test_unreachable_host_says_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    settings = Neo4jSettings(url=f"bolt://127.0.0.1:{port}", password="secret-secret")
    with pytest.raises(StoreUnavailableError, match=f"127.0.0.1:{port} does not answer") as caught:
        Neo4jStore(settings)
    assert "Start Neo4j" in caught.value.hint


def test_silent_host_is_given_up_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections, never answers
        url = f"bolt://127.0.0.1:{silent.getsockname()[1]}"
        settings = Neo4jSettings(
            url=url, password="secret-secret", connect_timeout_s=0.5, acquire_timeout_s=1.0
        )
        with pytest.raises(StoreUnavailableError):
            Neo4jStore(settings)


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:7474",
        "localhost:7687",
        "bolt://",
        "bolt://ada:secret-secret@localhost",
        "bolt://localhost:port",
    ],
)
def test_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="no address of a Neo4j database") as caught:
        Neo4jStore(Neo4jSettings(url=url, password="secret-secret"))
    assert "secret-secret" not in str(caught.value)


@pytest.mark.parametrize("agent", ["Neo4j/5.25.1", "Neo4j/4.4.40", "Neo4j/v5.26 compatible", ""])
def test_older_or_other_server_is_refused(agent: str) -> None:
    with pytest.raises(StoreUnavailableError, match=r"needs Neo4j 5\.26 or later"):
        neo4j_driver._version(agent, "bolt://localhost")


@pytest.mark.parametrize("version", ["5.26.30", "2026.08.1", "5.26.0-SNAPSHOT"])
def test_newer_servers_are_taken(version: str) -> None:
    assert neo4j_driver._version(f"Neo4j/{version}", "bolt://localhost") == version


def test_opening_again_makes_nothing_new(
    neo4j_store: Neo4jStore, neo4j_settings: Neo4jSettings, neo4j_driver: neo4j.Driver
) -> None:
    before = rows(neo4j_driver, cypher.SHOW_SCHEMA)
    Neo4jStore(neo4j_settings).close()
    assert rows(neo4j_driver, cypher.SHOW_SCHEMA) == before
    assert {row["name"] for row in before} == cypher.CONSTRAINTS.keys() | cypher.INDEXES.keys()


# ---------------------------------------------------------------- what people see


def test_graph_reads_well_in_the_browser(
    neo4j_store: Neo4jStore, neo4j_driver: neo4j.Driver
) -> None:
    message, ada = a_message("m1", "Hello  there"), a_node("Ada", properties={"aliases": ["A"]})
    edge = an_edge(message.id, EdgeType.MENTIONS, ada.id, properties={"start": 0})
    neo4j_store.write("test", lambda t: t.apply(adding(message, ada, edge)))

    (found,) = rows(
        neo4j_driver,
        "MATCH (m)-[r:MENTIONS]->(n) RETURN labels(m) AS m, m.name AS caption, keys(m) AS message,"
        " labels(n) AS n, properties(n) AS person, keys(r) AS edge",
    )
    assert found["caption"] == "Ada: Hello there"
    assert set(found["m"]) == {"Memory", "Message"}
    assert set(found["n"]) == {"Memory", "Entity", "Person"}
    assert found["person"] == {
        "id": ada.id,
        "namespace": "test",
        "name": "Ada",
        "aliases": ["A"],
        "owner": ada.owner,
        "pass": "hand",
        "rank": "",
    }
    assert set(found["edge"]) == {
        *("id", "namespace", "source", "target", "owner", "pass", "rule", "rank", "start")
    }
    assert {"externalId", "sentAt", "recordedAt", "conversation", "text"} - set(
        found["message"]
    ) == {"sentAt"}


def test_every_row_carries_its_namespace(
    neo4j_store: Neo4jStore, neo4j_driver: neo4j.Driver
) -> None:
    message, ada = a_message("m1"), a_node("Ada")
    edge, memo = an_edge(message.id, EdgeType.MENTIONS, ada.id), a_memo(message.id)
    neo4j_store.write("test", lambda t: t.apply(adding(message, ada, edge, memo)))
    neo4j_store.write("test", lambda t: t.apply(removing(edge, memo)))

    assert (
        rows(
            neo4j_driver,
            "MATCH (n) WHERE n.namespace IS NULL AND NOT n:Namespace RETURN labels(n) AS bare"
            " UNION ALL MATCH ()-[r]->() WHERE r.namespace IS NULL RETURN [type(r)] AS bare",
        )
        == []
    )


def test_writing_leaves_no_trace_but_a_few_operation_ids(
    neo4j_store: Neo4jStore, neo4j_driver: neo4j.Driver
) -> None:
    message = a_message("m1", "the word to forget")
    for _ in range(cypher.OPERATIONS_KEPT):
        neo4j_store.write("test", lambda t: t.apply(adding(message)))
        neo4j_store.write("test", lambda t: t.apply(removing(message)))

    (left,) = rows(neo4j_driver, "MATCH (n) RETURN labels(n) AS labels, properties(n) AS row")
    assert left["labels"] == ["Namespace"]
    assert left["row"].keys() == {"name", "revision", "stamp", "lock", "operations"}
    assert left["row"]["revision"] == 0
    assert len(left["row"]["operations"]) == cypher.OPERATIONS_KEPT
    assert neo4j_store.namespaces() == []  # it holds nothing


# ---------------------------------------------------------------- what is refused


def test_edge_without_its_end_is_refused_and_nothing_is_written(neo4j_store: Neo4jStore) -> None:
    ada = a_node("Ada")
    loose = an_edge(ada.id, EdgeType.AT, "f" * 32)
    with pytest.raises(InvariantError, match="CREATE_EDGES found 0 of 1 rows"):
        neo4j_store.write("test", lambda t: t.apply(adding(ada, loose)))
    assert list(neo4j_store.scan_nodes("test")) == []


def test_node_cannot_go_while_an_edge_stays(neo4j_store: Neo4jStore) -> None:
    ada, bob = a_node("Ada"), a_node("Bob")
    edge = an_edge(ada.id, EdgeType.CO_OCCURS, bob.id)
    neo4j_store.write("test", lambda t: t.apply(adding(ada, bob, edge)))
    with pytest.raises(InvariantError):
        neo4j_store.write("test", lambda t: t.apply(removing(bob)))
    assert len(list(neo4j_store.scan_nodes("test"))) == 2


def test_edge_cannot_be_written_twice(neo4j_store: Neo4jStore) -> None:
    ada = a_node("Ada")
    edge = an_edge(ada.id, EdgeType.AT, ada.id)
    neo4j_store.write("test", lambda t: t.apply(adding(ada, edge)))
    with pytest.raises(InvariantError):
        neo4j_store.write("test", lambda t: t.apply(adding(edge)))


@pytest.mark.parametrize("name", ["id", "namespace", "owner", "pass", "rank"])
def test_property_named_like_a_column_is_refused(neo4j_store: Neo4jStore, name: str) -> None:
    node = a_node("Ada", properties={name: "x"})
    with pytest.raises(InvariantError, match=f"name of a column: {name}"):
        neo4j_store.write("test", lambda t: t.apply(adding(node)))


def test_name_too_long_to_index_is_refused_without_repeating_it(neo4j_store: Neo4jStore) -> None:
    with pytest.raises(LimitError, match="too long for an index") as caught:
        neo4j_store.write("test", lambda t: t.apply(adding(a_message("m1", speaker="Zoë" * 9000))))
    assert "Zoë" not in str(caught.value)
    assert list(neo4j_store.scan_messages("test")) == []


@pytest.mark.parametrize(
    "text", ["", "plain", "é中", "\ud7ff", "\ue000", "\uff21x", "a\U0001f600b"]
)
def test_sortable_text_comes_back(text: str) -> None:
    assert unsorted(sortable(text)) == text


def test_sortable_text_is_in_the_order_of_code_points_in_utf_16() -> None:
    texts = ["", "a", "ab", "é", "中", "\ud7fe", "\ud7ff", "\ue000", "\uffff", "\U00010000", "😀"]
    assert sorted(texts, key=lambda text: sortable(text).encode("utf-16-be")) == texts


# ---------------------------------------------------------------- plans


def statements() -> Iterator[tuple[str, str]]:
    """Every constant that is a query, by name."""
    for name, value in vars(cypher).items():
        if name.startswith("_") or name in {"CONSTRAINTS", "INDEXES"}:
            continue
        match value:
            case str():
                texts = [value]
            case dict():
                texts = [str(text) for text in cast("dict[object, object]", value).values()]
            case tuple():
                texts = [str(text) for text in cast("tuple[object, ...]", value)]
            case _:
                continue
        for text in texts:
            if text.split()[0] in {"MATCH", "UNWIND", "MERGE"}:
                yield name, text


def operators(plan: Mapping[str, Any]) -> list[str]:
    """Names of a plan's operators."""
    own = plan["operatorType"].split("@")[0]
    return [own] + [name for child in plan.get("children", ()) for name in operators(child)]


@pytest.mark.slow
@pytest.mark.timeout(180, func_only=True)  # some 190 plans, each a tenth of a second
@pytest.mark.usefixtures("neo4j_store")  # for its indexes
def test_every_statement_uses_an_index(neo4j_driver: neo4j.Driver) -> None:
    none: list[str] = []
    lists = ("ids", "keys", "owners", "values", "rows", "places", "numbers")
    texts = ("namespace", "last", "kind", "before", "low", "high", "operation", "stamp")
    values: dict[str, Any] = {
        **dict.fromkeys(lists, none),
        **dict.fromkeys(texts, ""),
        **dict.fromkeys(("count", "limit", "kept", "revision"), 1),
    }
    by_number = {"DELETE_EDGES", "DELETE_NODES"}  # found in their namespace before
    seen = 0
    with neo4j_driver.session() as session:
        for name, text in statements():
            query = cast("LiteralString", f"EXPLAIN {text}")
            found = operators(cast("dict[str, Any]", session.run(query, values).consume().plan))
            assert not set(found) & set(SCANS), (name, found)
            if name.startswith(("SELECT_FIRST", "SELECT_LAST", "SELECT_EDGE_", "SCAN", "CLEAR")):
                assert not set(found) & set(SORTS), (name, found)  # a sort reads the whole fan
            assert "$namespace" in text or name in {"SELECT_NAMESPACES", *by_number}, name
            seen += 1
    assert seen > 150


# ---------------------------------------------------------------- writers


def test_writers_of_a_namespace_take_turns(neo4j_store: Neo4jStore) -> None:
    """Read, add one, write: with Neo4j's own isolation most of the additions would be lost."""
    start = threading.Barrier(2)

    def add_often() -> None:
        start.wait()
        for _ in range(15):
            neo4j_store.write("test", add_one)

    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(add_often) for _ in range(2)]:
            future.result()
    assert counted(neo4j_store) == 30


def test_deadlock_never_reaches_the_caller(
    neo4j_store: Neo4jStore, neo4j_driver: neo4j.Driver
) -> None:
    """A user's own transaction and ours each wait for what the other holds; Neo4j ends one of them."""
    neo4j_store.write("test", add_one)
    ours_waits = threading.Event()

    def foreign() -> None:
        with neo4j_driver.session() as session:
            session.execute_write(cross)

    def cross(transaction: neo4j.ManagedTransaction) -> None:
        transaction.run("MATCH (n:Person {namespace: 'test'}) SET n.seen = 1").consume()
        ours_waits.set()
        transaction.run("MATCH (n:Namespace {name: 'test'}) SET n.seen = 1").consume()

    def work(transaction: Transaction) -> None:
        if not ours_waits.is_set():
            thread.start()
            ours_waits.wait()
        add_one(transaction)

    thread = threading.Thread(target=foreign)
    neo4j_store.write("test", work)
    thread.join()
    assert counted(neo4j_store) == 2


def test_namespace_dropped_while_a_writer_waits_is_made_anew(
    neo4j_store: Neo4jStore, neo4j_driver: neo4j.Driver
) -> None:
    neo4j_store.write("test", lambda t: t.set_stamp({"a": "1"}))
    with neo4j_driver.session() as session, ThreadPoolExecutor(1) as pool:
        with session.begin_transaction() as holder:
            holder.run("MATCH (n:Namespace {name: 'test'}) SET n.lock = 'held'").consume()
            waiting = pool.submit(neo4j_store.write, "test", add_one)
            while not rows(
                neo4j_driver,
                "SHOW TRANSACTIONS YIELD status WHERE status STARTS WITH 'Blocked' RETURN status",
            ):
                assert not waiting.done()
            holder.run("MATCH (n:Namespace {name: 'test'}) DELETE n").consume()
            holder.commit()
        waiting.result()
    assert counted(neo4j_store) == 1
    assert neo4j_store.stamp("test") == {}


def test_writer_that_waits_too_long_gives_up(
    neo4j_store: Neo4jStore, neo4j_settings: Neo4jSettings, neo4j_driver: neo4j.Driver
) -> None:
    neo4j_store.write("test", add_one)
    hasty = Neo4jStore(replace(neo4j_settings, write_timeout_s=1.0, retry_s=0.5))
    with (
        contextlib.closing(hasty),
        neo4j_driver.session() as session,
        session.begin_transaction() as holder,
    ):
        holder.run("MATCH (n:Namespace {name: 'test'}) SET n.lock = 'held'").consume()
        with pytest.raises(StoreUnavailableError, match="not done within its time"):
            hasty.write("test", add_one)
        holder.rollback()
    assert counted(neo4j_store) == 1


class Proxy:
    """Passes bytes on to a Bolt server, and cuts the line at the next COMMIT if it is told to.

    `cut` is "before" (the server never sees the COMMIT) or "after" (its answer is thrown away).
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._server = (str(parts.hostname), int(parts.port or 0))
        self._door = socket.create_server(("127.0.0.1", 0))
        self._lines: list[socket.socket] = []
        self.url = f"bolt://127.0.0.1:{self._door.getsockname()[1]}"
        self.cut = ""
        self.cuts = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        end(self._door)
        self._door.close()
        self.sever()
        for line in self._lines:
            line.close()

    def sever(self) -> None:
        """End all lines."""
        for line in self._lines:
            end(line)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._door.accept()
                server = socket.create_connection(self._server)
                self._lines += (client, server)
                for pump in (self._requests, self._answers):
                    threading.Thread(target=pump, args=(client, server), daemon=True).start()

    def _requests(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(1 << 16):
                if self.cut and COMMIT in data:
                    cut, self.cut, self.cuts = self.cut, "", self.cuts + 1
                    end(client)
                    if cut == "after":  # the line to the server ends once it has answered
                        server.sendall(data)
                        return
                    break
                server.sendall(data)
        end(server)

    def _answers(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := server.recv(1 << 16):
                client.sendall(data)
        end(client)
        end(server)


def end(line: socket.socket) -> None:
    """End a line in both directions, whoever waits on it."""
    with contextlib.suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("cut", ["before", "after"])
def test_commit_cut_off_has_exactly_one_effect(
    neo4j_store: Neo4jStore, neo4j_settings: Neo4jSettings, cut: str
) -> None:
    with (
        Proxy(neo4j_settings.url) as proxy,
        contextlib.closing(Neo4jStore(replace(neo4j_settings, url=proxy.url))) as store,
    ):
        store.write("test", add_one)
        calls: list[int] = []

        def work(transaction: Transaction) -> str:
            calls.append(add_one(transaction))
            proxy.cut = cut if len(calls) == 1 else ""
            return f"attempt {len(calls)}"

        result = store.write("test", work)
        assert proxy.cuts == 1

    assert counted(neo4j_store) == 2
    # A commit that happened is found by its operation and not done again.
    expected = {"before": ([2, 2], "attempt 2"), "after": ([2], "attempt 1")}
    assert (calls, result) == expected[cut]


def test_lines_that_were_cut_while_idle_are_replaced(
    neo4j_store: Neo4jStore, neo4j_settings: Neo4jSettings
) -> None:
    neo4j_store.write("test", add_one)
    with (
        Proxy(neo4j_settings.url) as proxy,
        contextlib.closing(Neo4jStore(replace(neo4j_settings, url=proxy.url))) as store,
    ):
        proxy.sever()
        assert counted(store) == 1
        proxy.sever()
        store.write("test", add_one)
        proxy.sever()
        assert len(list(store.scan_nodes("test"))) == 1
    assert counted(neo4j_store) == 2


# ---------------------------------------------------------------- the whole graph


def test_arrays_read_in_slices_are_those_of_sqlite(
    neo4j_store: Neo4jStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(neo4j_arrays, "SLICE_NODES", 7)
    nodes = [
        a_node(f"n{i}", label) for i, label in enumerate(list(Label) * 4) if label != "Message"
    ]
    edges = [
        an_edge(
            nodes[i].id,
            type_,
            nodes[i * i % len(nodes)].id,
            properties={"weight": i / 64} if i % 3 else {},
        )
        for i, type_ in enumerate(list(EdgeType) * 3)
    ]
    other = a_node("Ada", namespace="other")
    sqlite = SqliteStore(MEMORY)
    for store in (neo4j_store, sqlite):
        store.write("test", lambda t: t.apply(adding(a_message("m1"), *nodes, *edges)))
        store.write("other", lambda t: t.apply(adding(other)))
    found, expected = neo4j_store.graph_arrays("test"), sqlite.graph_arrays("test")
    sqlite.close()

    assert (found.ids, found.labels) == (expected.ids, expected.labels)
    assert arcs(found) == arcs(expected)
    assert len(found.sources) == len(edges)


def test_arrays_leave_out_what_users_drew_beside_the_graph(
    neo4j_store: Neo4jStore, neo4j_driver: neo4j.Driver
) -> None:
    ada, bob = a_node("Ada"), a_node("Bob")
    edge = an_edge(ada.id, EdgeType.CO_OCCURS, bob.id)
    neo4j_store.write("test", lambda t: t.apply(adding(ada, bob, edge)))
    rows(neo4j_driver, "MATCH (n:Person) SET n:Pinned CREATE (n)-[:NOTED]->(:Note)-[:AT]->(n)")
    rows(neo4j_driver, "MATCH (n:Person), (m:Note) CREATE (n)-[:AT]->(m)")

    assert len(neo4j_store.graph_arrays("test").sources) == 1
    assert len(list(neo4j_store.scan_nodes("test"))) == 2


def test_arrays_of_nothing_are_empty(neo4j_store: Neo4jStore) -> None:
    arrays = neo4j_store.graph_arrays("test")
    assert (arrays.ids, arrays.labels, len(arrays.sources)) == ([], [], 0)


@pytest.mark.parametrize("count", [0, 1, 16_000, 16_001, 999_999])
def test_slices_meet_and_cover_all_ids(count: int) -> None:
    ranges = neo4j_arrays._ranges(count)
    assert ranges[0][0] == ""
    assert ranges[-1][1] > "f" * 32
    assert [low for low, _ in ranges[1:]] == [high for _, high in ranges[:-1]]
    assert ranges == sorted(ranges)


def test_scrub_says_that_bytes_remain(neo4j_store: Neo4jStore) -> None:
    report = neo4j_store.scrub("test")
    assert "remain" in report["store files"]
    assert "remain" in report["transaction logs"]


# ---------------------------------------------------------------- small tools


def rows(driver: neo4j.Driver, query: LiteralString) -> list[dict[str, Any]]:
    """What the query finds, asked behind the store's back."""
    with driver.session() as session:
        return [record.data() for record in session.run(query)]


def arcs(arrays: GraphArrays) -> list[tuple[int, ...]]:
    """The edges as tuples, sorted."""
    columns = (arrays.sources, arrays.targets, arrays.types, arrays.weights)
    return sorted(zip(*(column.tolist() for column in columns), strict=True))


def a_count(count: int) -> Node:
    """The node that counts."""
    return a_node("count", Label.PERSON, properties={"count": count})


def add_one(transaction: Transaction) -> int:
    """Read the count and write one more."""
    before = transaction.nodes([a_count(0).id]).get(a_count(0).id)
    after = a_count(int(str(before.properties["count"])) + 1 if before else 1)
    transaction.apply(GraphDelta(nodes=[Change(before, after)]))
    return int(str(after.properties["count"]))


def counted(store: Neo4jStore) -> int:
    """The count."""
    with store.view("test") as view:
        return int(str(view.nodes([a_count(0).id])[a_count(0).id].properties["count"]))
