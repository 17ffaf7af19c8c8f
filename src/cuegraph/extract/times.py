"""Time expressions of English text -> half-open UTC intervals, by rules alone.

Relative expressions count from the moment at which the text was sent, never from the present; a
text without such a moment yields only what names its own year. An interval is as wide as what was
meant: "last week" is seven days. Nothing is guessed where two readings are common ("5/7/2023").
"""

import datetime as dt
import re
from collections.abc import Callable
from typing import Final, Literal, NamedTuple, TypeAlias

from cuegraph.extract import calendar
from cuegraph.extract.time_meanings import MEANINGS, Anchor
from cuegraph.extract.time_patterns import (
    BEFORE_SINCE,
    BEFORE_UNBOUNDED,
    BETWEEN,
    BLOCKERS,
    CONNECTOR,
    CONNECTOR_COMMA,
    GATE,
    PATTERNS,
    PERFECT,
)
from cuegraph.schema.clock import Interval, Precision, parse_time

Preference: TypeAlias = Literal["past", "future"]

REGEXES: Final[tuple[re.Pattern[str], ...]] = (
    GATE,
    BLOCKERS,
    BEFORE_SINCE,
    BEFORE_UNBOUNDED,
    BETWEEN,
    CONNECTOR,
    CONNECTOR_COMMA,
    PERFECT,
    *PATTERNS.values(),
)

_CONTEXT_CHARACTERS: Final = 60  # looked back for "have", "since", "between"; guess: a short clause


class TimeSpan(NamedTuple):
    """An expression at [start, end) of the text, and the time that it means."""

    start: int
    end: int
    interval: Interval


class _Candidate(NamedTuple):
    start: int
    end: int
    name: str
    match: re.Match[str]


def find_times(text: str, sent_at: str | None, *, prefer: Preference = "past") -> list[TimeSpan]:
    """The times that the text names, in order, without overlap.

    `prefer` decides where an expression may look both ways: "on Friday", "in June", "on the 17th".
    """
    return find_times_by(text, sent_at, lambda _place: prefer)


def find_times_by(
    text: str, sent_at: str | None, prefer_at: Callable[[int], Preference]
) -> list[TimeSpan]:
    """As `find_times`, the preference asked at each expression's start: its clause's tense."""
    if not GATE.search(text):
        return []
    sent = parse_time(sent_at).date() if sent_at else None
    found: list[TimeSpan] = []
    for candidate in _candidates(text):
        before = text[max(0, candidate.start - _CONTEXT_CHARACTERS) : candidate.start]
        since = BEFORE_SINCE.search(before) is not None
        past = since or prefer_at(candidate.start) == "past"
        interval = MEANINGS[candidate.name](candidate.match, Anchor(sent, past))
        if interval and since:
            interval = _open_until(interval, sent)
        if interval and candidate.name == "duration" and not PERFECT.search(before):
            interval = None
        if interval and not BEFORE_UNBOUNDED.search(before):
            found.append(TimeSpan(candidate.start, candidate.end, interval))
    return _merged(text, found)


def _candidates(text: str) -> list[_Candidate]:
    """Matches without overlap, in order: the longest first, since it knows most of its context."""
    candidates = [_Candidate(m.start(), m.end(), "blocked", m) for m in BLOCKERS.finditer(text)]
    for name, regex in PATTERNS.items():
        candidates.extend(_Candidate(*m.span("t"), name, m) for m in regex.finditer(text))
    candidates.sort(key=lambda c: (c.start - c.end, c.start, c.name))
    taken = bytearray(len(text))
    kept: list[_Candidate] = []
    for candidate in candidates:
        # A match is short and lets no longer one overlap it, so its two ends tell.
        if taken[candidate.start] or taken[candidate.end - 1]:
            continue
        taken[candidate.start : candidate.end] = b"\1" * (candidate.end - candidate.start)
        kept.append(candidate)
    return sorted(kept)


def _merged(text: str, found: list[TimeSpan]) -> list[TimeSpan]:
    """Joins "from A to B", "between A and B" and "Friday, May 7"."""
    merged: list[TimeSpan] = []
    for span in found:
        last = merged[-1] if merged else None
        joined = _joined(text, last, span) if last else None
        if joined:
            merged[-1] = joined
        else:
            merged.append(span)
    return merged


def _joined(text: str, last: TimeSpan, span: TimeSpan) -> TimeSpan | None:
    gap = text[last.end : span.start][:12]
    if len(gap) < span.start - last.end:
        return None
    if CONNECTOR_COMMA.fullmatch(gap):
        # A weekday before its date says nothing more than the date.
        same = last.interval.precision == span.interval.precision == Precision.DAY
        return TimeSpan(last.start, span.end, span.interval) if same else None
    connector = CONNECTOR.fullmatch(gap)
    if not connector:
        return None
    before = text[max(0, last.start - _CONTEXT_CHARACTERS) : last.start]
    if connector["and"] and not BETWEEN.search(before):
        return None
    interval = calendar.join(last.interval, span.interval)
    return TimeSpan(last.start, span.end, interval) if interval else None


def _open_until(interval: Interval, sent: dt.date | None) -> Interval | None:
    """From the start of `interval` to the end of the day of sending, if that is known."""
    today = calendar.day(sent) if sent else None
    return calendar.join(interval, today) if today else interval
