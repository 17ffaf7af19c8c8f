"""Recall: what comes back, why, and what must not."""

from collections.abc import Callable

import numpy as np
import pytest

from cuegraph.engine.engine import Engine
from cuegraph.engine.index.adjacency import Adjacency
from cuegraph.engine.recall.spread import spread
from cuegraph.errors import InputError, LimitError, NotFoundError, UsageError
from cuegraph.protocols import Selector
from cuegraph.schema.clock import Interval, Precision
from cuegraph.schema.graph import EdgeType, Label
from cuegraph.schema.log import ActKind, Draft
from cuegraph.schema.recall import Cue, Filters
from cuegraph.schema.settings import RecallSettings, Settings

LOG = (
    ("a1", "Ada", "I moved to Lisbon with Carol", "2024-01-01T10:00:00Z"),
    ("a2", "Bob", "Did you visit the aquarium?", "2024-01-01T10:01:00Z"),
    ("a3", "Ada", "Yes, twice already!", "2024-01-01T10:02:00Z"),
    ("a4", "Bob", "My pottery class is great", "2024-03-05T09:00:00Z"),
    ("a5", "Ada", "I visited Rome in 2012 with you", "2024-03-05T09:01:00Z"),
    ("a6", "Bob", "Nothing much here", "2024-06-01T09:01:00Z"),
)


@pytest.fixture
def memory(engine: Engine) -> Engine:
    """Six messages of Ada and Bob."""
    for external_id, speaker, text, sent_at in LOG:
        engine.remember("test", line(external_id, speaker, text, sent_at))
    return engine


def line(external_id: str, speaker: str, text: str, sent_at: str | None) -> dict[str, object]:
    return {
        "conversation": "chat",
        "id": external_id,
        "speaker": speaker,
        "text": text,
        "timestamp": sent_at,
    }


def cited(engine: Engine, cue: Cue, namespace: str = "test") -> list[str]:
    return [c.external_id for hit in engine.recall(namespace, cue).hits for c in hit.citations]


def test_the_message_that_says_it_comes_first(memory: Engine) -> None:
    assert cited(memory, Cue("Who moved to Lisbon?"))[0] == "a1"
    assert cited(memory, Cue("pottery"))[0] == "a4"


def test_contributions_add_up_to_the_score_exactly(memory: Engine) -> None:
    for text in ("Lisbon", "Did Ada visit the aquarium in 2012?", "pottery Bob 2024"):
        for hit in memory.recall("test", Cue(text)).hits:
            assert round(sum(hit.contributions.values()), 6) == hit.score
            assert all(value > 0 for value in hit.contributions.values())


def test_an_answer_is_reached_through_its_question(memory: Engine) -> None:
    hits = memory.recall("test", Cue("aquarium")).hits
    answer = next(hit for hit in hits if hit.citations[0].external_id == "a3")

    assert "words" not in answer.contributions
    assert answer.contributions["activation"] > 0
    assert [step.via for step in answer.path] == [None, EdgeType.ANSWERS]


def test_paths_begin_at_a_seed_and_follow_edges_that_exist(memory: Engine) -> None:
    edges = list(memory.store.scan_edges("test"))
    known = {(e.source, e.type, e.target) for e in edges}
    for hit in memory.recall("test", Cue("Did Ada visit Rome or the aquarium?")).hits:
        assert hit.path[0].via is None
        assert hit.path[-1].id == hit.id
        for before, after in zip(hit.path, hit.path[1:], strict=False):
            pair = {(before.id, after.via, after.id), (after.id, after.via, before.id)}
            assert pair & known


def test_every_citation_stands_in_its_message(memory: Engine) -> None:
    texts = {m.external_id: m.text for m in memory.store.scan_messages("test")}
    kinds = tuple(Label)
    recall = memory.recall(
        "test", Cue("Lisbon pottery Rome Carol", 50, filters=Filters(kinds=kinds))
    )
    assert {hit.kind for hit in recall.hits} >= {Label.MESSAGE, Label.EVENT, Label.PERSON}
    for hit in recall.hits:
        for citation in hit.citations:
            assert 0 <= citation.start < citation.end <= len(texts[citation.external_id])
        if hit.kind is Label.MESSAGE:
            assert hit.text == texts[hit.citations[0].external_id]


