"""What queries and mutations answer beside memories: a recall, pages, counts, reports."""

import base64
import binascii
from typing import Generic, Self, TypeVar

import strawberry

from cuegraph.engine import reports
from cuegraph.engine.engine import is_id
from cuegraph.errors import InputError
from cuegraph.graphql.context import Info
from cuegraph.graphql.enums import AssociationType, MemoryKind
from cuegraph.graphql.memories import Citation, Memory, memory_of
from cuegraph.schema import recall

M = TypeVar("M", bound=Memory)


@strawberry.type(description="A share of a hit's score.")
class Contribution:
    """One signal."""

    signal: str = strawberry.field(
        description="words, vectors, entities, times or activation, where it gave anything."
    )
    value: float = strawberry.field(description="What it adds, above 0, rounded to 6 digits.")


@strawberry.type(description="One node on the way of activation.")
class PathStep:
    """A step, which names its node without loading it."""

    id: strawberry.ID = strawberry.field(description="The memory's id.")
    kind: MemoryKind = strawberry.field(description="What it is.")
    name: str = strawberry.field(description="Its caption.")
    via: AssociationType | None = strawberry.field(
        description="The association by which activation came; null where it started."
    )
    activation: float = strawberry.field(description="How much arrived: 0 and up.")


@strawberry.type(description="One recalled memory.")
class Hit:
    """A hit, with all that tells why."""

    namespace: strawberry.Private[str]
    id: strawberry.ID = strawberry.field(description="The memory's id.")
    kind: MemoryKind = strawberry.field(description="What it is.")
    name: str = strawberry.field(description="Its caption.")
    text: str = strawberry.field(
        description="Its words: a message verbatim, an event's or gist's own text."
    )
    score: float = strawberry.field(
        description="The sum of the contributions. Comparable within one recall only."
    )
    contributions: list[Contribution] = strawberry.field(
        description="What makes the score, by the signals' names."
    )
    path: list[PathStep] = strawberry.field(
        description="The strongest way by which activation came, from its start to this memory."
    )
    citations: list[Citation] = strawberry.field(description="The words it rests on, at most 3.")

    @strawberry.field(description="The memory itself; null where it was forgotten meanwhile.")
    async def memory(self, info: Info) -> Memory | None:
        stored = await info.context.reads.stored(self.namespace, [self.id])
        return memory_of(self.namespace, stored[0]) if stored else None


@strawberry.type(description="The answer to a cue.")
class Recall:
    """A recall."""

    cue: str = strawberry.field(description="The cue that was asked.")
    hits: list[Hit] = strawberry.field(description="Best first, ties by id.")
    confidence: float = strawberry.field(
        description="How sure the first hit is, 0 to 1. Not calibrated."
    )
    system: int = strawberry.field(
        description="Which way it was found; 1 is spreading activation at once."
    )


@strawberry.type(description="Where a page lies in the whole list.")
class PageInfo:
    """Of the Relay cursor connections specification."""

    has_next_page: bool = strawberry.field(description="Whether there is more after it.")
    has_previous_page: bool = strawberry.field(
        description="Whether it was asked for with a cursor."
    )
    start_cursor: str | None = strawberry.field(description="Cursor of its first edge.")
    end_cursor: str | None = strawberry.field(
        description="Cursor of its last edge: the next page's `after`."
    )


@strawberry.type(description="One row of a page.")
class Edge(Generic[M]):
    """Of the Relay cursor connections specification."""

    cursor: str = strawberry.field(description="Where to go on after this row.")
    node: M = strawberry.field(description="The memory.")


@strawberry.type(description="A page, ordered by id: it does not shift when memories come and go.")
class Connection(Generic[M]):
    """Of the Relay cursor connections specification."""

    edges: list[Edge[M]] = strawberry.field(description="The rows.")
    page_info: PageInfo = strawberry.field(description="Where the page lies.")


@strawberry.type(description="How many memories are of a kind.")
class KindCount:
    """A count."""

    kind: MemoryKind = strawberry.field(description="The kind.")
    count: int = strawberry.field(description="How many.")


@strawberry.type(description="How many associations are of a type.")
class AssociationCount:
    """A count."""

    type: AssociationType = strawberry.field(description="The type.")
    count: int = strawberry.field(description="How many.")


@strawberry.type(description="What a part of the graph was derived by.")
class StampEntry:
    """One entry of the stamp."""

    name: str = strawberry.field(description="The part, such as extractor or embedder.")
    value: str = strawberry.field(description="Its name and version.")


