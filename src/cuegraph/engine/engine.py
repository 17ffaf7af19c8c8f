"""The engine: one face for all that can be done with a memory. CLI, GraphQL and the Python class all go through it."""

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final

from cuegraph.engine.analysis import Analyser, Workers
from cuegraph.engine.check import compared
from cuegraph.engine.derivation import Deriver
from cuegraph.engine.door import admit
from cuegraph.engine.dump import dump
from cuegraph.engine.importing import imported
from cuegraph.engine.index.namespace_index import IndexKeeper
from cuegraph.engine.pipeline import chunks
from cuegraph.engine.recall.recall import Recaller
from cuegraph.engine.reports import CheckReport, ForgetReport, ImportReport, Stats
from cuegraph.engine.statistics import counted
from cuegraph.errors import InputError, LimitError, NotFoundError, UsageError
from cuegraph.protocols import Clock, CueReader, Selector, Store
from cuegraph.schema.clock import format_time, parse_time
from cuegraph.schema.graph import Edge, EdgeType, Label, Node
from cuegraph.schema.log import Act, ActKind, Draft, Message, Reject, make_act
from cuegraph.schema.recall import Cue, Recall
from cuegraph.schema.settings import Settings
from cuegraph.schema.text import name_form, normalise_text

NAMESPACE_CHARACTERS_MAX: Final = 128


