"""The derivation: passes in order, each for the keys that a change touches. The rebuild derives every key from nothing.

    log delta -> pass 1: touched keys -> rows now against rows stored -> delta -> pass 2 ... -> the whole delta

Within a transaction nodes come before the edges that end at them: passes stand in that order, and a tally is
written together with the pass that it counts. Both ways write only deltas, and both must end in the same graph:
`cuegraph check` compares them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeVar

from cuegraph.errors import InvariantError
from cuegraph.protocols import Pass, Tally, Transaction
from cuegraph.schema.graph import (
    NO_ROWS,
    EdgeType,
    GraphDelta,
    Key,
    Label,
    MemoKind,
    RecordKind,
    Rows,
    diff,
    joined,
    owner_id,
)
from cuegraph.schema.log import Message

T = TypeVar("T")
KEYS_AT_ONCE: Final = 5_000  # keys derived in one step; «guess»: some 50 MB of rows


class Pipeline:
    """Passes that have been checked to fit together."""

    def __init__(self, passes: Sequence[Pass | Tally]) -> None:
        check_pipeline(passes)
        self._passes = tuple(passes)
        following = [*passes[1:], None]
        # A protocol's isinstance looks at every member; done once, not at every write.
        self._steps: list[tuple[Pass, Tally | None]] = [
            (step, after if after is not None and not isinstance(after, Pass) else None)
            for step, after in zip(passes, following, strict=True)
            if isinstance(step, Pass)
        ]

    def stamp(self) -> str:
        """Names and versions of the passes, in order."""
        return ",".join(f"{p.name}.{p.version}" for p in self._passes)

    def update(self, changes: GraphDelta, transaction: Transaction) -> GraphDelta:
        """Derive what the log's changes touch, and write it; `changes` are applied already.

        Returns all changes, the given ones first.
        """
        total = GraphDelta()
        total.extend(changes)
        for step, tally in self._steps:
            pairs: list[tuple[Rows, Rows]] = []
            delta = _derive(step, sorted(step.touched(total, transaction)), transaction, pairs)
            if (
                tally is not None
            ):  # together: the pass's edges may end at nodes that the tally writes
                counted = _count(tally, pairs, transaction)
                counted.extend(delta)
                delta = counted
            if delta:
                transaction.apply(delta)
                total.extend(delta)
        return total

    def rebuild(
        self,
        messages: Callable[[], Iterable[Message]],
        transaction: Transaction,
        on_pass: Callable[[str, int, int], None] = lambda *_: None,
    ) -> None:
        """Derive every key from nothing; the log and its memos are stored, and no node or edge is.

        `on_pass(name, done, of)` is told before each pass.
        """
        for done, (step, tally) in enumerate(self._steps):
            on_pass(step.name, done, len(self._steps))
            keys = sorted(step.keys(transaction, messages()))
            if tally is not None:
                # Counted first: the pass's edges may end at nodes that the tally writes. Deriving twice
                # costs less than holding all of its rows.
                for part in chunks(
                    sorted(_summed(step, tally, keys, transaction).items()), KEYS_AT_ONCE
                ):
                    for rows in tally.derive(dict(part), transaction).values():
                        transaction.apply(diff(NO_ROWS, rows))
            for part in chunks(keys, KEYS_AT_ONCE):
                for rows in step.derive(part, transaction).values():
                    transaction.apply(diff(NO_ROWS, rows))


def check_pipeline(passes: Sequence[Pass | Tally]) -> None:
    """Each pass reads the log, memos, or what an earlier pass writes; names are unique. Raises InvariantError."""
    known: set[Label | EdgeType | MemoKind | RecordKind] = {*RecordKind, *MemoKind}
    names: set[str] = set()
    before = ""
    for step in passes:
        if missing := sorted(step.reads - known):
            raise InvariantError(f"pass {step.name} reads {missing}, which no earlier pass writes")
        if not isinstance(step, Pass) and step.source != before:
            raise InvariantError(f"tally {step.name} counts {step.source}, not the pass before it")
        if step.name in names:
            raise InvariantError(f"two passes are called {step.name}")
        known |= step.writes
        names.add(step.name)
        before = step.name


def chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The items in order, `size` at a time."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _summed(
    step: Pass, tally: Tally, keys: Sequence[Key], transaction: Transaction
) -> dict[Key, dict[str, int]]:
    """The tally's sums over all keys of its source."""
    sums: dict[Key, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for part in chunks(keys, KEYS_AT_ONCE):
        for rows in step.derive(part, transaction).values():
            for key, counter, amount in tally.contributions(rows):
                sums[key][counter] += amount
    return sums


def _derive(
    step: Pass,
    keys: Sequence[Key],
    transaction: Transaction,
    pairs: list[tuple[Rows, Rows]],
) -> GraphDelta:
    """The step's changes; (before, after) of each key is added to `pairs`, for a tally to count."""
    delta = GraphDelta()
    for part in chunks(keys, KEYS_AT_ONCE):
        owners = {key: owner_id(transaction.namespace, step.name, key) for key in part}
        stored = transaction.owned(sorted(owners.values()))
        derived = step.derive(part, transaction)
        for key in part:
            before, after = stored.get(owners[key], NO_ROWS), derived.get(key, NO_ROWS)
            delta.extend(diff(before, after))
            pairs.append((before, after))
    return GraphDelta(nodes=joined(delta.nodes), edges=joined(delta.edges))


def _count(step: Tally, pairs: Sequence[tuple[Rows, Rows]], transaction: Transaction) -> GraphDelta:
    """The tally's changes: sums as stored, less what the source's keys gave before, plus what they give now."""
    moved: dict[Key, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for before, after in pairs:
        for sign, rows in ((-1, before), (1, after)):
            for key, counter, amount in step.contributions(rows):
                moved[key][counter] += sign * amount
    keys = sorted(key for key, amounts in moved.items() if any(amounts.values()))
    stored = step.totals(keys, transaction)
    totals = {key: _added(stored.get(key, {}), moved[key], step.name) for key in keys}
    derived = step.derive(totals, transaction)
    before_rows = step.derive(stored, transaction)
    delta = GraphDelta()
    for key in keys:
        delta.extend(diff(before_rows.get(key, NO_ROWS), derived.get(key, NO_ROWS)))
    return delta


def _added(stored: Mapping[str, int], moved: Mapping[str, int], name: str) -> dict[str, int]:
    total = {c: stored.get(c, 0) + moved.get(c, 0) for c in {*stored, *moved}}
    if any(amount < 0 for amount in total.values()):
        raise InvariantError(
            f"tally {name} would fall below zero", hint="Run `cuegraph rebuild`, and report this."
        )
    return {counter: amount for counter, amount in total.items() if amount}
