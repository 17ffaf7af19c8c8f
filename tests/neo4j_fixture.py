"""One real Neo4j for the whole test session, as a pytest plugin."""

import os
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import platformdirs
import pytest

from cuegraph.errors import StoreError
from cuegraph.store import server

PASSWORD = 'not-a-secret: $1 "quoted" \\ é'  # noqa: S105  what a password may hold, at its worst


@dataclass(frozen=True)
class Neo4jServer:
    """Where the session's Neo4j answers, and the home it runs from."""

    url: str
    user: str
    password: str
    settings: server.ServerSettings


@pytest.hookimpl(tryfirst=True)  # before -m selects by marker
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "neo4j_server" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.neo4j)
            # The first of them fetches and starts the server, which has time limits of its own.
            if item.get_closest_marker("timeout") is None:
                item.add_marker(pytest.mark.timeout(func_only=True))


@pytest.fixture(scope="session")
def neo4j_jars() -> Path:
    """The folder of Neo4j's jars, kept between runs: CUEGRAPH_NEO4J_JARS, or the user's cache."""
    jars = Path(
        os.environ.get("CUEGRAPH_NEO4J_JARS")
        or Path(platformdirs.user_cache_dir("cuegraph")) / server.JARS_FOLDER
    )
    try:
        return server.prepare_jars(jars)
    except StoreError as error:
        _without_server(error)


@pytest.fixture(scope="session")
def neo4j_server(
    neo4j_jars: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Neo4jServer]:
    """A running Neo4j with a password; ended by its own process id when the session ends."""
    bolt_port, http_port = free_ports(2)
    settings = server.ServerSettings(
        home=tmp_path_factory.mktemp("neo4j"),
        jars=neo4j_jars,
        bolt_port=bolt_port,
        http_port=http_port,
        password=PASSWORD,
        start_timeout_s=180,  # the machine of a CI may be busy
        post_connect_commands=('config {"initialNodeDisplay": 200}',),
    )
    try:
        found = server.up(settings)
    except StoreError as error:
        _without_server(error)
    try:
        yield Neo4jServer(str(found.bolt_url), server.USER, PASSWORD, settings)
    finally:
        server.down(settings.home)
        shutil.rmtree(settings.home / "data")


def free_ports(count: int) -> list[int]:
    """Ports on which nothing listens, held together so that they differ."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def _without_server(error: StoreError) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(f"no Neo4j to test with: {error}", pytrace=False)
    pytest.skip(f"no Neo4j to test with: {error}")
