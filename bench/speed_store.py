"""Recall, single writes and index builds over a store with generated memories."""

import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Final

from bench import generate
from bench.product import STORE_FILE, Product
from bench.speed_import import admitted
from bench.timing import Figure, Section, Stopwatch, Timing, merged, row, timed
from cuegraph.engine.analysis import Analyser
from cuegraph.engine.derivation import Deriver
from cuegraph.engine.index.namespace_index import NamespaceIndex
from cuegraph.protocols import Store
from cuegraph.schema.graph import Change, GraphDelta
from cuegraph.schema.recall import Cue
from cuegraph.schema.settings import Settings
from cuegraph.wiring import build_analyser, open_engine, open_store

SEED: Final = 1
CUE_SEED: Final = 2
CUES: Final = 300
WARM_CUES: Final = 20
WRITES: Final = 60
BUILDS: Final = 3
COPY_ROWS: Final = 5_000  # rows of one transaction when a namespace is copied
NAMESPACE: Final = "generated"
NOW: Final = "2027-01-01T00:00:00Z"


def generated_store(cache: Path, count: int, tell: Callable[[str], None]) -> Product:
    """A store with `count` generated messages, imported by the command; kept between runs."""
    product = Product(cache / f"generated-{count}", tell)
    product.load({NAMESPACE: list(generate.messages(count, seed=SEED))})
    return product


def measure_recall(product: Product, count: int) -> Section:
    """Warm recall as the engine answers it, and what of it is the cue's embedding."""
    engine = open_engine(product.url, must_exist=True)
    cues = generate.cues(CUES + WARM_CUES, seed=CUE_SEED)
    embedder = build_analyser().embedder
    began = time.perf_counter()
    engine.recall(NAMESPACE, _cue(cues[0]))
    first_s = time.perf_counter() - began
    for cue in cues[:WARM_CUES]:
        engine.recall(NAMESPACE, _cue(cue))
    asked = cues[WARM_CUES:]
    whole = timed([lambda cue=cue: engine.recall(NAMESPACE, _cue(cue)) for cue in asked])
    embedding = timed([lambda cue=cue: embedder.embed([cue]) for cue in asked])
    engine.close()
    size = {"messages": count, "first s": first_s, "memory MiB": _memory_mib()}
    return Section(
        "Warm recall",
        "Ten hits a cue, with paths and citations, the cue's embedding included; generated "
        "memories in SQLite. `first` holds loading the models and building the index; the memory "
        "is the process's largest, models included.",
        [
            merged({"what": "recall"}, size, whole.figures()),
            merged({"what": "of it, embedding the cue"}, size, embedding.figures()),
        ],
    )


def measure_writes(
    product: Product, count: int, neo4j: str | None, neo4j_count: int, tell: Callable[[str], None]
) -> Section:
    """One more message into a full store, its memos ready: derivation and write, and write alone."""
    analyser = build_analyser()
    rows: list[dict[str, Figure]] = []
    with tempfile.TemporaryDirectory(dir=product.folder) as work:
        copy = Path(work) / STORE_FILE
        shutil.copy(product.folder / STORE_FILE, copy)
        store = open_store(f"sqlite:///{copy}")
        rows += _writes("SQLite", store, analyser, count)
        store.close()
    if neo4j:
        with copied(product, neo4j, neo4j_count, tell) as store:
            rows += _writes("Neo4j", store, analyser, neo4j_count)
    return Section(
        "One durable write",
        "`remember` with the message's memos at hand: the stamp's check, all passes and one "
        "commit. `write alone` is the same change taken back and applied again, with no pass run. "
        "`analysis` is what the memos cost before.",
        rows,
    )


def measure_builds(
    product: Product, count: int, neo4j: str | None, neo4j_count: int, tell: Callable[[str], None]
) -> Section:
    """How long the index of a whole namespace takes to build from the store."""
    store = open_store(product.url, must_exist=True)
    rows = [_build("SQLite", store, count)]
    store.close()
    if neo4j:
        with copied(product, neo4j, neo4j_count, tell) as store:
            rows.append(_build("Neo4j", store, neo4j_count))
    return Section(
        "Building the index",
        f"Median of {BUILDS}; `arrays` is the store's part of the graph alone, without texts, "
        "vectors and postings.",
        rows,
    )


