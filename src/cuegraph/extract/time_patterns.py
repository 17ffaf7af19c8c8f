"""The regular expressions of time, and what their words count.

Each repeat is bounded, so matching is linear in the text's length. They are ASCII only: under
Unicode folding a long s would pass for an s, and the word then be in no table. The group `t` is the
expression itself, without the preposition that gives it away.
"""

import re
from typing import Final

_FLAGS: Final = re.IGNORECASE | re.ASCII

_COUNTS: Final = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20,
    "thirty": 30,
}  # fmt: skip
ORDINAL_WORDS: Final = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "eighth": 8, "ninth": 9, "tenth": 10,
}  # fmt: skip
_MONTHS: Final = (
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
)
_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def month_number(word: str) -> int:
    """1 to 12 for a month's name or its abbreviation."""
    return _MONTHS.index(word[:3].lower()) + 1


def weekday_number(word: str) -> int:
    """0 (Monday) to 6 for a weekday's name or its abbreviation."""
    return _WEEKDAYS.index(word[:3].lower())


def quantity(words: str) -> tuple[int, int]:
    """The least and the greatest number that the words may mean."""
    text = " ".join(words.lower().split()).removesuffix(" of").removeprefix("the ")
    if text.isdigit():
        return int(text), int(text)
    if "couple" in text:
        return 2, 2
    if "few" in text:
        return 2, 5  # guess
    if text in {"several", "some", "many"}:
        return 3, 8  # guess
    count = _COUNTS[text]
    return count, count


_S = r"\s{1,3}"
_MONTH_ANY = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
# "may" and "march" are verbs unless they begin with a capital.
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|(?-i:Mar|MAR|March|MARCH|May|MAY)|apr(?:il)?|june?|july?"
    r"|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_WEEKDAY_FULL = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
# "sat", "sun" and "wed" are words of their own.
_WEEKDAY = (
    rf"(?:{_WEEKDAY_FULL}|mon|tues?|thu(?:rs?)?|fri|(?-i:Sat|SAT|Sun|SUN|Wed|WED|Weds))(?![\w'])"
)
_PART = rf"(?:{_S}(?:morning|afternoon|evening|night)\b)?"
_YEAR = r"(?:19[7-9]\d|20\d\d)"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])"
_ORDINAL = r"(?:st|nd|rd|th)"
_DASH = "[-\N{EN DASH}\N{EM DASH}]"
_TO = rf"(?:\s{{0,3}}{_DASH}\s{{0,3}}|{_S}(?:to|till|til|until|thru|through){_S})"
_NOT_NUMBER = r"(?![\d%:]|[.,]\d)"
_NUMBER = (
    r"(?:\d{1,4}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty"
    rf"|thirty|several|some|many|few|couple|(?:a|the){_S}few|a{_S}couple(?:{_S}of)?|couple{_S}of)"
)
_UNIT = r"(?:second|minute|hour|day|night|week|weekend|fortnight|month|year|decade)s?\b"
_LONG_UNIT = r"(?:day|night|week|weekend|fortnight|month|year|decade)s?\b"
_SEASON = r"(?:spring|summer|autumn|fall|winter)"
_RELATIVE = rf"(?:last|previous|this{_S}past|past|this{_S}coming|coming|next|this)"
_TOWARDS = r"(?:in|on|since|until|till|by|during|around|from|through|of|for|to|before|after)"
_STAGE = r"(?:(?:early|late|mid|beginning|end)(?:-|\s{1,3}(?:of\s{1,3})?))"
_NO_DATE = (
    r"(?!\s{0,3}(?:century|floor|street|avenue|ave|birthday|anniversary|time|place|hole|grade|try"
    r"|attempt|edition|season|week|year|month|day|of|amendment|district|row|line)\b)"
)
_NO_UNIT = (
    r"(?!\s{0,3}(?:dollars|euros|pounds|people|km|miles|meters|metres|feet|kg|steps|words|calories"
    r"|points|times|students|players|copies|units|users|pages|items|rows|bucks|followers)\b)"
)


def _compiled(source: str) -> re.Pattern[str]:
    return re.compile(source, _FLAGS)


