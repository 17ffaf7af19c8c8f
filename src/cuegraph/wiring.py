"""Who stands behind each seam: the one module that names concrete classes and reads variables.

| variable | meaning |
|---|---|
| NEO4J_USER, NEO4J_PASSWORD | who asks a Neo4j store (the user is `neo4j` where unset) |
| CUEGRAPH_MODELS | folder that `cuegraph models prepare` fills; unset: the user's cache |
| CUEGRAPH_EMBEDDER | folder of another embedding model, with its manifest |
| CUEGRAPH_SPACY_MODEL | another English spaCy model |
| CUEGRAPH_NEO4J_HOME | where `cuegraph neo4j up` keeps its server |
| CUEGRAPH_NEO4J_JARS | where it keeps Neo4j's jars |

Heavy rooms are imported inside functions, for the callers that need them.
"""

import datetime as dt
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, Self
from urllib.parse import urlsplit

import platformdirs

from cuegraph.engine.analysis import Analyser, Workers
from cuegraph.engine.engine import Engine, check_time
from cuegraph.engine.reports import ForgetReport, ImportReport, Stats
from cuegraph.errors import StoreUnavailableError, UsageError
from cuegraph.loaders import AUTO, Source, open_sources
from cuegraph.protocols import Clock, Selector, Store
from cuegraph.schema.clock import YEAR_MAX, YEAR_MIN, Interval, Precision, format_time
from cuegraph.schema.graph import Label
from cuegraph.schema.ids import content_id
from cuegraph.schema.log import Act, ActKind, Message
from cuegraph.schema.recall import Cue, Filters, Recall
from cuegraph.schema.settings import RecallSettings, Settings

STORE_URL: Final = "sqlite:///cuegraph.db"
NAMESPACE: Final = "default"
SQLITE: Final = "sqlite:///"
SQLITE_MEMORY: Final = ":memory:"
NEO4J_SCHEMES: Final = ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc")
BOLT_PORT: Final = 7687
WORTH_WORKERS_BYTES: Final = 200_000
THIS_MACHINE: Final = frozenset({"localhost", "127.0.0.1", "::1"})
# embed.prepare says the same, but importing it would bring in onnx, which only `prepare` needs.
EMBEDDER: Final = "all-minilm-l6-v2-int8"


class SystemClock:
    """Implements `Clock` by the machine's own."""

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC)  # noqa: TID251 - the one place that may


def open_store(url: str, *, must_exist: bool = False) -> Store:
    """The store behind a URL: `sqlite:///file`, `sqlite:////absolute/file`, `neo4j://…`, `bolt://…`.

    With `must_exist`, a missing SQLite file is an error and not made. Raises UsageError for what is
    no such URL, StoreUnavailableError where nothing answers.
    """
    if url.startswith(SQLITE):
        return _open_sqlite(url.removeprefix(SQLITE), must_exist=must_exist)
    if url.partition("://")[0] in NEO4J_SCHEMES:
        return _open_neo4j(url)
    raise UsageError(
        f"{url[:80]!r} is no address of a store",
        hint="Write sqlite:///file.db, sqlite:////absolute/file.db, neo4j://host or bolt://host.",
    )


def open_engine(
    url: str,
    *,
    must_exist: bool = False,
    is_warm: bool = False,
    recall: RecallSettings | None = None,
) -> Engine:
    """An engine over the store of the URL; `is_warm` loads the models now, not at first need."""
    build = build_analyser
    if is_warm:
        analyser = build_analyser()
        build = lambda: analyser  # noqa: E731 - a name for one of two ways
    store = open_store(url, must_exist=must_exist)
    settings = Settings(recall=recall or RecallSettings())
    return Engine(store, open_scratch, build, read_cue_times, SystemClock(), settings)


def open_scratch() -> Store:
    """An empty store in memory, for deriving something beside the real one."""
    return _open_sqlite(SQLITE_MEMORY, must_exist=False)


def build_analyser() -> Analyser:
    """Extractor and embedder, loaded, in about 2 s; raises ModelError where one is missing."""
    from cuegraph.embed.encoder import OnnxEncoder
    from cuegraph.extract import SpacyExtractor

    # The encoder first: it loads at once, and it is the one that may not be prepared yet.
    embedder = OnnxEncoder(embedder_folder())
    return Analyser(SpacyExtractor.load(spacy_model()), embedder)