class Engine:
    """A store, the models, and the passes, for all namespaces. Safe to share among threads.

    `build_analyser` loads the models (about 3 s) at the first call that needs them; `open_scratch` gives an empty store
    to derive in beside this one; `read_times` finds the times in a cue.
    """

    def __init__(
        self,
        store: Store,
        open_scratch: Callable[[], Store],
        build_analyser: Callable[[], Analyser],
        read_times: CueReader,
        clock: Clock,
        settings: Settings,
    ) -> None:
        self._store = store
        self._open_scratch = open_scratch
        self._build_analyser = build_analyser
        self._clock = clock
        self._settings = settings
        self._indexes = IndexKeeper(store)
        self._recaller = Recaller(store, read_times, settings.recall)
        self._loading = threading.Lock()
        self._loaded: list[Deriver] = []

    @property
    def store(self) -> Store:
        """The store behind it."""
        return self._store

    @property
    def settings(self) -> Settings:
        """The settings it was built with."""
        return self._settings

    def import_drafts(
        self,
        namespace: str,
        sources: Iterable[tuple[str, Iterable[Draft | Reject]]],
        *,
        recorded_at: str | None = None,
        workers: Workers | None = None,
        on_progress: Callable[[int], None] = lambda _: None,
    ) -> ImportReport:
        """Add what the loaders found; `sources` are (file name, drafts), `on_progress` gets the records seen.

        Every batch is one transaction: what was acknowledged stays, and importing again adds only what is missing.
        """
        check_namespace(namespace)
        return imported(
            self._deriver(),
            self._analyser(),
            namespace,
            sources,
            recorded_at=self._recorded(recorded_at),
            limits=self._settings.limits,
            workers=workers,
            on_progress=on_progress,
            on_delta=lambda delta: self._indexes.follow(namespace, delta),
        )

    def remember(
        self, namespace: str, fields: Mapping[str, object], *, recorded_at: str | None = None
    ) -> Message:
        """Add one message, given as the keys of an import line; returns it, also where it was there already.

        Raises InputError where it is no message.
        """
        check_namespace(namespace)
        message = admit(
            Draft(1, fields),
            namespace=namespace,
            recorded_at=self._recorded(recorded_at),
            limits=self._settings.limits,
        )
        if isinstance(message, Reject):
            raise InputError(
                f"not a message: {message.reason}", hint="See the import line's keys in the docs."
            )
        deriver = self._deriver()
        memos = self._analyser().memos(deriver.unknown(namespace, [message]))
        delta, _, _ = deriver.add(namespace, [message], memos)
        self._indexes.follow(namespace, delta)
        return message

    def forget(self, namespace: str, selector: Selector, *, dry_run: bool = False) -> ForgetReport:
        """Remove messages and all that only they support; afterwards the graph is one that never saw them.

        Many messages go in several transactions, each a whole forget of its part. Raises NotFoundError where the
        selector names none.
        """
        self._known(namespace)
        deriver = self._deriver()
        ids = deriver.select(namespace, selector)
        if not ids:
            raise NotFoundError(
                "no message matches",
                hint="Check the ids with `cuegraph export`; nothing was removed.",
            )
        nodes = edges = 0
        batch = len(ids) if dry_run else self._settings.limits.forget_messages_max
        for part in chunks(ids, batch):
            change = deriver.try_remove if dry_run else deriver.remove
            delta = change(namespace, part)
            nodes += sum((c.after is None) - (c.before is None) for c in delta.nodes)
            edges += sum((c.after is None) - (c.before is None) for c in delta.edges)
            if not dry_run:
                self._indexes.follow(namespace, delta)
        layers: Mapping[str, str] = {}
        if not dry_run:
            self._drop_if_empty(namespace)
            layers = self._store.scrub(namespace)
        return ForgetReport(len(ids), nodes, edges, dry_run, layers)

    def decide(self, namespace: str, kind: ActKind, left: str, right: str) -> Act:
        """Say that two names stand for the same entity, or for different ones; the latest word on a pair counts."""
        self._known(namespace)
        forms = sorted((name_form(normalise_text(left)), name_form(normalise_text(right))))
        if not all(forms) or forms[0] == forms[1]:
            raise InputError(
                f"{left!r} and {right!r} are not two names", hint="Give two different names."
            )
        act = make_act(namespace, kind, forms[0], forms[1], format_time(self._clock.now()))
        delta = self._deriver().decide(namespace, act)
        self._indexes.follow(namespace, delta)
        return act

    def rebuild(
        self,
        namespace: str,
        workers: Workers | None = None,
        on_step: Callable[[str, int, int], None] = lambda *_: None,
    ) -> None:
        """Derive the graph anew from the log, with the code, models and settings at hand."""
        self._known(namespace)
        self._deriver().rebuild(namespace, workers, on_step)
        self._indexes.drop(namespace)

    def check(
        self, namespace: str, on_step: Callable[[str, int, int], None] = lambda *_: None
    ) -> CheckReport:
        """Compare the stored graph with one derived from the log and nothing else."""
        self._known(namespace)
        scratch = self._open_scratch()
        try:
            return compared(
                self._store, scratch, namespace, self._analyser(), self._settings, on_step
            )
        finally:
            scratch.close()

    def recall(self, namespace: str, cue: Cue) -> Recall:
        """What the memory holds for the cue, best first. Changes nothing.

        A cue without an asking time is asked now.
        """
        self._known(namespace)
        limits = self._settings.limits
        if len(cue.text) > limits.cue_characters_max:
            raise LimitError(
                f"a cue of {len(cue.text)} characters",
                hint=f"Keep it below {limits.cue_characters_max} (cue_characters_max).",
            )
        if not 1 <= cue.limit <= limits.hits_max:
            raise LimitError(
                f"{cue.limit} hits asked for", hint=f"Ask for 1 to {limits.hits_max} (hits_max)."
            )
        for time in (cue.now, cue.as_of):
            check_time(time)
        self._deriver().check_stamp(namespace)
        cue = replace(cue, now=cue.now or format_time(self._clock.now()))
        index = self._indexes.index(namespace)
        return self._recaller.recall(index, cue, self._analyser().embedder)

    def node(self, namespace: str, id_: str) -> Node | Message | None:
        """The node or message of an id; None for one that this namespace does not hold, wherever else it may be."""
        return self.nodes(namespace, [id_]).get(id_)

    def nodes(self, namespace: str, ids: Collection[str]) -> dict[str, Node | Message]:
        """Nodes and messages by id; unknown ids are left out. Two store calls."""
        valid = [id_ for id_ in ids if is_id(id_)]
        with self._store.view(namespace) as view:
            found: dict[str, Node | Message] = dict(view.nodes(valid))
            found |= view.messages([id_ for id_ in valid if id_ not in found])
        return found

    def listed(
        self, namespace: str, labels: Collection[Label], *, first: int, after: str = ""
    ) -> list[Node]:
        """At most `first` nodes of the labels with an id above `after`, by id."""
        wanted = (node for node in self._store.scan_nodes(namespace, after) if node.label in labels)
        return list(islice(wanted, first))

    def edges_of(
        self,
        namespace: str,
        ids: Collection[str],
        types: Sequence[EdgeType],
        *,
        incoming: bool = False,
        limit: int = 100,
    ) -> dict[str, list[Edge]]:
        """Each id's edges of the types, at most `limit` a type. One store call a type."""
        valid = [id_ for id_ in ids if is_id(id_)]
        found: dict[str, list[Edge]] = {id_: [] for id_ in valid}
        with self._store.view(namespace) as view:
            for type_ in types:
                edges = (
                    view.first_edges_to(valid, type_, limit)
                    if incoming
                    else view.first_edges_from(valid, type_, limit)
                )
                for id_, some in edges.items():
                    found[id_] += some
        return found

    def export(self, namespace: str) -> Iterator[str]:
        """The canonical dump, line by line."""
        self._known(namespace)
        return dump(self._store, namespace)

    def stats(self, namespace: str) -> Stats:
        """How much the namespace holds."""
        self._known(namespace)
        return counted(self._store, namespace)

    def namespaces(self) -> list[str]:
        """All namespaces of the store, sorted."""
        return self._store.namespaces()

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    def _deriver(self) -> Deriver:
        with self._loading:
            if not self._loaded:
                analyser = self._build_analyser()
                self._loaded.append(Deriver(self._store, analyser, self._settings))
        return self._loaded[0]

    def _analyser(self) -> Analyser:
        return self._deriver().analyser

    def _recorded(self, recorded_at: str | None) -> str:
        return check_time(recorded_at) or format_time(self._clock.now())

    def _known(self, namespace: str) -> None:
        check_namespace(namespace)
        if not self._store.stamp(namespace):  # one look-up; a list of all would grow with them
            raise NotFoundError(
                f"no namespace {namespace!r} in this store",
                hint="`cuegraph stats` lists the namespaces; `cuegraph import` makes one.",
            )

    def _drop_if_empty(self, namespace: str) -> None:
        """A namespace without messages equals one that was never written: its stamp goes too."""
        with self._store.view(namespace) as view:
            acts = view.acts()
        if not acts and next(iter(self._store.scan_messages(namespace)), None) is None:
            self._store.drop(namespace)
            self._indexes.drop(namespace)


def check_namespace(namespace: str) -> None:
    """Raises UsageError for a name that is empty, too long, or holds control characters."""
    if not namespace or len(namespace) > NAMESPACE_CHARACTERS_MAX or not namespace.isprintable():
        raise UsageError(
            f"{namespace[:40]!r} is no name for a namespace",
            hint=f"Use 1 to {NAMESPACE_CHARACTERS_MAX} printable characters.",
        )


def check_time(text: str | None) -> str | None:
    """The time as UTC text; raises UsageError for anything else."""
    if text is None:
        return None
    try:
        return format_time(parse_time(text))
    except ValueError as error:
        raise UsageError(
            f"{text[:40]!r} is no time ({error})", hint="Write it as 2024-05-01T09:30:00Z."
        ) from error


def is_id(text: str) -> bool:
    """Whether the text has the form of an id; others name nothing."""
    return len(text) == 32 and all(c in "0123456789abcdef" for c in text)
