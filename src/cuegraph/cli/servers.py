"""`cuegraph neo4j`: a Neo4j server of one's own, without Docker."""

from dataclasses import asdict
from pathlib import Path

from cuegraph.cli.terminal import FAILED, put, put_json, say
from cuegraph.store import server
from cuegraph.wiring import server_home, server_jars, server_password


def run_up(
    home: Path | None, bolt_port: int, http_port: int, heap_mib: int, *, is_json: bool
) -> int:
    """Starts the server unless it runs."""
    settings = server.ServerSettings(
        home=home or server_home(),
        jars=server_jars(),
        bolt_port=bolt_port,
        http_port=http_port,
        heap_mib=heap_mib,
        password=server_password(),
    )
    say("Starting Neo4j; the first start sets it up, and takes longer.")
    _show(server.up(settings, say), is_json=is_json)
    return 0


def run_down(home: Path | None, *, is_json: bool) -> int:
    """Ends the server if it runs; either way it then does not."""
    ended = server.down(home or server_home())
    if is_json:
        put_json({"ended": ended})
    else:
        put("Neo4j has ended." if ended else "No Neo4j of `cuegraph neo4j up` was running.")
    return 0


def run_status(home: Path | None, *, is_json: bool, is_password_shown: bool) -> int:
    """Tells how the server stands; 1 where it does not run."""
    found = server.status(home or server_home())
    _show(found, is_json=is_json)
    if is_password_shown:
        password = server.stored_password(home or server_home())
        put(password or "Its owner gave the password (NEO4J_PASSWORD); it is not kept.")
    return 0 if found.state is server.ServerState.RUNNING else FAILED


def _show(found: server.ServerStatus, *, is_json: bool) -> None:
    if is_json:
        put_json(asdict(found))
        return
    if found.state is not server.ServerState.RUNNING:
        put(f"Neo4j is {found.state}. Start it with `cuegraph neo4j up`.")
        return
    put(
        f"Neo4j {found.version} runs as process {found.pid} "
        f"({found.memory_mib} MiB, up {found.uptime_s} s)."
    )
    put(f"  store     --store {found.bolt_url}")
    put(f"  Browser   {found.browser_url}")
    put(f"  user      {server.USER}; the password: `cuegraph neo4j status --show-password`")