@contextmanager
def copied(product: Product, url: str, count: int, tell: Callable[[str], None]) -> Generator[Store]:
    """The server's store with `count` generated messages in a namespace, dropped afterwards."""
    small = generated_store(product.folder.parent, count, tell)
    source, target = open_store(small.url, must_exist=True), open_store(url)
    try:
        target.drop(NAMESPACE)
        began = time.perf_counter()
        rows = copy_namespace(source, target, NAMESPACE)
        took_s = time.perf_counter() - began
        tell(f"copied {rows} rows to the server in {took_s:.1f} s, {rows / took_s:.0f} rows/s")
        yield target
    finally:
        target.drop(NAMESPACE)
        source.close()
        target.close()


def copy_namespace(source: Store, target: Store, namespace: str) -> int:
    """Write a namespace's log and graph into an empty one of the same name; the number of rows."""
    kinds = (
        ("messages", source.scan_messages(namespace)),
        ("memos", source.scan_memos(namespace)),
        ("nodes", source.scan_nodes(namespace)),
        ("edges", source.scan_edges(namespace)),  # last: their ends must be there
    )
    count = 0
    for kind, rows in kinds:
        while part := list(islice(rows, COPY_ROWS)):
            changes: list[Change[Any]] = [Change(None, item) for item in part]
            delta = GraphDelta(**{kind: changes})
            target.write(namespace, lambda t, delta=delta: t.apply(delta))
            count += len(part)
    stamp = source.stamp(namespace)
    target.write(namespace, lambda t: t.set_stamp(stamp))
    return count


def reversed_delta(delta: GraphDelta) -> GraphDelta:
    """The delta that takes this one back."""
    return GraphDelta(
        messages=[Change(c.after, c.before) for c in delta.messages],
        acts=[Change(c.after, c.before) for c in delta.acts],
        memos=[Change(c.after, c.before) for c in delta.memos],
        nodes=[Change(c.after, c.before) for c in delta.nodes],
        edges=[Change(c.after, c.before) for c in delta.edges],
    )


def _writes(name: str, store: Store, analyser: Analyser, count: int) -> list[dict[str, Figure]]:
    """Messages that go on where the store's last conversation ended, one transaction each."""
    deriver = Deriver(store, analyser, Settings())
    lines = islice(generate.messages(count + WRITES, seed=SEED), count, None)
    analysis, whole, alone = Stopwatch(), Stopwatch(), Stopwatch()
    sizes: list[int] = []
    for line in lines:
        message = admitted(line, NAMESPACE)
        memos = analysis.time(lambda m=message: analyser.memos([m]))
        delta = whole.time(lambda m=message, k=memos: deriver.add(NAMESPACE, [m], k))[0]
        back = reversed_delta(delta)
        store.write(NAMESPACE, lambda t, d=back: t.apply(d))
        alone.time(lambda d=delta: store.write(NAMESPACE, lambda t: t.apply(d)))
        sizes.append(len(delta.nodes) + len(delta.edges) + len(delta.memos) + len(delta.messages))
    changed = int(statistics.median(sizes))
    measured: Mapping[str, Timing] = {
        "remember": whole.timing,
        "write alone": alone.timing,
        "analysis": analysis.timing,
    }
    return [
        merged(
            row(store=name, memories=count, what=what),
            {"rows changed": changed},
            timing.figures(),
        )
        for what, timing in measured.items()
    ]


def _build(name: str, store: Store, count: int) -> dict[str, Figure]:
    arrays = timed([lambda: store.graph_arrays(NAMESPACE)] * BUILDS)
    whole = timed([lambda: NamespaceIndex(store, NAMESPACE)] * BUILDS)
    held = store.graph_arrays(NAMESPACE)
    build_s = statistics.median(whole.wall_ms) / 1000
    return {
        "store": name,
        "messages": count,
        "nodes": len(held.ids),
        "edges": len(held.sources),
        "arrays s": statistics.median(arrays.wall_ms) / 1000,
        "whole s": build_s,
        "whole CPU s": statistics.median(whole.cpu_ms) / 1000,
        "nodes/s": len(held.ids) / build_s,
    }


def _cue(text: str) -> Cue:
    return Cue(text=text, now=NOW)


def _memory_mib() -> float:
    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return largest / (2**20 if sys.platform == "darwin" else 2**10)
