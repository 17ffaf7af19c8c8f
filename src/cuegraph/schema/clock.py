"""Times as UTC text: sortable, equal in every store, readable in Neo4j Browser."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

YEAR_MIN: Final = 1970
YEAR_MAX: Final = 2100


class Precision(StrEnum):
    """How exactly a time is known: the length of the interval that was meant."""

    SECOND = "second"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    SEASON = "season"
    YEAR = "year"
    RANGE = "range"


@dataclass(frozen=True, slots=True)
class Interval:
    """A half-open span [start, end) of valid time, both ISO 8601 UTC text (see `format_time`)."""

    start: str
    end: str
    precision: Precision


def format_time(moment: dt.datetime) -> str:
    """`2024-05-01T09:30:00Z`, with six more digits only where the moment has a fraction of a second."""
    utc = moment.astimezone(dt.UTC)
    text = utc.strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{utc.microsecond:06d}Z" if utc.microsecond else f"{text}Z"


def parse_time(text: str) -> dt.datetime:
    """An aware UTC moment from ISO 8601 text; a time without a zone is taken as UTC.

    Raises ValueError where the text is no time or its year lies outside 1970..2100.
    """
    moment = dt.datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    if not YEAR_MIN <= moment.year <= YEAR_MAX:
        raise ValueError(f"the year {moment.year} lies outside {YEAR_MIN}..{YEAR_MAX}")
    return moment.astimezone(dt.UTC)


def sortable_time(text: str) -> str:
    """The same time with all six digits of the fraction, so that text order is time order."""
    return text if "." in text else f"{text[:-1]}.000000Z"
