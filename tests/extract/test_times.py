"""Time expressions against intervals worked out by hand, as sent on Wednesday 15 May 2024."""

import datetime as dt
import re
import time

import pytest

from cuegraph.extract.mentions import CLEAN
from cuegraph.extract.readable import LONG_RUN
from cuegraph.extract.times import REGEXES, Preference, find_times
from cuegraph.schema.clock import Precision

SENT = "2024-05-15T10:30:00Z"

# text, what was meant, first day, last day (included), precision
PAST = [
    ("I saw her today", "today", "2024-05-15", "2024-05-15", "day"),
    ("We met yesterday.", "yesterday", "2024-05-14", "2024-05-14", "day"),
    ("It rained yesterday morning", "yesterday morning", "2024-05-14", "2024-05-14", "day"),
    ("the day before yesterday", "the day before yesterday", "2024-05-13", "2024-05-13", "day"),
    ("Slept badly last night", "last night", "2024-05-14", "2024-05-14", "day"),
    ("I ran this morning", "this morning", "2024-05-15", "2024-05-15", "day"),
    ("It rained last week", "last week", "2024-05-06", "2024-05-12", "week"),
    ("earlier this week", "this week", "2024-05-13", "2024-05-19", "week"),
    ("Last weekend we hiked", "Last weekend", "2024-05-11", "2024-05-12", "range"),
    ("over the weekend", "the weekend", "2024-05-11", "2024-05-12", "range"),
    ("We moved last month", "last month", "2024-04-01", "2024-04-30", "month"),
    ("She was here last year", "last year", "2023-01-01", "2023-12-31", "year"),
    ("Last summer was hot", "Last summer", "2023-06-01", "2023-08-31", "season"),
    ("last winter", "last winter", "2023-12-01", "2024-02-29", "season"),
    ("last fall we met", "last fall", "2023-09-01", "2023-11-30", "season"),
    ("last Friday", "last Friday", "2024-05-10", "2024-05-10", "day"),
    ("last Fri I ran", "last Fri", "2024-05-10", "2024-05-10", "day"),
    ("last wednesday", "last wednesday", "2024-05-08", "2024-05-08", "day"),
    ("On Friday I had tea", "Friday", "2024-05-10", "2024-05-10", "day"),
    ("this Tuesday I had tea", "this Tuesday", "2024-05-14", "2024-05-14", "day"),
    ("Saturday night was fun", "Saturday night", "2024-05-11", "2024-05-11", "day"),
    ("two weeks ago", "two weeks ago", "2024-04-29", "2024-05-05", "week"),
    ("a week ago", "a week ago", "2024-05-06", "2024-05-12", "week"),
    ("3 days ago", "3 days ago", "2024-05-12", "2024-05-12", "day"),
    ("a few days ago", "a few days ago", "2024-05-10", "2024-05-13", "range"),
    ("a couple of months ago", "a couple of months ago", "2024-03-01", "2024-03-31", "month"),
    ("six months ago", "six months ago", "2023-11-01", "2023-11-30", "month"),
    ("ten years ago", "ten years ago", "2014-01-01", "2014-12-31", "year"),
    ("two weekends ago", "two weekends ago", "2024-05-04", "2024-05-05", "range"),
    ("an hour ago", "an hour ago", "2024-05-15", "2024-05-15", "day"),
    ("the other day", "the other day", "2024-05-08", "2024-05-15", "range"),
    ("over the past two weeks", "the past two weeks", "2024-05-01", "2024-05-15", "range"),
    ("I've been painting for 3 years", "3 years", "2021-05-16", "2024-05-15", "range"),
    ("on the 3rd", "the 3rd", "2024-05-03", "2024-05-03", "day"),
    ("on the 17th", "the 17th", "2024-04-17", "2024-04-17", "day"),
    ("on the 31st", "the 31st", "2024-03-31", "2024-03-31", "day"),
    ("May 7", "May 7", "2024-05-07", "2024-05-07", "day"),
    ("on June 9th", "June 9th", "2023-06-09", "2023-06-09", "day"),
    ("the first of March", "first of March", "2024-03-01", "2024-03-01", "day"),
    ("in June", "June", "2023-06-01", "2023-06-30", "month"),
    ("in may we met", "may", "2024-05-01", "2024-05-31", "month"),
    ("last June", "last June", "2023-06-01", "2023-06-30", "month"),
    ("since 2016", "2016", "2016-01-01", "2024-05-15", "range"),
    ("since last week", "last week", "2024-05-06", "2024-05-15", "range"),
    ("since Monday", "Monday", "2024-05-13", "2024-05-15", "range"),
    ("from Monday to Friday", "Monday to Friday", "2024-05-06", "2024-05-10", "range"),
    ("from June to August", "June to August", "2023-06-01", "2023-08-31", "range"),
    ("between May 2 and May 7", "May 2 and May 7", "2024-05-02", "2024-05-07", "range"),
    ("on Friday, May 3", "Friday, May 3", "2024-05-03", "2024-05-03", "day"),
    ("on the 5th of last month", "the 5th of last month", "2024-04-05", "2024-04-05", "day"),
    ("in early March", "March", "2024-03-01", "2024-03-31", "month"),
]  # fmt: skip
FUTURE = [
    ("See you tomorrow", "tomorrow", "2024-05-16", "2024-05-16", "day"),
    ("tonight we dance", "tonight", "2024-05-15", "2024-05-15", "day"),
    ("the day after tomorrow", "the day after tomorrow", "2024-05-17", "2024-05-17", "day"),
    ("next week", "next week", "2024-05-20", "2024-05-26", "week"),
    ("next weekend", "next weekend", "2024-05-25", "2024-05-26", "range"),
    ("this weekend", "this weekend", "2024-05-18", "2024-05-19", "range"),
    ("at the weekend", "the weekend", "2024-05-18", "2024-05-19", "range"),
    ("next month", "next month", "2024-06-01", "2024-06-30", "month"),
    ("next year", "next year", "2025-01-01", "2025-12-31", "year"),
    ("this summer", "this summer", "2024-06-01", "2024-08-31", "season"),
    ("next spring", "next spring", "2025-03-01", "2025-05-31", "season"),
    ("in the winter", "winter", "2024-12-01", "2025-02-28", "season"),
    ("on Friday", "Friday", "2024-05-17", "2024-05-17", "day"),
    ("on Wednesday", "Wednesday", "2024-05-22", "2024-05-22", "day"),
    ("next Friday", "next Friday", "2024-05-24", "2024-05-24", "day"),
    ("this coming Monday", "this coming Monday", "2024-05-20", "2024-05-20", "day"),
    ("in three days", "in three days", "2024-05-18", "2024-05-18", "day"),
    ("in a month", "in a month", "2024-06-01", "2024-06-30", "month"),
    ("two weeks from now", "two weeks from now", "2024-05-27", "2024-06-02", "week"),
    ("within two weeks", "within two weeks", "2024-05-16", "2024-05-29", "range"),
    ("the next few days", "the next few days", "2024-05-16", "2024-05-20", "range"),
    ("on the 17th", "the 17th", "2024-05-17", "2024-05-17", "day"),
    ("on the 3rd", "the 3rd", "2024-06-03", "2024-06-03", "day"),
    ("May 7", "May 7", "2025-05-07", "2025-05-07", "day"),
    ("in June", "June", "2024-06-01", "2024-06-30", "month"),
    ("in March", "March", "2025-03-01", "2025-03-31", "month"),
    ("by June 5", "June 5", "2024-06-05", "2024-06-05", "day"),
    ("5-7 June", "5-7 June", "2024-06-05", "2024-06-07", "range"),
    ("from Monday to Friday", "Monday to Friday", "2024-05-20", "2024-05-24", "range"),
    ("from November to February", "November to February", "2024-11-01", "2025-02-28", "range"),
    ("February 29", "February 29", "2028-02-29", "2028-02-29", "day"),
]  # fmt: skip
ABSOLUTE = [
    ("on May 7, 2023", "May 7, 2023", "2023-05-07", "2023-05-07", "day"),
    ("on 7 May 2023", "7 May 2023", "2023-05-07", "2023-05-07", "day"),
    ("the 7th of May 2023", "7th of May 2023", "2023-05-07", "2023-05-07", "day"),
    ("Sept. 3rd 2021", "Sept. 3rd 2021", "2021-09-03", "2021-09-03", "day"),
    ("May 5-7, 2023", "May 5-7, 2023", "2023-05-05", "2023-05-07", "range"),
    ("due 2023-05-07.", "2023-05-07", "2023-05-07", "2023-05-07", "day"),
    ("in 2023-05", "2023-05", "2023-05-01", "2023-05-31", "month"),
    ("25/12/2022", "25/12/2022", "2022-12-25", "2022-12-25", "day"),
    ("12/25/2022", "12/25/2022", "2022-12-25", "2022-12-25", "day"),
    ("in June 2022", "June 2022", "2022-06-01", "2022-06-30", "month"),
    ("in may 2023", "may 2023", "2023-05-01", "2023-05-31", "month"),
    ("in 2019", "2019", "2019-01-01", "2019-12-31", "year"),
    ("from 2010 to 2014", "2010 to 2014", "2010-01-01", "2014-12-31", "range"),
    ("(2010\N{EN DASH}2014)", "2010\N{EN DASH}2014", "2010-01-01", "2014-12-31", "range"),
    ("the summer of 2019", "summer of 2019", "2019-06-01", "2019-08-31", "season"),
    ("winter 2020", "winter 2020", "2020-12-01", "2021-02-28", "season"),
    ("in the 1990s", "1990s", "1990-01-01", "1999-12-31", "range"),
    ("in the 80s", "80s", "1980-01-01", "1989-12-31", "range"),
    ("30 May 2023 to June 2023", "30 May 2023 to June 2023", "2023-05-30", "2023-06-30", "range"),
]  # fmt: skip
NOTHING = [
    "He sat down and read.",
    "You may leave now, it may rain.",
    "They march for peace.",
    "Give me a second.",
    "Don't fall!",
    "The sun is out.",
    "We wed in a church.",
    "I go there every Friday.",
    "Fridays are for pizza.",
    "Each summer we swim.",
    "The 17th century was long.",
    "on the 5th floor",
    "my 30th birthday",
    "It cost 2000 dollars.",
    "I ran in 2000 meters",
    "It was before May 7, 2023.",
    "on 5/7/2023",
    "February 30, 2023",
    "born in 1066",
    "the year 2999",
    "May I come in?",
    "April is my sister.",
    "I stayed for 3 years.",
    "half past ten",
    "",
    "2023-13-45 99:99",
    "\N{LATIN SMALL LETTER LONG S}unday",
]


