"""The one normaliser at the door: whatever comes in leaves as text, numbers and times that every store keeps alike."""

import math
import re
import unicodedata
from typing import Any, Final

from cuegraph.schema.clock import format_time, parse_time

REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"
# NUL cuts strings in C, and lone surrogates are no UTF-8; \x1f separates the parts of sort keys.
UNSTORABLE: Final = re.compile("[\x00\x1f\ud800-\udfff]")
SPACES: Final = re.compile(r"\s+")
INTEGER_MAX: Final = 2**53  # beyond it, JSON readers and stores disagree
DEPTH_MAX: Final = 64


def normalise_text(text: str) -> str:
    """NFC, with NUL, unit separators and lone surrogates replaced by U+FFFD."""
    if text.isascii() and "\0" not in text and "\x1f" not in text:
        return text
    return unicodedata.normalize("NFC", UNSTORABLE.sub(REPLACEMENT, text))


def normalise_time(value: object) -> str | None:
    """UTC text from ISO 8601 text; None for None and the empty string. Raises ValueError on anything else."""
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise ValueError(f"not an ISO 8601 time: {value!r:.40}")
    return format_time(parse_time(value.strip()))


def normalise_json(value: Any, depth: int = 0) -> Any:
    """The same JSON value with normalised text; raises ValueError on what the stores would keep differently."""
    if depth > DEPTH_MAX:
        raise ValueError(f"nested deeper than {DEPTH_MAX}")
    match value:
        case str():
            return normalise_text(value)
        case bool() | None:
            return value
        case int():
            if abs(value) > INTEGER_MAX:
                raise ValueError(f"the number {str(value)[:24]} lies beyond 2^53")
            return value
        case float():
            if not math.isfinite(value):
                raise ValueError("a number that is not finite")
            return value
        case list():
            return [normalise_json(item, depth + 1) for item in value]
        case dict():
            return {normalise_text(str(k)): normalise_json(v, depth + 1) for k, v in value.items()}
        case _:
            raise ValueError(f"not JSON: {type(value).__name__}")


def name_form(surface: str) -> str:
    """The form under which a name's spellings meet: NFKC, case-folded, single spaces, possessive and edges cut.

    >>> name_form("  Amina's "), name_form("JONAS")
    ('amina', 'jonas')
    """
    folded = (
        unicodedata.normalize("NFKC", surface)
        .casefold()
        .replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    )
    folded = SPACES.sub(" ", folded).strip(" .,:;!?\"'()[]{}@#-\N{EN DASH}\N{EM DASH}")
    return folded.removesuffix("'s").strip()


def shorten(text: str, length: int) -> str:
    """One line of at most `length` characters, cut at the end with an ellipsis."""
    line = SPACES.sub(" ", text).strip()
    return line if len(line) <= length else line[: length - 1].rstrip() + "\N{HORIZONTAL ELLIPSIS}"