_SOURCES: Final = {
    "iso": (
        rf"(?<![\d-])(?P<t>(?P<y>{_YEAR})-(?P<m>0[1-9]|1[0-2])(?:-(?P<d>0[1-9]|[12]\d|3[01])"
        r"(?P<clock>[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?"
        r"(?:Z|[+-]\d\d:\d\d)?)?)?)"
        r"(?![\d-])"
    ),
    "slashed": rf"(?<![\d/])(?P<t>(?P<a>\d{{1,2}})/(?P<b>\d{{1,2}})/(?P<y>{_YEAR}))(?![\d/])",
    "month_day": (
        rf"\b(?P<t>(?P<month>{_MONTH}){_S}(?:the{_S})?(?P<d>{_DAY}){_ORDINAL}?"
        rf"(?:{_TO}(?P<d2>{_DAY}){_ORDINAL}?)?(?![\w%:]|[.]\d|,\d)"
        rf"(?:,?{_S}(?P<y>{_YEAR})\b{_NOT_NUMBER})?)"
    ),
    "day_month": (
        rf"(?<![\w.,:/-])(?P<t>(?:(?P<d>{_DAY}|first|second|third|fourth|fifth|sixth|seventh|eighth"
        rf"|ninth|tenth){_ORDINAL}?(?:{_TO}(?:the{_S})?(?P<d2>{_DAY}){_ORDINAL}?)?){_S}(?:of{_S})?"
        rf"(?P<month>{_MONTH})(?:,?{_S}(?P<y>{_YEAR})\b{_NOT_NUMBER})?)"
    ),
    "month_year": (
        rf"\b(?P<t>{_STAGE}?(?P<month>{_MONTH_ANY}),?{_S}(?:of{_S})?(?P<y>{_YEAR}))\b{_NOT_NUMBER}"
    ),
    "month_prefixed": (
        rf"\b(?:{_TOWARDS}{_S}|{_STAGE})(?P<t>(?P<month>{_MONTH}))(?!\s{{0,3}}\d)(?!\w)"
    ),
    "month_loose": (rf"\b(?:in{_S}|{_STAGE})(?P<t>(?P<month>may|march))\b(?!\s{{0,3}}\d)"),
    "month_alone": (
        r"\b(?P<t>(?P<month>(?-i:January|February|July|September|October|November|December)))"
        r"\b(?!\s{0,3}\d)"
    ),
    "month_relative": (
        rf"\b(?P<t>(?P<r>last|previous|this{_S}past|next|this{_S}coming){_S}(?P<month>{_MONTH_ANY}))"
        r"(?!\s{0,3}\d)(?!\w)"
    ),
    "month_this": rf"\b(?P<t>(?P<r>this){_S}(?P<month>{_MONTH}))(?!\s{{0,3}}\d)(?!\w)",
    "month_range": (
        rf"\b(?:from|between){_S}(?P<t>(?P<month>{_MONTH})(?:{_TO}|{_S}and{_S})(?P<month2>{_MONTH})"
        rf"(?:,?{_S}(?P<y>{_YEAR}))?)(?!\s{{0,3}}\d)(?!\w)"
    ),
    "relative_day": (
        rf"\b(?P<t>(?P<day>(?:the{_S})?day{_S}before{_S}yesterday|(?:the{_S})?day{_S}after{_S}tomorrow"
        rf"|today|tonight|yesterday|tomorrow|tmrw|last{_S}night|this{_S}(?:morning|afternoon|evening))"
        rf"{_PART})\b"
    ),
    "relative_unit": (
        rf"\b(?P<t>(?P<r>{_RELATIVE}){_S}(?P<u>weekend|week|month|year|decade|{_SEASON}))\b"
        rf"(?!{_S}of\b)"
    ),
    "weekday_relative": rf"\b(?P<t>(?P<r>{_RELATIVE}){_S}(?P<weekday>{_WEEKDAY}){_PART})",
    "weekday_alone": rf"\b(?P<t>(?P<weekday>{_WEEKDAY_FULL})\b{_PART})",
    "weekday_short": rf"\b{_TOWARDS}{_S}(?P<t>(?P<weekday>{_WEEKDAY}){_PART})",
    "weekday_range": (
        rf"\b(?P<t>(?P<weekday>{_WEEKDAY_FULL})(?:{_TO}|{_S}and{_S})(?P<weekday2>{_WEEKDAY_FULL}))\b"
    ),
    "ago": rf"\b(?P<t>(?P<n>{_NUMBER}){_S}(?P<u>{_UNIT}){_S}(?:ago|back))\b",
    "ahead": rf"\b(?P<t>in{_S}(?:about{_S}|around{_S})?(?P<n>{_NUMBER}){_S}(?P<u>{_UNIT}))",
    "from_now": (rf"\b(?P<t>(?P<n>{_NUMBER}){_S}(?P<u>{_UNIT}){_S}from{_S}(?:now|today))\b"),
    "recent": (
        rf"\b(?P<t>(?:the|these){_S}(?P<r>past|last|previous|next|coming){_S}"
        rf"(?:(?P<n>{_NUMBER}){_S})?(?P<u>{_LONG_UNIT}))(?!{_S}of\b)"
    ),
    "within": rf"\b(?P<t>within{_S}(?:the{_S}next{_S})?(?P<n>{_NUMBER}){_S}(?P<u>{_LONG_UNIT}))",
    "duration": (
        rf"\bfor{_S}(?:about{_S}|over{_S}|almost{_S}|nearly{_S}|around{_S})?"
        rf"(?P<t>(?P<n>{_NUMBER}){_S}(?P<u>{_LONG_UNIT}))"
    ),
    "weekend": rf"\b(?:over|on|at|during|for|by|in){_S}(?P<t>the{_S}weekend)\b",
    "season_year": rf"\b(?P<t>(?P<season>{_SEASON}),?{_S}(?:of{_S})?(?P<y>{_YEAR}))\b{_NOT_NUMBER}",
    "season_alone": (
        rf"\b(?:(?:in|during|over|by|until|since|for){_S}(?:the{_S})?(?:early{_S}|late{_S})?)"
        r"(?P<t>(?P<season>spring|summer|autumn|winter))\b"
        r"(?!\s{0,3}(?:of|break|camp|job|house|school|clothes|olympics))"
    ),
    "year": (
        rf"\b(?:(?:in|since|until|till|by|during|from|through|of|before|after|year|and){_S}|{_STAGE})"
        rf"(?:the{_S}year{_S})?(?P<t>(?P<y>{_YEAR}))"
        rf"(?!\w)(?![%:/-]|[.,]\d){_NO_UNIT}"
    ),
    "year_range": rf"(?<![\w-])(?P<t>(?P<y>{_YEAR}){_TO}(?P<y2>{_YEAR}))(?![\w%:/-]|[.,]\d)",
    "decade": r"(?<![\w$])(?P<t>(?P<y>19[7-9]0|20\d0)s)\b",
    "decade_short": rf"\bthe{_S}(?:early{_S}|late{_S}|mid-?\s{{0,3}})?(?P<t>'?(?P<y>[0-27-9]0)s)\b",
    "day_of_month": (
        rf"\b(?:on|by|until|till|since|from|before|after|for|around){_S}(?P<t>the{_S}(?P<d>{_DAY})"
        rf"{_ORDINAL}\b(?:{_S}of{_S}(?P<r>this|last|next){_S}month\b|{_NO_DATE}))"
    ),
    "part_of_unit": (
        rf"\b(?P<t>(?:end|beginning|start|middle){_S}of{_S}(?:the|this){_S}(?P<u>week|month|year))\b"
    ),
    "vague": rf"\b(?P<t>the{_S}other{_S}(?:day|night)|recently|lately)\b",
}

