"""The app: GraphQL at /graphql, GraphiQL at the same address for browsers, and /healthz."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from cuegraph.engine.engine import Engine
from cuegraph.graphql.endpoint import Endpoint, Refusal, refused
from cuegraph.graphql.graphiql import files, page
from cuegraph.graphql.headers import StrictHeaders
from cuegraph.graphql.schema import schema

PATH: Final = "/graphql"
# Else any web page whose name its owner points at this machine would be of this app's origin.
THIS_MACHINE: Final = ("localhost", "127.0.0.1", "[::1]")


def create_app(
    engine: Engine,
    *,
    default_namespace: str,
    graphiql: bool = True,
    allowed_hosts: Sequence[str] = THIS_MACHINE,
) -> Starlette:
    """An ASGI app over the engine, which stays the caller's to close.

    `default_namespace` is meant where a field names none; `allowed_hosts` are the host names that
    requests may come under (`*` for any).
    """
    endpoint = Endpoint(schema(), engine, default_namespace)
    routes: list[BaseRoute] = [
        Route(PATH, endpoint.answer, methods=["POST"]),
        Route("/healthz", _healthz, methods=["GET"]),
    ]
    if graphiql:
        routes += [Route(PATH, page, methods=["GET"]), files()]
    return Starlette(
        routes=routes,
        middleware=[
            Middleware(StrictHeaders),
            Middleware(
                TrustedHostMiddleware, allowed_hosts=list(allowed_hosts), www_redirect=False
            ),
        ],
        exception_handlers={HTTPException: _refused},
    )


async def _healthz(_: Request) -> Response:
    """That the process answers; it asks nothing of the store, which has a health of its own."""
    return JSONResponse({"status": "ok"})


async def _refused(request: Request, error: Exception) -> Response:
    """What the router refuses, in the same form as every other error."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    phrase = HTTPStatus(status).phrase
    code = phrase.upper().replace(" ", "_")
    return refused(request, Refusal(status, code, phrase, f"POST a query to {PATH}."))
