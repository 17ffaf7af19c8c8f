"""What is refused: with a code, a hint and the request's id, and never with a traceback."""

import logging
from typing import Any

import pytest

from api.support import NAMESPACE, Api
from cuegraph.engine.engine import Engine
from cuegraph.graphql.endpoint import BODY_BYTES_MAX, GRAPHQL_JSON
from cuegraph.graphql.limits import ALIASES_MAX, DEPTH_MAX, DIGITS_MAX, ROWS_MAX, TOKENS_MAX

JSON = {"Content-Type": "application/json"}


def nested(depth: int) -> str:
    """A document whose fields are nested so deep."""
    inner = "__typename"
    for _ in range(depth - 2):
        inner = f"previous {{ {inner} id }}"
    return f'{{ node(id: "") {{ ... on Message {{ {inner} id }} }} }}'


def code(error: dict[str, Any]) -> str:
    """The error's code, of an error that has all that clients may count on."""
    assert error["message"]
    assert set(error["extensions"]) == {"code", "hint", "requestId"}
    assert error["extensions"]["hint"]
    return error["extensions"]["code"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b'{"query":',
        b"query",
        b'{"query":"{namespaces}","variables":{"x":NaN}}',
        b"[" * 100_000,
        b'{"query":"{namespaces}","variables":{"x":1' + b"0" * 5_000 + b"}}",
    ],
)
def test_malformed_json_is_a_bad_request(api: Api, body: bytes) -> None:
    answer = api.http.post("/graphql", content=body, headers=JSON)
    (error,) = answer.json()["errors"]
    assert (answer.status_code, code(error)) == (400, "BAD_REQUEST")
    assert error["message"] == "the body is no JSON in UTF-8"


def test_invalid_utf_8_is_a_bad_request(api: Api) -> None:
    body = b'{"query":"{ namespaces } # \xff"}'
    answer = api.http.post("/graphql", content=body, headers=JSON)
    assert (answer.status_code, code(answer.json()["errors"][0])) == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ([{"query": "{ namespaces }"}], "a batch of operations"),
        (3, "the body is no JSON object"),
        ({}, "`query` is missing or of another type"),
        ({"query": 3}, "`query` is missing or of another type"),
        ({"query": "{ namespaces }", "variables": []}, "`variables` is missing or of another type"),
        ({"query": ""}, "the document has no such operation"),
        (
            {"query": "query A { namespaces }", "operationName": "B"},
            "the document has no such operation",
        ),
    ],
)
def test_json_that_is_no_operation_is_a_bad_request(api: Api, body: object, message: str) -> None:
    answer = api.http.post("/graphql", json=body)
    (error,) = answer.json()["errors"]
    assert (answer.status_code, code(error)) == (400, "BAD_REQUEST")
    assert error["message"] == message


def test_several_operations_need_a_name(api: Api) -> None:
    query = "query A { a: namespaces } query B { b: namespaces }"
    assert code(api.error(query)) == "BAD_REQUEST"
    body = {"query": query, "operationName": "B"}
    assert api.http.post("/graphql", json=body).json() == {"data": {"b": [NAMESPACE]}}


def test_body_at_the_limit_is_read_and_one_byte_more_is_refused(api: Api) -> None:
    body = b'{"query":"{ namespaces }"}'.ljust(BODY_BYTES_MAX)
    assert api.http.post("/graphql", content=body, headers=JSON).status_code == 200
    answer = api.http.post("/graphql", content=body + b" ", headers=JSON)
    (error,) = answer.json()["errors"]
    assert (answer.status_code, code(error)) == (413, "LIMIT")
    assert str(BODY_BYTES_MAX) in error["message"]


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonx"],
)
def test_what_a_web_page_may_send_unasked_is_refused(
    api: Api, engine: Engine, content_type: str
) -> None:
    body = b'{"query":"mutation { forget(speakers: [\\"Ada\\"]) { messages } }"}'
    answer = api.http.post("/graphql", content=body, headers={"Content-Type": content_type})
    (error,) = answer.json()["errors"]
    assert (answer.status_code, code(error)) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert engine.stats(NAMESPACE).messages == 5


def test_get_is_told_to_post(api: Api) -> None:
    answer = api.http.get("/graphql?query={namespaces}", headers={"Accept": "application/json"})
    assert (answer.status_code, code(answer.json()["errors"][0])) == (405, "METHOD_NOT_ALLOWED")


