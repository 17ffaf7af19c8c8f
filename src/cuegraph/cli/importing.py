"""`cuegraph import`: files to the log, with a receipt that adds up and a quarantine."""

import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cuegraph.cli.terminal import FAILED, PARTLY, counted, progress, put, put_json, say
from cuegraph.engine.engine import Engine
from cuegraph.engine.reports import ImportReport
from cuegraph.errors import InputError, InvariantError
from cuegraph.loaders import Source, open_sources
from cuegraph.schema.log import Reject
from cuegraph.wiring import SQLITE, SQLITE_MEMORY, import_sources, open_engine

QUARANTINE_NAME: Final = "cuegraph-quarantine.jsonl"


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """The options of the command, as they came."""

    paths: Sequence[str]
    store: str
    namespace: str
    format: str
    recorded_at: str | None
    workers: int | None
    quarantine: Path | None
    is_json: bool


def run_import(options: ImportOptions) -> int:
    """Imports, prints the receipt, and returns the exit code."""
    # Files first: a mistyped path should not leave an empty store behind.
    sources = open_sources(options.paths, sys.stdin.buffer, format_=options.format)
    engine = open_engine(options.store)
    try:
        return _imported(engine, sources, options)
    finally:
        engine.close()


def show_receipt(report: ImportReport, seconds: float, *, where: str) -> None:
    """The receipt for a person, on stdout."""
    put(f"{counted(report.records, 'record')} into {where} in {seconds:.1f} s:")
    put(f"  {report.imported:>8} imported")
    put(f"  {report.already_there:>8} already there")
    put(f"  {report.earlier_recording:>8} already there, now known to be recorded earlier")
    put(f"  {report.rejected:>8} rejected")


def _imported(engine: Engine, sources: Sequence[Source], options: ImportOptions) -> int:
    started_s = time.monotonic()
    with progress("importing") as show:
        report = import_sources(
            engine,
            options.namespace,
            sources,
            recorded_at=options.recorded_at,
            workers=options.workers,
            on_progress=lambda records: show("", records, 0),
        )
    seconds = time.monotonic() - started_s
    _check_sum(report)
    quarantine = options.quarantine or default_quarantine(options.store)
    if options.is_json:
        put_json(_receipt(report, seconds, options, quarantine))
    else:
        show_receipt(report, seconds, where=f"{options.namespace} of {options.store}")
    if report.rejects:
        _quarantine(quarantine, report.rejects)
    return _verdict(report, sources, quarantine)


def default_quarantine(store: str) -> Path:
    """Beside a SQLite file, else in the current folder."""
    path = store.removeprefix(SQLITE)
    is_file = store.startswith(SQLITE) and path != SQLITE_MEMORY
    return Path(path).with_name(QUARANTINE_NAME) if is_file else Path(QUARANTINE_NAME)


def _check_sum(report: ImportReport) -> None:
    parts = (
        report.imported,
        report.already_there,
        report.earlier_recording,
        report.rejected,
    )
    if sum(parts) != report.records:
        raise InvariantError(f"of {report.records} records, {parts} are accounted for")


def _receipt(
    report: ImportReport, seconds: float, options: ImportOptions, quarantine: Path
) -> dict[str, Any]:
    return {
        "store": options.store,
        "namespace": options.namespace,
        "records": report.records,
        "imported": report.imported,
        "alreadyThere": report.already_there,
        "earlierRecording": report.earlier_recording,
        "rejected": report.rejected,
        "quarantine": str(quarantine) if report.rejects else None,
        "seconds": round(seconds, 3),
    }


def _verdict(report: ImportReport, sources: Sequence[Source], quarantine: Path) -> int:
    if not report.records:
        say(f"Nothing imported: no records in {', '.join(source.name for source in sources)}.")
        return FAILED
    if report.rejected == report.records:
        say(
            f"Nothing imported: {counted(report.records, 'record')}, all rejected; see {quarantine}."
        )
        return FAILED
    if report.rejected:
        say(f"Rejected {report.rejected} of {report.records} records; see {quarantine}.")
        return PARTLY
    return 0


def _quarantine(path: Path, rejects: Sequence[tuple[str, Reject]]) -> None:
    """Adds a line for each reject that the file lacks; only its owner may read it."""
    try:
        with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
            known = set(file)
            for name, reject in rejects:
                fields = {
                    "file": name,
                    "line": reject.line,
                    "reason": reject.reason,
                    "excerpt": reject.excerpt,
                }
                line = json.dumps(fields).encode() + b"\n"
                if line not in known:
                    file.write(line)
    except OSError as error:
        raise InputError(
            f"the quarantine file {path} cannot be written ({error})",
            hint="Name another with --quarantine, and import again: nothing is imported twice.",
        ) from error
