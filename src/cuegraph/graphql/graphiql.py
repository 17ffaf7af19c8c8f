"""GraphiQL, from files of this package: it needs no other host."""

from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

STATIC: Final = Path(__file__).with_name("static")
PAGE: Final = STATIC / "graphiql.html"


async def page(request: Request) -> Response:
    """The page, for a browser that opens the API's address; others are told to POST."""
    if "text/html" not in request.headers.get("accept", ""):
        raise HTTPException(405, headers={"Allow": "POST"})
    return FileResponse(PAGE, media_type="text/html")


def files() -> Mount:
    """What the page loads."""
    return Mount("/static", StaticFiles(directory=STATIC))
