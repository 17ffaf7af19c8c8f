"""What an import costs: against the parser and the encoder run bare, stage by stage, by workers."""

import json
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, cast

import spacy
from spacy.language import Language

from bench import generate
from bench.timing import Figure, Section, merged, row
from cuegraph.engine.analysis import Analyser, embedded_text
from cuegraph.engine.door import admit
from cuegraph.engine.engine import Engine
from cuegraph.engine.passes import all_passes
from cuegraph.engine.pipeline import Pipeline
from cuegraph.errors import InvariantError
from cuegraph.protocols import Pass, Store, Tally, Transaction, View
from cuegraph.schema.graph import Change, GraphDelta, Key, Rows
from cuegraph.schema.log import Draft, Message, Reject
from cuegraph.schema.settings import Settings
from cuegraph.wiring import (
    SystemClock,
    build_analyser,
    make_workers,
    open_engine,
    open_scratch,
    open_store,
    read_cue_times,
    spacy_model,
)

ROUNDS: Final = 5
BATCH: Final = 64  # texts in one pass of the parser, as the product has it
SEED: Final = 5
BARE_MESSAGES: Final = 500  # generated ones a round
STAGE_MESSAGES: Final = 2_000
WORKER_MESSAGES: Final = 4_000
RECORDED_AT: Final = "2026-01-01T00:00:00Z"
NAMESPACE: Final = "bench"
BARE_PARSER: Final = "parser, bare"
EMBED: Final = "embed"
ANALYSIS: Final = "analysis"
TRANSACTION: Final = "transaction"
# What the product switches off too: the recogniser is run on the few texts that need it.
_UNUSED: Final = ("attribute_ruler", "lemmatizer", "ner")


def measure_against_bare() -> Section:
    """CPU per message of an import, and its ratio to parser plus encoder, taken turn by turn."""
    analyser = build_analyser()
    nlp = spacy.load(spacy_model())
    corpora = {
        "the sample": sample_rows(),
        "generated": list(generate.messages(BARE_MESSAGES, seed=SEED)),
    }
    rows: list[dict[str, Figure]] = []
    for name, lines in corpora.items():
        messages = [admitted(line) for line in lines]

        def bare(messages: Sequence[Message] = messages) -> None:
            _parse(nlp, messages)
            analyser.embedder.embed([embedded_text(m) for m in messages])

        bare_ms: list[float] = []
        import_ms: list[float] = []
        _import(analyser, lines[:BATCH])  # warm: caches, allocators
        for _ in range(ROUNDS):
            bare_ms.append(_cpu_ms(bare) / len(messages))
            import_ms.append(_cpu_ms(lambda lines=lines: _import(analyser, lines)) / len(messages))
        ratios = [b / a for a, b in zip(bare_ms, import_ms, strict=True)]
        rows.append(
            merged(
                row(text=name, messages=len(messages)),
                {
                    "characters a message": sum(len(m.text) for m in messages) / len(messages),
                    "bare, CPU ms a message": statistics.median(bare_ms),
                    "import, CPU ms a message": statistics.median(import_ms),
                    "ratio, median": statistics.median(ratios),
                    "ratio, lowest": min(ratios),
                    "ratio, highest": max(ratios),
                },
            )
        )
    return Section(
        "Import against parser and encoder run bare",
        f"One process, one thread, into a fresh SQLite file, {ROUNDS} rounds: in each round first "
        "the two run bare over the same texts, then the import of them.",
        rows,
    )