@strawberry.type(description="How much a namespace holds.")
class Stats:
    """Counts of one namespace."""

    namespace: str = strawberry.field(description="The namespace.")
    messages: int = strawberry.field(description="Messages in its log.")
    conversations: int = strawberry.field(description="Conversations.")
    speakers: int = strawberry.field(description="Distinct speakers, by the source's spelling.")
    first: str | None = strawberry.field(description="Time of the earliest message. ISO 8601, UTC.")
    last: str | None = strawberry.field(description="Time of the latest message. ISO 8601, UTC.")
    kinds: list[KindCount] = strawberry.field(description="Derived memories by kind.")
    associations: list[AssociationCount] = strawberry.field(description="Associations by type.")
    stamp: list[StampEntry] = strawberry.field(description="What the graph was derived by.")

    @classmethod
    def of(cls, stats: reports.Stats) -> Self:
        """The engine's counts."""
        return cls(
            namespace=stats.namespace,
            messages=stats.messages,
            conversations=stats.conversations,
            speakers=stats.speakers,
            first=stats.first,
            last=stats.last,
            kinds=[KindCount(kind=MemoryKind(k), count=n) for k, n in stats.labels.items()],
            associations=[
                AssociationCount(type=AssociationType(t), count=n)
                for t, n in stats.edge_types.items()
            ],
            stamp=[StampEntry(name=k, value=v) for k, v in stats.stamp.items()],
        )


@strawberry.type(description="What can be said of forgotten bytes in one layer of the store.")
class ScrubbedLayer:
    """A layer of the store."""

    name: str = strawberry.field(description="The layer, such as database or wal.")
    state: str = strawberry.field(description="What can be said of it.")


@strawberry.type(description="What a forget removed or, in a dry run, would remove.")
class ForgetReport:
    """Counts of rows."""

    messages: int = strawberry.field(description="Messages removed from the log.")
    nodes: int = strawberry.field(
        description="Derived memories removed, less those that took their place."
    )
    edges: int = strawberry.field(
        description="Associations removed, less those that took their place."
    )
    dry_run: bool = strawberry.field(description="Whether nothing was removed.")
    layers: list[ScrubbedLayer] = strawberry.field(
        description="The store's layers; empty in a dry run."
    )

    @classmethod
    def of(cls, report: reports.ForgetReport) -> Self:
        """The engine's report."""
        return cls(
            messages=report.messages,
            nodes=report.nodes,
            edges=report.edges,
            dry_run=report.dry_run,
            layers=[ScrubbedLayer(name=k, state=v) for k, v in report.layers.items()],
        )


def recall_of(namespace: str, found: recall.Recall) -> Recall:
    """The engine's recall."""
    return Recall(
        cue=found.cue,
        hits=[_hit(namespace, hit) for hit in found.hits],
        confidence=found.confidence,
        system=found.system,
    )


def page_of(memories: list[M], *, first: int, after: str | None) -> Connection[M]:
    """The page of the memories, one more than `first` where there is a next one."""
    edges = [Edge[M](cursor=cursor_of(memory.id), node=memory) for memory in memories[:first]]
    return Connection[M](
        edges=edges,
        page_info=PageInfo(
            has_next_page=len(memories) > first,
            has_previous_page=after is not None,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        ),
    )


def cursor_of(id_: str) -> str:
    """The cursor of a row: opaque to clients, so that it may change."""
    return base64.urlsafe_b64encode(bytes.fromhex(id_)).decode()


def read_cursor(cursor: str | None) -> str:
    """The id that the cursor stands for, "" for none; raises InputError for what is no cursor."""
    if cursor is None:
        return ""
    try:
        id_ = base64.b64decode(cursor, altchars=b"-_", validate=True).hex()
    except (binascii.Error, ValueError):
        id_ = ""
    if not is_id(id_):
        raise InputError(
            f"{cursor[:40]!r} is no cursor", hint="Pass `endCursor` of the page before, unchanged."
        )
    return id_


def _hit(namespace: str, hit: recall.Hit) -> Hit:
    return Hit(
        namespace=namespace,
        id=strawberry.ID(hit.id),
        kind=hit.kind,
        name=hit.name,
        text=hit.text,
        score=hit.score,
        contributions=[
            Contribution(signal=name, value=value)
            for name, value in sorted(hit.contributions.items())
        ],
        path=[
            PathStep(
                id=strawberry.ID(step.id),
                kind=step.kind,
                name=step.name,
                via=step.via,
                activation=step.activation,
            )
            for step in hit.path
        ],
        citations=[
            Citation(
                namespace=namespace,
                message_id=strawberry.ID(c.message_id),
                external_id=c.external_id,
                conversation=c.conversation,
                start=c.start,
                end=c.end,
            )
            for c in hit.citations
        ],
    )
