"""A real Neo4j Community as a plain Java process, for tests and for people without Docker.

`up` fetches the jars once through Maven, starts the server on 127.0.0.1 and waits until it answers;
`down` ends it by its own process id; `status` tells how it stands. Everything that one server owns
(data, configuration, logs, password) lies in its home folder. Linux and macOS.
"""

from cuegraph.store.server.jars import JARS_FOLDER, NEO4J_VERSION, prepare_jars
from cuegraph.store.server.lifecycle import down, stored_password, up
from cuegraph.store.server.settings import USER, ServerSettings
from cuegraph.store.server.state import ServerState, ServerStatus, status

__all__ = [
    "JARS_FOLDER",
    "NEO4J_VERSION",
    "USER",
    "ServerSettings",
    "ServerState",
    "ServerStatus",
    "down",
    "prepare_jars",
    "status",
    "stored_password",
    "up",
]
