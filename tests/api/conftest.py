"""The talk behind the app, for each test anew."""

from collections.abc import Iterator

import pytest

from api.support import NAMESPACE, Api, drafts, make_engine
from cuegraph.engine.engine import Engine


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = make_engine()
    engine.import_drafts(NAMESPACE, [("talk", drafts())])
    yield engine
    engine.close()


@pytest.fixture
def api(engine: Engine) -> Api:
    return Api(engine)