def test_a_time_in_the_cue_finds_what_was_said_and_what_was_told_of(memory: Engine) -> None:
    assert cited(memory, Cue("What happened in 2012?"))[0] == "a5"
    hits = memory.recall("test", Cue("What about 2024?")).hits
    assert all("times" in hit.contributions for hit in hits)


def test_filters_bound_what_comes_back(memory: Engine) -> None:
    def found(filters: Filters) -> set[str]:
        return set(cited(memory, Cue("Lisbon aquarium pottery Rome", 20, filters=filters)))

    assert found(Filters(speakers=("Ada",))) == {"a1", "a3", "a5"}
    assert found(Filters(speakers=("Nobody",))) == set()
    assert found(Filters(conversations=("other",))) == set()
    march = Interval("2024-03-01T00:00:00Z", "2024-04-01T00:00:00Z", Precision.MONTH)
    assert found(Filters(sent=march)) == {"a4", "a5"}


def test_as_of_hides_what_came_later(memory: Engine) -> None:
    assert set(cited(memory, Cue("pottery Rome Lisbon", 20, as_of="2024-02-01T00:00:00Z"))) <= {
        "a1",
        "a2",
        "a3",
    }


def test_nothing_known_gives_no_hits_and_no_confidence(make_engine: Callable[..., Engine]) -> None:
    words_only = Settings(recall=RecallSettings(vectors_weight=0))
    engine = make_engine(chosen=words_only)
    engine.remember("test", line("a1", "Ada", "I moved to Lisbon", None))
    answer = engine.recall("test", Cue("xylophone"))

    assert (answer.hits, answer.confidence, answer.system) == ((), 0.0, 1)


def test_what_was_forgotten_is_never_recalled(memory: Engine) -> None:
    assert "a1" in cited(memory, Cue("Lisbon"))
    report = memory.forget("test", Selector(external_ids=("a1",)))
    assert report.messages == 1
    for kind in Label:
        recall = memory.recall(
            "test", Cue("Lisbon Carol moved", 100, filters=Filters(kinds=(kind,)))
        )
        assert all("Lisbon" not in hit.text and "Carol" not in hit.text for hit in recall.hits)
        assert all("Lisbon" not in step.name for hit in recall.hits for step in hit.path)


def test_a_dry_run_counts_what_would_go_and_changes_nothing(memory: Engine) -> None:
    before = list(memory.export("test"))
    dry = memory.forget("test", Selector(speakers=("Bob",)), dry_run=True)
    assert list(memory.export("test")) == before
    wet = memory.forget("test", Selector(speakers=("Bob",)))
    assert (dry.messages, dry.nodes, dry.edges) == (wet.messages, wet.nodes, wet.edges)


def test_forgetting_all_leaves_no_namespace(memory: Engine) -> None:
    memory.forget("test", Selector(conversations=("chat",)))
    assert memory.namespaces() == []
    with pytest.raises(NotFoundError, match="no namespace 'test'"):
        memory.recall("test", Cue("Lisbon"))


def test_namespaces_do_not_leak_into_each_other(memory: Engine) -> None:
    memory.remember("other", line("b1", "Eve", "Lisbon is mine", "2024-01-01T00:00:00Z"))
    before = memory.recall("test", Cue("Lisbon"))
    memory.forget("other", Selector(external_ids=("b1",)))

    assert memory.recall("test", Cue("Lisbon")) == before
    assert "b1" not in cited(memory, Cue("Lisbon"))
    foreign = next(iter(memory.store.scan_messages("test"))).id
    assert memory.node("elsewhere", foreign) is None


