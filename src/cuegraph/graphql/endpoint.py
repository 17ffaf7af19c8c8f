"""GraphQL over HTTP: POST with JSON in, JSON out.

What is no GraphQL request is refused with a coded error, never a 500.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, cast

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError
from strawberry.types.execution import ExecutionResult, PreExecutionError

from cuegraph.engine.engine import Engine
from cuegraph.graphql.context import Context
from cuegraph.graphql.errors import answered, extensions
from cuegraph.graphql.headers import request_id_of
from cuegraph.graphql.reads import Reads
from cuegraph.graphql.schema import Schema

BODY_BYTES_MAX: Final = 1024 * 1024
JSON: Final = "application/json"
# The media type of the GraphQL-over-HTTP specification: under it a refused document is a 400.
GRAPHQL_JSON: Final = "application/graphql-response+json"
FIELDS: Final = MappingProxyType(
    {
        "query": str,
        "variables": dict | None,
        "operationName": str | None,
        "extensions": dict | None,
    }
)
BATCHING: Final = "Send one operation a request; aliases ask several things at once."
AS_JSON: Final = 'Send {"query": "...", "variables": {...}} in UTF-8.'


@dataclass(frozen=True, slots=True)
class Operation:
    """One GraphQL request."""

    query: str
    variables: dict[str, Any] | None
    name: str | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is none."""

    status: int
    code: str
    message: str
    hint: str


class Endpoint:
    """Answers GraphQL requests with one engine."""

    def __init__(self, schema: Schema, engine: Engine, default_namespace: str) -> None:
        self._schema = schema
        self._engine = engine
        self._default_namespace = default_namespace

    async def answer(self, request: Request) -> Response:
        """The answer to a POST."""
        operation = await _operation(request)
        if isinstance(operation, Refusal):
            return refused(request, operation)
        context = Context(
            engine=self._engine,
            default_namespace=self._default_namespace,
            request_id=request_id_of(request),
            reads=Reads(self._engine),
        )
        try:
            result = await self._schema.execute(
                operation.query,
                variable_values=operation.variables,
                operation_name=operation.name,
                context_value=context,
            )
        except (MissingQueryError, CannotGetOperationTypeError):
            return refused(
                request,
                Refusal(
                    400,
                    "BAD_REQUEST",
                    "the document has no such operation",
                    "Name one of its operations in `operationName`.",
                ),
            )
        return _response(request, result, context.request_id)


def refused(request: Request, refusal: Refusal) -> Response:
    """The refusal in the form of a GraphQL answer."""
    error = {
        "message": refusal.message,
        "extensions": extensions(refusal.code, refusal.hint, request_id_of(request)),
    }
    return _json(request, {"errors": [error]}, refusal.status)


async def _operation(request: Request) -> Operation | Refusal:
    # A form or plain text could come from any web page without asking (a simple request of CORS).
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
        return Refusal(
            415, "UNSUPPORTED_MEDIA_TYPE", "the body is not JSON", f"Send Content-Type: {JSON}."
        )
    body = await _body(request)
    if isinstance(body, Refusal):
        return body
    try:
        data = json.loads(body.decode("utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError):  # UnicodeDecodeError and JSONDecodeError among them
        return Refusal(400, "BAD_REQUEST", "the body is no JSON in UTF-8", AS_JSON)
    return _read(data)


async def _body(request: Request) -> bytes | Refusal:
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > BODY_BYTES_MAX:
                return Refusal(
                    413,
                    "LIMIT",
                    f"a body of more than {BODY_BYTES_MAX} bytes",
                    "Send less at a time; `cuegraph import` takes whole files.",
                )
    except ClientDisconnect:
        return Refusal(400, "BAD_REQUEST", "the body ended early", AS_JSON)
    return bytes(body)


def _read(data: object) -> Operation | Refusal:
    if isinstance(data, list):
        return Refusal(400, "BAD_REQUEST", "a batch of operations", BATCHING)
    if not isinstance(data, dict):
        return Refusal(400, "BAD_REQUEST", "the body is no JSON object", AS_JSON)
    fields = cast("dict[str, object]", data)
    wrong = [key for key, kind in FIELDS.items() if not isinstance(fields.get(key), kind)]
    if wrong:
        return Refusal(400, "BAD_REQUEST", f"`{wrong[0]}` is missing or of another type", AS_JSON)
    return Operation(
        query=cast("str", fields["query"]),
        variables=cast("dict[str, Any] | None", fields.get("variables")),
        name=cast("str | None", fields.get("operationName")),
    )


def _response(request: Request, result: ExecutionResult, request_id: str) -> Response:
    is_refused = isinstance(result, PreExecutionError)
    errors = [
        answered(error, request_id, before_execution=is_refused) for error in result.errors or ()
    ]
    # Variables that do not fit are found while executing, but before any field: no path, no data.
    is_unstarted = bool(errors) and result.data is None and not any("path" in e for e in errors)
    content: dict[str, Any] = {"errors": errors} if errors else {}
    if not is_unstarted:
        content["data"] = result.data
    status = 400 if is_unstarted and _wants_graphql_json(request) else 200
    return _json(request, content, status)


def _json(request: Request, content: Mapping[str, Any], status: int) -> Response:
    # A lone surrogate in a refused variable would be quoted in the error's message.
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    media_type = GRAPHQL_JSON if _wants_graphql_json(request) else JSON
    return Response(
        text.encode("utf-8", "replace"),
        status_code=status,
        headers={"Content-Type": f"{media_type}; charset=utf-8"},
    )


def _wants_graphql_json(request: Request) -> bool:
    return GRAPHQL_JSON in request.headers.get("accept", "")


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no JSON")
