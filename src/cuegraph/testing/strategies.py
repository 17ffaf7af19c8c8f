"""Hypothesis strategies for logs, which over-produce what hurts.

Shared and bridging names ("Ada Lovelace" beside "Ada Byron"), names that are sure only in one message, nicknames of
speakers, equal and missing times, equal texts, several conversations and sessions, questions before answers.
"""

from dataclasses import dataclass
from typing import Final

from hypothesis import strategies as st

from cuegraph.schema.log import Act, ActKind, Message, make_act
from cuegraph.testing.rows import RECORDED, a_message

NAMES: Final = ("Ada", "Ada Lovelace", "Ada Byron", "Adalbert", "Bob", "Bobby", "Paris", "Zed")
SPEAKERS: Final = ("Ada", "Adalbert", "Bob", "Zed")
TEXTS: Final = (
    "We met with {}",
    "I moved to {} in 2012",
    "{} likes pottery",
    "I visited {} with you",
    "Did you meet with {}?",
    "{}'s garden is in Rome",
    "pottery",
    "pottery?",
    "We met with {} and moved to {} in 1999",
)
TIMES: Final = (
    None,
    "2024-01-01T10:00:00Z",
    "2024-01-01T10:00:00Z",
    "2024-01-01T10:00:01Z",
    "2024-02-01T10:00:00Z",
)


@dataclass(frozen=True, slots=True)
class Order:
    """How a log arrives: messages in this order, cut into batches of these sizes (the last size repeats)."""

    messages: tuple[Message, ...]
    sizes: tuple[int, ...]

    def batches(self) -> list[list[Message]]:
        """The batches."""
        rest, cut, sizes = list(self.messages), list[list[Message]](), list(self.sizes)
        while rest:
            size = sizes.pop(0) if len(sizes) > 1 else sizes[0]
            cut.append(rest[:size])
            rest = rest[size:]
        return cut


@st.composite
def messages(draw: st.DrawFn, *, external_id: str) -> Message:
    """One message."""
    text = draw(st.sampled_from(TEXTS))
    names = [draw(st.sampled_from(NAMES)) for _ in range(text.count("{}"))]
    return a_message(
        external_id,
        text.format(*names),
        speaker=draw(st.sampled_from(SPEAKERS)),
        sent_at=draw(st.sampled_from(TIMES)),
        conversation=draw(st.sampled_from(("chat", "chat", "work"))),
        session=draw(st.sampled_from(("s1", "s2"))),
        ordinal=draw(st.sampled_from((None, None, 1, 2))),
    )


@st.composite
def logs(draw: st.DrawFn, *, size_max: int = 12) -> list[Message]:
    """A log of distinct messages; texts, times and places repeat."""
    count = draw(st.integers(1, size_max))
    return [draw(messages(external_id=f"m{i}")) for i in range(count)]


@st.composite
def orders(draw: st.DrawFn, log: list[Message]) -> Order:
    """A way for the log to arrive: any order, some messages twice, any batches."""
    twice = draw(st.lists(st.sampled_from(log), max_size=2)) if log else []
    sizes = draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))
    return Order(tuple(draw(st.permutations([*log, *twice]))), tuple(sizes))


@st.composite
def subsets(draw: st.DrawFn, log: list[Message]) -> list[Message]:
    """Some, none or all of the log."""
    chosen = draw(st.lists(st.booleans(), min_size=len(log), max_size=len(log)))
    return [message for message, taken in zip(log, chosen, strict=True) if taken]


@st.composite
def verdicts(draw: st.DrawFn) -> list[Act]:
    """Up to two verdicts over names."""
    forms = [name.lower() for name in NAMES]
    pairs = draw(
        st.lists(st.lists(st.sampled_from(forms), min_size=2, max_size=2, unique=True), max_size=2)
    )
    kinds = [draw(st.sampled_from(list(ActKind))) for _ in pairs]
    times = [draw(st.sampled_from((RECORDED, "2024-02-01T00:00:00Z"))) for _ in pairs]
    return [
        make_act("test", kind, a, b, time)
        for kind, (a, b), time in zip(kinds, pairs, times, strict=True)
    ]
