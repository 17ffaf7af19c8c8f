"""Faults of the server's side have codes, and say nothing of files, addresses and versions."""

import logging

import pytest

from api.support import MOMENT, NAMESPACE, Api
from cuegraph.engine.analysis import Analyser
from cuegraph.engine.engine import Engine
from cuegraph.errors import (
    CuegraphError,
    ModelError,
    ScrubPendingError,
    StoreError,
    StoreFullError,
    StoreStampError,
    StoreUnavailableError,
)
from cuegraph.schema.settings import DerivationSettings, Settings
from cuegraph.store.sqlite import SqliteStore
from cuegraph.testing.engines import FixedClock
from cuegraph.testing.small import SmallEmbedder, SmallExtractor

RECALL = '{ recall(cue: "a secret of Ada") { cue } }'
INSIDE = "bolt://neo4j:hunter2@10.0.0.7 and /srv/models/secret.onnx"


def engine_over(engine: Engine, settings: Settings, fault: CuegraphError | None = None) -> Engine:
    """Another engine over the same store; its models fail to load where there is a fault."""

    def build() -> Analyser:
        if fault:
            raise fault
        return Analyser(SmallExtractor(), SmallEmbedder())

    return Engine(
        engine.store,
        lambda: SqliteStore(":memory:"),
        build,
        lambda text, now: [],  # noqa: ARG005 - the protocol names them
        FixedClock(MOMENT),
        settings,
    )


def test_store_derived_by_other_settings_has_its_code(engine: Engine) -> None:
    other = Settings(derivation=DerivationSettings(similar_max=3))
    error = Api(engine_over(engine, other)).error(RECALL)
    assert error["extensions"]["code"] == "STORE_STAMP"
    assert "cuegraph rebuild" in error["extensions"]["hint"]


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (StoreUnavailableError, "STORE_UNAVAILABLE"),
        (StoreFullError, "STORE_FULL"),
        (StoreStampError, "STORE_STAMP"),
        (ScrubPendingError, "SCRUB_PENDING"),
        (StoreError, "STORE"),
        (ModelError, "MODEL"),
    ],
)
def test_fault_of_the_server_keeps_its_own_words_inside(
    engine: Engine, kind: type[CuegraphError], code: str, caplog: pytest.LogCaptureFixture
) -> None:
    api = Api(engine_over(engine, Settings(), kind(INSIDE, hint=INSIDE)))
    with caplog.at_level(logging.DEBUG):
        answer = api.post(RECALL)
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == code
    assert error["extensions"]["hint"]
    assert error["path"] == ["recall"]
    assert "hunter2" not in answer.text
    assert "secret.onnx" not in answer.text
    (logged,) = [r.getMessage() for r in caplog.records if r.name == "cuegraph.graphql.errors"]
    assert error["extensions"]["requestId"] in logged
    assert code in logged
    assert "secret of Ada" not in caplog.text


def test_what_needs_no_model_is_answered_without_one(engine: Engine) -> None:
    api = Api(engine_over(engine, Settings(), ModelError(INSIDE)))
    assert api.ask("{ stats { messages } namespaces }") == {
        "stats": {"messages": 5},
        "namespaces": [NAMESPACE],
    }
