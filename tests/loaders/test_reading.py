"""Paths to sources: what is refused before anything is imported, and what is read."""

import gzip
import io
import os
import threading
from pathlib import Path

import pytest

from cuegraph.errors import LoaderError, UsageError
from cuegraph.loaders.jsonl import HEAD_BYTES
from cuegraph.loaders.reading import open_sources
from cuegraph.schema.log import Draft, Reject
from cuegraph.schema.settings import Limits

LINE = b'{"text": "Hello", "id": "m1"}\n'
LIMITS = Limits()


def records(path: str, stdin: bytes = b"", format_: str = "auto") -> list[Draft | Reject]:
    (source,) = open_sources([path], io.BytesIO(stdin), format_=format_)
    return list(source.records(LIMITS))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.jsonl"
    path.write_bytes(LINE * 3)
    return path


def test_a_file_gives_its_records_and_its_size(log: Path) -> None:
    (source,) = open_sources([str(log)], io.BytesIO())
    assert (source.name, source.bytes) == (str(log), len(LINE) * 3)
    assert [r.line for r in source.records(LIMITS)] == [1, 2, 3]


def test_the_same_file_named_twice_is_read_twice(log: Path) -> None:
    sources = open_sources([str(log), str(log)], io.BytesIO())
    assert [len(list(s.records(LIMITS))) for s in sources] == [3, 3]


def test_a_dash_reads_stdin_whole_beyond_the_head() -> None:
    count = HEAD_BYTES // len(LINE) * 2
    (source,) = open_sources(["-"], io.BytesIO(LINE * count))
    assert (source.name, source.bytes) == ("<stdin>", None)
    assert len(list(source.records(LIMITS))) == count


def test_a_named_pipe_is_read_although_it_cannot_be_opened_twice(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_bytes(LINE * 2))
    writer.start()
    assert len(records(str(pipe))) == 2
    writer.join()


def test_a_packed_file_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(gzip.compress(LINE * 2))
    assert records(str(path)) == [Draft(n, {"text": "Hello", "id": "m1"}) for n in (1, 2)]


def test_a_packed_file_that_breaks_off_keeps_what_came_before(tmp_path: Path) -> None:
    path = tmp_path / "log.gz"
    lines = b"".join(b'{"text": "%d"}\n' % n for n in range(50_000))
    path.write_bytes(gzip.compress(lines)[:-1000])
    *good, last = records(str(path))
    assert len(good) > 40_000
    assert all(isinstance(r, Draft) for r in good)
    assert isinstance(last, Reject)
    assert last.line == len(good) + 1
    assert last.reason.startswith(f"the file cannot be read beyond line {len(good)}:")


def test_a_blank_file_has_no_records(tmp_path: Path) -> None:
    path = tmp_path / "empty"
    path.write_bytes(b"\n \n")
    assert records(str(path)) == []


def test_a_named_format_is_not_doubted(tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_bytes(b"hello\n")
    (bad,) = records(str(path), format_="cuegraph-jsonl")
    assert isinstance(bad, Reject)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"hello\nworld\n", "a format that is not known"),
        ('{"text": "a"}'.encode("utf-16"), "UTF-16 text"),
        ('{"text": "a"}'.encode("utf-16-le"), "UTF-16 text"),
        ('{"text": "a"}'.encode("utf-16-be"), "UTF-16 text"),
        (gzip.compress(LINE)[:-9], "cannot be read"),
        (b"\x1f\x8bnot really", "cannot be read"),
    ],
)
def test_a_file_that_is_no_log_is_refused_at_once(
    tmp_path: Path, log: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "other"
    path.write_bytes(content)
    with pytest.raises(LoaderError, match=message) as caught:
        open_sources([str(log), str(path)], io.BytesIO())
    assert str(path) in caught.value.message
    assert caught.value.hint


def test_an_unknown_format_names_the_known_ones(tmp_path: Path) -> None:
    path = tmp_path / "other"
    path.write_bytes(b"hello")
    with pytest.raises(LoaderError) as caught:
        open_sources([str(path)], io.BytesIO())
    assert "cuegraph-jsonl" in caught.value.hint
    with pytest.raises(UsageError, match="no format 'csv'") as refused:
        open_sources([str(path)], io.BytesIO(), format_="csv")
    assert "cuegraph-jsonl" in refused.value.hint


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(LoaderError, match="no file"):
        open_sources([str(tmp_path / "gone")], io.BytesIO())
    with pytest.raises(LoaderError, match="is a folder"):
        open_sources([str(tmp_path)], io.BytesIO())
    with pytest.raises(LoaderError, match="cannot be read"):
        open_sources(["nul\0"], io.BytesIO())
