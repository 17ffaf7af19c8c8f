"""Cue in, recall out: the values that a recall is asked with and answered by."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cuegraph.schema.clock import Interval
from cuegraph.schema.graph import EdgeType, Label


@dataclass(frozen=True, slots=True)
class Filters:
    """What hits must satisfy; empty means anything. `sent` bounds the time of the cited message."""

    speakers: tuple[str, ...] = ()
    conversations: tuple[str, ...] = ()
    sent: Interval | None = None
    kinds: tuple[Label, ...] = (Label.MESSAGE,)


@dataclass(frozen=True, slots=True)
class Cue:
    """What recall starts from. `now` is the asking time (relative times, recency), `as_of` hides what came later."""

    text: str
    limit: int = 10
    now: str | None = None
    as_of: str | None = None
    filters: Filters = field(default_factory=Filters)


@dataclass(frozen=True, slots=True)
class Citation:
    """Where the words stand: characters [start, end) of the text of the message `external_id`."""

    message_id: str
    external_id: str
    conversation: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class PathStep:
    """One node on the way of activation; `via` is the edge's type (None for the seed), `activation` what arrived."""

    id: str
    kind: Label
    name: str
    via: EdgeType | None
    activation: float


@dataclass(frozen=True, slots=True)
class Hit:
    """One recalled engram. The contributions, summed in the order of their names, are the score."""

    id: str
    kind: Label
    name: str
    text: str
    score: float
    contributions: Mapping[str, float]
    path: tuple[PathStep, ...]
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Recall:
    """The answer to a cue, best first; `confidence` in [0, 1]; `system` 1 is spreading activation at once."""

    cue: str
    hits: tuple[Hit, ...]
    confidence: float
    system: int
