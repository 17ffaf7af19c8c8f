from collections.abc import Iterator
from typing import Protocol

import neo4j
import pytest

from cuegraph.store.neo4j_driver import Neo4jSettings
from cuegraph.store.neo4j_store import Neo4jStore


class Running(Protocol):
    """What the fixture `neo4j_server` gives."""

    url: str
    user: str
    password: str


@pytest.fixture(scope="session")
def neo4j_settings(neo4j_server: Running) -> Neo4jSettings:
    """How the session's server is reached."""
    return Neo4jSettings(
        url=neo4j_server.url, user=neo4j_server.user, password=neo4j_server.password
    )


@pytest.fixture(scope="session")
def neo4j_driver(neo4j_settings: Neo4jSettings) -> Iterator[neo4j.Driver]:
    """A driver of its own, to look at the database behind the store's back."""
    with neo4j.GraphDatabase.driver(  # pyright: ignore[reportUnknownMemberType]  untyped **config
        neo4j_settings.url,
        auth=(neo4j_settings.user, neo4j_settings.password),
        notifications_min_severity="OFF",
        telemetry_disabled=True,
    ) as driver:
        yield driver


@pytest.fixture(scope="session")
def neo4j_opened(neo4j_settings: Neo4jSettings) -> Iterator[Neo4jStore]:
    """The session's store, whose constraints and indexes take some seconds to make."""
    store = Neo4jStore(neo4j_settings)
    yield store
    store.close()


@pytest.fixture
def neo4j_store(neo4j_opened: Neo4jStore, neo4j_driver: neo4j.Driver) -> Neo4jStore:
    """The session's store, emptied."""
    with neo4j_driver.session() as session:
        session.run("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS").consume()
    return neo4j_opened
