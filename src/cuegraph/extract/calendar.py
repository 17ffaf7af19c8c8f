"""Calendar spans in UTC: half-open intervals of whole days, weeks, months, seasons and years.

Everything that would leave 1970..2100 comes back as None: such a time could not be stored.
"""

import datetime as dt
from typing import Final

from cuegraph.schema.clock import YEAR_MAX, YEAR_MIN, Interval, Precision, format_time, parse_time

# Northern hemisphere, whole months; winter is named by the year in which it begins.
SEASON_MONTHS: Final = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}


def days(first: dt.date, last: dt.date, precision: Precision) -> Interval | None:
    """From the start of `first` to the end of `last`; None for an empty or unstorable span."""
    end = last + dt.timedelta(days=1)
    if first >= end or first.year < YEAR_MIN or end.year > YEAR_MAX:
        return None
    return Interval(f"{first.isoformat()}T00:00:00Z", f"{end.isoformat()}T00:00:00Z", precision)


def day(date: dt.date) -> Interval | None:
    """The calendar day."""
    return days(date, date, Precision.DAY)


def week(date: dt.date) -> Interval | None:
    """The week, Monday to Sunday, that holds the date."""
    first = monday(date)
    return days(first, first + dt.timedelta(days=6), Precision.WEEK)


def weekend(date: dt.date) -> Interval | None:
    """Saturday and Sunday of the week that holds the date."""
    first = monday(date) + dt.timedelta(days=5)
    return days(first, first + dt.timedelta(days=1), Precision.RANGE)


def months(first: tuple[int, int], last: tuple[int, int], precision: Precision) -> Interval | None:
    """From the start of month `first` (year, month) to the end of month `last`."""
    after_year, after_month = _plus_months(*last, 1)
    if not (first[0] >= YEAR_MIN and after_year <= YEAR_MAX):
        return None
    end = dt.date(after_year, after_month, 1) - dt.timedelta(days=1)
    return days(dt.date(first[0], first[1], 1), end, precision)


def month(year_: int, month_: int, plus: int = 0) -> Interval | None:
    """The calendar month, `plus` months later."""
    moved = _plus_months(year_, month_, plus)
    return months(moved, moved, Precision.MONTH)


def season(name: str, year_: int) -> Interval | None:
    """The season that begins in the year."""
    first = (year_, SEASON_MONTHS[name])
    return months(first, _plus_months(*first, 2), Precision.SEASON)


def year(year_: int) -> Interval | None:
    """The calendar year."""
    return months((year_, 1), (year_, 12), Precision.YEAR)


def years(first: int, last: int) -> Interval | None:
    """Several calendar years, both ends included."""
    return months((first, 1), (last, 12), Precision.RANGE)


def join(first: Interval, last: Interval) -> Interval | None:
    """From the start of one to the end of the other; None where that is no span."""
    if first.start >= last.end:
        return None
    return Interval(first.start, last.end, Precision.RANGE)


def moment(text: str) -> Interval | None:
    """The second that begins at an ISO 8601 time; None where the text is no storable time."""
    try:
        start = parse_time(text)
    except (ValueError, OverflowError):
        return None
    end = start + dt.timedelta(seconds=1)
    if end.year > YEAR_MAX:
        return None
    return Interval(format_time(start), format_time(end), Precision.SECOND)


def date_of(year_: int, month_: int, day_: int) -> dt.date | None:
    """The date, or None where the calendar has no such day."""
    try:
        return dt.date(year_, month_, day_)
    except ValueError:
        return None


def monday(date: dt.date) -> dt.date:
    """The Monday of the date's week."""
    return date - dt.timedelta(days=date.weekday())


def plus_months(date: dt.date, count: int) -> tuple[int, int]:
    """(year, month), `count` months after the date's; the year may lie outside the calendar."""
    return _plus_months(date.year, date.month, count)


def _plus_months(year_: int, month_: int, count: int) -> tuple[int, int]:
    total = year_ * 12 + month_ - 1 + count
    return total // 12, total % 12 + 1
