"""What an extractor finds in one message: mentions, event frames and times, with their character spans.

All of it is a function of the message's text and time alone. "I", "you" and "we" stay symbols here; the passes that
know the conversation say who they are.
"""

import functools
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from cuegraph.schema.clock import Interval, Precision
from cuegraph.schema.ids import canonical_json


class MentionKind(StrEnum):
    """A name stands for an entity; a topic is a common-noun concept."""

    NAME = "name"
    TOPIC = "topic"


class Modality(StrEnum):
    """How the speaker puts the event."""

    HAPPENED = "happened"
    ONGOING = "ongoing"
    STATE = "state"
    PLAN = "plan"
    WISH = "wish"
    HYPOTHETICAL = "hypothetical"
    ASKED = "asked"
    ORDERED = "ordered"


class Reference(StrEnum):
    """What fills a role: a mention of this message, or a person of the dialogue."""

    MENTION = "mention"
    FIRST = "first"  # I, me, my, we
    SECOND = "second"  # you, your


@dataclass(frozen=True, slots=True)
class Mention:
    """A name or topic in the text at [start, end).

    `form` is the spelling under which mentions meet (`name_form`; the lemma for topics). `label` is a vote for the
    entity's label ("" for none). A `weak` mention only looks like a name: it counts where another message has the
    same form as a sure one.
    """

    kind: MentionKind
    form: str
    surface: str
    start: int
    end: int
    label: str = ""
    weak: bool = False


@dataclass(frozen=True, slots=True)
class Role:
    """A participant of an event: `name` is agent, patient, recipient, place or topic; `mention` an index or -1."""

    name: str
    reference: Reference
    mention: int = -1


@dataclass(frozen=True, slots=True)
class EventFrame:
    """A clause that says something: predicate (verb lemma with particle), its roles, time, polarity, modality.

    `gist` is the clause's own words, shortened; `worth` counts what makes it memorable (0 and up).
    """

    predicate: str
    gist: str
    start: int
    end: int
    roles: tuple[Role, ...]
    negated: bool
    modality: Modality
    worth: int
    valid: Interval | None = None
    time_start: int = -1
    time_end: int = -1


@dataclass(frozen=True, slots=True)
class Extraction:
    """All that was found in one message. `worth` ranks messages for gists; `is_question` is about its last sentence."""

    mentions: tuple[Mention, ...] = ()
    events: tuple[EventFrame, ...] = ()
    is_question: bool = False
    worth: int = 0

    def to_bytes(self) -> bytes:
        """Canonical JSON, the form in which it is stored."""
        return canonical_json(asdict(self)).encode()

    @staticmethod
    def from_bytes(data: bytes) -> "Extraction":
        """The extraction that `to_bytes` wrote."""
        return _decoded(data)


@dataclass(frozen=True, slots=True)
class Utterance:
    """What an extractor reads of a message."""

    text: str
    sent_at: str | None


@functools.lru_cache(
    maxsize=4096
)  # four passes read each message's extraction, one after the other
def _decoded(data: bytes) -> Extraction:
    raw: Any = json.loads(data)
    return Extraction(
        mentions=tuple(_mention(item) for item in raw["mentions"]),
        events=tuple(_event(item) for item in raw["events"]),
        is_question=raw["is_question"],
        worth=raw["worth"],
    )


def _mention(raw: Mapping[str, Any]) -> Mention:
    return Mention(
        kind=MentionKind(raw["kind"]),
        form=raw["form"],
        surface=raw["surface"],
        start=raw["start"],
        end=raw["end"],
        label=raw["label"],
        weak=raw["weak"],
    )


def _event(raw: Mapping[str, Any]) -> EventFrame:
    valid = raw["valid"]
    roles = tuple(
        Role(role["name"], Reference(role["reference"]), role["mention"]) for role in raw["roles"]
    )
    span = Interval(valid["start"], valid["end"], Precision(valid["precision"])) if valid else None
    return EventFrame(
        predicate=raw["predicate"],
        gist=raw["gist"],
        start=raw["start"],
        end=raw["end"],
        roles=roles,
        negated=raw["negated"],
        modality=Modality(raw["modality"]),
        worth=raw["worth"],
        valid=span,
        time_start=raw["time_start"],
        time_end=raw["time_end"],
    )