PATTERNS: Final = {name: _compiled(source) for name, source in _SOURCES.items()}

# Without one of these no pattern above can match; most messages have none.
GATE: Final = _compiled(
    r"\d{4}|\d/\d|\d\s?(?:of|-|st|nd|rd|th)|day|tomorrow|tonight|tmrw|night|morning|afternoon|evening|week|month|year"
    r"|fortnight|decade|ago\b|minute|hour|second|spring|summer|autumn|fall|winter|recently|lately"
    r"|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun)"
    r"|the\s{1,3}(?:early|late|mid|'?\d0s)|\d0s"
)
# Habits name no time: "every Friday", "on Sundays", "most summers".
BLOCKERS: Final = _compiled(
    rf"\b(?:(?:every|each|most|any|all|another|one){_S}(?:other{_S}|single{_S})?"
    rf"(?:{_WEEKDAY_FULL}s?|{_SEASON}s?|weekends?|weeks?|months?|years?|days?|nights?)"
    rf"(?!{_S}(?:ago|back|from))|{_WEEKDAY_FULL}s)\b"
)
BEFORE_SINCE: Final = _compiled(rf"\bsince{_S}(?:about{_S}|early{_S}|late{_S}|around{_S})?\Z")
# "before June" and "after June" have one end only, which no interval can say.
BEFORE_UNBOUNDED: Final = _compiled(rf"\b(?:before|after|prior{_S}to){_S}\Z")
BETWEEN: Final = _compiled(rf"\bbetween{_S}\Z")
CONNECTOR: Final = _compiled(
    rf"\s{{0,3}}(?:{_DASH}|(?:to|till|til|until|thru|through)|(?P<and>and))\s{{0,3}}"
)
CONNECTOR_COMMA: Final = _compiled(rf",?{_S}(?:the{_S})?")
PERFECT: Final = _compiled(
    r"(?:\b(?:have|has|had)\b|['\N{RIGHT SINGLE QUOTATION MARK}](?:ve|s|d)\b)[^.!?]{0,60}\Z"
)
