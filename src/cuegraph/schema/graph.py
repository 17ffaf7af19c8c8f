"""The graph's kinds and rows: nodes, edges, memos, and the delta, the only thing that is ever written."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Generic, TypeAlias, TypeVar

from cuegraph.schema.ids import content_id
from cuegraph.schema.log import Act, Message

Value: TypeAlias = str | int | float | bool | list[str] | list[int]
Properties: TypeAlias = Mapping[str, Value]
Key: TypeAlias = tuple[str, ...]
T = TypeVar("T")
R = TypeVar("R", Message, Act, "Node", "Edge")


class Label(StrEnum):
    """What a node is. Neo4j's labels are these, with `Memory` on every node and `Entity` on every entity."""

    CONVERSATION = "Conversation"
    SESSION = "Session"
    MESSAGE = "Message"
    NAME = "Name"
    ENTITY = "Entity"
    PERSON = "Person"
    PLACE = "Place"
    ORGANIZATION = "Organization"
    ARTIFACT = "Artifact"
    TOPIC = "Topic"
    EVENT = "Event"
    GIST = "Gist"


class EdgeType(StrEnum):
    """How two nodes are associated."""

    CONTAINS = "CONTAINS"  # conversation -> session -> message
    NEXT = (
        "NEXT"  # message -> the next in its conversation; event -> the next on an entity's timeline
    )
    ANSWERS = "ANSWERS"  # message -> the question before it
    SAID_BY = "SAID_BY"  # message -> the speaker's name
    ADDRESSES = "ADDRESSES"  # message -> the name of the one spoken to
    MENTIONS = "MENTIONS"  # message -> a name or topic in its text
    NAMES = "NAMES"  # name -> the entity it stands for
    INVOLVES = "INVOLVES"  # event -> who and what takes part
    AT = "AT"  # event -> where
    DERIVED_FROM = "DERIVED_FROM"  # event, gist -> the message span it comes from
    CO_OCCURS = "CO_OCCURS"  # entity -> entity of the same event
    SIMILAR_TO = "SIMILAR_TO"  # message -> message of near meaning
    SUMMARIZES = "SUMMARIZES"  # gist -> what it is the gist of


class MemoKind(StrEnum):
    """What is computed from one message alone and kept, since computing it is what costs."""

    EXTRACTION = "extraction"
    VECTOR = "vector"


class RecordKind(StrEnum):
    """The log's kinds, as passes name them among what they read."""

    MESSAGE = "message"
    ACT = "act"


Kind: TypeAlias = Label | EdgeType | MemoKind | RecordKind

REVISION_MODULUS: Final = 2**52
ENTITY_LABELS: Final = frozenset(
    {Label.ENTITY, Label.PERSON, Label.PLACE, Label.ORGANIZATION, Label.ARTIFACT, Label.TOPIC}
)


@dataclass(frozen=True, slots=True)
class Node:
    """One engram. `owner` is the id of the (pass, key) that derives it; `rank` orders nodes of a label (or is "")."""

    id: str
    label: Label
    owner: str
    pass_name: str
    properties: Properties
    rank: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """One association. `rank` orders the edges of a type at their source and at their target (or is "")."""

    id: str
    type: EdgeType
    source: str
    target: str
    owner: str
    pass_name: str
    rule: str
    properties: Properties
    rank: str = ""


@dataclass(frozen=True, slots=True)
class Memo:
    """The value that one message's text and time give; `key` is the message's id, `rank` its place in a trie or ""."""

    kind: MemoKind
    key: str
    value: bytes
    rank: str = ""


@dataclass(frozen=True, slots=True)
class Change(Generic[T]):
    """One row before and after; None where it was or is not. Never None on both sides, never equal on both."""

    before: T | None
    after: T | None


