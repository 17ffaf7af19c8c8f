"""Starting and ending the server."""

import json
import os
import re
import secrets
import socket
import subprocess
import time
from pathlib import Path
from typing import Final

import neo4j
from neo4j.exceptions import AuthError, DriverError, Neo4jError

from cuegraph.errors import StoreError, StoreUnavailableError
from cuegraph.store.server.files import POLL_S, exclusive, write_private
from cuegraph.store.server.jars import (
    NEO4J_VERSION,
    Progress,
    java_command,
    log_progress,
    prepare_jars,
)
from cuegraph.store.server.process import end_process, home_argument, own_process
from cuegraph.store.server.settings import LISTEN, USER, ServerSettings, neo4j_conf
from cuegraph.store.server.state import (
    ServerState,
    ServerStatus,
    pid_file,
    ports_file,
    read_pid,
    status,
)

PASSWORD_TIMEOUT_S: Final = 60.0  # Neo4j's tool takes 1 s on an idle machine
CONNECT_TIMEOUT_S: Final = 5.0

_UMASK: Final = 0o077  # its files hold people's conversations
# What Neo4j's own start script opens to it.
_OPENS: Final = tuple(
    f"--add-opens=java.base/{package}=ALL-UNNAMED"
    for package in ("java.nio", "java.io", "sun.nio.ch")
)
# The shell ends at once, so the server is nobody's child: it outlives us and leaves no zombie. And
# the shell writes the pid, so that no interrupt falls between the start and the record of it.
_LAUNCH: Final = 'log=$1; pid=$2; shift 2; "$@" >"$log" 2>&1 </dev/null & echo $! >"$pid"'


def up(settings: ServerSettings, progress: Progress = log_progress) -> ServerStatus:
    """The status of the running server, started unless it runs already; returns once it answers.

    A server that runs keeps its ports and memory, whatever `settings` say. The first start sets the
    password, before any port is open. Whatever goes wrong, no half-started server is left behind.

    Raises StoreError when Java, Maven or a port is missing or the server ends by itself, and
    StoreUnavailableError when it gives no answer in time or refuses the password.
    """
    home = settings.home.resolve()
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with exclusive(home / "lock", settings.start_timeout_s + settings.stop_timeout_s):
        found = status(home)
        if found.state is ServerState.RUNNING:
            _check_running(found, settings.password or stored_password(home))
            return found
        java = java_command()
        for port in (settings.bolt_port, settings.http_port):
            _check_free(port)
        jars = prepare_jars(settings.jars, progress)
        for folder in ("conf", "logs", "run"):
            (home / folder).mkdir(exist_ok=True)
        write_private(home / "conf" / "neo4j.conf", neo4j_conf(settings))
        password = _ensure_password(settings, home, java, jars)
        try:
            _launch(settings, home, java, jars)
            _await_answer(settings, home, password)
        except BaseException:  # an interrupt too: it must not leave a server behind
            _end(home, settings.stop_timeout_s)
            raise
        return status(home)


def down(home: Path, *, stop_timeout_s: float = 30) -> bool:
    """Ends the server of this home and returns whether there was one to end.

    Asks it to end, which writes a checkpoint; kills it only after `stop_timeout_s`. Never touches a
    process that is not this home's server, even if it has got the recorded process id.
    """
    home = home.resolve()
    return home.is_dir() and _end(home, stop_timeout_s)


def stored_password(home: Path) -> str | None:
    """The password that `up` drew for this home, or None where its owner gave one."""
    path = _auth_file(home)
    return path.read_text("utf-8").rstrip("\n") if path.is_file() else None


def _auth_file(home: Path) -> Path:
    return home / "auth"


def _ensure_password(settings: ServerSettings, home: Path, java: str, jars: Path) -> str:
    """The password to log in with; sets it if this server has never run."""
    password = settings.password or stored_password(home)
    # Neo4j makes this folder, which holds its users, at its first start.
    if (home / "data" / "databases" / "system").exists():
        if password is None:
            raise StoreUnavailableError(
                f"the data in {home} has a password of its own, and none was given.",
                hint="Set the password that it was first started with.",
            )
        return password
    if password is None:
        password = secrets.token_urlsafe(24)
        write_private(_auth_file(home), f"{password}\n")
    _set_initial_password(password, home, java, jars)
    return password


def _set_initial_password(password: str, home: Path, java: str, jars: Path) -> None:
    # A file of an earlier attempt that got no further, which the tool would refuse to replace.
    (home / "data" / "dbms" / "auth.ini").unlink(missing_ok=True)
    # The tool reads a leading @ as the name of a further file, and @@ as a plain @.
    quoted = re.sub(r'^@|[\\"]', lambda sign: ("@" if sign[0] == "@" else "\\") + sign[0], password)
    # In a file, for every user of the machine can read a command line.
    arguments = home / "run" / "arguments"
    write_private(arguments, f'-- "{quoted}"\n')
    command = [java, "-Dfile.encoding=UTF-8", "-cp", f"{jars}/*", "org.neo4j.cli.AdminTool"]
    command += ["dbms", "set-initial-password", f"@{arguments}"]
    log = _console_log(home)
    try:
        answer = subprocess.run(  # noqa: S603  our own arguments, and no shell
            command,
            env=_environment() | {"NEO4J_HOME": str(home), "NEO4J_CONF": str(home / "conf")},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
            timeout=PASSWORD_TIMEOUT_S,
            umask=_UMASK,
        )
    except subprocess.TimeoutExpired as cause:
        raise StoreError(
            f"Neo4j's own tool did not set the password within {PASSWORD_TIMEOUT_S:g} s.",
            hint="Try again when the machine is less busy.",
        ) from cause
    finally:
        arguments.unlink()
    write_private(log, answer.stdout)
    if answer.returncode != 0:
        raise StoreError("Neo4j's own tool could not set the password.", hint=f"Read {log}.")


