"""`cuegraph serve` and `cuegraph demo`: the GraphQL API in this process."""

import errno
import ipaddress
import json
import signal
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NoReturn

from cuegraph import sample
from cuegraph.cli.importing import show_receipt
from cuegraph.cli.recalling import show_recall
from cuegraph.cli.terminal import progress, put, say
from cuegraph.engine.engine import Engine
from cuegraph.errors import InputError, UsageError
from cuegraph.loaders import open_sources
from cuegraph.wiring import SystemClock, import_sources, make_cue, open_engine

LOCALHOST: Final = "127.0.0.1"
PORT: Final = 8000
DEMO_NAMESPACE: Final = "demo"
CUES_NAME: Final = "cues.jsonl"
DEMO_HITS: Final = 3  # of the k that each cue asks for: all five answers fit a terminal


def run_serve(
    store: str,
    namespace: str,
    host: str,
    port: int,
    *,
    allow_remote: bool,
    host_names: Sequence[str],
) -> int:
    """Serves until stopped; `host_names` are names that requests may come under, beside our own."""
    if not allow_remote and not is_loopback(host):
        raise UsageError(
            f"{host} can be reached from other machines, and the API asks for no password yet",
            hint="Keep to 127.0.0.1, or add --allow-remote where something else guards it.",
        )
    with listen(host, port) as listening:
        engine = open_engine(store, is_warm=True)
        try:
            _serve(engine, namespace, listening, host_names)
        finally:
            engine.close()
    return 0


def run_demo(store: str, port: int | None, *, is_served: bool) -> int:
    """Imports the sample, answers its cues, and serves."""
    listening = _listen_somewhere(port) if is_served else None
    engine = open_engine(store, is_warm=True)
    try:
        _import_sample(engine, store)
        _answer_cues(engine)
        _show_places(store)
        if listening:
            _serve(engine, DEMO_NAMESPACE, listening, ())
    finally:
        if listening:
            listening.close()
        engine.close()
    return 0


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the address; a name that is no address may be anyone's."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens, so that a port in use is known before anything is loaded."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise UsageError(f"no address for {host!r}", hint="Name one with --host.") from error
    family, *_, address = found[0]
    try:
        return socket.create_server(address[:2], family=family)
    except OSError as error:
        reason = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be had ({error})"
        raise InputError(
            f"port {port} of {host} {reason}", hint="Name another with --port."
        ) from error


def _listen_somewhere(port: int | None) -> socket.socket:
    """The port that was named, else the usual one, else any that is free."""
    if port is not None:
        return listen(LOCALHOST, port)
    try:
        return listen(LOCALHOST, PORT)
    except InputError:
        say(f"Port {PORT} is in use; the demo takes another.")
        return listen(LOCALHOST, 0)


def _serve(
    engine: Engine, namespace: str, listening: socket.socket, host_names: Sequence[str]
) -> None:
    import uvicorn

    from cuegraph.graphql.app import PATH, THIS_MACHINE, create_app

    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    app = create_app(
        engine, default_namespace=namespace, allowed_hosts=(*THIS_MACHINE, shown, *host_names)
    )
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", server_header=False))
    say(f"GraphQL and GraphiQL: http://{shown}:{port}{PATH} (Ctrl-C ends it)")
    # uvicorn ends in peace, then raises the signal again: being stopped is how serving ends.
    signal.signal(signal.SIGTERM, _end)
    try:
        server.run(sockets=[listening])
    except KeyboardInterrupt:
        say("Stopped.")


def _end(_signal: int, _frame: object) -> NoReturn:
    raise SystemExit(0)


def _import_sample(engine: Engine, store: str) -> None:
    sources = open_sources([str(sample.path())], sys.stdin.buffer)
    started_s = time.monotonic()
    with progress("importing the sample conversation") as show:
        report = import_sources(
            engine,
            DEMO_NAMESPACE,
            sources,
            recorded_at=None,
            workers=0,
            on_progress=lambda records: show("", records, 0),
        )
    show_receipt(report, time.monotonic() - started_s, where=f"{DEMO_NAMESPACE} of {store}")


def _answer_cues(engine: Engine) -> None:
    for line in Path(sample.path().with_name(CUES_NAME)).read_text("utf-8").splitlines():
        asked = json.loads(line)
        cue = make_cue(asked["cue"], limit=DEMO_HITS, now=asked["now"], clock=SystemClock())
        put("")
        put(f"? {cue.text}")
        show_recall(engine, DEMO_NAMESPACE, engine.recall(DEMO_NAMESPACE, cue))


def _show_places(store: str) -> None:
    put("")
    put(f"The memory: --store {store} --namespace {DEMO_NAMESPACE}")
    put(f'Ask it:     cuegraph recall "…" --store {store} --namespace {DEMO_NAMESPACE}')
    put(f"The log:    {sample.path()}")