def measure_stages() -> Section:
    """CPU of each stage of an import, in one transaction, by the parts that the engine uses."""
    analyser = build_analyser()
    messages = [admitted(line) for line in generate.messages(STAGE_MESSAGES, seed=SEED)]
    analyser.memos(messages[:BATCH])  # warm: caches, allocators
    meter = Meter()
    nlp = spacy.load(spacy_model())
    with meter.stage(BARE_PARSER):
        _parse(nlp, messages)
    with meter.stage(EMBED):
        analyser.embedder.embed([embedded_text(m) for m in messages])
    with meter.stage(ANALYSIS):
        memos = analyser.memos(messages)
    changes = GraphDelta(
        messages=[Change(None, m) for m in messages], memos=[Change(None, m) for m in memos]
    )
    with _scratch_store() as store, meter.stage(TRANSACTION):
        _derived(store, changes, meter)
    return Section(
        "What each stage of an import costs",
        f"{len(messages)} generated messages in one transaction. `extract` holds the parser, which "
        "is shown bare above it. A pass counts what it reads; `store apply` is what is written, "
        "`store owned` the reading of what a pass had written before.",
        _stage_rows(meter, len(messages)),
    )


def measure_workers() -> Section:
    """Wall and CPU time of an import without and with two worker processes."""
    lines = list(generate.messages(WORKER_MESSAGES, seed=SEED))
    rows: list[dict[str, Figure]] = []
    for count in (0, 2):
        pool = make_workers(count)
        try:
            with tempfile.TemporaryDirectory() as folder:
                engine = open_engine(f"sqlite:///{folder}/store.db")
                started = time.perf_counter()
                warm = [Draft(i, dict(line)) for i, line in enumerate(lines[: 4 * BATCH], 1)]
                engine.import_drafts("warm", [("warm", warm)], workers=pool)
                start_s = time.perf_counter() - started
                began = time.perf_counter(), time.process_time()
                drafts = [Draft(i, dict(line)) for i, line in enumerate(lines, 1)]
                engine.import_drafts(NAMESPACE, [("all", drafts)], workers=pool)
                wall_s = time.perf_counter() - began[0]
                cpu_s = time.process_time() - began[1]
                engine.close()
        finally:
            if pool:
                pool.close()
        rows.append(
            merged(
                row(workers=count, messages=len(lines)),
                {
                    "start s": start_s,
                    "wall s": wall_s,
                    "messages/s": len(lines) / wall_s,
                    "CPU s of the writer": cpu_s,
                },
            )
        )
    return Section(
        "Import with and without workers",
        "Wall time after a start with a few messages, in which models load; SQLite, batches as "
        "the settings have them.",
        rows,
    )


class Meter:
    """CPU seconds and calls by stage."""

    def __init__(self) -> None:
        self.cpu_s: dict[str, float] = {}
        self.calls: dict[str, int] = defaultdict(int)

    @contextmanager
    def stage(self, name: str) -> Generator[None]:
        """Count what happens inside."""
        self.cpu_s.setdefault(name, 0.0)
        began = time.process_time()
        try:
            yield
        finally:
            self.cpu_s[name] += time.process_time() - began
            self.calls[name] += 1


class MeteredPass:
    """A pass whose work is counted."""

    def __init__(self, step: Pass, meter: Meter) -> None:
        self.name, self.version = step.name, step.version
        self.reads, self.writes = step.reads, step.writes
        self._step = step
        self._meter = meter

    def keys(self, view: View, messages: Iterable[Message]) -> set[Key]:
        with self._meter.stage(f"pass {self.name}"):
            return self._step.keys(view, messages)

    def touched(self, changes: GraphDelta, view: View) -> set[Key]:
        with self._meter.stage(f"pass {self.name}"):
            return self._step.touched(changes, view)

    def derive(self, keys: Sequence[Key], view: View) -> dict[Key, Rows]:
        with self._meter.stage(f"pass {self.name}"):
            return self._step.derive(keys, view)


class MeteredTally:
    """A tally whose work is counted; adding up its contributions is the pipeline's own."""

    def __init__(self, step: Tally, meter: Meter) -> None:
        self.name, self.version, self.source = step.name, step.version, step.source
        self.reads, self.writes = step.reads, step.writes
        self._step = step
        self._meter = meter

    def contributions(self, rows: Rows) -> Iterable[tuple[Key, str, int]]:
        return self._step.contributions(rows)

    def totals(self, keys: Sequence[Key], view: View) -> dict[Key, dict[str, int]]:
        with self._meter.stage(f"pass {self.name}"):
            return self._step.totals(keys, view)

    def derive(self, totals: Mapping[Key, Mapping[str, int]], view: View) -> dict[Key, Rows]:
        with self._meter.stage(f"pass {self.name}"):
            return self._step.derive(totals, view)


