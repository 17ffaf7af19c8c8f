"""Nested fields are read in batches: what a page costs does not depend on how many rows it has."""

import contextlib
from collections.abc import Generator

import pytest

from api.support import NAMESPACE, Api
from cuegraph.engine.engine import Engine
from cuegraph.protocols import View
from cuegraph.schema.log import Draft

PLACES = ("Lisbon", "Berlin", "Porto", "Turin", "Graz", "Lyon")
PEOPLE = ("Grace", "Zoe", "Ivan", "Mira", "Olaf")
EVENTS = """query E($first: Int!) { events(first: $first) { edges { node {
    participants(first: 5) { roles entity { name aliases } }
    places { name }
    citations { externalId message { text previous { text } next { text }
                                     mentions { surface entity { name } } } } } } } }"""
ENTITIES = """query E($first: Int!) { entities(first: $first) { edges { node {
    name events(first: 5) { gist } citations(first: 5) { externalId } } } } }"""
RECALL = """query R($first: Int!) { recall(cue: "who met whom in Berlin", first: $first) { hits {
    citations { message { text } }
    memory { ... on Message { saidBy { name } similar { message { text } }
                              partOf { gist { text } } } } } } }"""


@pytest.fixture
def views(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The namespace of each view that is opened on the store, which goes on to work as ever."""
    drafts = [
        Draft(
            line,
            {
                "conversation": "trips",
                "id": f"t{line}",
                "speaker": ("Ada", "Bob", "Cleo")[line % 3],
                "text": f"I met with {PEOPLE[line % 5]} and moved to {PLACES[line % 6]} in 2020.",
                "timestamp": f"2024-05-03T{line // 60:02d}:{line % 60:02d}:00Z",
            },
        )
        for line in range(1, 61)
    ]
    engine.import_drafts(NAMESPACE, [("trips", drafts)])
    opened: list[str] = []
    store, view = engine.store, engine.store.view

    @contextlib.contextmanager
    def counted(namespace: str) -> Generator[View]:
        opened.append(namespace)
        with view(namespace) as found:
            yield found

    monkeypatch.setattr(store, "view", counted)
    return opened


@pytest.mark.parametrize(
    ("query", "field", "most"), [(EVENTS, "events", 12), (ENTITIES, "entities", 7)]
)
def test_page_of_many_costs_no_more_views_than_a_page_of_few(
    api: Api, views: list[str], query: str, field: str, most: int
) -> None:
    costs: dict[int, int] = {}
    for first in (2, 15):
        views.clear()
        assert len(api.ask(query, {"first": first})[field]["edges"]) >= min(first, 10)
        costs[first] = len(views)
    # A batch may go off before the last of its keys has come in, so two pages differ by one at times.
    assert abs(costs[15] - costs[2]) <= 1
    assert 0 < max(costs.values()) <= most


def test_recall_of_many_costs_no_more_views_than_a_recall_of_few(
    api: Api, views: list[str]
) -> None:
    api.ask(RECALL, {"first": 1})  # builds the index
    costs: dict[int, int] = {}
    for first in (2, 40):
        views.clear()
        assert len(api.ask(RECALL, {"first": first})["recall"]["hits"]) == first
        costs[first] = len(views)
    assert abs(costs[40] - costs[2]) <= 1  # see above
    assert set(views) == {NAMESPACE}


def test_node_asked_for_twice_is_read_once(api: Api, views: list[str]) -> None:
    hits = api.ask('{ recall(cue: "Berlin", first: 1) { hits { id } } }')["recall"]["hits"]
    query = "query N($id: ID!) { a: node(id: $id) { name } b: node(id: $id) { name } }"
    views.clear()
    found = api.ask(query, {"id": hits[0]["id"]})
    assert found["a"] == found["b"] is not None
    assert len(views) == 1