def test_request_under_another_hosts_name_is_refused(api: Api) -> None:
    answer = api.http.post(
        "/graphql", json={"query": "{ namespaces }"}, headers={"Host": "rebound.example"}
    )
    assert answer.status_code == 400
    assert NAMESPACE not in answer.text


@pytest.mark.parametrize("accept", ["application/json", GRAPHQL_JSON])
def test_refused_document_is_a_400_only_under_the_specifications_media_type(
    api: Api, accept: str
) -> None:
    answer = api.post("{ nope }", accept=accept)
    assert answer.status_code == (400 if accept == GRAPHQL_JSON else 200)
    assert answer.headers["Content-Type"] == f"{accept}; charset=utf-8"
    assert "data" not in answer.json()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("{ nope", "GRAPHQL_PARSE_FAILED"),
        ("{ nope }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { a }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ ...f } fragment f on Query { ...f }", "GRAPHQL_VALIDATION_FAILED"),
        ("query($x: Int!) { recall(cue: $x) { cue } }", "GRAPHQL_VALIDATION_FAILED"),
        ("query($x: String!) { recall(cue: $x) { cue } }", "BAD_USER_INPUT"),
        ('{ recall(cue: "a", now: "soon") { cue } }', "BAD_USER_INPUT"),
        ('{ recall(cue: "a", sentFrom: "2024", sentTo: "2023") { cue } }', "BAD_USER_INPUT"),
        ('{ stats(namespace: "") { messages } }', "BAD_USER_INPUT"),
    ],
)
def test_each_fault_of_the_caller_has_its_code(api: Api, query: str, expected: str) -> None:
    assert code(api.error(query)) == expected


@pytest.mark.parametrize(
    "query",
    [
        '{ stats(namespace: "tset") { messages } }',
        '{ recall(cue: "a", namespace: "tset") { cue } }',
        '{ entities(namespace: "tset") { edges { cursor } } }',
        '{ events(namespace: "tset") { edges { cursor } } }',
        'mutation { forget(namespace: "tset", speakers: ["Ada"]) { messages } }',
    ],
)
def test_unknown_namespace_is_not_found(api: Api, query: str) -> None:
    error = api.error(query)
    assert code(error) == "NOT_FOUND"
    assert "tset" in error["message"]


@pytest.mark.parametrize("cursor", ["", "zz!", "AAAA", "UheqWzxpJKaL-RS3mrf31w", "é"])
def test_bad_cursor_is_bad_input(api: Api, cursor: str) -> None:
    query = "query P($after: String) { events(after: $after) { edges { cursor } } }"
    error = api.error(query, {"after": cursor})
    assert code(error) == "BAD_USER_INPUT"
    assert "is no cursor" in error["message"]


def test_depth_at_the_limit_is_answered_and_one_more_is_refused(api: Api) -> None:
    assert api.ask(nested(DEPTH_MAX)) == {"node": None}
    error = api.error(nested(DEPTH_MAX + 1))
    assert code(error) == "LIMIT"
    assert error["message"] == f"fields nested {DEPTH_MAX + 1} deep"


def test_depth_within_fragments_counts(api: Api) -> None:
    chain = " ".join(
        f"fragment f{i} on Message {{ previous {{ ...f{i + 1} }} }}" for i in range(DEPTH_MAX)
    )
    query = f'{{ node(id: "") {{ ...f0 }} }} {chain} fragment f{DEPTH_MAX} on Message {{ id }}'
    assert code(api.error(query)) == "LIMIT"


def test_fragments_that_double_are_measured_once_each(api: Api) -> None:
    """Counted use by use, these forty would take years."""
    chain = " ".join(f"fragment f{i} on Query {{ ...f{i + 1} ...f{i + 1} }}" for i in range(40))
    query = f"{{ ...f0 }} {chain} fragment f40 on Query {{ namespaces }}"
    assert api.ask(query) == {"namespaces": [NAMESPACE]}


def test_document_nested_beyond_the_parser_is_beyond_a_limit(api: Api) -> None:
    assert code(api.error("{a" * 490 + "}" * 490)) == "LIMIT"


