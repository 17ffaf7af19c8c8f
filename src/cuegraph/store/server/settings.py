"""What one server is asked to be, and the `neo4j.conf` that says it to Neo4j."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cuegraph.errors import UsageError

USER: Final = "neo4j"
PASSWORD_LENGTH_MIN: Final = 8  # Neo4j's own default, dbms.security.auth_minimum_password_length
LISTEN: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """One server. `home` holds all that it owns; `jars` is the cache that many servers share.

    Without a password one is drawn at the first start and kept in `home`/auth (see
    `stored_password`). `post_connect_commands` are what Neo4j Browser runs once it is connected.
    """

    home: Path
    jars: Path
    bolt_port: int = 7687
    http_port: int = 7474
    heap_mib: int = 512
    page_cache_mib: int = 128
    password: str | None = None
    start_timeout_s: float = 90
    stop_timeout_s: float = 30
    post_connect_commands: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for port in (self.bolt_port, self.http_port):
            if not 0 < port < 65536:
                raise UsageError(f"{port} is no port", hint="Name one from 1 to 65535.")
        if self.bolt_port == self.http_port:
            raise UsageError(
                f"Bolt and HTTP cannot share port {self.bolt_port}", hint="Name two ports."
            )
        if self.password is not None:
            _check_password(self.password)
        for command in self.post_connect_commands:
            # A line break would start a new setting, a semicolon a new command.
            if not command.isprintable() or ";" in command:
                raise UsageError(
                    f"{command!r} is not one command for Neo4j Browser",
                    hint="Give each command by itself, without semicolons and line breaks.",
                )


def _check_password(password: str) -> None:
    if len(password) < PASSWORD_LENGTH_MIN or not password.isprintable():
        raise UsageError(
            f"Neo4j refuses a password of {len(password)} characters, or one that cannot be typed",
            hint=f"Give one of at least {PASSWORD_LENGTH_MIN} printable characters.",
        )


def neo4j_conf(settings: ServerSettings) -> str:
    """The text of `neo4j.conf`, one setting a line, in a fixed order."""
    lines = {
        "server.default_listen_address": LISTEN,
        "server.default_advertised_address": "localhost",
        "server.bolt.listen_address": f"{LISTEN}:{settings.bolt_port}",
        "server.bolt.advertised_address": f"localhost:{settings.bolt_port}",
        "server.http.listen_address": f"{LISTEN}:{settings.http_port}",
        "server.http.advertised_address": f"localhost:{settings.http_port}",
        "server.https.enabled": "false",
        "server.memory.heap.max_size": f"{settings.heap_mib}m",
        "server.memory.pagecache.size": f"{settings.page_cache_mib}m",
        "dbms.security.auth_enabled": "true",
        "client.allow_telemetry": "false",
        "dbms.usage_report.enabled": "false",
        # Queries carry people's words, and a log outlives a forgotten message.
        "db.logs.query.enabled": "OFF",
        "db.logs.query.parameter_logging_enabled": "false",
        "db.logs.query.obfuscate_literals": "true",
        # So do transaction logs, which keep two days by default. They are cut at a checkpoint, and
        # only whole files: small ones go sooner. 8 MiB for the 256 of the default is a guess.
        "db.tx_log.rotation.retention_policy": "keep_none",
        "db.tx_log.rotation.size": "8m",
        # Two waits of 5 s each, once every database is closed. With 1 s each, down takes 2.3 s
        # in place of 10.7 (measured on two cores).
        "internal.server.bolt.connection_shutdown_wait_time": "1s",
        "internal.server.bolt.thread_pool_shutdown_wait_time": "1s",
        # Neo4j's default, written out because the style sheets we serve stand on it.
        "browser.remote_content_hostname_whitelist": "guides.neo4j.com,localhost",
    }
    if settings.post_connect_commands:
        lines["browser.post_connect_cmd"] = "; ".join(settings.post_connect_commands)
    return "".join(f"{name}={setting}\n" for name, setting in lines.items())
