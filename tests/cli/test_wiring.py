"""Who stands behind each seam: URLs, cues, workers, and the Python face."""

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import pytest

import cuegraph
from cuegraph.errors import InputError, NotFoundError, StoreUnavailableError, UsageError
from cuegraph.schema.clock import Interval, Precision
from cuegraph.schema.graph import Label
from cuegraph.schema.log import ActKind
from cuegraph.schema.recall import Filters
from cuegraph.store.sqlite import SqliteStore
from cuegraph.wiring import Memory, make_cue, open_store, workers_for

NOW = "2024-07-01T12:00:00Z"


class StillClock:
    """A clock that stands at noon of 1 July 2024."""

    def now(self) -> dt.datetime:
        return dt.datetime(2024, 7, 1, 12, tzinfo=dt.UTC)


def test_a_relative_and_an_absolute_path_name_the_same_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for url in ("sqlite:///a.db", f"sqlite:///{tmp_path}/a.db"):
        store = open_store(url)
        assert isinstance(store, SqliteStore)
        store.close()
    assert [path.name for path in tmp_path.glob("*.db")] == ["a.db"]


def test_a_store_that_must_exist_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailableError, match="no store at"):
        open_store(f"sqlite:///{tmp_path}/a.db", must_exist=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", ["", "a.db", "sqlite:/a.db", "postgres://host/db", "NEO4J"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="is no address of a store"):
        open_store(url)


def test_a_cue_takes_the_present_and_messages_unless_told_otherwise() -> None:
    cue = make_cue("x", limit=3, clock=StillClock())
    assert (cue.now, cue.as_of, cue.filters) == (NOW, None, Filters())


def test_a_cue_takes_times_in_any_form_and_kinds_in_any_case() -> None:
    cue = make_cue(
        "x",
        limit=3,
        now="2024-05-01T11:30:00+02:00",
        as_of="2024-05-01",
        kinds=["event", "PERSON"],
        since="2024-04-01",
        clock=StillClock(),
    )
    assert (cue.now, cue.as_of) == ("2024-05-01T09:30:00Z", "2024-05-01T00:00:00Z")
    assert cue.filters.kinds == (Label.EVENT, Label.PERSON)
    end = "2100-12-31T00:00:00Z"
    assert cue.filters.sent == Interval("2024-04-01T00:00:00Z", end, Precision.RANGE)


@pytest.mark.parametrize(
    ("sizes", "is_large"),
    [([], False), ([100], False), ([150_000, 60_000], True), ([None], True), ([200_000], False)],
)
def test_large_imports_and_pipes_get_processes(sizes: list[int | None], *, is_large: bool) -> None:
    assert workers_for(sizes) == (min(2, os.cpu_count() or 1) if is_large else 0)


def test_the_package_offers_memory_and_its_version_without_loading_the_engine() -> None:
    assert cuegraph.Memory is Memory
    assert cuegraph.__version__.count(".") == 2
    with pytest.raises(AttributeError, match="no attribute 'memory'"):
        getattr(cuegraph, "memory")  # noqa: B009 - as a typing error would be
    code = "import sys, cuegraph; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_memory_remembers_recalls_and_forgets(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'memory.db'}"
    with Memory.open(url, "lab") as memory:
        first = memory.remember("The red kiln is broken.", speaker="Ada", mood="cross")
        again = memory.remember(
            "The red kiln is broken.", speaker="Ada", mood="cross", timestamp=first.sent_at
        )
        assert again.id == first.id
        assert first.sent_at is not None
        assert first.metadata == '{"mood":"cross"}'
        other = memory.remember(
            "Bob will mend the kiln.", speaker="Bob", id="b1", timestamp="2024-06-01"
        )
        assert (other.external_id, other.sent_at) == ("b1", "2024-06-01T00:00:00Z")
        assert memory.remember("No time.", speaker="Ada", timestamp="").sent_at is None
        assert memory.stats().messages == 3
        found = memory.recall("Who mends the kiln?", k=1, speakers=["Bob"])
        assert [hit.citations[0].external_id for hit in found.hits] == ["b1"]
        assert memory.same("Bob", "Bobby").kind is ActKind.SAME
        assert memory.different("Ada", "Bob").kind is ActKind.DIFFERENT
        assert memory.forget(ids=["b1"], dry_run=True).messages == 1
        assert memory.forget(ids=["b1"]).messages == 1
        with pytest.raises(NotFoundError):
            memory.forget(ids=["b1"])
    with Memory.open(url, "lab") as memory:
        assert "mend the kiln" not in "\n".join(memory.export())
        assert memory.stats().messages == 2


def test_a_memory_imports_files(tmp_path: Path, log_file: Path) -> None:
    with Memory.open(f"sqlite:///{tmp_path / 'memory.db'}") as memory:
        seen: list[int] = []
        report = memory.import_files([log_file], on_progress=seen.append)
        assert (report.records, report.imported, report.rejected) == (6, 6, 0)
        assert seen[-1] == 6
        assert memory.import_files([log_file]).already_there == 6


def test_a_memory_refuses_what_is_no_message() -> None:
    with Memory.open("sqlite:///:memory:") as memory:
        with pytest.raises(InputError, match="the text is empty"):
            memory.remember("  ", speaker="Ada")
        with pytest.raises(InputError, match="'timestamp'"):
            memory.remember("x", speaker="Ada", timestamp="noon")