def test_aliases_at_the_limit_are_answered_and_one_more_is_refused(api: Api) -> None:
    aliased = [f"a{i}: namespaces" for i in range(ALIASES_MAX + 1)]
    assert len(api.ask(f"{{ {' '.join(aliased[:-1])} }}")) == ALIASES_MAX
    error = api.error(f"{{ {' '.join(aliased)} }}")
    assert code(error) == "LIMIT"
    assert error["message"] == f"{ALIASES_MAX + 1} aliases"


def test_tokens_at_the_limit_are_answered_and_one_more_is_refused(api: Api) -> None:
    def query(tokens: int) -> str:
        speakers = '"Ada" ' * (tokens - 15)  # 15 are the others
        return f'{{ recall(cue: "a", speakers: [{speakers}]) {{ cue }} }}'

    assert api.ask(query(TOKENS_MAX)) == {"recall": {"cue": "a"}}
    error = api.error(query(TOKENS_MAX + 1))
    assert code(error) == "LIMIT"
    assert str(TOKENS_MAX) in error["message"]


def test_a_field_repeated_within_the_tokens_is_refused_as_a_limit(api: Api) -> None:
    assert code(api.error("{ " + "namespaces " * (TOKENS_MAX - 2) + "}")) == "LIMIT"


@pytest.mark.parametrize("first", [0, -1, 101, 10**200])
def test_page_out_of_bounds_is_refused_as_literal_and_as_variable(api: Api, first: int) -> None:
    literal = f"{{ events(first: {first}) {{ edges {{ cursor }} }} }}"
    variable = "query($n: Int!) { events(first: $n) { edges { cursor } } }"
    default = f"query($n: Int! = {first}) {{ events(first: $n) {{ edges {{ cursor }} }} }}"
    assert code(api.error(literal)) == "LIMIT"
    assert code(api.error(variable, {"n": first})) == "LIMIT"
    assert code(api.error(default)) == "LIMIT"


@pytest.mark.parametrize(
    "query",
    [
        "{ events(first: NUMBER) { edges { cursor } } }",
        "query($n: Int = NUMBER) { namespaces }",
        "{ namespaces @include(if: NUMBER) }",
    ],
)
def test_number_longer_than_python_reads_is_beyond_a_limit(api: Api, query: str) -> None:
    error = api.error(query.replace("NUMBER", "9" * 5_000))
    assert code(error) == "LIMIT"
    assert error["message"] == "a number of 5000 digits"
    assert str(DIGITS_MAX) in error["extensions"]["hint"]


def test_rows_of_nested_pages_multiply(api: Api) -> None:
    query = "query($n: Int!) { events(first: $n) { edges { node { participants(first: 100) { roles } } } } }"
    assert "events" in api.ask(query, {"n": 99})  # 99 + 99 * 100
    error = api.error(query, {"n": 100})
    assert code(error) == "LIMIT"
    assert error["message"] == f"up to {ROWS_MAX + 100} rows asked for"


def test_lone_surrogate_in_a_variable_is_answered(api: Api) -> None:
    body = b'{"query":"query($x: Int!) { events(first: $x) { edges { cursor } } }","variables":{"x":"\\ud800"}}'
    answer = api.http.post("/graphql", content=body, headers=JSON)
    assert code(answer.json()["errors"][0]) == "BAD_USER_INPUT"


def test_internal_error_is_masked_and_logged_without_what_people_said(
    api: Api, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    """A store closed under the server is a fault of ours, which says nothing of SQLite outside."""
    engine.close()
    with caplog.at_level(logging.DEBUG):
        answer = api.post('{ recall(cue: "a secret of Ada") { cue } }')
    (error,) = answer.json()["errors"]
    assert code(error) == "INTERNAL_SERVER_ERROR"
    assert error["message"] == "Internal error"
    assert error["path"] == ["recall"]
    assert answer.json()["data"] is None
    assert "closed" not in answer.text
    faults = [r.getMessage() for r in caplog.records if r.name == "cuegraph.graphql.errors"]
    assert len(faults) == 1
    assert error["extensions"]["requestId"] in faults[0]
    assert "secret" not in caplog.text


def test_every_answer_carries_its_requests_id_and_strict_headers(api: Api) -> None:
    answer = api.post("{ nope }")
    assert answer.headers["X-Request-Id"] == answer.json()["errors"][0]["extensions"]["requestId"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert api.post("{ nope }").headers["X-Request-Id"] != answer.headers["X-Request-Id"]


def test_health_is_told_without_the_store(api: Api, engine: Engine) -> None:
    engine.close()
    answer = api.http.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
