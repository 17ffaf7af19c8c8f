"""Writing: every change of the log, and the graph that follows from it, in one transaction."""

import contextlib
import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future

from cuegraph.engine.analysis import Analyser, Workers, gathered
from cuegraph.engine.passes import all_passes
from cuegraph.engine.pipeline import Pipeline, chunks
from cuegraph.errors import StoreStampError
from cuegraph.protocols import Selector, Store, Transaction, View
from cuegraph.schema.graph import Change, GraphDelta, Memo, MemoKind
from cuegraph.schema.ids import content_id
from cuegraph.schema.log import Act, Message
from cuegraph.schema.settings import DerivationSettings, Settings

ENGINE_VERSION = "1"


class Deriver:
    """Keeps S = D(L): each write changes the log and brings the graph after it, or does nothing."""

    def __init__(self, store: Store, analyser: Analyser, settings: Settings) -> None:
        self._store = store
        self._analyser = analyser
        self._settings = settings
        self._stamp = {
            "engine": ENGINE_VERSION,
            "passes": content_id("", "passes", self._pipeline("").stamp())[:12],
            "settings": settings.derivation.stamp(),
            **analyser.stamp,
        }

    @property
    def analyser(self) -> Analyser:
        """What makes the memos."""
        return self._analyser

    def stamp(self) -> dict[str, str]:
        """The version vector v of D_v: another value derives another graph."""
        return dict(self._stamp)

    def check_stamp(self, namespace: str) -> None:
        """Raises StoreStampError where the namespace was derived by other code, models or settings."""
        stored, own = self._store.stamp(namespace), self.stamp()
        if stored and stored != own:
            parts = sorted(k for k in {*stored, *own} if stored.get(k) != own.get(k))
            raise StoreStampError(
                f"namespace {namespace!r} was derived with another {', '.join(parts)}",
                hint=f"Run `cuegraph rebuild --namespace {namespace}`, or use the settings of then.",
            )

    def unknown(self, namespace: str, messages: Sequence[Message]) -> list[Message]:
        """The messages whose memos the store does not hold, each once."""
        with self._store.view(namespace) as view:
            known = view.memos(MemoKind.VECTOR, {m.id for m in messages})
        return list({m.id: m for m in messages if m.id not in known}.values())

    def add(
        self, namespace: str, messages: Sequence[Message], memos: Iterable[Memo]
    ) -> tuple[GraphDelta, int, int]:
        """Append the messages; -> (all changes, messages new, messages recorded earlier than known).

        Cost O(messages), whatever is stored. One transaction.
        """
        self.check_stamp(namespace)
        memo_of: dict[str, list[Memo]] = {}
        for memo in memos:
            memo_of.setdefault(memo.key, []).append(memo)

        def work(transaction: Transaction) -> tuple[GraphDelta, int, int]:
            changes = _appended(messages, memo_of, transaction)
            new = sum(c.before is None for c in changes.messages)
            transaction.set_stamp(self.stamp())
            return self._update(changes, transaction), new, len(changes.messages) - new

        return self._store.write(namespace, work)

    def decide(self, namespace: str, act: Act) -> GraphDelta:
        """Append a verdict, unless it is there."""
        self.check_stamp(namespace)

        def work(transaction: Transaction) -> GraphDelta:
            if any(stored.id == act.id for stored in transaction.acts()):
                return GraphDelta()
            return self._update(GraphDelta(acts=[Change(None, act)]), transaction)

        return self._store.write(namespace, work)

    def select(self, namespace: str, selector: Selector) -> list[str]:
        """Ids of the messages that the selector names, sorted."""
        with self._store.view(namespace) as view:
            return view.select(selector)

    def remove(self, namespace: str, ids: Sequence[str]) -> GraphDelta:
        """Remove messages from the log, and from the graph whatever they alone supported. One transaction."""
        self.check_stamp(namespace)
        return self._store.write(namespace, lambda t: self._update(_removed(ids, t), t))

    def try_remove(self, namespace: str, ids: Sequence[str]) -> GraphDelta:
        """What `remove` would change; nothing is written."""
        self.check_stamp(namespace)
        found: list[GraphDelta] = []

        def work(transaction: Transaction) -> None:
            found.append(self._update(_removed(ids, transaction), transaction))
            raise _RollBackError

        with contextlib.suppress(_RollBackError):
            self._store.write(namespace, work)
        return found[-1]

    def rebuild(
        self,
        namespace: str,
        workers: Workers | None = None,
        on_step: Callable[[str, int, int], None] = lambda *_: None,
    ) -> None:
        """Derive everything anew from the log; `on_step(what, done, of)` tells how far it is.

        The old graph is served until the new one is committed.
        """
        messages = list(self._store.scan_messages(namespace))
        batches = list(chunks(messages, self._settings.limits.batch_messages))
        memos = [
            list(part)
            for part in self.analysed(
                batches, workers, lambda n: on_step("analyse", n, len(messages))
            )
        ]

        def work(transaction: Transaction) -> None:
            transaction.clear_derived()
            for part in memos:
                transaction.apply(GraphDelta(memos=[Change(None, memo) for memo in part]))
            self._pipeline(namespace).rebuild(lambda: messages, transaction, on_step)
            transaction.set_stamp(self.stamp())

        self._store.write(namespace, work)

    def analysed(
        self,
        batches: Sequence[Sequence[Message]],
        workers: Workers | None,
        on_messages: Callable[[int], None] = lambda _: None,
    ) -> Iterator[list[Memo]]:
        """Memos of each batch; with workers, the next batch is analysed while this one is used."""
        done = 0
        pending: list[list[Future[list[Memo]]]] = []
        for i, batch in enumerate(batches):
            if workers:
                while len(pending) < 2 and i + len(pending) < len(batches):
                    pending.append(workers.submit(batches[i + len(pending)]))
                memos = list(gathered(pending.pop(0)))
            else:
                memos = self._analyser.memos(batch)
            done += len(batch)
            on_messages(done)
            yield memos

    def _update(self, changes: GraphDelta, transaction: Transaction) -> GraphDelta:
        if not changes:
            return changes
        transaction.apply(changes)
        return self._pipeline(transaction.namespace).update(changes, transaction)

    def _pipeline(self, namespace: str) -> Pipeline:
        return _pipeline(namespace, self._settings.derivation)


@functools.lru_cache(maxsize=64)  # passes hold no state but their namespace and settings
def _pipeline(namespace: str, settings: DerivationSettings) -> Pipeline:
    return Pipeline(all_passes(namespace, settings))


class _RollBackError(Exception):
    """Ends a dry run's transaction."""


def _appended(
    messages: Sequence[Message], memo_of: Mapping[str, list[Memo]], view: View
) -> GraphDelta:
    stored = view.messages({m.id for m in messages})
    earliest: dict[str, Message] = {}
    for message in messages:
        held = earliest.get(message.id) or stored.get(message.id)
        if held is None or message.recorded_at < held.recorded_at:
            earliest[message.id] = message
    delta = GraphDelta()
    for id_ in sorted(earliest):
        delta.messages.append(Change(stored.get(id_), earliest[id_]))
        if id_ not in stored:
            delta.memos += [Change(None, memo) for memo in memo_of[id_]]
    return delta


def _removed(ids: Sequence[str], view: View) -> GraphDelta:
    delta = GraphDelta(messages=[Change(m, None) for _, m in sorted(view.messages(ids).items())])
    for kind in MemoKind:
        delta.memos += [Change(m, None) for _, m in sorted(view.memos(kind, ids).items())]
    return delta
