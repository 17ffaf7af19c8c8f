"""The log's records: messages (what was said) and acts (what a user decided). The only input of the derivation."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from cuegraph.schema.clock import sortable_time
from cuegraph.schema.ids import canonical_json, content_id

DIGITS: Final = re.compile(r"[0-9]+")
TIMELESS: Final = (
    "~"  # sorts after every digit: a message without a time comes last in its conversation
)


@dataclass(frozen=True, slots=True)
class Message:
    """One turn, verbatim. `id` is the content id of all fields but `recorded_at`; build one with `make_message`.

    `sent_at` and `recorded_at` are UTC text; `ordinal` is the place in the source where times tie or are missing;
    `metadata` is canonical JSON of the extra keys.
    """

    id: str
    conversation: str
    session: str
    external_id: str
    speaker: str
    role: str
    text: str
    sent_at: str | None
    recorded_at: str
    ordinal: int | None
    metadata: str

    @property
    def order(self) -> str:
        """The canonical place in the conversation: time, session, ordinal, external id, id.

        Digits compare as numbers, so `D1:9` comes before `D1:12`. A function of this message alone.
        """
        time = sortable_time(self.sent_at) if self.sent_at else TIMELESS
        ordinal = f"{self.ordinal:012d}" if self.ordinal is not None else TIMELESS
        session, external_id = natural(self.session), natural(self.external_id)
        return f"{time}\x1f{session}\x1f{ordinal}\x1f{external_id}\x1f{self.id}"


@dataclass(frozen=True, slots=True)
class Draft:
    """A message as a loader found it, before the normaliser; `line` is its place in the file, from 1."""

    line: int
    fields: Mapping[str, object]  # the keys of an import line; others are metadata


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that is no message: where, why, and its first bytes."""

    line: int
    reason: str
    excerpt: str


class ActKind(StrEnum):
    """What a user can decide about the memory."""

    SAME = "same"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Act:
    """A verdict over two name forms, in sorted order: both name one entity, or they do not.

    Of several verdicts on a pair, the one recorded last counts.
    """

    id: str
    kind: ActKind
    left: str
    right: str
    recorded_at: str


def make_message(
    namespace: str,
    *,
    conversation: str,
    session: str,
    external_id: str,
    speaker: str,
    role: str,
    text: str,
    sent_at: str | None,
    recorded_at: str,
    ordinal: int | None = None,
    metadata: str = "{}",
) -> Message:
    """A message with its content id; all text must have passed the normaliser."""
    body = canonical_json(
        [conversation, session, external_id, speaker, role, text, sent_at, ordinal, metadata]
    )
    return Message(
        id=content_id(namespace, "message", body),
        conversation=conversation,
        session=session,
        external_id=external_id,
        speaker=speaker,
        role=role,
        text=text,
        sent_at=sent_at,
        recorded_at=recorded_at,
        ordinal=ordinal,
        metadata=metadata,
    )


def make_act(namespace: str, kind: ActKind, left: str, right: str, recorded_at: str) -> Act:
    """A verdict with its content id; `left` and `right` are name forms in either order."""
    left, right = sorted((left, right))
    id_ = content_id(namespace, "act", kind, left, right, recorded_at)
    return Act(id_, kind, left, right, recorded_at)


def verdicts_in_force(acts: Iterable[Act]) -> list[Act]:
    """The last verdict on each pair, by id; of two recorded at once, `different`."""
    last: dict[tuple[str, str], Act] = {}
    for act in sorted(acts, key=lambda act: (act.recorded_at, act.kind is ActKind.DIFFERENT)):
        last[act.left, act.right] = act
    return sorted(last.values(), key=lambda act: act.id)


def natural(text: str) -> str:
    """A key under which digit runs compare as numbers: each run is led by its length.

    >>> sorted(["s12", "s9", "s010"], key=natural)
    ['s9', 's010', 's12']
    """
    return DIGITS.sub(_led_by_length, text)


def _led_by_length(run: re.Match[str]) -> str:
    digits = run[0].lstrip("0")
    return f"{min(len(digits), 999):03d}{digits}"