def _found(text: str, sent: str | None, prefer: Preference) -> list[tuple[str, str, str, str]]:
    found: list[tuple[str, str, str, str]] = []
    for start, end, interval in find_times(text, sent, prefer=prefer):
        last = dt.datetime.fromisoformat(interval.end) - dt.timedelta(days=1)
        days = interval.start[:10], last.date().isoformat()
        assert interval.start.endswith("T00:00:00Z")
        assert interval.end.endswith("T00:00:00Z")
        found.append((text[start:end], *days, interval.precision.value))
    return found


@pytest.mark.parametrize("row", PAST, ids=lambda row: row[0])
def test_looking_back_it_means(row: tuple[str, ...]) -> None:
    assert _found(row[0], SENT, "past") == [row[1:]]


@pytest.mark.parametrize("row", FUTURE, ids=lambda row: row[0])
def test_looking_ahead_it_means(row: tuple[str, ...]) -> None:
    assert _found(row[0], SENT, "future") == [row[1:]]


@pytest.mark.parametrize("row", ABSOLUTE, ids=lambda row: row[0])
@pytest.mark.parametrize("sent", [SENT, None])
def test_a_date_with_its_year_needs_no_anchor(row: tuple[str, ...], sent: str | None) -> None:
    assert _found(row[0], sent, "past") == [row[1:]]