def test_a_verdict_brings_two_names_together_and_apart(memory: Engine) -> None:
    def people() -> set[str]:
        return {
            alias
            for node in memory.listed("test", [Label.PERSON], first=100)
            for alias in [str(node.properties["aliases"])]
        }

    memory.decide("test", ActKind.SAME, "Carol", "Bob")
    assert "['Bob', 'Carol']" in people()
    memory.decide("test", ActKind.DIFFERENT, "Bob", "carol")
    assert "['Bob', 'Carol']" not in people()


@pytest.mark.parametrize(
    ("cue", "error"),
    [
        (Cue("x" * 10_001), LimitError),
        (Cue("x", 0), LimitError),
        (Cue("x", 1_001), LimitError),
        (Cue("x", now="yesterday"), UsageError),
        (Cue("x", as_of="2024-13-01"), UsageError),
    ],
)
def test_a_cue_beyond_the_limits_is_refused_with_a_hint(
    memory: Engine, cue: Cue, error: type[InputError]
) -> None:
    with pytest.raises(error) as raised:
        memory.recall("test", cue)
    assert raised.value.hint


@pytest.mark.parametrize("text", ["", " ", "🙂🙂", "नमस्ते दुनिया", "\u202e", "?" * 500, "a"])
def test_odd_cues_get_an_answer(memory: Engine, text: str) -> None:
    assert len(memory.recall("test", Cue(text)).hits) <= 10


def test_two_engines_answer_alike_and_twice_the_same(
    memory: Engine, make_engine: Callable[..., Engine]
) -> None:
    other = make_engine()
    drafts = [Draft(i, line(*fields)) for i, fields in enumerate(reversed(LOG))]
    other.import_drafts("test", [("log", drafts)], recorded_at="2024-12-01T00:00:00Z")

    for text in ("Lisbon", "Who visited Rome in 2012?", "pottery class"):
        assert memory.recall("test", Cue(text)) == other.recall("test", Cue(text))
        assert memory.recall("test", Cue(text)) == memory.recall("test", Cue(text))


def test_activation_is_shared_among_edges_and_decays_a_hop() -> None:
    """Against the formula in plain Python: a(v) += a(u) * decay * w(u,v) / sum of w(u,.)."""
    rng = np.random.default_rng(3)
    size, count = 40, 120
    sources = rng.integers(0, size, count).astype(np.int32)
    targets = rng.integers(0, size, count).astype(np.int32)
    weights = rng.random(count).astype(np.float32)
    graph = Adjacency(size, sources, targets, weights, np.zeros(count, np.int16))
    settings = RecallSettings(activation_min=0.0, edges_max=10**9)
    got = spread(graph, np.array([1, 5]), np.array([1.0, 0.5]), settings)

    arcs = [(int(a), int(b), float(w)) for a, b, w in zip(sources, targets, weights, strict=True)]
    arcs += [(b, a, w) for a, b, w in arcs]
    total = {u: sum(w for a, _, w in arcs if a == u) for u in range(size)}
    level, received = {1: 1.0, 5: 0.5}, dict.fromkeys(range(size), 0.0)
    for _ in range(settings.hops_max):
        after = dict.fromkeys(range(size), 0.0)
        for a, b, w in arcs:
            after[b] += level.get(a, 0.0) * settings.decay * w / total[a]
        for node, amount in after.items():
            received[node] += amount
        level = {node: amount for node, amount in after.items() if amount}
    expected = [received[int(place)] for place in got.places]
    assert got.received == pytest.approx(expected, rel=1e-4)


def test_the_edge_budget_bounds_the_work_whatever_the_hub() -> None:
    size = 20_000
    hub = np.zeros(size - 1, np.int32)
    leaves = np.arange(1, size, dtype=np.int32)
    graph = Adjacency(
        size, hub, leaves, np.ones(size - 1, np.float32), np.zeros(size - 1, np.int16)
    )
    settings = RecallSettings(activation_min=0.0, edges_max=5_000)

    assert spread(graph, np.array([0]), np.array([1.0]), settings).arcs <= 5_000
    assert spread(graph, np.array([7]), np.array([1.0]), settings).arcs <= 5_000
