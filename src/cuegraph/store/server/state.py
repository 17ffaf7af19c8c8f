"""How a server stands, told from its home folder and the operating system alone."""

import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from cuegraph.store.server.process import own_process
from cuegraph.store.server.settings import LISTEN


class ServerState(StrEnum):
    """Stale: the home names a process that is gone, as after a crash of it or of the machine."""

    RUNNING = "running"
    STOPPED = "stopped"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """One look at a server; unless it runs, only `state` and a stale `pid` are known."""

    state: ServerState
    pid: int | None = None
    bolt_url: str | None = None
    browser_url: str | None = None
    version: str | None = None
    memory_mib: int | None = None
    uptime_s: int | None = None


def status(home: Path) -> ServerStatus:
    """How the server of this home stands; asks no server, so it answers at once."""
    home = home.resolve()
    pid = read_pid(home)
    if pid is None:
        return ServerStatus(ServerState.STOPPED)
    process = own_process(home, pid)
    if process is None:
        return ServerStatus(ServerState.STALE, pid=pid)
    ports = json.loads(ports_file(home).read_text("utf-8"))
    return ServerStatus(
        ServerState.RUNNING,
        pid=pid,
        bolt_url=f"bolt://{LISTEN}:{ports['bolt_port']}",
        # By name: Neo4j Browser takes style sheets from localhost, not from 127.0.0.1.
        browser_url=f"http://localhost:{ports['http_port']}/browser/",
        version=ports["version"],
        memory_mib=process.memory_mib,
        uptime_s=process.uptime_s,
    )


def pid_file(home: Path) -> Path:
    """Where the process id stands. Neo4j keeps a `neo4j.pid` of its own and removes it at will."""
    return home / "run" / "pid"


def ports_file(home: Path) -> Path:
    """Where the ports and the version of the running server stand."""
    return home / "run" / "ports.json"


def read_pid(home: Path) -> int | None:
    """The process id that the home names, or None."""
    path = pid_file(home)
    if not path.is_file():
        return None
    text = path.read_text("ascii").strip()
    return int(text) if text.isdecimal() else None
