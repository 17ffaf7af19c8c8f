"""What the file itself tells: nothing of what was forgotten, and what to do when it is damaged."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cuegraph.engine.engine import Engine
from cuegraph.errors import StoreError, StoreUnavailableError
from cuegraph.protocols import Selector
from cuegraph.schema.log import Draft
from cuegraph.store.sqlite import SqliteStore
from cuegraph.testing.derivation_contract import Memory, whole
from cuegraph.testing.rows import a_message

NEEDLE = "xylophonist"
LOG = [
    a_message("m1", "We met with Ada Lovelace", sent_at="2024-01-01T10:00:00Z"),
    a_message("m2", f"I visited the {NEEDLE} with you", sent_at="2024-01-01T10:01:00Z"),
    a_message("m3", "We met with Ada", sent_at="2024-01-01T10:02:00Z", speaker="Bob"),
]


def test_the_compacted_file_is_byte_identical_after_forgetting(tmp_path: Path) -> None:
    seen = Memory(SqliteStore(str(tmp_path / "seen.db")))
    for message in LOG:
        seen.add(whole([message]))
    seen.forget([LOG[1]])
    never = Memory(SqliteStore(str(tmp_path / "never.db"))).add(whole([LOG[2], LOG[0]]))
    files: list[bytes] = []
    for memory, name in ((seen, "a"), (never, "b")):
        assert isinstance(memory.store, SqliteStore)
        memory.store.compact(tmp_path / name)
        files.append((tmp_path / name).read_bytes())
        memory.store.close()

    assert files[0] == files[1]


def test_no_byte_of_what_was_forgotten_stays_in_any_file(
    tmp_path: Path, make_engine: Callable[..., Engine]
) -> None:
    engine = make_engine(SqliteStore(str(tmp_path / "memory.db")))
    drafts = [
        Draft(i, {"id": f"m{i}", "text": f"I visited {NEEDLE}{i} in Rome", "speaker": "Ada"})
        for i in range(200)
    ]
    engine.import_drafts("test", [("log", drafts)])
    assert needles(tmp_path)
    report = engine.forget("test", Selector(speakers=("Ada",)))

    assert report.messages == 200
    assert report.layers["wal"] == "truncated"
    assert not needles(tmp_path)


def test_a_reader_in_the_way_is_told_of_and_not_hidden(tmp_path: Path) -> None:
    store = SqliteStore(str(tmp_path / "memory.db"))
    memory = Memory(store).add(whole(LOG))
    with store.view("test") as view:
        view.messages([LOG[0].id])
        memory.forget([LOG[1]])
        assert (
            "pending" in store.scrub("test")["wal"] or "pending" in store.scrub("test")["database"]
        )
    assert store.scrub("test")["wal"] == "truncated"
    store.close()


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"this is no database, not at all" * 100, StoreError),
        (b"SQLite format 3\0" + b"\xff" * 4096, StoreError),
    ],
)
def test_a_damaged_file_is_refused_and_left_as_it_is(
    tmp_path: Path, content: bytes, error: type[StoreError]
) -> None:
    path = tmp_path / "memory.db"
    path.write_bytes(content)
    with pytest.raises(error) as raised:
        SqliteStore(str(path))
    assert raised.value.hint
    assert path.read_bytes() == content


def test_a_file_of_another_layout_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "memory.db"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreUnavailableError, match="layout 99"):
        SqliteStore(str(path))


def test_a_folder_that_is_not_there_gives_a_hint(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailableError, match="unable to open") as raised:
        SqliteStore(str(tmp_path / "none" / "memory.db"))
    assert "folder exists" in raised.value.hint


WRITER = """
import sys
from cuegraph.store.sqlite import SqliteStore
from cuegraph.testing.derivation_contract import Memory, whole
from cuegraph.testing.rows import a_message
memory = Memory(SqliteStore(sys.argv[1]))
for i in range(100_000):
    memory.add(whole([a_message(f"m{i}", f"We met with Ada and visited Rome {i}", speaker="Bob")]))
    print(i, flush=True)
"""


@pytest.mark.slow
def test_killed_at_any_moment_what_was_acknowledged_stays_and_the_graph_is_whole(
    tmp_path: Path,
) -> None:
    for round_ in range(4):
        path = tmp_path / f"{round_}.db"
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        acknowledged = int(writer.stdout.readline())
        time.sleep(0.15 * (round_ + 1))
        os.kill(writer.pid, signal.SIGKILL)
        acknowledged = max([acknowledged, *map(int, writer.stdout.read().split())])
        writer.stdout.close()
        writer.wait()
        store = SqliteStore(str(path))
        memory = Memory(store)
        ids = {m.external_id for m in store.scan_messages("test")}
        assert {f"m{i}" for i in range(acknowledged + 1)} <= ids
        assert len(ids) <= acknowledged + 2
        assert memory.dump() == memory.oracle()
        store.close()


def needles(folder: Path) -> list[str]:
    """Files of the folder that hold the needle."""
    return [p.name for p in folder.iterdir() if NEEDLE.encode() in p.read_bytes()]
