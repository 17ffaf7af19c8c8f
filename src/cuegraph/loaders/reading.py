"""From paths to records: every file is opened and recognised before a record of any is read."""

import contextlib
import gzip
import io
import os
import stat
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from cuegraph.errors import LoaderError, UsageError
from cuegraph.loaders.jsonl import HEAD_BYTES, JsonlLoader
from cuegraph.protocols import Loader
from cuegraph.schema.log import Draft, Reject
from cuegraph.schema.settings import Limits

LOADERS: Final[tuple[Loader, ...]] = (JsonlLoader(),)
AUTO: Final = "auto"
STDIN: Final = "-"
GZIP_MAGIC: Final = b"\x1f\x8b"


class Readable(Protocol):
    """All that is asked of an opened file or pipe."""

    def read(self, size: int, /) -> bytes: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Source:
    """One input whose format is known. `bytes` is its size on disk, None for a pipe."""

    name: str
    bytes: int | None
    loader: Loader
    _path: Path | None
    _stream: BinaryIO | None

    def records(self, limits: Limits) -> Iterator[Draft | Reject]:
        """Every record, in order; of a file that breaks off, the last one is a reject."""
        stream = self._stream or _unpacked(_open(self._path or Path()))[1]
        last = 0
        with stream:
            try:
                for record in self.loader.read(stream, limits):
                    last = record.line
                    yield record
            except (OSError, EOFError, zlib.error) as error:
                yield Reject(last + 1, f"the file cannot be read beyond line {last}: {error}", "")


def open_sources(paths: Iterable[str], stdin: BinaryIO, *, format_: str = AUTO) -> list[Source]:
    """The sources behind the paths, `-` for `stdin`, in their order; each is known to be readable.

    Packed with gzip or plain. Raises LoaderError for a path that is missing, unreadable, or of no
    known format, UsageError for an unknown `format_`.
    """
    loaders = [loader for loader in LOADERS if format_ in (AUTO, loader.name)]
    if not loaders:
        raise UsageError(f"no format {format_!r}", hint=f"Known formats: {AUTO}, {_known()}.")
    return [_source(path, stdin, loaders, is_forced=format_ != AUTO) for path in paths]


def _source(path: str, stdin: BinaryIO, loaders: Sequence[Loader], *, is_forced: bool) -> Source:
    name = "<stdin>" if path == STDIN else path
    with contextlib.ExitStack() as opened:
        raw = stdin if path == STDIN else opened.enter_context(_open(Path(path)))
        size = None if path == STDIN else _size(raw)
        try:
            head, stream = _unpacked(raw)
        except (OSError, EOFError, zlib.error) as error:
            raise LoaderError(
                f"{name}: cannot be read ({error})", hint="Check the file."
            ) from error
        loader = _loader(name, head, loaders, is_forced=is_forced)
        if size is None:
            opened.pop_all()
            return Source(name, None, loader, None, stream)
    # Opened again when its turn comes: a thousand files need but one handle.
    return Source(name, size, loader, Path(path), None)


def _loader(name: str, head: bytes, loaders: Sequence[Loader], *, is_forced: bool) -> Loader:
    if _is_utf_16(head):
        raise LoaderError(
            f"{name}: UTF-16 text", hint="Convert it: iconv -f UTF-16 -t UTF-8 FILE > NEW."
        )
    # A blank file is of any format: it holds no record, which the report then says.
    for loader in loaders:
        if is_forced or not head.strip() or loader.recognises(head):
            return loader
    raise LoaderError(
        f"{name}: a format that is not known",
        hint=f"Known formats: {_known()}; --format names one without a look at the file.",
    )


def _known() -> str:
    return ", ".join(loader.name for loader in LOADERS)


def _open(path: Path) -> BinaryIO:
    try:
        if path.is_dir():
            raise LoaderError(f"{path} is a folder", hint="Name the files in it.")
        return path.open("rb")
    except FileNotFoundError as error:
        raise LoaderError(f"no file {path}", hint="Check the path.") from error
    except (OSError, ValueError) as error:
        raise LoaderError(f"{path}: cannot be read ({error})", hint="Check the file.") from error


def _size(stream: BinaryIO) -> int | None:
    """None for pipes and devices, which can be read only once."""
    found = os.fstat(stream.fileno())
    return found.st_size if stat.S_ISREG(found.st_mode) else None


def _is_utf_16(head: bytes) -> bool:
    return head[:2] in (b"\xff\xfe", b"\xfe\xff") or (
        len(head) >= 2 and head[:2].count(0) == 1 and head[:2].strip(b"\0") in (b"{", b"[")
    )


def _unpacked(stream: Readable) -> tuple[bytes, BinaryIO]:
    """The first bytes, unpacked if need be, and a stream of all the bytes, the first included."""
    head, whole = _peeked(stream)
    if not head.startswith(GZIP_MAGIC):
        return head, whole
    return _peeked(gzip.GzipFile(fileobj=whole), whole)


def _peeked(stream: Readable, *under: Readable) -> tuple[bytes, BinaryIO]:
    head = stream.read(HEAD_BYTES)
    return head, io.BufferedReader(_Rejoined(head, stream, *under), HEAD_BYTES)


class _Rejoined(io.RawIOBase):  # io offers no other way to make a stream
    """A pipe cannot be rewound, so what was read of it is put before the rest.

    `under` are the streams below, closed with it: GzipFile leaves its own open.
    """

    def __init__(self, head: bytes, rest: Readable, *under: Readable) -> None:
        self._head = head
        self._rest = rest
        self._under = under

    def readable(self) -> bool:
        return True

    def readinto(  # pyright: ignore[reportIncompatibleMethodOverride]  Buffer has a name from 3.12 on
        self, buffer: bytearray | memoryview, /
    ) -> int:
        view = memoryview(buffer)
        part = self._head[: len(view)] or self._rest.read(len(view))
        self._head = self._head[len(view) :]
        view[: len(part)] = part
        return len(part)

    def close(self) -> None:
        for stream in (self._rest, *self._under):
            stream.close()
        super().close()