class MeteredTransaction:
    """A transaction whose writing, and reading of owned rows, is counted; the rest is the passes'."""

    def __init__(self, transaction: Transaction, meter: Meter) -> None:
        self._transaction = transaction
        self._meter = meter

    def apply(self, delta: GraphDelta) -> None:
        with self._meter.stage("store apply"):
            self._transaction.apply(delta)

    def owned(self, owners: Sequence[str]) -> dict[str, Rows]:
        with self._meter.stage("store owned"):
            return self._transaction.owned(owners)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 -- every other method of the protocol
        return getattr(self._transaction, name)


def sample_rows() -> list[Mapping[str, Any]]:
    """The conversations that ship with the product."""
    text = files("cuegraph.sample").joinpath("conversation.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def admitted(fields: Mapping[str, Any], namespace: str = NAMESPACE) -> Message:
    """The message of an import line."""
    limits = Settings().limits
    found = admit(Draft(1, fields), namespace=namespace, recorded_at=RECORDED_AT, limits=limits)
    if isinstance(found, Reject):
        raise InvariantError(f"a line of ours is no message: {found.reason}")
    return found


def _import(analyser: Analyser, lines: Sequence[Mapping[str, Any]]) -> None:
    """Import into a fresh file, with models that are loaded already."""
    with _scratch_store() as store:
        engine = Engine(
            store, open_scratch, lambda: analyser, read_cue_times, SystemClock(), Settings()
        )
        drafts = [Draft(i, line) for i, line in enumerate(lines, 1)]
        engine.import_drafts(NAMESPACE, [("lines", drafts)])


@contextmanager
def _scratch_store() -> Generator[Store]:
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'store.db'}")
        try:
            yield store
        finally:
            store.close()


def _derived(store: Store, changes: GraphDelta, meter: Meter) -> None:
    steps: list[Pass | Tally] = [
        MeteredPass(step, meter) if isinstance(step, Pass) else MeteredTally(step, meter)
        for step in all_passes(NAMESPACE, Settings().derivation)
    ]
    pipeline = Pipeline(steps)

    def work(transaction: Transaction) -> None:
        metered = cast("Transaction", MeteredTransaction(transaction, meter))
        metered.apply(changes)
        pipeline.update(changes, metered)

    store.write(NAMESPACE, work)


def _parse(nlp: Language, messages: Sequence[Message]) -> None:
    with nlp.memory_zone():
        texts = (m.text for m in messages)
        for _ in nlp.pipe(texts, disable=_UNUSED, batch_size=BATCH):
            pass


def _cpu_ms(call: Callable[[], object]) -> float:
    began = time.process_time()
    call()
    return 1000 * (time.process_time() - began)


def _stage_rows(meter: Meter, count: int) -> list[dict[str, Figure]]:
    """The stages in the order of the work, then all of it."""
    spent = meter.cpu_s
    inside = [name for name in spent if name.startswith(("pass ", "store "))]
    stages = {
        BARE_PARSER: spent[BARE_PARSER],
        "extract": spent[ANALYSIS] - spent[EMBED],
        EMBED: spent[EMBED],
        **{name: spent[name] for name in inside},
        "differences, begin, commit": spent[TRANSACTION] - sum(spent[name] for name in inside),
        "all": spent[ANALYSIS] + spent[TRANSACTION],
    }
    return [
        {
            "stage": name,
            "CPU ms a message": 1000 * seconds / count,
            "share of all": seconds / stages["all"],
        }
        for name, seconds in stages.items()
    ]