def build_worker_analyser() -> Analyser:
    """The same for a worker process, which leaves Ctrl-C to its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return build_analyser()


def make_workers(count: int) -> Workers | None:
    """So many processes to analyse messages in; None for 0: the writer then does it itself."""
    return Workers(build_worker_analyser, count) if count else None


def read_cue_times(text: str, now: str | None) -> list[Interval]:
    """Implements `CueReader`: a cue asks about what has been."""
    from cuegraph.extract.times import find_times

    return [span.interval for span in find_times(text, now, prefer="past")]


def embedder_folder() -> Path:
    """Where the embedding model lies, or will once it is prepared."""
    named = os.environ.get("CUEGRAPH_EMBEDDER")
    return Path(named) if named else models_folder() / EMBEDDER


def models_folder() -> Path:
    """Where prepared models are kept."""
    named = os.environ.get("CUEGRAPH_MODELS")
    return Path(named) if named else platformdirs.user_cache_path("cuegraph") / "models"


def spacy_model() -> str:
    """The name of the spaCy model."""
    from cuegraph.extract import MODEL

    return os.environ.get("CUEGRAPH_SPACY_MODEL") or MODEL


def server_home() -> Path:
    """Where `cuegraph neo4j up` keeps its server."""
    named = os.environ.get("CUEGRAPH_NEO4J_HOME")
    return Path(named) if named else platformdirs.user_data_path("cuegraph") / "neo4j"


def server_jars() -> Path:
    """Where Neo4j's jars are kept, for all servers of this user."""
    from cuegraph.store.server import JARS_FOLDER

    named = os.environ.get("CUEGRAPH_NEO4J_JARS")
    return Path(named) if named else platformdirs.user_cache_path("cuegraph") / JARS_FOLDER


def server_password() -> str | None:
    """The password that the environment gives."""
    return os.environ.get("NEO4J_PASSWORD")


def make_cue(
    text: str,
    *,
    limit: int,
    now: str | None = None,
    as_of: str | None = None,
    speakers: Sequence[str] = (),
    conversations: Sequence[str] = (),
    kinds: Sequence[str] = (),
    since: str | None = None,
    until: str | None = None,
    clock: Clock,
) -> Cue:
    """The cue that people's words make: times in any ISO 8601 form, kinds in any case.

    `now` is the present unless given. Raises UsageError for a time or kind that is none, and for a
    cue without a word.
    """
    if not text.strip():
        raise UsageError("an empty cue", hint="Say what to recall.")
    sent = None
    if since or until:
        start = check_time(since or f"{YEAR_MIN}-01-01") or ""
        end = check_time(until or f"{YEAR_MAX}-12-31") or ""
        if start >= end:
            raise UsageError(f"{until} does not come after {since}", hint="Swap since and until.")
        sent = Interval(start, end, Precision.RANGE)
    return Cue(
        text=text,
        limit=limit,
        now=check_time(now) or format_time(clock.now()),
        as_of=check_time(as_of),
        filters=Filters(
            speakers=tuple(speakers),
            conversations=tuple(conversations),
            sent=sent,
            kinds=tuple(_label(kind) for kind in kinds) or (Label.MESSAGE,),
        ),
    )


class Memory:
    """One namespace of a store, for programs. Use as a context, or `close` it.

    >>> with Memory.open("sqlite:///:memory:") as memory:
    ...     _ = memory.remember("I moved to Lisbon in May.", speaker="Ada", timestamp="2024-06-01")
    ...     _ = memory.remember("The soup was good.", speaker="Bob", timestamp="2024-06-01")
    ...     found = memory.recall("Where does Ada live?", k=1)
    ...     found.hits[0].text
    'I moved to Lisbon in May.'
    """

    def __init__(self, engine: Engine, namespace: str, clock: Clock) -> None:
        self._engine = engine
        self._namespace = namespace
        self._clock = clock

    @classmethod
    def open(cls, url: str = STORE_URL, namespace: str = NAMESPACE) -> Self:
        """The memory in a store, made where it is missing; see `open_store` for the URL."""
        return cls(open_engine(url), namespace, SystemClock())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def remember(
        self,
        text: str,
        *,
        speaker: str,
        conversation: str = "default",
        session: str | None = None,
        id: str | None = None,  # noqa: A002 - the import line's own key
        role: str = "user",
        timestamp: str | None = None,
        **metadata: object,
    ) -> Message:
        """Add one message; without a `timestamp` it is said now, and one with "" has no time.

        Without an `id` it gets one from what was said, by whom and when, so the same twice is one
        message. Raises InputError where it is no message.
        """
        sent = format_time(self._clock.now()) if timestamp is None else timestamp
        external_id = id or content_id("", "remembered", conversation, speaker, text, sent)[:16]
        fields = {
            **metadata,
            "conversation": conversation,
            "session": session,
            "id": external_id,
            "speaker": speaker,
            "role": role,
            "text": text,
            "timestamp": sent,
        }
        return self._engine.remember(self._namespace, fields)

    def recall(
        self,
        cue: str,
        *,
        k: int = 10,
        now: str | None = None,
        as_of: str | None = None,
        speakers: Sequence[str] = (),
        conversations: Sequence[str] = (),
        kinds: Sequence[str] = ("Message",),
        since: str | None = None,
        until: str | None = None,
    ) -> Recall:
        """What the memory holds for the cue, best first, asked at `now`. Changes nothing."""
        asked = make_cue(
            cue,
            limit=k,
            now=now,
            as_of=as_of,
            speakers=speakers,
            conversations=conversations,
            kinds=kinds,
            since=since,
            until=until,
            clock=self._clock,
        )
        return self._engine.recall(self._namespace, asked)

    def forget(
        self,
        *,
        ids: Sequence[str] = (),
        conversations: Sequence[str] = (),
        speakers: Sequence[str] = (),
        before: str | None = None,
        dry_run: bool = False,
    ) -> ForgetReport:
        """Remove the messages that any part names, `ids` by their external ids, without a trace."""
        selector = Selector(tuple(ids), tuple(conversations), tuple(speakers), check_time(before))
        return self._engine.forget(self._namespace, selector, dry_run=dry_run)

    def import_files(
        self,
        paths: Iterable[str | Path],
        *,
        format: str = AUTO,  # noqa: A002 - the command's own word
        recorded_at: str | None = None,
        workers: int = 0,
        on_progress: Callable[[int], None] = lambda _: None,
    ) -> ImportReport:
        """Add the messages of files, `-` for stdin; `workers` are processes beside this one."""
        sources = open_sources([str(path) for path in paths], sys.stdin.buffer, format_=format)
        return import_sources(
            self._engine,
            self._namespace,
            sources,
            recorded_at=recorded_at,
            workers=workers,
            on_progress=on_progress,
        )

    def same(self, left: str, right: str) -> Act:
        """Say that two names stand for the same entity."""
        return self._engine.decide(self._namespace, ActKind.SAME, left, right)

    def different(self, left: str, right: str) -> Act:
        """Say that two names stand for different entities."""
        return self._engine.decide(self._namespace, ActKind.DIFFERENT, left, right)

    def stats(self) -> Stats:
        """How much the memory holds."""
        return self._engine.stats(self._namespace)

    def export(self) -> Iterator[str]:
        """The canonical dump, line by line."""
        return self._engine.export(self._namespace)

    def close(self) -> None:
        """Close the store."""
        self._engine.close()


