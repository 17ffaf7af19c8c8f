"""Fixtures that many tests share, and the Hypothesis profiles."""

import os
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, settings

from cuegraph.engine.engine import Engine
from cuegraph.protocols import Store
from cuegraph.schema.settings import Settings
from cuegraph.testing.engines import small_engine

pytest_plugins = ["models_fixture", "neo4j_fixture"]

settings.register_profile(
    "ci",
    max_examples=150,
    deadline=None,  # a shared machine has slow moments; how fast we are is the benchmark's matter
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.register_profile(
    "nightly",
    parent=settings.get_profile("ci"),
    max_examples=3_000,
    derandomize=False,
    print_blob=True,
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture
def make_engine() -> Iterator[Callable[..., Engine]]:
    """Builds engines over any store with the small extractor and embedder, and closes them."""
    engines: list[Engine] = []

    def make(store: Store | None = None, chosen: Settings | None = None) -> Engine:
        engine = small_engine(store, settings=chosen)
        engines.append(engine)
        return engine

    yield make
    for engine in engines:
        engine.close()


@pytest.fixture
def engine(make_engine: Callable[..., Engine]) -> Engine:
    """An empty engine in memory."""
    return make_engine()
