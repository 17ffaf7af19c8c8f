"""The contract of every store: subclass `StoreContract` and give it a fixture `store`, empty for each test.

class TestMyStore(StoreContract):
    @pytest.fixture
    def store(self): ...
"""

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import pytest

from cuegraph.protocols import Selector, Store, Transaction, View
from cuegraph.schema.graph import (
    Change,
    EdgeType,
    GraphDelta,
    Label,
    MemoKind,
    Rows,
    owner_id,
)
from cuegraph.schema.log import ActKind, make_act
from cuegraph.testing.rows import a_memo, a_message, a_node, adding, an_edge, removing

T = TypeVar("T")
RECORDED = "2024-01-01T00:00:00Z"
ODD_TEXT = "नमस्ते 👋🏽 \u202eevil\u202c <script>alert('x')</script> ` ' \" \\ \n\t {} $p // é ﷽ zero\u200bwidth"


class StoreContract:
    """What every store must do, and must not."""

    __test__ = False

    def test_an_empty_store_answers_nothing(self, store: Store) -> None:
        assert store.namespaces() == []
        assert store.stamp("test") == {}
        with store.view("test") as view:
            assert view.messages(["0" * 32]) == {}
            assert view.select(Selector(conversations=("chat",))) == []
            assert view.memo_counts(MemoKind.VECTOR, [("", "~")], 5) == [0]
        assert list(store.scan_nodes("test")) == []

    def test_messages_come_back_as_they_went_in(self, store: Store) -> None:
        plain = a_message("m1", "Hi", sent_at="2024-01-01T10:00:00Z")
        odd = a_message("m2", ODD_TEXT, speaker="Zoë", ordinal=7)
        long = a_message("m3", "x" * 300_000)
        put(store, adding(plain, odd, long))

        expected = {m.id: m for m in (plain, odd, long)}
        assert read(store, lambda view: view.messages([plain.id, odd.id, long.id, "f" * 32])) == (
            expected
        )
        assert list(store.scan_messages("test")) == [expected[i] for i in sorted(expected)]

    def test_selectors_name_messages_by_any_part(self, store: Store) -> None:
        old = a_message("m1", sent_at="2023-01-01T00:00:00Z")
        other = a_message("m2", sent_at="2024-01-01T00:00:00Z", conversation="work")
        bob = a_message("m3", speaker="Bob")
        put(store, adding(old, other, bob))

        def ids(**parts: Any) -> list[str]:
            return read(store, lambda view: view.select(Selector(**parts)))

        assert ids(before="2024-01-01T00:00:00Z") == [old.id]
        assert ids(conversations=("work",)) == [other.id]
        assert ids(speakers=("Bob",), external_ids=("m1",)) == sorted([old.id, bob.id])
        assert ids() == []

    def test_neighbours_in_the_conversation_are_in_canonical_order(self, store: Store) -> None:
        log = [a_message(f"m{i}", sent_at=f"2024-01-01T10:{i:02d}:00Z") for i in range(12)]
        elsewhere = a_message("x", sent_at="2024-01-01T10:05:30Z", conversation="work")
        put(store, adding(*reversed(log), elsewhere))
        place = ("chat", log[5].order)

        assert read(store, lambda v: v.before([place], 3))[place] == [log[4], log[3], log[2]]
        assert read(store, lambda v: v.after([place], 2))[place] == [log[6], log[7]]
        assert read(store, lambda v: v.before([("chat", log[0].order)], 3)) == {
            ("chat", log[0].order): []
        }

    def test_sessions_and_conversations_know_their_ends(self, store: Store) -> None:
        log = [
            a_message(f"m{i}", sent_at=f"2024-01-0{i}T10:00:00Z", session="a" if i < 4 else "b")
            for i in range(1, 7)
        ]
        put(store, adding(*log))

        spans = read(store, lambda v: v.sessions([("chat", "a"), ("chat", "none")]))
        assert list(spans) == [("chat", "a")]
        span = spans["chat", "a"]
        assert (span.first, span.last, span.count) == (log[0], log[2], 3)
        assert read(store, lambda v: v.conversations(["chat", "none"])) == {
            "chat": (log[0], log[-1])
        }

    def test_nodes_and_edges_keep_every_kind_of_property(self, store: Store) -> None:
        properties = {
            "text": ODD_TEXT,
            "count": 2**53,
            "negative": -1,
            "weight": 0.1234,
            "whole": 2.0,
            "yes": True,
            "words": ["b", "a", ODD_TEXT],
            "numbers": [3, 1],
            "none": list[str](),
        }
        ada = a_node("Ada", properties=properties, rank="ada")
        bob = a_node("Bob", Label.ENTITY)
        edge = an_edge(
            ada.id, EdgeType.CO_OCCURS, bob.id, properties={"weight": 0.5, "spans": [1, 2]}
        )
        put(store, adding(ada, bob, edge))

        assert read(store, lambda v: v.nodes([ada.id, bob.id])) == {ada.id: ada, bob.id: bob}
        assert read(store, lambda v: v.edges([edge.id])) == {edge.id: edge}
        stored = read(store, lambda v: v.nodes([ada.id]))[ada.id].properties
        assert {name: type(value) for name, value in stored.items()} == {
            name: type(value) for name, value in ada.properties.items()
        }
        assert list(store.scan_nodes("test")) == sorted([ada, bob], key=lambda n: n.id)
        assert list(store.scan_edges("test")) == [edge]

    def test_updates_replace_all_of_a_row(self, store: Store) -> None:
        before = a_node("Ada", properties={"aliases": ["A"], "old": 1}, rank="a")
        after = a_node("Ada", properties={"aliases": ["A", "Addy"], "new": 2}, rank="b")
        put(store, adding(before))
        put(store, GraphDelta(nodes=[Change(before, after)]))

        assert list(store.scan_nodes("test")) == [after]
        assert read(store, lambda v: v.nodes_between(Label.PERSON, [("a", "a"), ("b", "b")])) == [
            [],
            [after],
        ]

    def test_an_update_may_change_the_label_and_an_edge_its_rank(self, store: Store) -> None:
        entity = a_node("Rex")
        pet = a_node("Rex", Label.ENTITY)
        pet = type(pet)(entity.id, Label.PLACE, pet.owner, pet.pass_name, pet.properties)
        edge = an_edge(entity.id, EdgeType.INVOLVES, entity.id, rank="1")
        moved = an_edge(entity.id, EdgeType.INVOLVES, entity.id, rank="2")
        put(store, adding(entity, edge))
        put(
            store,
            GraphDelta(nodes=[Change(entity, pet)], edges=[Change(edge, moved)]),
        )

        assert list(store.scan_nodes("test")) == [pet]
        assert read(store, lambda v: v.nodes_between(Label.PERSON, [("", "~")])) == [[]]
        assert read(store, lambda v: v.edges_around(EdgeType.INVOLVES, [(entity.id, "1")])) == {
            (entity.id, "1"): (None, moved)
        }

    def test_nodes_are_found_by_rank_within_their_label(self, store: Store) -> None:
        names = [a_node(name, Label.NAME, rank=name) for name in ("anna", "ann", "bo", "an")]
        put(store, adding(*names, a_node("ann", Label.TOPIC, rank="ann")))

        found = read(store, lambda v: v.nodes_between(Label.NAME, [("an", "ann"), ("c", "d")]))
        assert [[n.properties["name"] for n in part] for part in found] == [["an", "ann"], []]

    def test_edges_are_found_from_either_end_in_rank_order(self, store: Store) -> None:
        hub, events = a_node("Ada"), [a_node(f"e{i}", Label.EVENT) for i in range(5)]
        edges = [
            an_edge(event.id, EdgeType.INVOLVES, hub.id, rank=f"r{(i * 3) % 5}")
            for i, event in enumerate(events)
        ]
        place = an_edge(events[0].id, EdgeType.AT, hub.id)
        put(store, adding(hub, *events, *edges, place))
        by_rank = sorted(edges, key=lambda e: e.rank)

        assert read(store, lambda v: v.edges_to([hub.id, events[0].id], EdgeType.INVOLVES)) == {
            hub.id: by_rank
        }
        assert read(store, lambda v: v.edges_from([events[0].id], EdgeType.AT)) == {
            events[0].id: [place]
        }
        assert read(store, lambda v: v.edge_extremes([hub.id], EdgeType.INVOLVES)) == {
            hub.id: (by_rank[0], by_rank[-1])
        }
        around = read(
            store,
            lambda v: v.edges_around(EdgeType.INVOLVES, [(hub.id, "r2"), (hub.id, "r0")]),
        )
        assert around == {
            (hub.id, "r2"): (by_rank[1], by_rank[3]),
            (hub.id, "r0"): (None, by_rank[1]),
        }

    def test_the_first_edges_of_a_source_are_bounded(self, store: Store) -> None:
        session, leaves = a_node("s", Label.SESSION), [a_node(f"n{i}") for i in range(6)]
        edges = [
            an_edge(session.id, EdgeType.CONTAINS, leaf.id, rank=f"{9 - i}")
            for i, leaf in enumerate(leaves)
        ]
        put(store, adding(session, *leaves, *edges))

        found = read(store, lambda v: v.first_edges_from([session.id], EdgeType.CONTAINS, 2))
        assert [edge.rank for edge in found[session.id]] == ["4", "5"]
        towards = read(store, lambda v: v.first_edges_to([leaves[0].id], EdgeType.CONTAINS, 2))
        assert [edge.rank for edge in towards[leaves[0].id]] == ["9"]

    def test_a_scan_can_start_after_an_id(self, store: Store) -> None:
        nodes = sorted((a_node(f"n{i}") for i in range(5)), key=lambda n: n.id)
        put(store, adding(*nodes))
        assert list(store.scan_nodes("test", nodes[2].id)) == nodes[3:]

    def test_memos_are_counted_and_listed_by_rank(self, store: Store) -> None:
        keys = [f"{i:032x}" for i in range(6)]
        memos = [a_memo(key, bytes([i]), rank=f"{i:04d}") for i, key in enumerate(keys)]
        put(store, adding(*memos))

        ranges = [("0001", "0003"), ("0000", "9999"), ("0007", "0009")]
        assert read(store, lambda v: v.memo_counts(MemoKind.VECTOR, ranges, 4)) == [3, 4, 0]
        assert read(store, lambda v: v.memos_between(MemoKind.VECTOR, ranges[:1])) == [memos[1:4]]
        assert read(store, lambda v: v.memos(MemoKind.VECTOR, keys[:2])) == {
            keys[0]: memos[0],
            keys[1]: memos[1],
        }
        assert read(store, lambda v: v.memos(MemoKind.EXTRACTION, keys[:1])) == {}
        assert list(store.scan_memos("test")) == memos

    def test_rows_are_found_by_their_owner(self, store: Store) -> None:
        owner = owner_id("test", "hand", ("k",))
        ada, bob = a_node("Ada", owner=owner), a_node("Bob")
        edges = [
            an_edge(ada.id, EdgeType.CO_OCCURS, bob.id, owner=owner),
            an_edge(ada.id, EdgeType.AT, bob.id, owner=owner),
        ]
        put(store, adding(ada, bob, *edges))

        found = read(store, lambda v: v.owned([owner, "e" * 32]))
        assert found == {owner: Rows((ada,), tuple(sorted(edges, key=lambda e: e.id)))}

    def test_removed_rows_are_gone_from_every_answer(self, store: Store) -> None:
        message = a_message("m1")
        ada, bob = a_node("Ada", rank="a"), a_node("Bob")
        edge = an_edge(ada.id, EdgeType.INVOLVES, bob.id, rank="r")
        memo = a_memo(message.id, rank="1")
        put(store, adding(message, ada, bob, edge, memo))
        put(store, removing(message, ada, edge, memo))

        assert list(store.scan_messages("test")) == []
        assert list(store.scan_memos("test")) == []
        assert list(store.scan_edges("test")) == []
        assert list(store.scan_nodes("test")) == [bob]
        assert read(store, lambda v: v.owned([ada.owner])) == {}
        assert read(store, lambda v: v.edges_to([bob.id], EdgeType.INVOLVES)) == {}

    def test_an_edge_and_the_node_at_its_end_go_in_one_delta(self, store: Store) -> None:
        ada, bob = a_node("Ada"), a_node("Bob")
        edges = [
            an_edge(ada.id, EdgeType.CO_OCCURS, bob.id),
            an_edge(bob.id, EdgeType.CO_OCCURS, ada.id),
        ]
        put(store, adding(ada, bob, *edges))
        put(store, removing(ada, *edges))

        assert list(store.scan_nodes("test")) == [bob]
        assert list(store.scan_edges("test")) == []

    def test_a_row_may_pass_from_one_owner_to_another_in_one_delta(self, store: Store) -> None:
        """A key gives up what another key takes: the delta removes and adds one id, in either order."""
        ada, bob = a_node("Ada", owner="1" * 32), a_node("Bob")
        moved = a_node("Ada", owner="2" * 32)
        edge = an_edge(ada.id, EdgeType.INVOLVES, bob.id, rank="1", owner="1" * 32)
        passed = an_edge(ada.id, EdgeType.INVOLVES, bob.id, rank="2", owner="2" * 32)
        put(store, adding(ada, bob, edge))
        put(
            store,
            GraphDelta(
                nodes=[Change(None, moved), Change(ada, None)],
                edges=[Change(edge, None), Change(None, passed)],
            ),
        )

        owners = ["1" * 32, "2" * 32]
        assert read(store, lambda v: v.owned(owners)) == {"2" * 32: Rows((moved,), (passed,))}
        assert list(store.scan_edges("test")) == [passed]

    def test_an_edge_outlives_its_ends_until_its_own_pass_removes_it(self, store: Store) -> None:
        """The log changes first and each pass in turn, so edges are asked for whose ends are gone."""
        message, ada = a_message("m1"), a_node("Ada", rank="ada")
        edge = an_edge(message.id, EdgeType.MENTIONS, ada.id, rank="1")
        put(store, adding(message, ada, edge))

        def work(transaction: Transaction) -> list[Any]:
            transaction.apply(removing(message))
            transaction.apply(removing(ada))
            seen = [
                transaction.messages([message.id]),
                transaction.nodes([ada.id]),
                transaction.nodes_between(Label.PERSON, [("", "~")]),
                transaction.edges([edge.id]),
                transaction.edges_from([message.id], EdgeType.MENTIONS),
                transaction.edges_around(EdgeType.MENTIONS, [(ada.id, "0")]),
                transaction.owned([edge.owner]),
            ]
            transaction.apply(removing(edge))
            return seen

        assert store.write("test", work) == [
            {},
            {},
            [[]],
            {edge.id: edge},
            {message.id: [edge]},
            {(ada.id, "0"): (None, edge)},
            {edge.owner: Rows((), (edge,))},
        ]
        assert list(store.scan_edges("test")) == []
        assert list(store.scan_nodes("test")) == []

    def test_a_transaction_may_clear_and_derive_again(self, store: Store) -> None:
        message, ada, bob = a_message("m1"), a_node("Ada", rank="a"), a_node("Bob", rank="b")
        edge, memo = an_edge(message.id, EdgeType.MENTIONS, ada.id), a_memo(message.id, rank="1")
        put(store, adding(message, ada, bob, edge, memo))

        def work(transaction: Transaction) -> list[list[Any]]:
            transaction.clear_derived()
            transaction.apply(adding(ada, edge, memo))
            return transaction.nodes_between(Label.PERSON, [("", "~")])

        assert store.write("test", work) == [[ada]]
        assert list(store.scan_nodes("test")) == [ada]
        assert list(store.scan_edges("test")) == [edge]
        assert list(store.scan_memos("test")) == [memo]

    def test_a_label_means_itself_and_no_narrower_one(self, store: Store) -> None:
        ada, thing = a_node("Ada", rank="a"), a_node("thing", Label.ENTITY, rank="a")
        put(store, adding(ada, thing))

        assert read(store, lambda v: v.nodes_between(Label.ENTITY, [("a", "a")])) == [[thing]]
        assert read(store, lambda v: v.nodes_between(Label.PERSON, [("a", "a")])) == [[ada]]

    def test_messages_are_not_among_the_nodes(self, store: Store) -> None:
        message = a_message("m1")
        put(store, adding(message))

        assert read(store, lambda v: v.nodes([message.id])) == {}
        assert read(store, lambda v: v.nodes_between(Label.MESSAGE, [("", "~")])) == [[]]
        assert list(store.scan_nodes("test")) == []

    def test_ranks_compare_by_code_point(self, store: Store) -> None:
        """UTF-16 puts an emoji below U+FF21, UTF-8 and Python above it."""
        ranks = ["a", "z", "é", "\uff21", "\U0001f600"]
        nodes = [a_node(rank, rank=rank) for rank in ranks]
        edges = [an_edge(n.id, EdgeType.INVOLVES, nodes[0].id, rank=n.rank) for n in nodes]
        put(store, adding(*reversed(nodes), *reversed(edges)))

        between = read(store, lambda v: v.nodes_between(Label.PERSON, [("\uff21", "\U0010ffff")]))
        assert [node.rank for node in between[0]] == ranks[3:]
        first = read(store, lambda v: v.first_edges_to([nodes[0].id], EdgeType.INVOLVES, 4))
        assert [edge.rank for edge in first[nodes[0].id]] == ranks[:4]

        def work(transaction: Transaction) -> list[str]:
            transaction.apply(removing(*nodes, *edges))
            transaction.apply(adding(*nodes, *edges))
            (found,) = transaction.nodes_between(Label.PERSON, [("z", "\U0010ffff")])
            return [node.rank for node in found]

        assert store.write("test", work) == ranks[1:]

    def test_edges_of_one_rank_are_in_the_order_of_their_ids(self, store: Store) -> None:
        hub, leaves = a_node("Ada"), [a_node(f"n{i}", Label.EVENT) for i in range(9)]
        edges = [an_edge(leaf.id, EdgeType.INVOLVES, hub.id, rank="same") for leaf in leaves]
        put(store, adding(hub, *leaves, *edges))
        by_id = sorted(edges, key=lambda e: e.id)

        assert read(store, lambda v: v.first_edges_to([hub.id], EdgeType.INVOLVES, 3)) == {
            hub.id: by_id[:3]
        }
        assert read(store, lambda v: v.edge_extremes([hub.id], EdgeType.INVOLVES)) == {
            hub.id: (by_id[0], by_id[-1])
        }
        assert read(store, lambda v: v.edges_around(EdgeType.INVOLVES, [(hub.id, "zzz")])) == {
            (hub.id, "zzz"): (by_id[-1], None)
        }

    def test_a_time_with_a_fraction_lies_after_its_second(self, store: Store) -> None:
        whole = a_message("m1", sent_at="2024-01-01T00:00:00Z")
        later = a_message("m2", sent_at="2024-01-01T00:00:00.500000Z")
        put(store, adding(whole, later))

        def ids(before: str) -> list[str]:
            return read(store, lambda view: view.select(Selector(before=before)))

        assert ids("2024-01-01T00:00:00Z") == []
        assert ids("2024-01-01T00:00:00.500000Z") == [whole.id]
        assert ids("2024-01-01T00:00:01Z") == sorted([whole.id, later.id])

    def test_edges_may_end_at_messages(self, store: Store) -> None:
        message, event = a_message("m1"), a_node("went", Label.EVENT)
        edge = an_edge(event.id, EdgeType.DERIVED_FROM, message.id, properties={"start": 0})
        put(store, adding(message, event, edge))

        assert read(store, lambda v: v.edges_to([message.id], EdgeType.DERIVED_FROM)) == {
            message.id: [edge]
        }

    def test_a_transaction_reads_what_it_wrote(self, store: Store) -> None:
        ada = a_node("Ada", rank="ada")
        edge = an_edge(ada.id, EdgeType.AT, ada.id, rank="x")
        memo = a_memo(ada.id, rank="7")

        def work(transaction: Transaction) -> list[Any]:
            transaction.apply(adding(ada, edge, memo))
            return [
                transaction.nodes([ada.id]),
                transaction.nodes_between(Label.PERSON, [("ada", "ada")]),
                transaction.edges_to([ada.id], EdgeType.AT),
                transaction.memo_counts(MemoKind.VECTOR, [("7", "7")], 2),
            ]

        assert store.write("test", work) == [{ada.id: ada}, [[ada]], {ada.id: [edge]}, [1]]

    def test_a_transaction_that_fails_leaves_nothing(self, store: Store) -> None:
        put(store, adding(a_node("Bob")))
        revision = store.revision("test")

        def work(transaction: Transaction) -> None:
            transaction.apply(adding(a_node("Ada"), a_message("m1")))
            raise ArithmeticError("in the middle")

        with pytest.raises(ArithmeticError, match="in the middle"):
            store.write("test", work)
        assert [n.properties["name"] for n in store.scan_nodes("test")] == ["Bob"]
        assert list(store.scan_messages("test")) == []
        assert store.revision("test") == revision

    def test_the_revision_is_a_function_of_the_log(self, store: Store) -> None:
        first, second = a_message("m1"), a_message("m2")
        start = store.revision("test")
        put(store, adding(first))
        one = store.revision("test")
        put(store, adding(second))
        two = store.revision("test")
        put(store, removing(second))

        assert len({start, one, two}) == 3
        assert store.revision("test") == one
        put(store, adding(second))
        assert store.revision("test") == two

    def test_an_earlier_recording_changes_the_revision(self, store: Store) -> None:
        late = a_message("m1", recorded_at="2024-06-01T00:00:00Z")
        early = a_message("m1", recorded_at="2024-01-01T00:00:00Z")
        put(store, adding(late))
        before = store.revision("test")
        put(store, GraphDelta(messages=[Change(late, early)]))

        assert list(store.scan_messages("test")) == [early]
        assert store.revision("test") != before

    def test_stamps_are_kept_and_change_the_revision(self, store: Store) -> None:
        before = store.revision("test")
        store.write("test", lambda t: t.set_stamp({"engine": "1", "model": "m"}))
        assert store.stamp("test") == {"engine": "1", "model": "m"}
        assert store.revision("test") != before
        assert store.namespaces() == ["test"]
        store.write("test", lambda t: t.set_stamp({"engine": "2"}))
        assert store.stamp("test") == {"engine": "2"}

    def test_verdicts_come_and_go(self, store: Store) -> None:
        act = make_act("test", ActKind.SAME, "ada", "addy", RECORDED)
        put(store, GraphDelta(acts=[Change(None, act)]))
        assert read(store, lambda v: v.acts()) == [act]
        put(store, GraphDelta(acts=[Change(act, None)]))
        assert read(store, lambda v: v.acts()) == []

    def test_namespaces_do_not_see_each_other(self, store: Store) -> None:
        mine, other = a_message("m1"), a_message("m1", namespace="other")
        ada = a_node("Ada", rank="ada")
        twin = a_node("Ada", rank="ada", namespace="other")
        put(store, adding(mine, ada, a_memo(mine.id, rank="1")))
        store.write("other", lambda t: t.apply(adding(other, twin, a_memo(other.id, rank="1"))))

        assert store.namespaces() == ["other", "test"]
        assert list(store.scan_messages("other")) == [other]
        assert read(store, lambda v: v.messages([other.id])) == {}
        assert read(store, lambda v: v.nodes([twin.id])) == {}
        assert read(store, lambda v: v.nodes_between(Label.PERSON, [("", "~")])) == [[ada]]
        assert read(store, lambda v: v.memo_counts(MemoKind.VECTOR, [("", "~")], 9)) == [1]
        assert read(store, lambda v: v.select(Selector(external_ids=("m1",)))) == [mine.id]

    def test_dropping_a_namespace_leaves_the_others(self, store: Store) -> None:
        put(store, adding(a_message("m1"), a_node("Ada"), a_memo("a" * 32)))
        store.write("other", lambda t: t.apply(adding(a_message("m1", namespace="other"))))
        store.drop("test")

        assert store.namespaces() == ["other"]
        assert list(store.scan_messages("test")) == []
        assert list(store.scan_nodes("test")) == []
        assert list(store.scan_memos("test")) == []

    def test_clearing_what_is_derived_keeps_the_log(self, store: Store) -> None:
        message, ada = a_message("m1"), a_node("Ada")
        edge = an_edge(message.id, EdgeType.MENTIONS, ada.id)
        put(store, adding(message, ada, edge, a_memo(message.id)))
        store.write("test", lambda t: t.clear_derived())

        assert list(store.scan_messages("test")) == [message]
        assert list(store.scan_nodes("test")) == []
        assert list(store.scan_edges("test")) == []
        assert list(store.scan_memos("test")) == []

    def test_the_graph_comes_as_arrays(self, store: Store) -> None:
        message, ada = a_message("m1"), a_node("Ada")
        bob = a_node("Bob", Label.TOPIC)
        edges = [
            an_edge(message.id, EdgeType.MENTIONS, ada.id),
            an_edge(ada.id, EdgeType.CO_OCCURS, bob.id, properties={"weight": 0.25}),
        ]
        put(store, adding(message, ada, bob, *edges))
        arrays = store.graph_arrays("test")

        assert arrays.ids == sorted([message.id, ada.id, bob.id])
        labels = dict(zip(arrays.ids, arrays.labels, strict=True))
        assert labels == {message.id: Label.MESSAGE, ada.id: Label.PERSON, bob.id: Label.TOPIC}
        types = list(EdgeType)
        arcs = {
            (arrays.ids[s], types[t], arrays.ids[e], round(float(w), 4))
            for s, t, e, w in zip(
                arrays.sources, arrays.types, arrays.targets, arrays.weights, strict=True
            )
        }
        assert arcs == {
            (message.id, EdgeType.MENTIONS, ada.id, 1.0),
            (ada.id, EdgeType.CO_OCCURS, bob.id, 0.25),
        }
        assert arrays.sources.dtype == np.int32
        assert arrays.types.dtype == np.int16
        assert arrays.weights.dtype == np.float32

    def test_large_deltas_are_written_whole(self, store: Store) -> None:
        nodes = [a_node(f"n{i}", rank=f"{i:06d}") for i in range(12_000)]
        edges = [an_edge(nodes[i].id, EdgeType.SIMILAR_TO, nodes[i + 1].id) for i in range(11_000)]
        put(store, adding(*nodes, *edges))

        assert sum(1 for _ in store.scan_nodes("test")) == 12_000
        assert sum(1 for _ in store.scan_edges("test")) == 11_000
        put(store, removing(*nodes, *edges))
        assert sum(1 for _ in store.scan_nodes("test")) == 0

    def test_scrubbing_says_what_it_did(self, store: Store) -> None:
        message = a_message("m1")
        put(store, adding(message))
        put(store, removing(message))
        report = store.scrub("test")
        assert report
        assert all(report.values())

    def test_health_tells_the_store_and_no_secret(self, store: Store) -> None:
        health = store.health()
        assert health["store"]
        assert health["version"]
        assert "password" not in str(health).lower()


def put(store: Store, delta: GraphDelta) -> None:
    """Write the delta to namespace `test`."""
    store.write("test", lambda transaction: transaction.apply(delta))


def read(store: Store, ask: Callable[[View], T]) -> T:
    """Ask a view of namespace `test`."""
    with store.view("test") as view:
        return ask(view)
