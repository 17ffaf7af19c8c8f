"""GraphiQL runs from this package's own files: nothing is fetched from another host."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from graphql import parse, validate
from starlette.testclient import TestClient

from api.support import Api
from cuegraph.engine.engine import Engine
from cuegraph.graphql.app import create_app
from cuegraph.graphql.graphiql import PAGE, STATIC
from cuegraph.graphql.headers import CONTENT_SECURITY_POLICY
from cuegraph.graphql.schema import schema

BROWSER = {"Accept": "text/html,application/xhtml+xml"}
OWN = {"static/page.js", "static/page.css"}


class Page(HTMLParser):
    """The addresses that a page names, each with its integrity, and its scripts' own text."""

    def __init__(self) -> None:
        super().__init__()
        self.named: dict[str, str | None] = {}
        self.handlers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.handlers += [name for name in given if name.startswith("on")]
        for key in ("src", "href"):
            if address := given.get(key):
                self.named[address] = given.get("integrity")


def read_page() -> Page:
    page = Page()
    page.feed(PAGE.read_text("utf-8"))
    return page


def loaded() -> dict[str, str | None]:
    """The page's files, each with its integrity."""
    return {k: v for k, v in read_page().named.items() if not k.startswith("data:")}


def test_browser_is_given_the_page(api: Api) -> None:
    answer = api.http.get("/graphql", headers=BROWSER)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert answer.text == PAGE.read_text("utf-8")


def test_page_and_our_script_name_no_outside_host() -> None:
    for name in ("graphiql.html", "page.js", "page.css"):
        assert "//" not in re.sub(
            r"^\s*//.*$", "", (STATIC / name).read_text("utf-8"), flags=re.MULTILINE
        )
    assert loaded()
    assert all(address.startswith("static/") for address in loaded())


def test_policy_allows_no_outside_host_and_the_page_keeps_to_it() -> None:
    sources = {word for part in CONTENT_SECURITY_POLICY.split(";") for word in part.split()[1:]}
    assert sources == {"'none'", "'self'", "'unsafe-inline'", "data:"}
    assert "script-src 'self';" in CONTENT_SECURITY_POLICY
    assert read_page().handlers == []
    assert re.search(r"<script[^>]*>[^<]", PAGE.read_text("utf-8")) is None


def test_every_file_that_the_page_names_is_served(api: Api) -> None:
    for address in loaded():
        answer = api.http.get(f"/{address}")
        assert (address, answer.status_code) == (address, 200)
        assert answer.content == (STATIC.parent / address).read_bytes()


def test_every_taken_file_matches_its_integrity_hash() -> None:
    files = loaded()
    assert {address for address, integrity in files.items() if integrity is None} == OWN
    for address, integrity in files.items():
        if integrity is not None:
            digest = hashlib.sha384((STATIC.parent / address).read_bytes()).digest()
            assert (address, integrity) == (address, f"sha384-{base64.b64encode(digest).decode()}")


def test_notice_names_every_taken_file_with_its_hash() -> None:
    rows = re.findall(
        r"^(\S+) \|.*\| ([0-9a-f]{64})$", (STATIC / "NOTICE").read_text("utf-8"), re.MULTILINE
    )
    assert {f"static/{name}" for name, _ in rows} == set(loaded()) - OWN
    for name, digest in rows:
        assert (name, hashlib.sha256((STATIC / name).read_bytes()).hexdigest()) == (name, digest)


def test_no_file_is_shipped_that_the_page_does_not_name() -> None:
    shipped = {f"static/{path.name}" for path in STATIC.iterdir()}
    assert shipped == {*loaded(), "static/graphiql.html", "static/NOTICE"}


def test_every_example_is_of_the_schema(api: Api) -> None:
    examples = re.findall(r"query: `(.*?)`", (STATIC / "page.js").read_text("utf-8"), re.DOTALL)
    assert len(examples) == 5
    for example in examples:
        assert validate(schema()._schema, parse(example)) == []  # pyright: ignore[reportPrivateUsage]
    assert "entities" in api.ask(examples[1])


@pytest.mark.parametrize("path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static/nope.js"])
def test_nothing_but_its_files_is_served(api: Api, path: str) -> None:
    assert api.http.get(path).status_code == 404


def test_without_graphiql_there_is_no_page_and_no_file(engine: Engine) -> None:
    http = TestClient(
        create_app(engine, default_namespace="test", graphiql=False), base_url="http://localhost"
    )
    assert http.get("/graphql", headers=BROWSER).status_code == 405
    assert http.get("/static/page.js").status_code == 404
