"""A real engine over SQLite in memory, with the small extractor and embedder, behind the app."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import httpx2
from starlette.testclient import TestClient

from cuegraph.engine.engine import Engine
from cuegraph.graphql.app import create_app
from cuegraph.schema.log import Draft
from cuegraph.testing.engines import small_engine

NAMESPACE = "test"
MOMENT = dt.datetime(2024, 6, 1, tzinfo=dt.UTC)
TALK = (
    ("m1", "Ada", "I moved to Lisbon with Grace Hopper in 2023.", "2024-05-01T09:00:00Z"),
    ("m2", "Bob", "What is the weather like there?", "2024-05-01T09:01:00Z"),
    (
        "m3",
        "Ada",
        "Sunny. I met with Grace Hopper again in Lisbon yesterday.",
        "2024-05-01T09:02:00Z",
    ),
    ("m4", "Bob", "I visited Berlin in 2021.", "2024-05-02T09:00:00Z"),
    ("m5", "Ada", "I met you in Berlin once, when the weather was bad.", "2024-05-02T09:01:00Z"),
)


def make_engine() -> Engine:
    """An empty engine, to which no cue names a time."""
    return small_engine(
        moment=MOMENT,
        read_times=lambda text, now: [],  # noqa: ARG005 - the protocol names them
    )


def drafts(talk: tuple[tuple[str, str, str, str], ...] = TALK) -> Iterator[Draft]:
    """The talk as a loader would find it."""
    for line, (id_, speaker, text, timestamp) in enumerate(talk, 1):
        yield Draft(
            line,
            {
                "conversation": "chat",
                "session": timestamp[:10],
                "id": id_,
                "speaker": speaker,
                "role": "user",
                "text": text,
                "timestamp": timestamp,
            },
        )


class Api:
    """A client of the app."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.http = TestClient(
            create_app(engine, default_namespace=NAMESPACE), base_url="http://localhost"
        )

    def post(
        self, query: str, variables: dict[str, Any] | None = None, **headers: str
    ) -> httpx2.Response:
        """The HTTP answer to a query."""
        body = {"query": query, "variables": variables}
        return self.http.post("/graphql", json=body, headers=headers)

    def ask(self, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        """The data that a query gives; it must give no error."""
        answer = self.post(query, variables)
        assert answer.status_code == 200
        assert "errors" not in answer.json(), answer.json()["errors"]
        return answer.json()["data"]

    def error(self, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        """The one error that a query gives."""
        (error,) = self.post(query, variables).json()["errors"]
        return error
