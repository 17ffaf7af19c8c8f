"""`cuegraph-jsonl`, the project's own import format: one JSON object a line, a message each."""

import json
import math
from collections.abc import Iterator
from typing import Any, BinaryIO, Final, cast

from cuegraph.schema.log import Draft, Reject
from cuegraph.schema.settings import Limits
from cuegraph.schema.text import shorten

HEAD_BYTES: Final = 64 * 1024  # what `recognises` sees of a file
BOM: Final = b"\xef\xbb\xbf"
EXCERPT_CHARACTERS: Final = 200
DIGITS_MAX: Final = 20  # any 64-bit number; what the log can keep of it is for the door to say
SKIP_BYTES: Final = 64 * 1024  # an over-long line is read past in pieces of this size


class JsonlLoader:
    """Implements `Loader`; memory is bounded by `line_bytes_max`, however long a line is."""

    name = "cuegraph-jsonl"

    def recognises(self, head: bytes) -> bool:
        """Whether a line of the head is an object with the key `text`; one such line is enough."""
        lines = head.split(b"\n")
        if any(_has_text(line) for line in lines):
            return True
        # A single line, cut by the end of the head: its beginning has to do.
        is_cut = len(lines) == 1 and len(head) >= HEAD_BYTES
        return is_cut and head.startswith((b"{", BOM + b"{")) and b'"text"' in head

    def read(self, stream: BinaryIO, limits: Limits) -> Iterator[Draft | Reject]:
        """One draft or reject for each line that is not blank, in order."""
        for number, line, is_cut in _lines(stream, limits.line_bytes_max):
            if is_cut:
                reason = f"a line of more than {limits.line_bytes_max} bytes (line_bytes_max)"
                yield Reject(number, reason, _excerpt(line))
            elif line.removeprefix(BOM).strip():
                yield _record(number, line)


def parse_object(line: bytes) -> dict[str, Any]:
    """The JSON object of one line; raises ValueError, which says what is wrong.

    Refused: bytes that are no UTF-8, a key given twice, NaN and infinities, numbers of more than
    20 digits, nesting beyond Python's own limit, and any value but an object.
    """
    try:
        # Files with a mark at their start, one after another, have such marks in the middle.
        text = line.removeprefix(BOM).rstrip(b"\r\n").decode("utf-8")
    except UnicodeDecodeError as error:
        found = error.object[error.start]
        raise ValueError(f"not UTF-8: 0x{found:02x} at byte {error.start + 1}") from error
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise ValueError(
            f"not JSON: {error.msg.removesuffix(' at')} at column {error.colno}"
        ) from error
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(value, dict):
        raise ValueError(f"a {_json_type(value)}, not an object")  # noqa: TRY004 - one error for all
    return cast("dict[str, Any]", value)


def _record(number: int, line: bytes) -> Draft | Reject:
    try:
        return Draft(number, parse_object(line))
    except ValueError as error:
        return Reject(number, str(error), _excerpt(line))


def _lines(stream: BinaryIO, bytes_max: int) -> Iterator[tuple[int, bytes, bool]]:
    """(number from 1, line, whether it was too long); of a line too long only the beginning."""
    number = 0
    while line := stream.readline(bytes_max + 1):
        number += 1
        is_cut = len(line) > bytes_max and not line.endswith(b"\n")
        if is_cut:
            line = line[: EXCERPT_CHARACTERS * 4]
            _skip_line(stream)
        yield number, line, is_cut


def _skip_line(stream: BinaryIO) -> None:
    while (part := stream.readline(SKIP_BYTES)) and not part.endswith(b"\n"):
        pass


def _has_text(line: bytes) -> bool:
    try:
        return "text" in parse_object(line)
    except ValueError:
        return False


def _excerpt(line: bytes) -> str:
    return shorten(
        line[: EXCERPT_CHARACTERS * 4].decode("utf-8", "backslashreplace"), EXCERPT_CHARACTERS
    )


def _json_type(value: object) -> str:
    match value:
        case list():
            return "list"
        case str():
            return "string"
        case bool():
            return "boolean"
        case None:
            return "null"
        case _:
            return "number"


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))
        raise ValueError(f"the key {twice[:40]!r} is given twice")
    return found


def _constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")


def _integer(digits: str) -> int:
    if len(digits) > DIGITS_MAX:
        raise ValueError(f"a number of {len(digits)} digits")
    return int(digits)


def _number(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"the number {digits[:24]} is too large")
    return number


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_constant=_constant, parse_int=_integer, parse_float=_number
)
