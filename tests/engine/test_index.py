"""The index that follows deltas answers as one that is built anew from the store."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cuegraph.engine.index.adjacency import Adjacency
from cuegraph.engine.index.namespace_index import IndexKeeper, NamespaceIndex
from cuegraph.engine.index.vectors import EXACT_MAX, Vectors
from cuegraph.engine.index.words import K1, B, Words, terms
from cuegraph.schema.log import Message
from cuegraph.store.sqlite import MEMORY, SqliteStore
from cuegraph.testing.derivation_contract import Memory, whole
from cuegraph.testing.rows import a_message
from cuegraph.testing.strategies import logs, subsets


def described(index: NamespaceIndex) -> dict[str, Any]:
    """All that an index holds, by id instead of place."""
    found: dict[str, Any] = {}
    for id_, place in index.place_of.items():
        row = index.graph.row(place)
        arcs = sorted(
            (index.ids[t], k, round(w, 5))
            for t, k, w in zip(
                row.targets.tolist(), row.types.tolist(), row.weights.tolist(), strict=True
            )
        )
        found[id_] = (
            index.label(place),
            arcs,
            round(float(index.graph.totals[place]), 4),
            str(index.sent[place]),
            [str(v) for v in index.valid[place]],
        )
    found["forms"] = {f: sorted(index.ids[p] for p in ps) for f, ps in index.forms.items()}
    found["spoken"] = index.spoken
    found["words"] = {
        term: sorted(
            (index.ids[place], round(float(score), 5))
            for place, score in enumerate(index.words.scores({term: 1.0}, index.size))
            if score
        )
        for term in ("potteri", "met", "ada", "rome", "visit", "garden")
    }
    query = np.ones(64, np.int8)
    places, cosines = index.vectors.candidates(query, 100)
    found["vectors"] = sorted(
        (index.ids[p], round(float(c), 6)) for p, c in zip(places.tolist(), cosines, strict=True)
    )
    return found


@settings(max_examples=150)
@given(data=st.data())
def test_following_deltas_equals_building_anew(data: st.DataObject) -> None:
    memory = Memory(SqliteStore(MEMORY))
    log = data.draw(logs())
    first = data.draw(subsets(log))
    memory.add(whole(first))
    index = NamespaceIndex(memory.store, "test")
    steps = [m for m in log if m not in first]
    gone = data.draw(subsets(log))
    for batch in (steps[:2], steps[2:]):
        memos = memory.analyser.memos(memory.deriver.unknown("test", batch))
        delta, _, _ = memory.deriver.add("test", batch, memos)
        if delta and first:
            assert index.follow(delta, memory.store.revision("test"))
        else:
            index = NamespaceIndex(memory.store, "test")
        first = first or batch
    delta = memory.deriver.remove("test", [m.id for m in gone])
    if delta:
        assert index.follow(delta, memory.store.revision("test"))

    assert described(index) == described(NamespaceIndex(memory.store, "test"))


def test_a_write_by_another_process_is_noticed() -> None:
    memory = Memory(SqliteStore(MEMORY))
    log = logs_of("We met with Ada", "pottery", "Hi Bob")
    memory.add(whole(log[:1]))
    keeper = IndexKeeper(memory.store)
    before = keeper.index("test")
    assert keeper.index("test") is before
    memory.add(whole(log[1:]))  # behind the keeper's back

    after = keeper.index("test")
    assert after is not before
    assert described(after) == described(NamespaceIndex(memory.store, "test"))


def test_words_score_as_the_formula_says() -> None:
    texts = ["the cat sat", "a cat and a dog", "dogs bark", "nothing here"]
    words = Words()
    for place, text in enumerate(texts):
        words.add(place, text)
    lengths = [len(list(terms(text))) for text in texts]
    mean = sum(lengths) / len(lengths)
    idf = np.log1p((4 - 2 + 0.5) / (2 + 0.5))
    norm = K1 * (1 - B + B * lengths[1] / mean)

    assert words.scores({"cat": 1.0}, 4)[1] == pytest.approx(idf / (1 + norm), rel=1e-5)
    words.remove(0, texts[0])
    words.remove(1, texts[1])
    assert not words.scores({"cat": 1.0}, 4).any()


def test_binary_codes_find_what_the_exact_scan_finds() -> None:
    rng = np.random.default_rng(7)
    centers = rng.standard_normal((200, 384))
    rows = centers[rng.integers(0, 200, EXACT_MAX + 500)] + 0.7 * rng.standard_normal(
        (EXACT_MAX + 500, 384)
    )
    rows = np.rint(rows / np.linalg.norm(rows, axis=1, keepdims=True) * 127).astype(np.int8)
    vectors = Vectors(384)
    vectors.fill(list(range(len(rows))), rows.copy())
    found = total = 0
    for query in rows[:20]:
        exact = set(np.argsort(-(rows.astype(np.int32) @ query.astype(np.int32)))[:10].tolist())
        places, _ = vectors.candidates(query, 400)
        found += len(exact & set(places.tolist()))
        total += 10
    assert found / total > 0.95


def test_a_removed_vector_leaves_no_byte() -> None:
    vectors = Vectors(64)
    for place in range(5):
        vectors.add(place, np.full(64, place + 1, np.int8))
    vectors.remove(1)
    vectors.remove(4)

    places, _ = vectors.candidates(np.ones(64, np.int8), 10)
    assert sorted(places.tolist()) == [0, 2, 3]
    held = vectors._rows
    assert not np.isin([2, 5], held).any()


def test_rows_of_arcs_can_be_changed_and_changed_back() -> None:
    arcs = np.array([0, 1], np.int32), np.array([1, 2], np.int32)
    graph = Adjacency(3, *arcs, np.array([1, 0.5], np.float32), np.array([0, 1], np.int16))
    before = [graph.row(i).targets.tolist() for i in range(3)]
    graph.change([(0, 1, 0, 1.0)], [(0, 2, 2, 0.25)])
    assert graph.row(0).targets.tolist() == [2]
    assert graph.totals.tolist() == [0.25, 0.5, 0.75]
    graph.change([(0, 2, 2, 0.25)], [(0, 1, 0, 1.0)])
    assert [graph.row(i).targets.tolist() for i in range(3)] == before


def logs_of(*texts: str) -> list[Message]:
    return [a_message(f"m{i}", text) for i, text in enumerate(texts)]