@pytest.mark.parametrize("text", NOTHING)
@pytest.mark.parametrize("prefer", ["past", "future"])
def test_what_only_looks_like_a_time_is_none(text: str, prefer: Preference) -> None:
    assert find_times(text, SENT, prefer=prefer) == []


@pytest.mark.parametrize("row", [*PAST, *FUTURE], ids=lambda row: row[0])
def test_without_the_time_of_sending_nothing_relative_is_resolved(row: tuple[str, ...]) -> None:
    text = row[0]
    found = find_times(text, None)
    assert all(re.search(r"\d{4}", text[start:end]) for start, end, _ in found)


def test_a_clock_time_in_iso_form_is_one_second() -> None:
    [(start, end, interval)] = find_times("at 2023-05-07T09:30:00Z it rang", None)
    assert (start, end) == (3, 23)
    assert (interval.start, interval.end) == ("2023-05-07T09:30:00Z", "2023-05-07T09:30:01Z")
    assert interval.precision is Precision.SECOND


def test_a_clock_time_with_an_offset_is_turned_to_utc() -> None:
    [(_, _, interval)] = find_times("2023-05-07T23:30:00-05:00", None)
    assert interval.start == "2023-05-08T04:30:00Z"


def test_on_a_sunday_the_last_weekend_is_the_one_before() -> None:
    [(_, _, interval)] = find_times("last weekend", "2024-05-19T09:00:00Z")
    assert interval.start == "2024-05-11T00:00:00Z"


