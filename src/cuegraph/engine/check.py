"""Is the stored graph the one that the log gives? The oracle derives it from nothing and compares row by row."""

from collections.abc import Callable, Iterator
from typing import Final

from cuegraph.engine.analysis import Analyser
from cuegraph.engine.dump import dump
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
    for found in _merged(dump(store, namespace), dump(scratch, namespace)):
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
        steps = iter(range(len(pipeline.passes)))
        pipeline.rebuild(
            lambda: messages,
            transaction,
            lambda name: on_step(name, next(steps), len(pipeline.passes)),
        )
        transaction.set_stamp(store.stamp(namespace))

    scratch.write(namespace, work)


def _merged(stored: Iterator[str], derived: Iterator[str]) -> Iterator[str]:
    """One item a row: "" where both have it, else the row and where it is. Both dumps are in one order."""
    left, right = next(stored, None), next(derived, None)
    while left is not None or right is not None:
        if left == right:
            yield ""
            left, right = next(stored, None), next(derived, None)
        elif right is None or (left is not None and _place(left) <= _place(right)):
            yield f"stored only: {(left or '')[:LINE_CHARACTERS]}"
            left = next(stored, None)
        else:
            yield f"derived only: {right[:LINE_CHARACTERS]}"
            right = next(derived, None)


def _place(line: str) -> tuple[int, str]:
    kind = line[2 : line.index('"', 2)]
    order = ("cuegraph", "act", "message", "memo", "node", "edge").index(kind)
    start = line.find('"key":"' if kind == "memo" else '"id":"')
    key = line[start + 7 : start + 39] if kind == "memo" else line[start + 6 : start + 38]
    memo_kind = line[line.find('"kind":"') :] if kind == "memo" else ""
    return order, memo_kind[:20] + key