def import_sources(
    engine: Engine,
    namespace: str,
    sources: Sequence[Source],
    *,
    recorded_at: str | None,
    workers: int | None,
    on_progress: Callable[[int], None] = lambda _: None,
) -> ImportReport:
    """Import sources into a namespace; for `workers` None their size decides (`workers_for`)."""
    limits = engine.settings.limits
    pool = make_workers(workers_for([s.bytes for s in sources]) if workers is None else workers)
    try:
        return engine.import_drafts(
            namespace,
            [(source.name, source.records(limits)) for source in sources],
            recorded_at=recorded_at,
            workers=pool,
            on_progress=on_progress,
        )
    finally:
        if pool:
            pool.close()


def workers_for(sizes: Sequence[int | None]) -> int:
    """Two processes for an import that is large or of unknown size, else none.

    A process takes 3 s to start, in which 500 messages, or 200 kB, are done without it.
    """
    is_large = None in sizes or sum(size or 0 for size in sizes) > WORTH_WORKERS_BYTES
    return min(2, os.cpu_count() or 1) if is_large else 0


def _label(kind: str) -> Label:
    found = {label.value.casefold(): label for label in Label}.get(kind.casefold())
    if found is None:
        known = ", ".join(label.value for label in Label)
        raise UsageError(f"no kind {kind[:40]!r}", hint=f"Kinds are {known}.")
    return found


def _open_sqlite(path: str, *, must_exist: bool) -> Store:
    from cuegraph.store.sqlite import SqliteStore

    if not path:
        raise UsageError("a sqlite URL without a file", hint=f"Write {STORE_URL}, for example.")
    if must_exist and path != SQLITE_MEMORY and not Path(path).is_file():
        raise StoreUnavailableError(
            f"no store at {path}", hint="Check --store, or make one with `cuegraph import`."
        )
    return SqliteStore(path)


def _open_neo4j(url: str) -> Store:
    from cuegraph.store.neo4j_driver import Neo4jSettings, address
    from cuegraph.store.neo4j_store import Neo4jStore

    if "@" in urlsplit(url).netloc:  # it would stand in the shell's history and the process list
        raise UsageError(
            f"the address {address(url)} came with a user or password",
            hint="Leave them out, and set NEO4J_USER and NEO4J_PASSWORD instead.",
        )
    user = os.environ.get("NEO4J_USER") or "neo4j"
    password = server_password()
    if password is None:
        password = _own_server_password(url)
    if password is None:
        raise StoreUnavailableError(
            f"no password for {address(url)}",
            hint=f"Set NEO4J_PASSWORD (and NEO4J_USER, if it is not {user}).",
        )
    return Neo4jStore(Neo4jSettings(url=url, user=user, password=password))


def _own_server_password(url: str) -> str | None:
    """The password that `cuegraph neo4j up` drew, if the address is that server's."""
    from cuegraph.store import server

    found = server.status(server_home())
    asked, running = urlsplit(url), urlsplit(found.bolt_url or "")
    try:
        is_own = (asked.port or BOLT_PORT) == running.port and asked.hostname in THIS_MACHINE
    except ValueError:  # a port that is no number: the driver says so better
        return None
    return server.stored_password(server_home()) if is_own else None
