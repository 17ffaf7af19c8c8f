"""The kinds of memory as GraphQL types.

A type holds what its node says; what its edges say is loaded in batches.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Final, TypeAlias, TypedDict, TypeVar

import strawberry

from cuegraph.errors import InvariantError
from cuegraph.graphql.context import Info
from cuegraph.graphql.enums import EventModality, MemoryKind, TimePrecision
from cuegraph.graphql.properties import number, strings, text
from cuegraph.graphql.reads import Place, Stored
from cuegraph.schema import log
from cuegraph.schema.clock import Precision
from cuegraph.schema.extraction import MentionKind, Modality
from cuegraph.schema.graph import ENTITY_LABELS, Edge, EdgeType, Label, Node
from cuegraph.schema.text import shorten

NAME_CHARACTERS_MAX: Final = 80
PAGE_MAX: Final = 100  # the upper bound of every `first`, which limits.py holds all queries to
TIME: Final = "ISO 8601, UTC; null where it is not known."

T = TypeVar("T")
M = TypeVar("M", bound="Memory")
First: TypeAlias = Annotated[
    int, strawberry.argument(description=f"At most so many, 1 to {PAGE_MAX}.")
]


@strawberry.interface(
    description="One memory: something said, someone or something known, or something derived."
)
class Memory:
    """What all kinds have in common."""

    id: strawberry.ID = strawberry.field(
        description="32 hex digits; the same for the same log and namespace in every store."
    )
    namespace: str = strawberry.field(description="The namespace that holds it.")
    name: str = strawberry.field(description="A caption of at most 80 characters.")
    kind: MemoryKind = strawberry.field(description="What it is.")


@strawberry.type(
    description="Where words stand: characters [start, end) of a message's text, in code points."
)
class Citation:
    """A span of a message."""

    namespace: strawberry.Private[str]
    message_id: strawberry.ID = strawberry.field(description="The message's own id.")
    external_id: str = strawberry.field(description="The message's id in its source.")
    conversation: str = strawberry.field(description="The conversation it is from.")
    start: int = strawberry.field(description="First character, from 0.")
    end: int = strawberry.field(description="One past the last character.")

    @strawberry.field(description="The message; null where it was forgotten meanwhile.")
    async def message(self, info: Info) -> "Message | None":
        stored = await info.context.reads.stored(self.namespace, [self.message_id])
        return next(iter(_of_type(self.namespace, stored, Message)), None)


@strawberry.type(description="One turn of a conversation, verbatim.")
class Message(Memory):
    """A record of the log."""

    external_id: str = strawberry.field(description="Its id in the source.")
    conversation: str = strawberry.field(description="The conversation's name.")
    session: str = strawberry.field(description="The session's name within the conversation.")
    speaker: str = strawberry.field(description="Who said it, as the source has it.")
    role: str = strawberry.field(
        description="The speaker's role in the source, such as user or assistant."
    )
    text: str = strawberry.field(description="What was said, word for word.")
    sent_at: str | None = strawberry.field(description=f"When it was said. {TIME}")
    recorded_at: str = strawberry.field(
        description="When it first came into the memory. ISO 8601, UTC."
    )
    metadata: str = strawberry.field(description="The source's extra keys, as canonical JSON.")

    @strawberry.field(
        description="The entity that the speaker is; null where the name stands for none."
    )
    async def said_by(self, info: Info) -> "Entity | None":
        edges = await _edges(info, self, EdgeType.SAID_BY)
        return next((entity for entity in await _named(info, self, edges) if entity), None)

    @strawberry.field(description="The names and topics in the text, once each, in its order.")
    async def mentions(self, info: Info, first: First = 20) -> "list[Mention]":
        edges = await _edges(info, self, EdgeType.MENTIONS)
        edges.sort(key=lambda e: (number(e, "start"), number(e, "end"), e.id))
        entities = await _named(info, self, edges[:first])
        return [
            Mention(
                surface=str(edge.properties["surface"]),
                start=number(edge, "start"),
                end=number(edge, "end"),
                entity=entity,
            )
            for edge, entity in zip(edges, entities, strict=False)
        ]

    @strawberry.field(description="What the message says happened, holds or is planned, by id.")
    async def events(self, info: Info, first: First = 20) -> "list[Event]":
        edges = await _edges(info, self, EdgeType.DERIVED_FROM, incoming=True)
        events = await _loaded(info, self, [e.source for e in edges], Event)
        return events[:first]

    @strawberry.field(description="The message before it in its conversation.")
    async def previous(self, info: Info) -> "Message | None":
        return await _one(info, self, EdgeType.NEXT, Message, incoming=True)

    @strawberry.field(description="The message after it in its conversation.")
    async def next(self, info: Info) -> "Message | None":
        return await _one(info, self, EdgeType.NEXT, Message)

    @strawberry.field(description="The question that it answers, as the turn after it.")
    async def answers(self, info: Info) -> "Message | None":
        return await _one(info, self, EdgeType.ANSWERS, Message)

    @strawberry.field(description="Messages of near meaning that it is linked to, nearest first.")
    async def similar(self, info: Info, first: First = 5) -> "list[SimilarMessage]":
        edges = await _edges(info, self, EdgeType.SIMILAR_TO)
        edges.sort(key=lambda e: (-float(str(e.properties["weight"])), e.target))
        pairs = await _ends(info, self, edges[:first], Message)
        return [
            SimilarMessage(cosine=float(str(edge.properties["weight"])), message=message)
            for edge, message in pairs
        ]

    @strawberry.field(description="The session that contains it.")
    async def part_of(self, info: Info) -> "Session | None":
        return await _one(info, self, EdgeType.CONTAINS, Session, incoming=True)


@strawberry.type(description="A link between two messages of near meaning.")
class SimilarMessage:
    """A SIMILAR_TO edge."""

    cosine: float = strawberry.field(description="Cosine of their vectors, at most 1.")
    message: Message = strawberry.field(description="The other message.")


@strawberry.type(
    description="The place of a name or topic in a message, and the entity it stands for."
)
class Mention:
    """A MENTIONS edge."""

    surface: str = strawberry.field(description="The words in the text.")
    start: int = strawberry.field(
        description="First character of the text, from 0, in code points."
    )
    end: int = strawberry.field(description="One past the last character.")
    entity: "Entity | None" = strawberry.field(
        description="What it stands for; null for words that only look like a name."
    )


@strawberry.type(
    description="A person, place, organisation, artefact or topic that messages speak of."
)
class Entity(Memory):
    """An entity, or a topic, whose name is all there is of it."""

    aliases: list[str] = strawberry.field(description="The spellings it goes by, sorted.")
    mention_count: int = strawberry.field(description="Messages that mention it.")
    said_count: int = strawberry.field(description="Messages that it said; 0 for all but speakers.")
    first_seen: str | None = strawberry.field(description=f"First mention. {TIME}")
    last_seen: str | None = strawberry.field(description=f"Last mention. {TIME}")

    @strawberry.field(description="The events it takes part in or is the place of, earliest first.")
    async def events(self, info: Info, first: First = 10) -> "list[Event]":
        edges = await _edges(info, self, EdgeType.INVOLVES, incoming=True, count=first)
        edges += await _edges(info, self, EdgeType.AT, incoming=True, count=first)
        ids = dict.fromkeys(e.source for e in sorted(edges, key=lambda e: (e.rank, e.source)))
        return await _loaded(info, self, list(ids)[:first], Event)

    @strawberry.field(description="Where messages name it, earliest first.")
    async def citations(self, info: Info, first: First = 10) -> list[Citation]:
        places = [Place(self.namespace, self.id)]
        if self.kind is not Label.TOPIC:
            names = await _edges(info, self, EdgeType.NAMES, incoming=True)
            places = [Place(self.namespace, edge.source) for edge in names]
        uses = await info.context.reads.edges(places, EdgeType.MENTIONS, incoming=True, count=first)
        found = sorted((e for some in uses for e in some), key=lambda e: (e.rank, e.id))
        return await _citations(info, self, [(e.source, e) for e in found[:first]])


@strawberry.type(description="What a message says happened, holds, is planned or wished for.")
class Event(Memory):
    """An event, with who and what takes part."""

    predicate: str = strawberry.field(description="The verb, as its lemma.")
    gist: str = strawberry.field(description="The clause's own words, shortened.")
    speaker: str = strawberry.field(description="Who told it.")
    negated: bool = strawberry.field(description="Whether it is said not to be so.")
    modality: EventModality = strawberry.field(description="How the speaker puts it.")
    said_at: str | None = strawberry.field(description=f"When it was told. {TIME}")
    valid_from: str | None = strawberry.field(
        description=f"Start of the time that it is about. {TIME}"
    )
    valid_to: str | None = strawberry.field(description=f"End of that time, exclusive. {TIME}")
    precision: TimePrecision | None = strawberry.field(
        description="How exactly that time is known."
    )
    time_text: str | None = strawberry.field(description="The words that name that time.")

    @strawberry.field(description="Who and what takes part, in a fixed order that means nothing.")
    async def participants(self, info: Info, first: First = 20) -> "list[Participant]":
        edges = await _edges(info, self, EdgeType.INVOLVES, count=first)
        return [
            Participant(roles=strings(edge.properties["roles"]), entity=entity)
            for edge, entity in await _ends(info, self, edges, Entity)
        ]

    @strawberry.field(description="Where it takes place, in a fixed order that means nothing.")
    async def places(self, info: Info, first: First = 5) -> list[Entity]:
        edges = await _edges(info, self, EdgeType.AT, count=first)
        return await _loaded(info, self, [e.target for e in edges], Entity)

    @strawberry.field(description="The words that it is derived from.")
    async def citations(self, info: Info, first: First = 1) -> list[Citation]:
        edges = await _edges(info, self, EdgeType.DERIVED_FROM)
        return await _citations(info, self, [(e.target, e) for e in edges[:first]])


@strawberry.type(description="One that takes part in an event.")
class Participant:
    """An INVOLVES edge."""

    roles: list[str] = strawberry.field(description="agent, patient, recipient or topic, sorted.")
    entity: Entity = strawberry.field(description="Who or what it is.")


@strawberry.type(description="All that was said under one conversation's name.")
class Conversation(Memory):
    """A conversation of the log."""

    started_at: str | None = strawberry.field(description=f"Time of its first message. {TIME}")
    ended_at: str | None = strawberry.field(description=f"Time of its last message. {TIME}")

    @strawberry.field(description="Its sessions, earliest first.")
    async def sessions(self, info: Info, first: First = 20) -> "list[Session]":
        edges = await _edges(info, self, EdgeType.CONTAINS, count=first)
        return await _loaded(info, self, [e.target for e in edges], Session)


@strawberry.type(description="One sitting of a conversation.")
class Session(Memory):
    """A session of the log."""

    message_count: int = strawberry.field(description="How many messages it has.")
    started_at: str | None = strawberry.field(description=f"Time of its first message. {TIME}")
    ended_at: str | None = strawberry.field(description=f"Time of its last message. {TIME}")

    @strawberry.field(description="The conversation that contains it.")
    async def part_of(self, info: Info) -> Conversation | None:
        return await _one(info, self, EdgeType.CONTAINS, Conversation, incoming=True)

    @strawberry.field(description="Its messages, those that say most first.")
    async def messages(self, info: Info, first: First = 20) -> list[Message]:
        edges = await _edges(info, self, EdgeType.CONTAINS, count=first)
        return await _loaded(info, self, [e.target for e in edges], Message)

    @strawberry.field(description="The gist of it; null where nothing in it was worth one.")
    async def gist(self, info: Info) -> "Gist | None":
        return await _one(info, self, EdgeType.SUMMARIZES, Gist, incoming=True)


@strawberry.type(description="A compact summary made of quotes, so that each word can be cited.")
class Gist(Memory):
    """The gist of a session."""

    text: str = strawberry.field(description="The quotes, one a line.")

    @strawberry.field(description="The session that it is the gist of.")
    async def summarizes(self, info: Info) -> Session | None:
        return await _one(info, self, EdgeType.SUMMARIZES, Session)

    @strawberry.field(description="The messages it quotes, in a fixed order that means nothing.")
    async def citations(self, info: Info, first: First = 5) -> list[Citation]:
        edges = await _edges(info, self, EdgeType.DERIVED_FROM)
        return await _citations(info, self, [(e.target, e) for e in edges[:first]])


@strawberry.type(
    description="A form under which spellings of a name meet; an entity has one or more."
)
class Name(Memory):
    """A name of an entity."""

    mention_count: int = strawberry.field(description="Messages that use it.")

    @strawberry.field(
        description="The entity that it stands for; null for words that only look like a name."
    )
    async def entity(self, info: Info) -> Entity | None:
        return await _one(info, self, EdgeType.NAMES, Entity)


def memory_of(namespace: str, stored: Stored) -> Memory:
    """The GraphQL object of a node or message."""
    if isinstance(stored, log.Message):
        return message_of(namespace, stored)
    build = BUILDERS.get(stored.label)
    if build is None:
        raise InvariantError(f"a node of the kind {stored.label} has no GraphQL type")
    return build(namespace, stored)


def message_of(namespace: str, message: log.Message) -> Message:
    """A message."""
    return Message(
        id=strawberry.ID(message.id),
        namespace=namespace,
        name=shorten(f"{message.speaker}: {message.text}", NAME_CHARACTERS_MAX),
        kind=Label.MESSAGE,
        external_id=message.external_id,
        conversation=message.conversation,
        session=message.session,
        speaker=message.speaker,
        role=message.role,
        text=message.text,
        sent_at=message.sent_at,
        recorded_at=message.recorded_at,
        metadata=message.metadata,
    )


def entity_of(namespace: str, node: Node) -> Entity:
    """An entity or topic; a topic goes by its name alone."""
    return Entity(
        **_caption(namespace, node),
        aliases=strings(node.properties.get("aliases", [])),
        mention_count=number(node, "mentionCount"),
        said_count=number(node, "saidCount"),
        first_seen=text(node, "firstSeen"),
        last_seen=text(node, "lastSeen"),
    )


def event_of(namespace: str, node: Node) -> Event:
    """An event."""
    precision = text(node, "precision")
    return Event(
        **_caption(namespace, node),
        predicate=text(node, "predicate") or "",
        gist=text(node, "gist") or "",
        speaker=text(node, "speaker") or "",
        negated=bool(node.properties["negated"]),
        modality=Modality(text(node, "modality")),
        said_at=text(node, "saidAt"),
        valid_from=text(node, "validFrom"),
        valid_to=text(node, "validTo"),
        precision=Precision(precision) if precision else None,
        time_text=text(node, "timeText"),
    )


def conversation_of(namespace: str, node: Node) -> Conversation:
    """A conversation."""
    return Conversation(
        **_caption(namespace, node),
        started_at=text(node, "startedAt"),
        ended_at=text(node, "endedAt"),
    )


def session_of(namespace: str, node: Node) -> Session:
    """A session."""
    return Session(
        **_caption(namespace, node),
        message_count=number(node, "messageCount"),
        started_at=text(node, "startedAt"),
        ended_at=text(node, "endedAt"),
    )


def gist_of(namespace: str, node: Node) -> Gist:
    """A gist."""
    return Gist(**_caption(namespace, node), text=text(node, "text") or "")


def name_of(namespace: str, node: Node) -> Name:
    """A name."""
    return Name(**_caption(namespace, node), mention_count=number(node, "mentionCount"))


BUILDERS: Final[Mapping[Label, Callable[[str, Node], Memory]]] = MappingProxyType(
    {
        **dict.fromkeys(ENTITY_LABELS, entity_of),
        Label.EVENT: event_of,
        Label.CONVERSATION: conversation_of,
        Label.SESSION: session_of,
        Label.GIST: gist_of,
        Label.NAME: name_of,
    }
)


class Caption(TypedDict):
    """The fields of every memory that is a node."""

    id: strawberry.ID
    namespace: str
    name: str
    kind: Label


def _caption(namespace: str, node: Node) -> Caption:
    return Caption(
        id=strawberry.ID(node.id),
        namespace=namespace,
        name=str(node.properties["name"]),
        kind=node.label,
    )


async def _edges(
    info: Info,
    memory: Memory,
    type_: EdgeType,
    *,
    incoming: bool = False,
    count: int = PAGE_MAX,
) -> list[Edge]:
    """A new list, to be sorted at will."""
    place = Place(memory.namespace, memory.id)
    (edges,) = await info.context.reads.edges([place], type_, incoming=incoming, count=count)
    return list(edges)


async def _loaded(info: Info, memory: Memory, ids: Sequence[str], type_: type[T]) -> list[T]:
    """Those of the ids that are of the type, in their order."""
    return _of_type(memory.namespace, await info.context.reads.stored(memory.namespace, ids), type_)


async def _ends(
    info: Info, memory: Memory, edges: Sequence[Edge], type_: type[M]
) -> list[tuple[Edge, M]]:
    """Each edge with the memory at its end, if that is of the type."""
    found = {m.id: m for m in await _loaded(info, memory, [e.target for e in edges], type_)}
    return [(e, found[strawberry.ID(e.target)]) for e in edges if e.target in found]


async def _one(
    info: Info, memory: Memory, type_: EdgeType, wanted: type[T], *, incoming: bool = False
) -> T | None:
    edges = await _edges(info, memory, type_, incoming=incoming)
    ids = [e.source if incoming else e.target for e in edges]
    return next(iter(await _loaded(info, memory, ids, wanted)), None)


async def _named(info: Info, memory: Memory, edges: Sequence[Edge]) -> list[Entity | None]:
    """What the name or topic at each edge's end stands for."""
    is_topic = [e.properties.get("kind") == MentionKind.TOPIC for e in edges]
    names = [e.target for e, topic in zip(edges, is_topic, strict=True) if not topic]
    places = [Place(memory.namespace, name) for name in names]
    naming = await info.context.reads.edges(places, EdgeType.NAMES, count=1)
    ids = {name: some[0].target for name, some in zip(names, naming, strict=True) if some}
    ids |= {e.target: e.target for e, topic in zip(edges, is_topic, strict=True) if topic}
    entities = {e.id: e for e in await _loaded(info, memory, list(ids.values()), Entity)}
    return [entities.get(strawberry.ID(ids.get(e.target, ""))) for e in edges]


async def _citations(
    info: Info, memory: Memory, spans: Sequence[tuple[str, Edge]]
) -> list[Citation]:
    """The spans that edges give in their messages."""
    ids = [message for message, _ in spans]
    stored = await info.context.reads.stored(memory.namespace, ids)
    messages = {m.id: m for m in stored if isinstance(m, log.Message)}
    return [
        Citation(
            namespace=memory.namespace,
            message_id=strawberry.ID(id_),
            external_id=messages[id_].external_id,
            conversation=messages[id_].conversation,
            start=number(edge, "start"),
            end=number(edge, "end"),
        )
        for id_, edge in spans
        if id_ in messages
    ]


def _of_type(namespace: str, stored: Iterable[Stored], type_: type[T]) -> list[T]:
    memories = (memory_of(namespace, one) for one in stored)
    return [memory for memory in memories if isinstance(memory, type_)]
