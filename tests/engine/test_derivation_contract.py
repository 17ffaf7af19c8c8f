"""S = D(L), held against thousands of small logs on SQLite and against fewer on Neo4j."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cuegraph.protocols import Store
from cuegraph.store.neo4j_driver import Neo4jSettings
from cuegraph.store.neo4j_store import Neo4jStore
from cuegraph.store.sqlite import MEMORY, SqliteStore
from cuegraph.testing.derivation_contract import SCENARIOS, OpenStore, Scenario
from neo4j_fixture import Neo4jServer

SQLITE_CASES = int(os.environ.get("CUEGRAPH_SQLITE_CASES", "300"))  # of each scenario
NEO4J_CASES = int(os.environ.get("CUEGRAPH_NEO4J_CASES", "6"))
NAMESPACES = ("other", "test")  # those of the scenarios
EVERY = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.__name__)
def test_derivation_on_sqlite(scenario: Scenario) -> None:
    @settings(max_examples=SQLITE_CASES, suppress_health_check=EVERY, deadline=None)
    @given(data=st.data())
    def holds(data: st.DataObject) -> None:
        scenario(lambda: SqliteStore(MEMORY), data)

    holds()


@pytest.fixture(scope="module")
def open_neo4j(neo4j_server: Neo4jServer) -> Iterator[OpenStore]:
    """The one server's store, emptied at each call."""
    store = Neo4jStore(
        Neo4jSettings(url=neo4j_server.url, user=neo4j_server.user, password=neo4j_server.password)
    )

    def open_store() -> Store:
        for namespace in store.namespaces():
            store.drop(namespace)
        return store

    # Tests of the store leave rows without a log, and a namespace without a log is in no list.
    for namespace in NAMESPACES:
        store.drop(namespace)
    yield open_store
    open_store()
    store.close()


@pytest.mark.neo4j
@pytest.mark.timeout(900)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.__name__)
def test_derivation_on_neo4j(scenario: Scenario, open_neo4j: OpenStore) -> None:
    @settings(max_examples=NEO4J_CASES, suppress_health_check=EVERY, deadline=None)
    @given(data=st.data())
    def holds(data: st.DataObject) -> None:
        scenario(open_neo4j, data)

    holds()
