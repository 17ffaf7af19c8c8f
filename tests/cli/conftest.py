"""The command in this process, a small log, and a store that holds it."""

import json
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cuegraph.cli import app

LOG = [
    ("m1", "Ada", "I moved to Lisbon last week. The flat is tiny.", "2024-05-06T09:00:00Z"),
    ("m2", "Bob", "Congratulations! Did Clara help you with the boxes?", "2024-05-06T09:01:00Z"),
    ("m3", "Ada", "Yes, Clara carried the piano with me.", "2024-05-06T09:02:00Z"),
    ("m4", "Bob", "I started a pottery course in Leeds yesterday.", "2024-06-10T18:00:00Z"),
    ("m5", "Ada", "Lovely. Send me a picture of your first bowl.", "2024-06-10T18:05:00Z"),
    ("m6", "Clara", "The piano is out of tune now.", "2024-06-11T08:00:00Z"),
]

Run = Callable[..., Result]


@pytest.fixture(scope="session")
def log_lines() -> list[str]:
    return [
        json.dumps(
            {
                "conversation": "move" if id_ < "m4" else "summer",
                "id": id_,
                "speaker": speaker,
                "text": text,
                "timestamp": time,
            }
        )
        for id_, speaker, text, time in LOG
    ]


@pytest.fixture(scope="session")
def log_file(log_lines: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("log") / "log.jsonl"
    path.write_text("\n".join(log_lines) + "\n")
    return path


@pytest.fixture(scope="session")
def filled(log_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the log in the namespace default; copy it before changing it."""
    path = tmp_path_factory.mktemp("store") / "filled.db"
    result = CliRunner().invoke(app, ["import", str(log_file), "--store", f"sqlite:///{path}"])
    assert result.exit_code == 0, result.output
    return path


@pytest.fixture
def store(filled: Path, tmp_path: Path) -> Path:
    """A copy of the filled store, to be changed at will."""
    return Path(shutil.copy(filled, tmp_path / "store.db"))


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`run(argument, …, store=path, stdin=bytes)` is the command, in an empty folder."""
    for name in ("CUEGRAPH_STORE", "CUEGRAPH_NAMESPACE", "NEO4J_USER", "NEO4J_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def invoke(*arguments: object, store: Path | None = None, stdin: bytes = b"") -> Result:
        named = ["--store", f"sqlite:///{store}"] if store else []
        return CliRunner().invoke(app, [*map(str, arguments), *named], input=stdin)

    return invoke


@pytest.fixture
def unused_ports() -> list[int]:
    """Two ports on which nothing listens, held together so that they differ."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports
