"""Each kind of memory leads on to the others, over a real engine that holds the talk."""

from typing import Any

from api.support import NAMESPACE, TALK, Api
from cuegraph.engine.engine import Engine
from cuegraph.schema.graph import Label

TEXTS = {id_: text for id_, _, text, _ in TALK}


def node(api: Api, engine: Engine, label: Label, name: str, fields: str) -> dict[str, Any]:
    """The fields of the node of that kind and name."""
    nodes = engine.listed(NAMESPACE, [label], first=100)
    (id_,) = [found.id for found in nodes if found.properties["name"] == name]
    query = f"query N($id: ID!) {{ node(id: $id) {{ kind ... on {label} {{ {fields} }} }} }}"
    found = api.ask(query, {"id": id_})["node"]
    assert found.pop("kind") == label.name
    return found


def test_conversation_contains_its_sessions_earliest_first(api: Api, engine: Engine) -> None:
    fields = "startedAt endedAt sessions { name messageCount startedAt endedAt }"
    assert node(api, engine, Label.CONVERSATION, "chat", fields) == {
        "startedAt": TALK[0][3],
        "endedAt": TALK[4][3],
        "sessions": [
            {
                "name": "2024-05-01",
                "messageCount": 3,
                "startedAt": TALK[0][3],
                "endedAt": TALK[2][3],
            },
            {
                "name": "2024-05-02",
                "messageCount": 2,
                "startedAt": TALK[3][3],
                "endedAt": TALK[4][3],
            },
        ],
    }


def test_session_gives_its_messages_those_that_say_most_first(api: Api, engine: Engine) -> None:
    fields = "partOf { name } messages { externalId } first: messages(first: 1) { externalId }"
    found = node(api, engine, Label.SESSION, "2024-05-01", fields)
    ids = [message["externalId"] for message in found["messages"]]
    assert found["partOf"] == {"name": "chat"}
    assert sorted(ids) == ["m1", "m2", "m3"]
    assert ids[-1] == "m2"  # a question, which tells of nothing
    assert found["first"] == [{"externalId": ids[0]}]


def test_gist_quotes_messages_of_its_session(api: Api, engine: Engine) -> None:
    fields = """gist { text summarizes { name }
                       citations { externalId start end message { text } } }"""
    gist = node(api, engine, Label.SESSION, "2024-05-02", fields)["gist"]
    assert gist["text"] == f"Bob: {TEXTS['m4']}\nAda: {TEXTS['m5']}"
    assert gist["summarizes"] == {"name": "2024-05-02"}
    assert sorted(c["externalId"] for c in gist["citations"]) == ["m4", "m5"]
    for citation in gist["citations"]:
        assert (citation["start"], citation["end"]) == (0, len(citation["message"]["text"]))


def test_name_stands_for_its_entity(api: Api, engine: Engine) -> None:
    found = node(api, engine, Label.NAME, "Lisbon", "mentionCount entity { kind name }")
    assert found == {"mentionCount": 2, "entity": {"kind": "PLACE", "name": "Lisbon"}}


def test_name_that_only_looks_like_one_stands_for_nothing(api: Api, engine: Engine) -> None:
    assert node(api, engine, Label.NAME, "Sunny", "entity { name }") == {"entity": None}


def test_mentions_are_spans_of_the_text_in_its_order(api: Api) -> None:
    query = """{ recall(cue: "moved to Lisbon with Grace Hopper", first: 1) { hits { memory {
        ... on Message { text mentions { surface start end entity { kind name } } } } } } }"""
    message = api.ask(query)["recall"]["hits"][0]["memory"]
    mentions = message["mentions"]
    assert message["text"] == TEXTS["m1"]
    assert [m["surface"] for m in mentions] == [
        message["text"][m["start"] : m["end"]] for m in mentions
    ]
    assert [m["entity"] and m["entity"]["name"] for m in mentions] == [
        *(None, "Lisbon", "Grace Hopper", None)  # «I» and «Hopper» only look like names
    ]


def test_topic_says_where_it_is_named(api: Api) -> None:
    query = """{ entities(kinds: [TOPIC]) { edges { node { name aliases saidCount
        citations { externalId start end } } } } }"""
    topics = [edge["node"] for edge in api.ask(query)["entities"]["edges"]]
    (weather,) = [topic for topic in topics if topic["name"] == "weather"]
    assert (weather["aliases"], weather["saidCount"]) == ([], 0)
    cited = [TEXTS[c["externalId"]][c["start"] : c["end"]] for c in weather["citations"]]
    assert cited == ["weather", "weather"]


def test_similar_messages_are_nearest_first(api: Api) -> None:
    query = """{ recall(cue: "met in Berlin", first: 5) { hits { memory { ... on Message {
        externalId similar { cosine message { externalId } } } } } } }"""
    found = [hit["memory"] for hit in api.ask(query)["recall"]["hits"]]
    assert any(message["similar"] for message in found)
    for message in found:
        cosines = [link["cosine"] for link in message["similar"]]
        assert cosines == sorted(cosines, reverse=True)
        assert all(0 < cosine <= 1 for cosine in cosines)
        ids = [link["message"]["externalId"] for link in message["similar"]]
        assert message["externalId"] not in ids
