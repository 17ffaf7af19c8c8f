"""What each pattern of time means: a match and the day of sending -> a half-open UTC interval."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Final, NamedTuple

from cuegraph.extract import calendar
from cuegraph.extract.time_patterns import ORDINAL_WORDS, month_number, quantity, weekday_number
from cuegraph.schema.clock import Interval, Precision

_DAYS: Final = {
    "today": 0,
    "tonight": 0,
    "this morning": 0,
    "this afternoon": 0,
    "this evening": 0,
    "yesterday": -1,
    "last night": -1,
    "tomorrow": 1,
    "tmrw": 1,
}
_LAST: Final = frozenset({"last", "past", "this past", "previous"})
_NEXT: Final = frozenset({"next", "coming", "this coming"})


class Anchor(NamedTuple):
    """From where an expression counts, and which way it looks."""

    day: dt.date | None  # on which the text was sent
    past: bool  # what an expression that may look both ways means


def _blocked(_match: re.Match[str], _anchor: Anchor) -> Interval | None:
    return None


def _iso(match: re.Match[str], _anchor: Anchor) -> Interval | None:
    if match["clock"]:
        return calendar.moment(match["t"])
    if not match["d"]:
        return calendar.month(int(match["y"]), int(match["m"]))
    date = calendar.date_of(int(match["y"]), int(match["m"]), int(match["d"]))
    return calendar.day(date) if date else None


def _slashed(match: re.Match[str], _anchor: Anchor) -> Interval | None:
    a, b = int(match["a"]), int(match["b"])
    if a <= 12 and b <= 12 and a != b:
        return None
    month, day = (a, b) if a <= 12 else (b, a)
    date = calendar.date_of(int(match["y"]), month, day)
    return calendar.day(date) if date else None


def _month_day(match: re.Match[str], anchor: Anchor) -> Interval | None:
    month = month_number(match["month"])
    first = _day_number(match["d"])
    last = int(match["d2"]) if match["d2"] else first
    for year in _candidate_years(match["y"], anchor):
        start, end = calendar.date_of(year, month, first), calendar.date_of(year, month, last)
        if start and end and _fits(start, end, anchor, named=match["y"] is not None):
            single = Precision.DAY if first == last else Precision.RANGE
            return calendar.days(start, end, single)
    return None


def _candidate_years(named: str | None, anchor: Anchor) -> list[int]:
    """The year that was named, or those to try, the preferred first."""
    if named:
        return [int(named)]
    if not anchor.day:
        return []
    # Eight years reach the next or last 29 February.
    step = -1 if anchor.past else 1
    return [anchor.day.year + step * n for n in range(9)]


def _fits(start: dt.date, end: dt.date, anchor: Anchor, *, named: bool) -> bool:
    if named or not anchor.day:
        return named
    return start <= anchor.day if anchor.past else end >= anchor.day


def _day_number(text: str) -> int:
    return ORDINAL_WORDS.get(text.lower()) or int(text)


def _month_year(match: re.Match[str], _anchor: Anchor) -> Interval | None:
    return calendar.month(int(match["y"]), month_number(match["month"]))


def _month_alone(match: re.Match[str], anchor: Anchor) -> Interval | None:
    if not anchor.day:
        return None
    return _month_near(month_number(match["month"]), anchor.day, past=anchor.past)


def _month_near(month: int, day: dt.date, *, past: bool) -> Interval | None:
    back, ahead = (day.month - month) % 12, (month - day.month) % 12
    return calendar.month(day.year, day.month, -back if past else ahead)


def _month_relative(match: re.Match[str], anchor: Anchor) -> Interval | None:
    day, month, which = anchor.day, month_number(match["month"]), _words(match["r"])
    if not day:
        return None
    if which in _LAST:
        return calendar.month(day.year, day.month, -((day.month - month - 1) % 12 + 1))
    if which in _NEXT:
        return calendar.month(day.year, day.month, (month - day.month - 1) % 12 + 1)
    return calendar.month(day.year, month)


def _month_range(match: re.Match[str], anchor: Anchor) -> Interval | None:
    first, last = month_number(match["month"]), month_number(match["month2"])
    if match["y"]:
        end_year = int(match["y"])
    elif anchor.day and anchor.past:
        end_year = anchor.day.year - (last > anchor.day.month)
    elif anchor.day:
        end_year = anchor.day.year + (first < anchor.day.month) + (last < first)
    else:
        return None
    return calendar.months((end_year - (last < first), first), (end_year, last), Precision.RANGE)


def _relative_day(match: re.Match[str], anchor: Anchor) -> Interval | None:
    words = _words(match["day"])
    offset = _DAYS.get(words)
    if offset is None:
        offset = -2 if "before" in words else 2
    return calendar.day(anchor.day + dt.timedelta(days=offset)) if anchor.day else None


def _relative_unit(match: re.Match[str], anchor: Anchor) -> Interval | None:
    if not anchor.day:
        return None
    which, unit = _words(match["r"]), match["u"].lower()
    step = -1 if which in _LAST else 1 if which in _NEXT else 0
    if unit in calendar.SEASON_MONTHS:
        return _season_near(unit, anchor.day, step)
    if unit == "weekend" and step == -1 and anchor.day.weekday() >= 5:
        return calendar.weekend(anchor.day - dt.timedelta(days=7))
    return _unit_at(unit, anchor.day, step)


def _season_near(name: str, day: dt.date, step: int) -> Interval | None:
    """The last one that has ended, the next one to begin, or (0) the one of this year."""
    around = (day.year - 2, day.year - 1, day.year, day.year + 1)
    found = [s for s in (calendar.season(name, year) for year in around) if s]
    today = day.isoformat()
    if step < 0:
        ended = [s for s in found if s.end[:10] <= today]
        return ended[-1] if ended else None
    if step > 0:
        ahead = [s for s in found if s.start[:10] > today]
        return ahead[0] if ahead else None
    # In January "this winter" began last year.
    early = name == "winter" and day.month <= 2
    return calendar.season(name, day.year - early)


def _weekday_relative(match: re.Match[str], anchor: Anchor) -> Interval | None:
    day, which, number = anchor.day, _words(match["r"]), weekday_number(match["weekday"])
    if not day:
        return None
    if which in _LAST:
        return _weekday_near(number, day, past=True)
    if which in {"coming", "this coming"}:
        return _weekday_near(number, day, past=False)
    date = calendar.monday(day) + dt.timedelta(days=number)
    if which == "next":
        date += dt.timedelta(days=7)
    elif anchor.past and date > day:
        date -= dt.timedelta(days=7)
    elif not anchor.past and date < day:
        date += dt.timedelta(days=7)
    return calendar.day(date)


def _weekday_alone(match: re.Match[str], anchor: Anchor) -> Interval | None:
    if not anchor.day:
        return None
    return _weekday_near(weekday_number(match["weekday"]), anchor.day, past=anchor.past)


def _weekday_near(number: int, day: dt.date, *, past: bool) -> Interval | None:
    """The nearest such weekday strictly before or after the day."""
    if past:
        return calendar.day(day - dt.timedelta(days=(day.weekday() - number - 1) % 7 + 1))
    return calendar.day(day + dt.timedelta(days=(number - day.weekday() - 1) % 7 + 1))


def _weekday_range(match: re.Match[str], anchor: Anchor) -> Interval | None:
    if not anchor.day:
        return None
    first, last = weekday_number(match["weekday"]), weekday_number(match["weekday2"])
    length = dt.timedelta(days=(last - first) % 7)
    edge = _weekday_near(last if anchor.past else first, anchor.day, past=anchor.past)
    if not edge:
        return None
    date = dt.date.fromisoformat(edge.start[:10])
    start = date - length if anchor.past else date
    return calendar.days(start, start + length, Precision.RANGE)


def _ago(match: re.Match[str], anchor: Anchor) -> Interval | None:
    return _moved(match, anchor, -1)


def _ahead(match: re.Match[str], anchor: Anchor) -> Interval | None:
    return _moved(match, anchor, 1)


def _moved(match: re.Match[str], anchor: Anchor, sign: int) -> Interval | None:
    """`n` units before or after: the calendar unit there; a range for "a few"."""
    if not anchor.day:
        return None
    low, high = quantity(match["n"])
    unit = match["u"].lower().removesuffix("s")
    near, far = (_unit_at(unit, anchor.day, sign * n) for n in (low, high))
    if low == high or not near or not far:
        return near if low == high else None
    return calendar.join(far, near) if sign < 0 else calendar.join(near, far)


def _unit_at(unit: str, day: dt.date, count: int) -> Interval | None:
    """The calendar unit that lies `count` units from the one that holds the day."""
    build = _UNITS.get(unit)
    # Of seconds, minutes and hours the zone is unknown, so the day is all that is sure.
    return build(day, count) if build else calendar.day(day)


_UNITS: Final[dict[str, Callable[[dt.date, int], Interval | None]]] = {
    "day": lambda day, count: calendar.day(day + dt.timedelta(days=count)),
    "night": lambda day, count: calendar.day(day + dt.timedelta(days=count)),
    "week": lambda day, count: calendar.week(day + dt.timedelta(weeks=count)),
    "weekend": lambda day, count: calendar.weekend(day + dt.timedelta(weeks=count)),
    "fortnight": lambda day, count: calendar.week(day + dt.timedelta(weeks=2 * count)),
    "month": lambda day, count: calendar.month(day.year, day.month, count),
    "year": lambda day, count: calendar.year(day.year + count),
    "decade": lambda day, count: calendar.year(day.year + 10 * count),
}


def _recent(match: re.Match[str], anchor: Anchor) -> Interval | None:
    """The past or next `n` units, measured from the day of sending, which counts among the past."""
    if not anchor.day:
        return None
    length = _length_days(quantity(match["n"] or "one")[1], match["u"].lower().removesuffix("s"))
    return _reach(anchor.day, length, past=_words(match["r"]) in _LAST)


def _within(match: re.Match[str], anchor: Anchor) -> Interval | None:
    if not anchor.day:
        return None
    length = _length_days(quantity(match["n"])[1], match["u"].lower().removesuffix("s"))
    return _reach(anchor.day, length, past=anchor.past)


def _duration(match: re.Match[str], anchor: Anchor) -> Interval | None:
    if not anchor.day:
        return None
    length = _length_days(quantity(match["n"])[0], match["u"].lower().removesuffix("s"))
    return _reach(anchor.day, length, past=True)


def _length_days(count: int, unit: str) -> int:
    sizes = {"week": 7, "weekend": 7, "fortnight": 14, "month": 30, "year": 365, "decade": 3652}
    return count * sizes.get(unit, 1)


def _reach(day: dt.date, length: int, *, past: bool) -> Interval | None:
    """The days from `length` days ago to today, or from tomorrow to `length` days ahead."""
    if past:
        first = dt.date.fromordinal(max(1, day.toordinal() - length))
        return calendar.days(first, day, Precision.RANGE)
    last = dt.date.fromordinal(min(dt.date.max.toordinal() - 1, day.toordinal() + length))
    return calendar.days(day + dt.timedelta(days=1), last, Precision.RANGE)


def _weekend_alone(_match: re.Match[str], anchor: Anchor) -> Interval | None:
    if not anchor.day:
        return None
    weekday = anchor.day.weekday()
    # On a Saturday or Sunday it is the one that is.
    return calendar.weekend(anchor.day - dt.timedelta(days=7 * (anchor.past and weekday < 5)))


def _season_year(match: re.Match[str], _anchor: Anchor) -> Interval | None:
    return calendar.season(match["season"].lower(), int(match["y"]))


def _season_alone(match: re.Match[str], anchor: Anchor) -> Interval | None:
    """The season that is, or else the nearest on the preferred side."""
    if not anchor.day:
        return None
    name, today = match["season"].lower(), anchor.day.isoformat()
    around = (anchor.day.year - 1, anchor.day.year, anchor.day.year + 1)
    found = [s for s in (calendar.season(name, year) for year in around) if s]
    if anchor.past:
        begun = [s for s in found if s.start[:10] <= today]
        return begun[-1] if begun else None
    open_ = [s for s in found if s.end[:10] > today]
    return open_[0] if open_ else None


def _year(match: re.Match[str], _anchor: Anchor) -> Interval | None:
    return calendar.year(int(match["y"]))


def _year_range(match: re.Match[str], _anchor: Anchor) -> Interval | None:
    return calendar.years(int(match["y"]), int(match["y2"]))


def _decade(match: re.Match[str], _anchor: Anchor) -> Interval | None:
    digits = match["y"]
    first = int(digits) if len(digits) == 4 else (1900 if digits >= "70" else 2000) + int(digits)
    return calendar.years(first, first + 9)


def _day_of_month(match: re.Match[str], anchor: Anchor) -> Interval | None:
    if not anchor.day:
        return None
    number = int(match["d"])
    which = _words(match["r"] or "")
    if which:
        step = -1 if which == "last" else int(which == "next")
        date = calendar.date_of(*calendar.plus_months(anchor.day, step), number)
        return calendar.day(date) if date else None
    # A month that lacks the day (the 31st) is passed over.
    for step in range(4):
        place = calendar.plus_months(anchor.day, -step if anchor.past else step)
        date = calendar.date_of(*place, number)
        if date and (date <= anchor.day if anchor.past else date >= anchor.day):
            return calendar.day(date)
    return None


def _part_of_unit(match: re.Match[str], anchor: Anchor) -> Interval | None:
    return _unit_at(match["u"].lower(), anchor.day, 0) if anchor.day else None


def _vague(match: re.Match[str], anchor: Anchor) -> Interval | None:
    if not anchor.day:
        return None
    # Guesses: "the other day" is within a week, "recently" within a month.
    return _reach(anchor.day, 7 if "other" in match["t"].lower() else 30, past=True)


def _words(text: str) -> str:
    return " ".join(text.lower().split())


MEANINGS: Final[dict[str, Callable[[re.Match[str], Anchor], Interval | None]]] = {
    "blocked": _blocked,
    "iso": _iso,
    "slashed": _slashed,
    "month_day": _month_day,
    "day_month": _month_day,
    "month_year": _month_year,
    "month_prefixed": _month_alone,
    "month_loose": _month_alone,
    "month_alone": _month_alone,
    "month_relative": _month_relative,
    "month_this": _month_relative,
    "month_range": _month_range,
    "relative_day": _relative_day,
    "relative_unit": _relative_unit,
    "weekday_relative": _weekday_relative,
    "weekday_alone": _weekday_alone,
    "weekday_short": _weekday_alone,
    "weekday_range": _weekday_range,
    "ago": _ago,
    "ahead": _ahead,
    "from_now": _ahead,
    "recent": _recent,
    "within": _within,
    "duration": _duration,
    "weekend": _weekend_alone,
    "season_year": _season_year,
    "season_alone": _season_alone,
    "year": _year,
    "year_range": _year_range,
    "decade": _decade,
    "decade_short": _decade,
    "day_of_month": _day_of_month,
    "part_of_unit": _part_of_unit,
    "vague": _vague,
}
