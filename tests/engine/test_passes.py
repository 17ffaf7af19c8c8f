"""Each pass reads what it declares and writes what it declares, and `touched` names every key that changes."""

import datetime as dt
from collections.abc import Sequence

import pytest
from hypothesis import given, settings

from cuegraph.engine.analysis import Analyser
from cuegraph.engine.passes import all_passes
from cuegraph.engine.pipeline import Pipeline, check_pipeline
from cuegraph.errors import InvariantError
from cuegraph.protocols import Pass, Transaction
from cuegraph.schema.graph import NO_ROWS, Change, EdgeType, GraphDelta, Label, Rows, diff
from cuegraph.schema.log import Message
from cuegraph.store.sqlite import MEMORY, SqliteStore
from cuegraph.testing.checked_view import CheckedView
from cuegraph.testing.derivation_contract import TIGHT, Memory, whole
from cuegraph.testing.rows import a_message
from cuegraph.testing.small import SmallEmbedder, SmallExtractor
from cuegraph.testing.strategies import logs

PASSES = all_passes("test", TIGHT.derivation)


def log_delta(messages: Sequence[Message]) -> GraphDelta:
    memos = Analyser(SmallExtractor(), SmallEmbedder()).memos(messages)
    return GraphDelta(
        messages=[Change(None, m) for m in messages], memos=[Change(None, memo) for memo in memos]
    )


@settings(max_examples=60)
@given(log=logs())
def test_passes_read_and_write_only_what_they_declare(log: list[Message]) -> None:
    def work(transaction: Transaction) -> None:
        total = log_delta(log)
        transaction.apply(total)
        rows_of: dict[str, list[Rows]] = {}
        for step in PASSES:
            view = CheckedView(transaction, step.name, step.reads)
            if isinstance(step, Pass):
                derived = step.derive(sorted(step.touched(total, view)), view)
                assert step.keys(view, log) >= derived.keys()
            else:
                sums: dict[tuple[str, ...], dict[str, int]] = {}
                for rows in rows_of[step.source]:
                    for key, counter, amount in step.contributions(rows):
                        held = sums.setdefault(key, {})
                        held[counter] = held.get(counter, 0) + amount
                derived = step.derive(sums, view)
            rows_of[step.name] = list(derived.values())
            for rows in derived.values():
                kinds = {n.label for n in rows.nodes} | {e.type for e in rows.edges}
                assert kinds <= step.writes
                assert {n.pass_name for n in rows.nodes} <= {step.name}
                delta = diff(NO_ROWS, rows)
                transaction.apply(delta)
                total.extend(delta)

    SqliteStore(MEMORY).write("test", work)


def test_a_view_refuses_what_was_not_declared() -> None:
    with SqliteStore(MEMORY).view("test") as view:
        checked = CheckedView(view, "mine", frozenset({Label.NAME}))
        assert checked.nodes_between(Label.NAME, [("a", "b")]) == [[]]
        with pytest.raises(InvariantError, match="mine reads INVOLVES"):
            checked.edges_from(["0" * 32], EdgeType.INVOLVES)
        with pytest.raises(InvariantError, match="mine reads message"):
            checked.messages(["0" * 32])


def test_a_pipeline_refuses_a_pass_before_what_it_reads() -> None:
    with pytest.raises(InvariantError, match=r"reads .*Name"):
        check_pipeline([step for step in PASSES if step.name != "names"])
    with pytest.raises(InvariantError, match="co-occurrence counts events"):
        check_pipeline(sorted(PASSES, key=lambda step: step.name == "co-occurrence"))
    with pytest.raises(InvariantError, match="two passes are called sessions"):
        check_pipeline([PASSES[0], PASSES[0]])


def test_an_import_that_is_all_there_changes_nothing() -> None:
    memory = Memory(SqliteStore(MEMORY))
    log = [
        a_message("m1", "We met with Ada", sent_at="2024-01-01T10:00:00Z"),
        a_message("m2", "Hi"),
    ]
    memory.add(whole(log))
    again, new, earlier = memory.deriver.add("test", log, [])

    assert (bool(again), new, earlier) == (False, 0, 0)


def test_the_earliest_recording_wins_whatever_comes_first() -> None:
    early = a_message("m1", recorded_at="2024-01-01T00:00:00Z")
    late = a_message("m1", recorded_at=dt.datetime(2025, 1, 1, tzinfo=dt.UTC).isoformat())
    for first, second in ((early, late), (late, early)):
        memory = Memory(SqliteStore(MEMORY)).add(whole([first])).add(whole([second]))
        assert list(memory.store.scan_messages("test")) == [early]


def test_a_name_that_joins_two_lets_them_part_when_it_goes() -> None:
    speaker = [a_message(f"m{i}", "pottery", speaker="Adalbert") for i in range(3)]
    short = a_message("x", "We met with Ada", speaker="Bob")
    memory = Memory(SqliteStore(MEMORY)).add(whole([*speaker, short]))

    def people() -> set[str]:
        return {
            str(n.properties["name"])
            for n in memory.store.scan_nodes("test")
            if n.label is Label.PERSON
        }

    assert "Ada" not in people()  # a short form of Adalbert, who speaks
    memory.forget(speaker)
    assert "Ada" in people()


def test_two_people_of_one_first_name_are_not_merged_by_it() -> None:
    log = [
        a_message("m1", "We met with Ada Lovelace", speaker="Bob"),
        a_message("m2", "We met with Ada Byron", speaker="Bob"),
        a_message("m3", "We met with Ada", speaker="Bob"),
    ]
    memory = Memory(SqliteStore(MEMORY)).add(whole(log))
    aliases = sorted(
        n.properties["aliases"] for n in memory.store.scan_nodes("test") if n.label is Label.PERSON
    )
    assert aliases == [["Ada"], ["Ada Byron"], ["Ada Lovelace"], ["Bob"]]


def test_stamps_name_every_pass() -> None:
    stamp = Pipeline(PASSES).stamp()
    assert all(step.name in stamp for step in PASSES)
