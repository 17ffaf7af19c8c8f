"""The project's own import format: what is read, what is refused, and with which words."""

import io
import json
import tracemalloc
from pathlib import Path

import pytest

from cuegraph.loaders.jsonl import HEAD_BYTES, JsonlLoader
from cuegraph.schema.log import Draft, Reject
from cuegraph.schema.settings import Limits

GOOD = b'{"id": "m1", "speaker": "Ada", "text": "Hello"}'


def read(content: bytes, limits: Limits | None = None) -> list[Draft | Reject]:
    return list(JsonlLoader().read(io.BytesIO(content), limits or Limits()))


def test_lines_come_in_order_with_their_numbers_and_keys() -> None:
    content = GOOD + b'\n{"text": "Bye", "mood": ["calm", 1, null]}\n'
    assert read(content) == [
        Draft(1, {"id": "m1", "speaker": "Ada", "text": "Hello"}),
        Draft(2, {"text": "Bye", "mood": ["calm", 1, None]}),
    ]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(GOOD, id="no line end at the end"),
        pytest.param(GOOD + b"\r\n", id="windows line end"),
        pytest.param(b"\xef\xbb\xbf" + GOOD + b"\n", id="byte order mark"),
        pytest.param(b" \t" + GOOD + b"  \n", id="spaces around"),
    ],
)
def test_harmless_variants_of_a_line_are_read_alike(content: bytes) -> None:
    assert read(content) == [Draft(1, {"id": "m1", "speaker": "Ada", "text": "Hello"})]


def test_blank_lines_are_no_records_but_are_counted_as_lines() -> None:
    assert [r.line for r in read(b"\n  \n" + GOOD + b"\n\r\n" + GOOD)] == [3, 5]


def test_a_mark_in_the_middle_of_joined_files_is_harmless() -> None:
    joined = b"\xef\xbb\xbf" + GOOD + b"\n\xef\xbb\xbf" + GOOD + b"\n"
    assert [type(r) for r in read(joined)] == [Draft, Draft]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"text": "a"', "not JSON: Expecting ',' delimiter at column 13"),
        (b'{"text": "a"} {"text": "b"}', "not JSON: Extra data at column 15"),
        (
            b"{'text': 'a'}",
            "not JSON: Expecting property name enclosed in double quotes at column 2",
        ),
        (b'{"text": "a\x01b"}', "not JSON: Invalid control character at column 12"),
        (b'{"text": "\xff"}', "not UTF-8: 0xff at byte 11"),
        (b'{"text": "caf\xe9"}', "not UTF-8: 0xe9 at byte 14"),
        (b'{"text": "\xed\xa0\x80"}', "not UTF-8: 0xed at byte 11"),
        (b'{"text": "a", "text": "b"}', "the key 'text' is given twice"),
        (b'{"text": "a", "x": {"y": 1, "y": 2}}', "the key 'y' is given twice"),
        (b'{"text": "a", "x": NaN}', "NaN is no JSON number"),
        (b'{"text": "a", "x": -Infinity}', "-Infinity is no JSON number"),
        (b'{"text": "a", "x": 1e999}', "the number 1e999 is too large"),
        (b'{"text": "a", "x": ' + b"9" * 5000 + b"}", "a number of 5000 digits"),
        (b'{"text": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
        (b'["text", "a"]', "a list, not an object"),
        (b'"text"', "a string, not an object"),
        (b"12", "a number, not an object"),
        (b"true", "a boolean, not an object"),
        (b"null", "a null, not an object"),
    ],
)
def test_a_bad_line_is_one_reject_and_reading_goes_on(line: bytes, reason: str) -> None:
    first, bad, last = read(GOOD + b"\n" + line + b"\n" + GOOD + b"\n")
    assert isinstance(first, Draft)
    assert isinstance(bad, Reject)
    assert (bad.line, bad.reason) == (2, reason)
    assert last == Draft(3, {"id": "m1", "speaker": "Ada", "text": "Hello"})


def test_the_excerpt_shows_the_beginning_and_escapes_what_is_no_text() -> None:
    (bad,) = read(b'{"text": "\xff' + b"x" * 1000)
    assert isinstance(bad, Reject)
    assert bad.excerpt.startswith('{"text": "\\xffxxx')
    assert len(bad.excerpt) == 200


def test_a_line_at_the_limit_is_read_and_one_byte_more_is_refused() -> None:
    limits = Limits(line_bytes_max=len(GOOD))
    longer = GOOD.replace(b"Hello", b"Hello!")
    first, second, third = read(GOOD + b"\n" + longer + b"\n" + GOOD, limits)
    assert isinstance(first, Draft)
    assert isinstance(second, Reject)
    assert second.reason == f"a line of more than {len(GOOD)} bytes (line_bytes_max)"
    assert isinstance(third, Draft)


def test_an_endless_line_costs_no_memory(tmp_path: Path) -> None:
    limits = Limits(line_bytes_max=100_000)
    path = tmp_path / "log.jsonl"
    path.write_bytes(b'{"text": "' + b"x" * 50_000_000 + b'"}\n' + GOOD)
    tracemalloc.start()
    with path.open("rb") as stream:
        found = list(JsonlLoader().read(stream, limits))
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [type(r) for r in found] == [Reject, Draft]
    assert peak_bytes < 1_000_000


@pytest.mark.parametrize(
    ("head", "is_known"),
    [
        (GOOD, True),
        (b"\xef\xbb\xbf" + GOOD, True),
        (b"not json\n" + GOOD + b"\n", True),
        (b'{"conversation": "c", "text": "'.ljust(HEAD_BYTES, b"x"), True),
        (b'{"conversation": "c", "text": "cut off', False),
        (b"\n\n" + GOOD, True),
        (b'[{"text": "a"}]', False),
        (b'{"messages": [{"text": "a"}]}', False),
        (b'{"message": "a"}\n{"message": "b"}\n', False),
        (b"date,author,text\n2024-05-01,Ada,Hello\n", False),
        (b"", False),
        (b"\x89PNG\r\n\x1a\n\0\0", False),
    ],
)
def test_the_format_is_known_by_its_shape(head: bytes, is_known: bool) -> None:
    assert JsonlLoader().recognises(head) is is_known


def test_every_line_of_json_text_comes_back_as_it_was() -> None:
    fields: dict[str, object] = {
        "text": "naïve \U0001f600 \u2028 \x7f",
        "n": 2**53,
        "f": 0.1,
        "b": [True, None, {}],
    }
    line = json.dumps(fields, ensure_ascii=False).encode()
    assert read(line) == [Draft(1, fields)]
