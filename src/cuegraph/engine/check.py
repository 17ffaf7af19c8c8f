"""Is the stored graph the one that the log gives? The oracle derives it from nothing and compares row by row."""

from collections.abc import Callable, Iterator
from typing import Final

from cuegraph.engine.analysis import Analyser
from cuegraph.engine.dump import Row, dumped
from cuegraph.engine.passes import all_passes
from cuegraph.engine.pipeline import Pipeline, chunks
from cuegraph.engine.reports import CheckReport
from cuegraph.protocols import Store, Transaction
from cuegraph.schema.graph import Change, GraphDelta
from cuegraph.schema.settings import Settings

DIFFERENCES_SHOWN: Final = 10
LINE_CHARACTERS: Final = 160


def compared(
    store: Store,
    scratch: Store,
    namespace: str,
    analyser: Analyser,
    settings: Settings,
    on_step: Callable[[str, int, int], None],
) -> CheckReport:
    """Derive the namespace's log into `scratch` (an empty store) and compare the two dumps.

    Everything is computed anew, extraction and vectors too: about 6 ms a message.
    """
    derive_anew(store, scratch, namespace, analyser, settings, on_step)
    rows = different = 0
    shown: list[str] = []
    for found in _merged(dumped(store, namespace), dumped(scratch, namespace)):
        rows += 1
        if found:
            different += 1
            if len(shown) < DIFFERENCES_SHOWN:
                shown.append(found)
    return CheckReport(rows, different, tuple(shown))


def derive_anew(
    store: Store,
    scratch: Store,
    namespace: str,
    analyser: Analyser,
    settings: Settings,
    on_step: Callable[[str, int, int], None] = lambda *_: None,
) -> None:
    """Copy the log of `store` into `scratch` and derive every key there, from nothing."""
    messages = list(store.scan_messages(namespace))
    with store.view(namespace) as view:
        acts = view.acts()
    pipeline = Pipeline(all_passes(namespace, settings.derivation))

    def work(transaction: Transaction) -> None:
        transaction.apply(GraphDelta(acts=[Change(None, act) for act in acts]))
        done = 0
        for part in chunks(messages, settings.limits.batch_messages):
            transaction.apply(
                GraphDelta(
                    messages=[Change(None, m) for m in part],
                    memos=[Change(None, memo) for memo in analyser.memos(part)],
                )
            )
            done += len(part)
            on_step("analyse", done, len(messages))
        pipeline.rebuild(lambda: messages, transaction, on_step)
        transaction.set_stamp(store.stamp(namespace))

    scratch.write(namespace, work)


def _merged(stored: Iterator[Row], derived: Iterator[Row]) -> Iterator[str]:
    """One item a row: "" where both have it, else the row and where it is. Both are in the dump's order."""
    left, right = next(stored, None), next(derived, None)
    while left is not None or right is not None:
        if left == right:
            yield ""
            left, right = next(stored, None), next(derived, None)
        elif right is None or (left is not None and left.place <= right.place):
            yield f"stored only: {left.line[:LINE_CHARACTERS] if left else ''}"
            left = next(stored, None)
        else:
            yield f"derived only: {right.line[:LINE_CHARACTERS]}"
            right = next(derived, None)
