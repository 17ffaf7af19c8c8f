"""py2neo as an independent reader of what the official driver wrote."""

import pytest

from cuegraph.store.neo4j_store import Neo4jStore
from cuegraph.store.ogm import Event, Message, Person, Place, open_memory
from cuegraph.testing.derivation_contract import Memory, whole
from cuegraph.testing.rows import a_message
from neo4j_fixture import Neo4jServer

LOG = [
    a_message("m1", "Did you visit Paris?", speaker="Bob", sent_at="2024-01-01T10:00:00Z"),
    a_message("m2", "I moved to Rome in 2012", speaker="Ada", sent_at="2024-01-01T10:01:00Z"),
    a_message("m3", "We met with Ada", speaker="Bob", sent_at="2024-01-01T10:02:00Z"),
]


@pytest.mark.neo4j
# py2neo never closes the socket of a connection that its pool dropped, whatever one calls.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_py2neo_reads_what_the_official_driver_wrote(
    neo4j_store: Neo4jStore, neo4j_server: Neo4jServer
) -> None:
    Memory(neo4j_store).add(whole(LOG))
    Memory(neo4j_store, namespace="other").add(whole([a_message("x", namespace="other")]))
    memory = open_memory(neo4j_server.url, neo4j_server.user, neo4j_server.password)

    said = {m.externalId: m for m in memory.all(Message, "test")}
    assert {id_: m.text for id_, m in said.items()} == {m.external_id: m.text for m in LOG}
    assert [m.externalId for m in said["m1"].following] == ["m2"]
    assert [m.externalId for m in said["m2"].answers] == ["m1"]
    ada = memory.named(Person, "test", "Ada")
    assert ada is not None
    moved = next(event for event in ada.events if event.predicate == "moved")
    assert (moved.validFrom, moved.precision) == ("2012-01-01T00:00:00Z", "year")
    assert [m.externalId for m in moved.messages] == ["m2"]
    assert [place.name for place in moved.places] == ["Rome"]
    assert memory.named(Place, "other", "Rome") is None
    assert len(memory.all(Event, "test")) == 2
    memory.close()
