"""Conversations that nobody held: as many messages as wanted, from a seed, for timing alone.

Sentences come from templates filled with people, places, things and times, the common ones more
often than the rare ones (Zipf), as in real talk. What they cannot show is quality of recall.
The first n messages do not depend on how many are asked for.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from bench.data import MessageRow

CONVERSATION_MESSAGES: Final = 500
SESSION_MESSAGES: Final = 20
FIRST_DAY: Final = dt.datetime(2021, 1, 4, 9, 0, tzinfo=dt.UTC)
DAYS_BETWEEN_SESSIONS: Final = 5
SECONDS_BETWEEN_MESSAGES: Final = 40
ZIPF_EXPONENT: Final = 1.0  # Zipf 1949: the word of rank r has a share of 1 / r

# Lists of words, as text: thirty quotes a list would hide the words.
# ruff: noqa: SIM905
_STARTS = "Ba Be Da Do Fa Fe Ga Ha Jo Ka Ke La Le Ma Mi Na No Pa Ra Ri Sa So Ta Te Va Wi Ya Zo"
_MIDDLES = "dri la len mi na ni ra ri ro sa ta ti vel vi"
_ENDS = "a an del el en i in is la mon n na ra ro s son ta th ton us"
_PLACE_ENDS = "bridge bury dale field ford ham hill mouth port stead ton vale wick wood worth"
_PLACES = (
    "library harbour bakery museum office gym market garden theatre station lake school clinic "
    "stadium airport gallery workshop café beach farm cinema studio pharmacy castle bookshop"
).split()
_THINGS = (
    "guitar kayak novel camera bicycle violin telescope sofa laptop painting tent piano recipe "
    "jacket necklace drone puzzle teapot skateboard microscope quilt ladder printer lantern "
    "backpack sculpture notebook radio toaster compass"
).split()
_TOPICS = (
    "gardening climbing pottery chess astronomy baking photography swimming carpentry poetry "
    "cycling yoga sailing archery calligraphy genealogy beekeeping origami fencing volunteering "
    "woodwork knitting surfing history philosophy robotics"
).split()
_VERBS = "bought sold repaired found lost borrowed painted cleaned forgot ordered".split()
_FEELINGS = "happy tired proud nervous relieved excited worried surprised calm grateful".split()
_WHENS = (
    "yesterday",
    "last Friday",
    "last week",
    "two days ago",
    "on Sunday",
    "this morning",
    "last month",
    "in the spring",
    "next Tuesday",
    "tomorrow",
)
_SAID: Final = (
    "I went to the {place} in {town} with {friend} {when}.",
    "{friend} {verb} a {thing} {when}, and I was really {feeling} about it.",
    "My sister {friend} moved to {town} because of her new job at the {place}.",
    "We talked about {topic} for hours, then {friend} showed me the old {thing}.",
    "I started {topic} {when}. It makes me {feeling}.",
    "I think {friend} wants to open a {place} near {town}, but the money is not there yet.",
    "The {thing} that I {verb} {when} broke again, so I took it to the {place}.",
    "{friend} is getting married in {town}! I am so {feeling}.",
    "I do not like the {place} any more, and would rather try {topic} with {friend}.",
    "Thanks! I was {feeling}, but the {topic} class helped a lot.",
)
_ASKED: Final = (
    "How was the {place} in {town}?",
    "Did {friend} ever finish the {thing}?",
    "Are you still into {topic}?",
    "What did you do {when}?",
)
_CUES: Final = (
    "When did {friend} go to the {place} in {town}?",
    "What did {friend} say about {topic}?",
    "Who {verb} a {thing}?",
    "Where did {friend} move?",
    "How did {friend} feel about the {thing} {when}?",
)
_PEOPLE_COUNT: Final = 2_000
_TOWNS_COUNT: Final = 500
_NAMES_SEED: Final = 11  # one cast for all seeds: cues of another seed still name people there
_QUESTION_SHARE: Final = 0.2


class Words:
    """The cast and the vocabulary, and draws from them."""

    def __init__(self, rng: np.random.Generator) -> None:
        names = np.random.default_rng(_NAMES_SEED)
        starts, middles = _STARTS.split(), _MIDDLES.split()
        self.people = _invented(names, (starts, middles, _ENDS.split()), _PEOPLE_COUNT)
        self.towns = _invented(names, (starts, middles, _PLACE_ENDS.split()), _TOWNS_COUNT)
        self._rng = rng
        self._odds: dict[int, np.ndarray[tuple[int], np.dtype[np.float64]]] = {}

    def draw(self, items: Sequence[str]) -> str:
        """One of the items, the one at place r (from 1) with a share of 1 / r."""
        count = len(items)
        if count not in self._odds:
            shares = 1 / np.arange(1, count + 1, dtype=np.float64) ** ZIPF_EXPONENT
            self._odds[count] = np.cumsum(shares / shares.sum())
        place = int(np.searchsorted(self._odds[count], self._rng.random(), side="right"))
        return items[min(place, count - 1)]

    def evenly(self, items: Sequence[str]) -> str:
        """One of the items, all alike."""
        return items[int(self._rng.integers(len(items)))]

    def is_question(self) -> bool:
        """Whether the next turn asks."""
        return bool(self._rng.random() < _QUESTION_SHARE)

    def fill(self, template: str) -> str:
        """The template with its gaps filled."""
        text = template.format(
            friend=self.draw(self.people),
            town=self.draw(self.towns),
            place=self.draw(_PLACES),
            thing=self.draw(_THINGS),
            topic=self.draw(_TOPICS),
            verb=self.evenly(_VERBS),
            feeling=self.evenly(_FEELINGS),
            when=self.evenly(_WHENS),
        )
        return text[0].upper() + text[1:]


def messages(count: int, *, seed: int) -> Iterator[MessageRow]:
    """The first `count` messages of the seed, conversation after conversation, in order of time."""
    words = Words(np.random.default_rng(seed))
    speakers = ("", "")
    for number in range(count):
        conversation, turn = divmod(number, CONVERSATION_MESSAGES)
        session, place = divmod(turn, SESSION_MESSAGES)
        if not turn:
            first = words.evenly(words.people)
            speakers = (first, words.evenly([name for name in words.people if name != first]))
        day = FIRST_DAY + dt.timedelta(days=conversation + session * DAYS_BETWEEN_SESSIONS)
        sent = day + dt.timedelta(seconds=place * SECONDS_BETWEEN_MESSAGES)
        templates = _ASKED if words.is_question() else _SAID
        yield {
            "conversation": f"talk-{conversation}",
            "session": f"talk-{conversation}-{session}",
            "id": f"{conversation}:{turn}",
            "speaker": speakers[turn % 2],
            "role": "other",
            "text": words.fill(words.evenly(templates)),
            "timestamp": sent.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }


def cues(count: int, *, seed: int) -> list[str]:
    """Questions about the people and things that the messages speak of; not all have an answer."""
    words = Words(np.random.default_rng(seed))
    return [words.fill(words.evenly(_CUES)) for _ in range(count)]


def _invented(
    rng: np.random.Generator, parts: tuple[Sequence[str], Sequence[str], Sequence[str]], count: int
) -> list[str]:
    """`count` different names of the three parts, the middle one left out now and then."""
    found: dict[str, None] = {}
    start, middle, end = parts
    while len(found) < count:
        inner = middle[int(rng.integers(len(middle)))] if rng.random() < 0.7 else ""
        name = start[int(rng.integers(len(start)))] + inner + end[int(rng.integers(len(end)))]
        found[name] = None
    return list(found)
