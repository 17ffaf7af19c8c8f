"""The commands that look after what is stored: export, forget, rebuild, check, stats."""

import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cuegraph.cli.terminal import FAILED, counted, progress, put, put_json, say
from cuegraph.engine.engine import Engine, check_time
from cuegraph.engine.reports import ForgetReport, Stats
from cuegraph.errors import LoaderError, UsageError
from cuegraph.protocols import Selector
from cuegraph.wiring import make_workers, open_engine

STDIN = "-"


@dataclass(frozen=True, slots=True)
class ForgetOptions:
    """The options of the command, as they came."""

    store: str
    namespace: str
    messages: Sequence[str]
    conversations: Sequence[str]
    speakers: Sequence[str]
    before: str | None
    ids: str | None
    is_dry: bool
    is_sure: bool
    is_json: bool


def run_export(store: str, namespace: str) -> int:
    """Prints the dump."""
    engine = open_engine(store, must_exist=True)
    try:
        for line in engine.export(namespace):
            put(line)
    finally:
        engine.close()
    return 0


def run_forget(options: ForgetOptions) -> int:
    """Forgets what the options name, asking first where a person sits at the terminal."""
    selector = _selector(options)
    engine = open_engine(options.store, must_exist=True)
    try:
        if not options.is_dry and not options.is_sure and not _agreed(engine, options, selector):
            say("Nothing was removed.")
            return FAILED
        report = engine.forget(options.namespace, selector, dry_run=options.is_dry)
    finally:
        engine.close()
    if options.is_json:
        put_json(
            {
                "messages": report.messages,
                "nodes": report.nodes,
                "edges": report.edges,
                "dryRun": report.dry_run,
                "layers": dict(report.layers),
            }
        )
    else:
        _show_forgotten(report, options.namespace)
    return 0


def run_rebuild(store: str, namespace: str, workers: int) -> int:
    """Derives the graph anew."""
    engine = open_engine(store, must_exist=True)
    pool = make_workers(workers)
    try:
        with progress("rebuilding") as show:
            engine.rebuild(namespace, pool, show)
        say(f"Rebuilt {namespace}: {counted(engine.stats(namespace).messages, 'message')}.")
    finally:
        if pool:
            pool.close()
        engine.close()
    return 0


def run_check(store: str, namespace: str, *, is_json: bool) -> int:
    """Compares the stored graph with one derived from nothing; 1 where they differ."""
    engine = open_engine(store, must_exist=True)
    try:
        with progress("checking") as show:
            report = engine.check(namespace, show)
    finally:
        engine.close()
    if is_json:
        put_json({**asdict(report), "equal": report.is_equal})
    elif report.is_equal:
        put(f"{namespace}: all {report.rows} rows are what the log gives.")
    else:
        put(f"{namespace}: {report.different} of {report.rows} rows are not what the log gives.")
        for difference in report.differences:
            put(f"  {difference}")
        say("Run `cuegraph rebuild` to derive the graph anew.")
    return 0 if report.is_equal else FAILED


def run_stats(store: str, namespace: str | None, *, is_json: bool) -> int:
    """Tells how much a namespace holds, or each of the store."""
    engine = open_engine(store, must_exist=True)
    try:
        names = engine.namespaces() if namespace is None else [namespace]
        found = [engine.stats(name) for name in names]
    finally:
        engine.close()
    if is_json:
        put_json({"store": store, "namespaces": [_stats_fields(stats) for stats in found]})
        return 0
    for stats in found:
        _show_stats(stats)
    if not found:
        put(f"{store} holds no namespace yet.")
    return 0


def _selector(options: ForgetOptions) -> Selector:
    ids = [*options.messages, *(_listed_ids(options.ids) if options.ids else ())]
    selector = Selector(
        external_ids=tuple(dict.fromkeys(ids)),
        conversations=tuple(options.conversations),
        speakers=tuple(options.speakers),
        before=check_time(options.before),
    )
    if selector == Selector():
        raise UsageError(
            "nothing named to forget",
            hint="Give --message, --conversation, --speaker, --before or --ids.",
        )
    return selector


def _listed_ids(path: str) -> list[str]:
    try:
        content = sys.stdin.buffer.read() if path == STDIN else Path(path).read_bytes()
        lines = content.decode("utf-8-sig").splitlines()
    except (OSError, ValueError) as error:
        raise LoaderError(
            f"{path}: cannot be read ({error})", hint="Give a UTF-8 text file, an id a line."
        ) from error
    return [line.strip() for line in lines if line.strip()]


def _agreed(engine: Engine, options: ForgetOptions, selector: Selector) -> bool:
    """Whether to go on: scripts are never asked, nor is anyone about a single message."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return True
    with engine.store.view(options.namespace) as view:
        count = len(view.select(selector))
    if count < 2:
        return True
    print(f"Forget {count} messages of {options.namespace}? [y/N] ", end="", file=sys.stderr)  # noqa: T201
    return sys.stdin.readline().strip().casefold() in {"y", "yes"}


def _show_forgotten(report: ForgetReport, namespace: str) -> None:
    verb = "Would forget" if report.dry_run else "Forgot"
    put(
        f"{verb} {counted(report.messages, 'message')} of {namespace}, "
        f"and with them {_change(report.nodes, 'node')} and {_change(report.edges, 'edge')}."
    )
    for layer, state in report.layers.items():
        put(f"  {layer}: {state}")


def _change(count: int, noun: str) -> str:
    """Fewer as a rule; a merge undone, or links to the next best, can leave more than before."""
    return counted(count, noun) if count >= 0 else f"(net) {counted(-count, f'more {noun}')}"


def _stats_fields(stats: Stats) -> dict[str, Any]:
    return {
        "namespace": stats.namespace,
        "messages": stats.messages,
        "conversations": stats.conversations,
        "speakers": stats.speakers,
        "first": stats.first,
        "last": stats.last,
        "labels": dict(stats.labels),
        "edgeTypes": dict(stats.edge_types),
        "stamp": dict(stats.stamp),
    }


def _show_stats(stats: Stats) -> None:
    put(
        f"{stats.namespace}: {counted(stats.messages, 'message')}, "
        f"{counted(stats.conversations, 'conversation')}, "
        f"{counted(stats.speakers, 'speaker')}, {stats.first or '…'} to {stats.last or '…'}"
    )
    for title, counts in (("nodes", stats.labels), ("edges", stats.edge_types)):
        put(f"  {title}: " + (", ".join(f"{n} {name}" for name, n in counts.items()) or "none"))
    put("  derived by: " + ", ".join(f"{k} {v}" for k, v in sorted(stats.stamp.items())))
