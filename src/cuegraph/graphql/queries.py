"""What can be asked. The engine blocks, so each resolver hands a whole unit of work to a thread."""

from collections.abc import Callable
from typing import Annotated, Final, TypeAlias, TypeVar

import strawberry
from starlette.concurrency import run_in_threadpool

from cuegraph.engine.engine import Engine, check_namespace, check_time
from cuegraph.errors import InputError, NotFoundError
from cuegraph.graphql.answers import (
    Connection,
    Recall,
    Stats,
    page_of,
    read_cursor,
    recall_of,
)
from cuegraph.graphql.context import Info
from cuegraph.graphql.enums import EntityKind, MemoryKind
from cuegraph.graphql.memories import Entity, Event, First, Memory, entity_of, event_of, memory_of
from cuegraph.schema.clock import YEAR_MAX, YEAR_MIN, Interval, Precision
from cuegraph.schema.graph import Label, Node
from cuegraph.schema.recall import Cue, Filters
from cuegraph.schema.text import normalise_text

T = TypeVar("T")

MESSAGES: Final = [Label.MESSAGE]
NAMED_KINDS: Final = [kind for kind in EntityKind if kind is not EntityKind.TOPIC]

Namespace: TypeAlias = Annotated[
    str | None, strawberry.argument(description="The namespace; null for the server's own.")
]
After: TypeAlias = Annotated[
    str | None, strawberry.argument(description="`endCursor` of the page before.")
]
Texts: TypeAlias = list[str] | None


@strawberry.type(description="What can be asked. Nothing here changes the memory.")
class Query:
    """The root of queries."""

    @strawberry.field(
        description="What the memory holds for a cue, by activation that spreads from words, "
        "meanings, names and times."
    )
    async def recall(
        self,
        info: Info,
        *,
        cue: Annotated[
            str,
            strawberry.argument(description="What to recall: a question, a sentence, some words."),
        ],
        namespace: Namespace = None,
        first: First = 10,
        now: Annotated[
            str | None,
            strawberry.argument(
                description="The asking time, ISO 8601, which «yesterday» in the cue is "
                "relative to. The present, unless given."
            ),
        ] = None,
        as_of: Annotated[
            str | None,
            strawberry.argument(description="Leave out messages sent later. ISO 8601."),
        ] = None,
        speakers: Annotated[
            Texts,
            strawberry.argument(description="Only what one of them said."),
        ] = None,
        conversations: Annotated[
            Texts, strawberry.argument(description="Only what is from one of them.")
        ] = None,
        kinds: Annotated[
            list[MemoryKind], strawberry.argument(description="The kinds of memory to recall.")
        ] = MESSAGES,
        sent_from: Annotated[
            str | None,
            strawberry.argument(description="Only what was sent then or later. ISO 8601."),
        ] = None,
        sent_to: Annotated[
            str | None, strawberry.argument(description="Only what was sent before. ISO 8601.")
        ] = None,
    ) -> Recall:
        asked = Cue(
            text=normalise_text(cue),
            limit=first,
            now=check_time(now),
            as_of=check_time(as_of),
            filters=Filters(
                speakers=texts(speakers),
                conversations=texts(conversations),
                sent=_sent(sent_from, sent_to),
                kinds=tuple(kinds),
            ),
        )
        within = namespace_of(info, namespace)
        found = await run_in_threadpool(info.context.engine.recall, within, asked)
        return recall_of(within, found)

    @strawberry.field(
        description="A memory by its id; null for an id that the namespace does not hold."
    )
    async def node(
        self,
        info: Info,
        id: Annotated[  # noqa: A002 - Relay's own word
            strawberry.ID, strawberry.argument(description="32 hex digits.")
        ],
        namespace: Namespace = None,
    ) -> Memory | None:
        within = namespace_of(info, namespace)
        stored = await info.context.reads.stored(within, [id])
        return memory_of(within, stored[0]) if stored else None

    @strawberry.field(description="The entities of the kinds, by id.")
    async def entities(
        self,
        info: Info,
        namespace: Namespace = None,
        first: First = 20,
        after: After = None,
        kinds: Annotated[
            list[EntityKind],
            strawberry.argument(description="Which kinds: all but topics, unless said otherwise."),
        ] = NAMED_KINDS,
    ) -> Connection[Entity]:
        labels = [Label(kind.value) for kind in kinds]
        return await _page(info, namespace, labels, entity_of, first=first, after=after)

    @strawberry.field(description="The events, by id.")
    async def events(
        self, info: Info, namespace: Namespace = None, first: First = 20, after: After = None
    ) -> Connection[Event]:
        return await _page(info, namespace, [Label.EVENT], event_of, first=first, after=after)

    @strawberry.field(description="The names of all namespaces, sorted.")
    async def namespaces(self, info: Info) -> list[str]:
        return await run_in_threadpool(info.context.engine.namespaces)

    @strawberry.field(description="How much a namespace holds. Reads all of it.")
    async def stats(self, info: Info, namespace: Namespace = None) -> Stats:
        within = namespace_of(info, namespace)
        return Stats.of(await run_in_threadpool(info.context.engine.stats, within))


def namespace_of(info: Info, namespace: str | None) -> str:
    """The namespace that is meant; raises UsageError for a text that names none."""
    meant = info.context.default_namespace if namespace is None else namespace
    check_namespace(meant)
    return meant


def texts(values: list[str] | None) -> tuple[str, ...]:
    """The values as the log spells them."""
    return tuple(normalise_text(value) for value in values or ())


M = TypeVar("M", bound=Memory)


async def _page(
    info: Info,
    namespace: str | None,
    labels: list[Label],
    build: Callable[[str, Node], M],
    *,
    first: int,
    after: str | None,
) -> Connection[M]:
    within = namespace_of(info, namespace)
    start = read_cursor(after)
    nodes = await run_in_threadpool(_listed, info.context.engine, within, labels, first + 1, start)
    return page_of([build(within, node) for node in nodes], first=first, after=after)


def _listed(
    engine: Engine, namespace: str, labels: list[Label], first: int, after: str
) -> list[Node]:
    nodes = engine.listed(namespace, labels, first=first, after=after)
    # A name with a slip of the pen must not look like an empty memory.
    if not nodes and namespace not in engine.namespaces():
        raise NotFoundError(
            f"no namespace {namespace!r} in this store", hint="The query `namespaces` lists them."
        )
    return nodes


def _sent(start: str | None, end: str | None) -> Interval | None:
    if start is None and end is None:
        return None
    sent = Interval(
        check_time(start) or f"{YEAR_MIN}-01-01T00:00:00Z",
        check_time(end) or f"{YEAR_MAX}-12-31T23:59:59Z",
        Precision.RANGE,
    )
    if sent.start >= sent.end:
        raise InputError(
            f"sentTo {sent.end} does not come after sentFrom {sent.start}", hint="Swap them."
        )
    return sent
