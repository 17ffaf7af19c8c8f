"""What every resolver is given, one a request."""

from dataclasses import dataclass
from typing import TypeAlias

import strawberry

from cuegraph.engine.engine import Engine
from cuegraph.graphql.reads import Reads


@dataclass(frozen=True, slots=True)
class Context:
    """The engine, the namespace meant where a field names none, and the reads of this request."""

    engine: Engine
    default_namespace: str
    request_id: str
    reads: Reads


Info: TypeAlias = strawberry.Info[Context, None]
