"""Opening a Neo4j database, and its driver's errors as ours."""

import contextlib
import re
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import SplitResult, urlsplit

import neo4j
from neo4j.exceptions import (
    AuthError,
    ConfigurationError,
    ConstraintError,
    DriverError,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
)

from cuegraph.errors import (
    CuegraphError,
    InvariantError,
    LimitError,
    StoreError,
    StoreFullError,
    StoreUnavailableError,
    UsageError,
)

VERSION_MIN: Final = (5, 26)
SCHEMES: Final = frozenset({"bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc"})

# What a server error's code or message holds -> what we raise.
_SERVER_ERRORS: Final[tuple[tuple[tuple[str, ...], type[CuegraphError], str, str], ...]] = (
    (
        ("TransactionTimedOut", "LockAcquisitionTimeout", "LockClientStopped"),
        StoreUnavailableError,
        "not done within its time",
        "Try again when the database is less busy, or raise the store's time limits.",
    ),
    (
        ("OutOfMemory", "MemoryPoolOutOfMemory"),
        StoreError,
        "too little memory for one transaction",
        "Raise server.memory.heap.max_size, or write fewer messages at once.",
    ),
    (
        ("No space left", "OutOfDiskSpace"),
        StoreFullError,
        "no space left",
        "Free some space; nothing stored is lost.",
    ),
    (
        ("too large to index",),
        LimitError,
        "a name is too long for an index",
        "Shorten external ids, speakers and names of conversations and sessions.",
    ),
    (
        (".Security.",),
        StoreUnavailableError,
        "this user may not do that",
        "Use a user who may read, write and create indexes.",
    ),
    (
        ("DatabaseNotFound",),
        StoreUnavailableError,
        "no such database",
        "Check the name of the database.",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Neo4jSettings:
    """Where the database is, who asks, and how long each step may take."""

    url: str
    user: str = "neo4j"
    password: str = field(repr=False)
    database: str | None = None  # None is the user's home database
    connect_timeout_s: float = 5.0
    acquire_timeout_s: float = 10.0  # a connection from the pool, log-in included
    read_timeout_s: float = 60.0  # one reading transaction; 1M nodes as arrays take some 10 s
    write_timeout_s: float = 600.0  # one writing transaction, the wait for its lock included
    retry_s: float = 30.0  # how long a transaction that may succeed next time is tried again
    connections_max: int = 50


def open_driver(settings: Neo4jSettings) -> tuple[neo4j.Driver, str]:
    """A driver that has been answered, and the server's version, such as `5.26.30`.

    Raises UsageError for an address that is none, and StoreUnavailableError when nobody answers
    there, the password is refused or the server is too old.
    """
    parts = urlsplit(settings.url)
    if (
        parts.scheme not in SCHEMES
        or not parts.hostname
        or "@" in parts.netloc
        or not _has_port(parts)
    ):
        raise UsageError(
            f"{address(settings.url)} is no address of a Neo4j database",
            hint="Give one like bolt://localhost:7687, user and password apart from it.",
        )
    with errors(settings.url):
        driver = neo4j.GraphDatabase.driver(  # pyright: ignore[reportUnknownMemberType]  untyped **config
            settings.url,
            auth=(settings.user, settings.password),
            connection_timeout=settings.connect_timeout_s,
            connection_acquisition_timeout=settings.acquire_timeout_s,
            max_transaction_retry_time=settings.retry_s,
            max_connection_pool_size=settings.connections_max,
            liveness_check_timeout=30.0,  # a connection idle for longer may have been cut
            notifications_min_severity="OFF",
            telemetry_disabled=True,
            user_agent="cuegraph",
        )
    try:
        with errors(settings.url):
            agent = driver.get_server_info().agent
        return driver, _version(agent, settings.url)
    except BaseException:  # an interrupt too
        driver.close()
        raise


def _has_port(parts: SplitResult) -> bool:
    """Whether the port is a number, or left out."""
    try:
        return parts.port is None or parts.port > 0
    except ValueError:
        return False


def address(url: str) -> str:
    """The address without anything that could be a secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


@contextlib.contextmanager
def errors(url: str) -> Generator[None]:
    """The driver's errors as ours. Their messages may hold stored text: only the codes are kept."""
    try:
        yield
    except AuthError as error:
        raise StoreUnavailableError(
            f"{address(url)} refuses the user or the password.",
            hint="Set the user and the password that this Neo4j was set up with.",
        ) from error
    except (ServiceUnavailable, SessionExpired) as error:
        raise StoreUnavailableError(
            f"{address(url)} does not answer.",
            hint="Start Neo4j, or check host and port; nothing stored is lost.",
        ) from error
    except ConstraintError as error:
        raise InvariantError(
            f"{address(url)}: a row was written twice, or left without its end"
        ) from error
    except Neo4jError as error:
        raise _of_server(error, url) from error
    except ConfigurationError as error:
        raise UsageError(f"{address(url)}: {error}", hint="Correct the address.") from error
    except DriverError as error:
        raise StoreUnavailableError(
            f"{address(url)}: {type(error).__name__}.", hint="Try again in a moment."
        ) from error


def _of_server(error: Neo4jError, url: str) -> CuegraphError:
    where, code = address(url), error.code or "unknown error"
    for fragments, kind, found, hint in _SERVER_ERRORS:
        if any(fragment in code or fragment in (error.message or "") for fragment in fragments):
            return kind(f"{where}: {found} ({code}).", hint=hint)
    return StoreError(f"{where}: {code}.", hint="Read the server's log (neo4j.log, debug.log).")


def _version(agent: str, url: str) -> str:
    found = re.fullmatch(r"Neo4j/((\d+)\.(\d+)\S*)", agent)
    if not found or (int(found[2]), int(found[3])) < VERSION_MIN:
        wanted = ".".join(map(str, VERSION_MIN))
        raise StoreUnavailableError(
            f"{address(url)} is {agent}, and Cuegraph needs Neo4j {wanted} or later.",
            hint=f"Start a Neo4j {wanted} there, or name another address.",
        )
    return found[1]
