"""`cuegraph doctor` and `cuegraph models`: is everything there that a memory needs?"""

import re
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from typing import Final

from cuegraph.cli.terminal import FAILED, put, put_json, say
from cuegraph.errors import CuegraphError, StoreError
from cuegraph.wiring import (
    EMBEDDER,
    SQLITE,
    embedder_folder,
    models_folder,
    open_store,
    server_home,
    spacy_model,
)

PYTHON_MIN: Final = (3, 11)


class State(StrEnum):
    """How one thing stands; what is only optional is missed by few."""

    OK = "ok"
    PROBLEM = "problem"
    OPTIONAL = "optional"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's: what was looked at, how it stands, and what to do."""

    check: str
    state: State
    detail: str
    hint: str = ""


def run_doctor(store: str, *, is_json: bool) -> int:
    """Looks at everything, changes nothing; 1 where a thing that is needed is not right."""
    findings = [
        _python(),
        _packages(),
        _tried("parser", _parser),
        _tried("encoder", _encoder),
        _tried("store", lambda: _store(store)),
        _java(),
        _maven(),
        _tried("neo4j", _own_server),
    ]
    if is_json:
        put_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            put(f"{finding.state:<9}{finding.check:<10}{finding.detail} {finding.hint}".rstrip())
    return FAILED if any(f.state is State.PROBLEM for f in findings) else 0


def run_prepare() -> int:
    """Builds the encoder from its package, unless it is there."""
    from cuegraph.embed.prepare import prepare

    prepare(None, models_folder() / EMBEDDER, progress=say)
    return 0


def run_models_status(*, is_json: bool) -> int:
    """Tells which models are used, and whether they load."""
    findings = [_tried("parser", _parser), _tried("encoder", _encoder)]
    if is_json:
        put_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            put(f"{finding.state:<9}{finding.check:<10}{finding.detail} {finding.hint}".rstrip())
    return FAILED if any(f.state is State.PROBLEM for f in findings) else 0


def _tried(check: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except CuegraphError as error:
        return Finding(check, State.PROBLEM, error.message, error.hint)


def _python() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < PYTHON_MIN:
        return Finding("python", State.PROBLEM, found, "Install Python 3.11 or later.")
    return Finding("python", State.OK, f"{found} ({sys.executable})")


def _packages() -> Finding:
    version = metadata.version("cuegraph")
    missing: list[str] = []
    for requirement in metadata.requires("cuegraph") or []:
        name = re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]
        if "extra ==" in requirement:
            continue
        try:
            metadata.version(name)
        except metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        hint = "Install Cuegraph again: it brings them."
        return Finding("packages", State.PROBLEM, f"missing: {', '.join(missing)}.", hint)
    return Finding("packages", State.OK, f"cuegraph {version}, and all that it needs")


def _parser() -> Finding:
    from cuegraph.extract import SpacyExtractor

    return Finding("parser", State.OK, SpacyExtractor.load(spacy_model()).stamp)


def _encoder() -> Finding:
    from cuegraph.embed.encoder import OnnxEncoder

    folder = embedder_folder()
    return Finding("encoder", State.OK, f"{OnnxEncoder(folder).stamp} ({folder})")


def _store(url: str) -> Finding:
    path = Path(url.removeprefix(SQLITE))
    if url.startswith(SQLITE) and not path.exists() and path.parent.is_dir():
        return Finding("store", State.OK, f"{path} is not there yet; `cuegraph import` makes it")
    store = open_store(url, must_exist=True)
    try:
        return Finding("store", State.OK, _told(store.health()))
    finally:
        store.close()


def _told(health: Mapping[str, str]) -> str:
    return ", ".join(v if k == "store" else f"{k} {v}" for k, v in health.items())


def _java() -> Finding:
    from cuegraph.store.server.jars import java_command

    try:
        return Finding("java", State.OK, java_command())
    except StoreError as error:
        return Finding("java", State.OPTIONAL, f"only `cuegraph neo4j up` needs it. {error.hint}")


def _maven() -> Finding:
    found = shutil.which("mvn")
    if found:
        return Finding("maven", State.OK, found)
    return Finding("maven", State.OPTIONAL, "only the first `cuegraph neo4j up` needs it.")


def _own_server() -> Finding:
    from cuegraph.store import server

    found = server.status(server_home())
    if found.state is server.ServerState.RUNNING:
        return Finding("neo4j", State.OK, f"{found.version} at {found.bolt_url}")
    return Finding("neo4j", State.OPTIONAL, "not running; `cuegraph neo4j up` starts one.")