def test_in_january_this_winter_began_last_year() -> None:
    [(_, _, interval)] = find_times("this winter", "2024-01-10T09:00:00Z")
    assert interval.start == "2023-12-01T00:00:00Z"


def test_many_times_come_in_the_order_of_the_text() -> None:
    text = "Yesterday I called Ada, we leave next week, and in 2019 we met."
    assert [text[s:e] for s, e, _ in find_times(text, SENT)] == ["Yesterday", "next week", "2019"]


@pytest.mark.parametrize("sent", ["1970-01-01T00:00:00Z", "2100-12-31T23:59:59Z"])
@pytest.mark.parametrize("row", [*PAST, *FUTURE, *ABSOLUTE], ids=lambda row: row[0])
def test_at_the_ends_of_the_calendar_nothing_leaves_it(row: tuple[str, ...], sent: str) -> None:
    for prefer in ("past", "future"):
        for _, _, interval in find_times(row[0], sent, prefer=prefer):
            assert "1970-01-01T00:00:00Z" <= interval.start < interval.end < "2101"


@pytest.mark.parametrize("count", ["0", "9999", "500"])
@pytest.mark.parametrize(
    "unit", ["days", "weeks", "weekends", "months", "years", "decades", "hours"]
)
@pytest.mark.parametrize("form", ["{} {} ago", "in {} {}", "within {} {}", "the last {} {}"])
def test_absurd_counts_do_no_harm(form: str, unit: str, count: str) -> None:
    for _, _, interval in find_times(form.format(count, unit), SENT):
        assert "1970" <= interval.start[:4] <= interval.end[:4] <= "2100"


PUMPS = [
    "x" * 159 + " ",
    " ", "a", "1", "19", "2023", "2023-", "05/", "the ", "last ", "May ", "may", "on the 1",
    "1st of ", "from Monday ", "from Monday to ", "a few ", "in a couple of ", "have ",
    "for 3 ", "since ", "between ", "'", "since   ", "\n", "early mid late ", "this past ",
    "the day before ", "2010 to ", "x", "!", "mon", "every other ", "May 5-", "Friday, ",
    "\N{LATIN SMALL LETTER LONG S}", "2023-05-07T09:30:00.", "-", "the 80",
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("pump", PUMPS, ids=ascii)
def test_regexes_take_time_in_proportion_to_the_text(pump: str) -> None:
    """Twice the text may take twice the time, never four times: no backtracking can be pumped up.

    100,000 characters in under 50 ms leave no room for a square: 5e9 steps take seconds. So the
    ratio, which the machine's other work blurs, need only be asked where that is not so.
    """
    half, full = ((pump * 100_000)[:n] for n in (50_000, 100_000))
    for regex in (*REGEXES, LONG_RUN, CLEAN):
        twice = _cpu_s(regex, full)
        assert twice <= 0.05 or twice <= 3.5 * _cpu_s(regex, half), regex.pattern


def _cpu_s(regex: re.Pattern[str], text: str) -> float:
    """The least of three measurements; one is enough when it is short."""
    spent: list[float] = []
    while len(spent) < 3 and min(spent, default=1.0) > 0.05:
        began = time.process_time()
        for _match in regex.finditer(text):
            pass
        spent.append(time.process_time() - began)
    return min(spent)