@dataclass(frozen=True, slots=True)
class Rows:
    """All that one (pass, key) derives; ids are unique, order does not matter."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()


@dataclass(slots=True)
class GraphDelta:
    """Changes as a value. `store.apply` does them all or none; the index follows with the same delta."""

    messages: list[Change[Message]] = field(default_factory=list[Change[Message]])
    acts: list[Change[Act]] = field(default_factory=list[Change[Act]])
    memos: list[Change[Memo]] = field(default_factory=list[Change[Memo]])
    nodes: list[Change[Node]] = field(default_factory=list[Change[Node]])
    edges: list[Change[Edge]] = field(default_factory=list[Change[Edge]])

    def __bool__(self) -> bool:
        return bool(self.messages or self.acts or self.memos or self.nodes or self.edges)

    def extend(self, other: "GraphDelta") -> None:
        """Add the other's changes after these."""
        self.messages += other.messages
        self.acts += other.acts
        self.memos += other.memos
        self.nodes += other.nodes
        self.edges += other.edges


NO_ROWS: Final = Rows()


def owner_id(namespace: str, pass_name: str, key: Key) -> str:
    """The id under which everything that `pass_name` derives for `key` is stored."""
    return content_id(namespace, "owner", pass_name, *key)


def edge_id(
    namespace: str, type_: EdgeType, source: str, target: str, discriminator: str = ""
) -> str:
    """An edge's id: its type and ends, and a discriminator where a pair has more than one of a type."""
    return content_id(namespace, "edge", type_, source, target, discriminator)


def diff(before: Rows, after: Rows) -> GraphDelta:
    """The changes that turn `before` into `after`, in no particular order."""
    return GraphDelta(
        nodes=_changes({n.id: n for n in before.nodes}, {n.id: n for n in after.nodes}),
        edges=_changes({e.id: e for e in before.edges}, {e.id: e for e in after.edges}),
    )


def sides(changes: Iterable[Change[T]]) -> Iterator[T]:
    """Every row that the changes have, before or after."""
    return (row for c in changes for row in (c.before, c.after) if row is not None)


def moved(changes: Iterable[Change[T]]) -> Iterator[T]:
    """The rows that came or went; those that only changed are left out."""
    return sides(c for c in changes if c.before is None or c.after is None)


def joined(changes: Iterable[Change[R]]) -> list[Change[R]]:
    """One change for each id, by id: a row that moves to another key goes and comes at once."""
    before: dict[str, R] = {}
    after: dict[str, R] = {}
    for change in changes:
        if change.before is not None:
            before.setdefault(change.before.id, change.before)
        if change.after is not None:
            after[change.after.id] = change.after
    ids = sorted(before.keys() | after.keys())
    pairs = [(before.get(id_), after.get(id_)) for id_ in ids]
    return [Change(old, new) for old, new in pairs if old != new]


def _changes(before: Mapping[str, T], after: Mapping[str, T]) -> list[Change[T]]:
    gone = [Change(row, None) for id_, row in before.items() if id_ not in after]
    new = [Change(before.get(id_), row) for id_, row in after.items() if before.get(id_) != row]
    return gone + new


def log_revision(revision: int, delta: GraphDelta) -> int:
    """The namespace's revision after the delta: the sum of its records' hashes, modulo 2^52.

    A function of the log alone, so it tells nothing of what was there before, and an index built at the same revision
    holds the same graph, whatever happened in between.
    """
    for change in (*delta.messages, *delta.acts):
        if change.after:
            revision += record_number(change.after)
        if change.before:
            revision -= record_number(change.before)
    return revision % REVISION_MODULUS


def record_number(record: Message | Act) -> int:
    """A number for the record and the time it was recorded."""
    digest = content_id("", "record", record.id, record.recorded_at)
    return int(digest[:13], 16)


def stamp_number(stamp: Mapping[str, str]) -> int:
    """A number for a stamp, added to the revision."""
    return int(content_id("", "stamp", *(f"{k}={v}" for k, v in sorted(stamp.items())))[:13], 16)
