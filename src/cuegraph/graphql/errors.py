"""Errors as clients see them: with a code, a hint and the request's id, and nothing internal.

| code | when |
|---|---|
| GRAPHQL_PARSE_FAILED | the document is no GraphQL |
| GRAPHQL_VALIDATION_FAILED | the document is not of this schema |
| BAD_USER_INPUT | a value that the schema or the engine refuses |
| NOT_FOUND | a namespace or message that is not there |
| LIMIT | a request beyond a limit |
| STORE, STORE_UNAVAILABLE, STORE_FULL, STORE_STAMP, SCRUB_PENDING, MODEL | the server's side |
| BAD_REQUEST, METHOD_NOT_ALLOWED, UNSUPPORTED_MEDIA_TYPE | HTTP, before GraphQL |
| INTERNAL_SERVER_ERROR | a fault of ours: look for the request's id in the log |
"""

import logging
import traceback
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from graphql import GraphQLError, GraphQLSyntaxError

from cuegraph.errors import (
    CuegraphError,
    InputError,
    InvariantError,
    ModelError,
    ScrubPendingError,
    StoreError,
    StoreFullError,
    StoreStampError,
    StoreUnavailableError,
)

log: Final = logging.getLogger(__name__)

# graphql-core's words on documents that it stops reading, which it has no code for.
BEYOND_LIMITS: Final = ("Document contains more than", "Document is nested too deeply")
ABORTED: Final = "Validation aborted."  # graphql-core, for a field that is repeated too often
SERVER_LOG: Final = "Look for the request's id in the server's log."

# The engine's own words on these name addresses, files and versions, which are the operator's.
SERVER_SIDE: Final[Mapping[type[CuegraphError], tuple[str, str]]] = MappingProxyType(
    {
        StoreUnavailableError: ("The store does not answer.", "Try again in some seconds."),
        StoreFullError: (
            "The store has no space left.",
            "Forget something, or have the operator make room.",
        ),
        StoreStampError: (
            "The stored graph was derived by other code, models or settings.",
            "Have the operator run `cuegraph rebuild`.",
        ),
        ScrubPendingError: (
            "Forgotten, but bytes may stay on disk until a reader ends.",
            "Repeat the same forget later.",
        ),
        StoreError: ("The store failed.", SERVER_LOG),
        ModelError: ("A model is missing or damaged.", "Have the operator run `cuegraph doctor`."),
    }
)


def answered(error: GraphQLError, request_id: str, *, before_execution: bool) -> dict[str, Any]:
    """The error as the client gets it; what it does not say is logged under the request's id."""
    code, message, hint = _told(error, request_id, before_execution=before_execution)
    return {
        **error.formatted,
        "message": message,
        "extensions": extensions(code, hint, request_id),
    }


def extensions(code: str, hint: str, request_id: str) -> dict[str, object]:
    """What stands beside every error's message."""
    return {"code": code, "hint": hint, "requestId": request_id}


def limit_error(message: str, hint: str) -> GraphQLError:
    """The error of a document beyond a limit."""
    return GraphQLError(message, extensions={"code": "LIMIT", "hint": hint})


def _told(error: GraphQLError, request_id: str, *, before_execution: bool) -> tuple[str, str, str]:
    """Code, message and hint."""
    original = _cause(error)
    if isinstance(original, CuegraphError) and not isinstance(original, InvariantError):
        return _of_engine(original, error.path, request_id)
    if original is not None:
        _log_fault(original, error.path, request_id)
        return "INTERNAL_SERVER_ERROR", "Internal error", SERVER_LOG
    code, hint = _of_graphql(error, before_execution=before_execution)
    return code, error.message, hint


def _of_graphql(error: GraphQLError, *, before_execution: bool) -> tuple[str, str]:
    given = error.extensions or {}
    if "code" in given:  # our own limits
        return str(given["code"]), str(given["hint"])
    if isinstance(error, GraphQLSyntaxError):
        if any(words in error.message for words in BEYOND_LIMITS):
            return "LIMIT", "Ask in several smaller requests."
        return "GRAPHQL_PARSE_FAILED", "Mend the document at the place given."
    if error.message == ABORTED:
        return "LIMIT", "Ask in several smaller requests."
    if before_execution:
        return "GRAPHQL_VALIDATION_FAILED", "Compare the document with the schema."
    return "BAD_USER_INPUT", "Compare the variables with the schema."


def _of_engine(
    error: CuegraphError, path: Sequence[str | int] | None, request_id: str
) -> tuple[str, str, str]:
    if isinstance(error, InputError):
        return error.code, error.message, error.hint
    log.error("request %s: %s at %s", request_id, error.code, _dotted(path))
    message, hint = next(told for kind, told in SERVER_SIDE.items() if isinstance(error, kind))
    return error.code, message, hint


def _cause(error: GraphQLError) -> Exception | None:
    """What a resolver raised; None for an error of GraphQL's own."""
    original = error.original_error
    while isinstance(original, GraphQLError):
        original = original.original_error
    return original


def _log_fault(fault: Exception, path: Sequence[str | int] | None, request_id: str) -> None:
    """Where it was raised, and its type. Not its text, which may hold what people said."""
    frames = "".join(traceback.format_tb(fault.__traceback__))
    log.error("request %s: %s at %s\n%s", request_id, type(fault).__name__, _dotted(path), frames)


def _dotted(path: Sequence[str | int] | None) -> str:
    return ".".join(map(str, path or ())) or "the request"
