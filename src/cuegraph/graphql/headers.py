"""What stands on every answer: the request's id, and headers that keep browsers within bounds."""

import secrets
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

STATE: Final = "cuegraph_request_id"
ID_BYTES: Final = 8
CACHED: Final = "/static/"  # files that never change under their name; all else may hold memories

# GraphiQL runs from this origin alone. Its editor sets style attributes, hence the one exception.
CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS: Final = (
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)


class StrictHeaders:
    """ASGI middleware: gives each request an id and each answer its headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = secrets.token_hex(ID_BYTES)
        scope[STATE] = request_id
        is_cached = scope["path"].startswith(CACHED)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(dict(HEADERS))
                headers["X-Request-Id"] = request_id
                headers["Cache-Control"] = "no-cache" if is_cached else "no-store"
            await send(message)

        await self._app(scope, receive, send_with_headers)


def request_id_of(request: HTTPConnection) -> str:
    """The id that the middleware gave the request."""
    return str(request.scope[STATE])
