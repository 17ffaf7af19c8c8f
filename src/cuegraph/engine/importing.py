"""Import: drafts in batches through the door, analysed ahead of the writer, one transaction a batch."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from cuegraph.engine.analysis import Analyser, Workers, gathered
from cuegraph.engine.derivation import Deriver
from cuegraph.engine.door import admit
from cuegraph.engine.reports import ImportReport
from cuegraph.schema.graph import GraphDelta, Memo
from cuegraph.schema.log import Draft, Message, Reject
from cuegraph.schema.settings import Limits


@dataclass(slots=True)
class Batch:
    """Messages of one transaction; `seen` counts the records read up to its end."""

    messages: list[Message] = field(default_factory=list[Message])
    futures: "list[Future[list[Memo]]]" = field(default_factory=list)
    seen: int = 0


def imported(
    deriver: Deriver,
    analyser: Analyser,
    namespace: str,
    sources: Iterable[tuple[str, Iterable[Draft | Reject]]],
    *,
    recorded_at: str,
    limits: Limits,
    workers: Workers | None,
    on_progress: Callable[[int], None],
    on_delta: Callable[[GraphDelta], None],
) -> ImportReport:
    """Every record of the sources, in order, to the log; see Engine.import_drafts."""
    deriver.check_stamp(namespace)
    rejects: list[tuple[str, Reject]] = []
    records = new = earlier = 0
    for batch in _ahead(
        _batches(namespace, sources, recorded_at, limits, rejects), deriver, namespace, workers
    ):
        unknown = [] if workers else deriver.unknown(namespace, batch.messages)
        memos = list(gathered(batch.futures)) if workers else analyser.memos(unknown)
        delta, added, moved = deriver.add(namespace, batch.messages, memos)
        on_delta(delta)
        new, earlier, records = new + added, earlier + moved, batch.seen
        on_progress(records)
    return ImportReport(
        records=records,
        imported=new,
        already_there=records - new - earlier - len(rejects),
        earlier_recording=earlier,
        rejects=tuple(rejects),
    )


def _batches(
    namespace: str,
    sources: Iterable[tuple[str, Iterable[Draft | Reject]]],
    recorded_at: str,
    limits: Limits,
    rejects: list[tuple[str, Reject]],
) -> Iterator[Batch]:
    """Batches of messages; what is none is added to `rejects`. The last batch may be empty."""
    batch, seen = Batch(), 0
    for name, drafts in sources:
        for draft in drafts:
            seen += 1
            found = (
                draft
                if isinstance(draft, Reject)
                else admit(draft, namespace=namespace, recorded_at=recorded_at, limits=limits)
            )
            if isinstance(found, Reject):
                rejects.append((name, found))
            else:
                batch.messages.append(found)
            if len(batch.messages) >= limits.batch_messages:
                batch.seen = seen
                yield batch
                batch = Batch()
    batch.seen = seen
    yield batch


def _ahead(
    batches: Iterator[Batch], deriver: Deriver, namespace: str, workers: Workers | None
) -> Iterator[Batch]:
    """The batches in order; with workers, the analysis of the next begins before the last is handed out."""
    held: Sequence[Batch] = ()
    for batch in batches:
        if workers:
            batch.futures = workers.submit(deriver.unknown(namespace, batch.messages))
        yield from held
        held = (batch,)
    yield from held