def _launch(settings: ServerSettings, home: Path, java: str, jars: Path) -> None:
    ports = {"bolt_port": settings.bolt_port, "http_port": settings.http_port}
    write_private(ports_file(home), json.dumps(ports | {"version": NEO4J_VERSION}))
    pid_file(home).unlink(missing_ok=True)
    command = [java, *_OPENS, f"-Xmx{settings.heap_mib}m", "-XX:+ExitOnOutOfMemoryError"]
    command += ["-Dfile.encoding=UTF-8", "-cp", f"{jars}/*", "org.neo4j.server.CommunityEntryPoint"]
    command += [home_argument(home), f"--config-dir={home / 'conf'}"]
    subprocess.run(  # noqa: S603  our own arguments, handed over as arguments
        ["/bin/sh", "-c", _LAUNCH, "sh", str(_console_log(home)), str(pid_file(home)), *command],
        cwd=home,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        check=True,
        umask=_UMASK,
        start_new_session=True,  # Ctrl-C in the terminal that started it is not meant for it
    )


def _environment() -> dict[str, str]:
    # Under LC_ALL=C, Java cannot open a path with a letter beyond ASCII.
    return os.environ | {"LC_ALL": "C.UTF-8"}


def _console_log(home: Path) -> Path:
    return home / "logs" / "console.log"


def _await_answer(settings: ServerSettings, home: Path, password: str) -> None:
    logs = f"Read {_console_log(home)} and {home / 'logs' / 'neo4j.log'}"
    deadline_s = time.monotonic() + settings.start_timeout_s
    while True:
        pid = read_pid(home)
        if pid is None or own_process(home, pid) is None:
            raise StoreError(
                f"Neo4j {NEO4J_VERSION} ended while it started.",
                hint=f"{logs}; the heap is {settings.heap_mib} MiB.",
            )
        # HTTP comes last, a few seconds after Bolt.
        if _is_open(settings.http_port) and _answers(settings.bolt_port, password):
            return
        if time.monotonic() > deadline_s:
            raise StoreUnavailableError(
                f"Neo4j {NEO4J_VERSION} gave no answer within {settings.start_timeout_s:g} s.",
                hint=f"{logs}, or allow it more time.",
            )
        time.sleep(POLL_S)


def _check_running(found: ServerStatus, password: str | None) -> None:
    port = int(str(found.bolt_url).rpartition(":")[2])
    answers = _is_open(port) if password is None else _answers(port, password)
    if not answers:
        raise StoreUnavailableError(
            f"Neo4j runs as process {found.pid}, but does not answer on port {port}.",
            hint="Run `cuegraph neo4j down`, then `cuegraph neo4j up`.",
        )


def _answers(port: int, password: str) -> bool:
    """Whether a query comes back; raises StoreUnavailableError when the password is refused."""
    if not _is_open(port):
        return False  # asked first, because the driver would retry and warn
    try:
        with neo4j.GraphDatabase.driver(  # pyright: ignore[reportUnknownMemberType]  untyped **config
            f"bolt://{LISTEN}:{port}",
            auth=(USER, password),
            connection_timeout=CONNECT_TIMEOUT_S,
            max_transaction_retry_time=0,
            telemetry_disabled=True,
        ) as driver:
            driver.execute_query("RETURN 1")
    except AuthError as cause:
        raise StoreUnavailableError(
            f"Neo4j on port {port} refuses the password.",
            hint="Set the password that it was first started with.",
        ) from cause
    except (DriverError, Neo4jError):
        return False  # open, but its database is not: still starting
    return True


def _is_open(port: int) -> bool:
    try:
        socket.create_connection((LISTEN, port), timeout=CONNECT_TIMEOUT_S).close()
    except OSError:
        return False
    return True


def _check_free(port: int) -> None:
    # Both ways: macOS lets us bind below a program that listens on every address, and a program
    # that has bound a port need not listen yet.
    taken = _is_open(port)
    if not taken:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LISTEN, port))
            except OSError:
                taken = True
    if taken:
        raise StoreError(
            f"port {port} is taken by another program.",
            hint="End that program, or choose other ports for Bolt and HTTP.",
        )


def _end(home: Path, timeout_s: float) -> bool:
    pid = read_pid(home)
    ours = pid is not None and own_process(home, pid) is not None
    if ours and pid is not None:
        end_process(home, pid, timeout_s)
    for record in (pid_file(home), ports_file(home)):
        record.unlink(missing_ok=True)
    return ours
