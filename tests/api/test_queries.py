"""What can be asked, over a real engine that holds the talk of conftest.py."""

from typing import Any

import pytest

from api.support import NAMESPACE, TALK, Api
from cuegraph.engine.engine import Engine

TEXTS = {id_: text for id_, _, text, _ in TALK}
RECALL = """
query R($cue: String!, $first: Int! = 10, $speakers: [String!], $asOf: String,
        $kinds: [MemoryKind!]! = [MESSAGE], $sentFrom: String, $sentTo: String) {
  recall(cue: $cue, first: $first, speakers: $speakers, asOf: $asOf, kinds: $kinds,
         sentFrom: $sentFrom, sentTo: $sentTo) {
    cue confidence system
    hits {
      id kind name text score
      contributions { signal value }
      path { id kind name via activation }
      citations { externalId conversation start end message { text } }
      memory { __typename id ... on Message { externalId speaker sentAt } }
    }
  }
}
"""
LISBON = "Where did Ada meet Grace Hopper in Lisbon?"


def said_by(hits: list[dict[str, Any]]) -> set[str]:
    return {hit["memory"]["speaker"] for hit in hits}


def test_recall_finds_the_message_that_answers_the_cue(api: Api) -> None:
    found = api.ask(RECALL, {"cue": LISBON})["recall"]
    assert found["cue"] == LISBON
    assert found["hits"][0]["text"] == TEXTS["m3"]
    assert found["hits"][0]["memory"]["externalId"] == "m3"
    assert 0 < found["confidence"] <= 1


def test_recall_is_best_first_and_scores_are_sums_of_contributions(api: Api) -> None:
    hits = api.ask(RECALL, {"cue": LISBON})["recall"]["hits"]
    assert len(hits) > 1
    assert [hit["score"] for hit in hits] == sorted((h["score"] for h in hits), reverse=True)
    for hit in hits:
        total = sum(c["value"] for c in hit["contributions"])
        assert hit["score"] == pytest.approx(total, abs=1e-5)


def test_citation_is_a_span_of_its_message(api: Api) -> None:
    for hit in api.ask(RECALL, {"cue": LISBON})["recall"]["hits"]:
        assert hit["citations"]
        for citation in hit["citations"]:
            text = citation["message"]["text"]
            assert text == TEXTS[citation["externalId"]]
            assert 0 <= citation["start"] < citation["end"] <= len(text)


def test_path_ends_at_its_hit_and_only_its_start_lacks_an_association(api: Api) -> None:
    hits = api.ask(RECALL, {"cue": LISBON})["recall"]["hits"]
    paths = [(hit["id"], hit["path"]) for hit in hits if hit["path"]]
    assert paths
    for id_, path in paths:
        assert path[-1]["id"] == id_
        assert [step["via"] is None for step in path] == [True] + [False] * (len(path) - 1)


def test_recall_gives_no_more_than_first(api: Api) -> None:
    assert len(api.ask(RECALL, {"cue": LISBON, "first": 1})["recall"]["hits"]) == 1


def test_recall_keeps_to_the_speakers(api: Api) -> None:
    both = api.ask(RECALL, {"cue": "Berlin"})["recall"]["hits"]
    bobs = api.ask(RECALL, {"cue": "Berlin", "speakers": ["Bob"]})["recall"]["hits"]
    assert said_by(both) == {"Ada", "Bob"}
    assert said_by(bobs) == {"Bob"}


def test_recall_as_of_leaves_out_what_was_sent_later(api: Api) -> None:
    asked = {"cue": "Berlin Lisbon", "asOf": "2024-05-01T12:00:00Z"}
    sent = [h["memory"]["sentAt"] for h in api.ask(RECALL, asked)["recall"]["hits"]]
    assert sent
    assert max(sent) < "2024-05-01T12:00:00Z"


def test_recall_keeps_to_the_time_of_sending(api: Api) -> None:
    asked = {"cue": "Berlin Lisbon", "sentFrom": "2024-05-02", "sentTo": "2024-05-02T09:01:00Z"}
    hits = api.ask(RECALL, asked)["recall"]["hits"]
    assert [hit["memory"]["externalId"] for hit in hits] == ["m4"]


def test_recall_of_events_gives_events(api: Api) -> None:
    hits = api.ask(RECALL, {"cue": "met in Lisbon", "kinds": ["EVENT"]})["recall"]["hits"]
    assert {hit["kind"] for hit in hits} == {"EVENT"}
    assert {hit["memory"]["__typename"] for hit in hits} == {"Event"}


def test_same_recall_twice_gives_equal_bytes(api: Api) -> None:
    asked = {"cue": LISBON}
    assert api.post(RECALL, asked).content == api.post(RECALL, asked).content


def test_node_gives_a_message_with_its_neighbours(api: Api) -> None:
    hits = api.ask(RECALL, {"cue": "What is the weather like there?", "first": 1})["recall"]["hits"]
    query = """query N($id: ID!) { node(id: $id) { id namespace kind ... on Message {
        externalId text previous { externalId } next { externalId answers { externalId } }
        saidBy { name } partOf { messageCount partOf { name } } } } }"""
    node = api.ask(query, {"id": hits[0]["id"]})["node"]
    assert node["namespace"] == NAMESPACE
    assert node["kind"] == "MESSAGE"
    assert (node["externalId"], node["text"]) == ("m2", TEXTS["m2"])
    assert node["previous"] == {"externalId": "m1"}
    assert node["next"] == {"externalId": "m3", "answers": {"externalId": "m2"}}
    assert node["saidBy"] == {"name": "Bob"}
    assert node["partOf"] == {"messageCount": 3, "partOf": {"name": "chat"}}


@pytest.mark.parametrize("id_", ["0" * 32, "no id", ""])
def test_node_is_null_for_an_id_that_is_not_there(api: Api, id_: str) -> None:
    assert api.ask("query N($id: ID!) { node(id: $id) { id } }", {"id": id_}) == {"node": None}


def test_entities_are_the_named_ones_unless_topics_are_asked_for(api: Api) -> None:
    query = (
        "query E($kinds: [EntityKind!]!) { entities(kinds: $kinds) { edges { node { name } } } }"
    )
    named = api.ask("{ entities { edges { node { name kind } } } }")["entities"]["edges"]
    topics = api.ask(query, {"kinds": ["TOPIC"]})["entities"]["edges"]
    assert {edge["node"]["name"] for edge in named} == {
        *("Ada", "Bob", "Grace Hopper", "Lisbon", "Berlin")
    }
    assert "weather" in {edge["node"]["name"] for edge in topics}


def test_entity_tells_its_events_and_where_it_is_named(api: Api) -> None:
    query = """{ entities(kinds: [PLACE]) { edges { node { name mentionCount
        events { gist places { name } } citations { externalId } } } } }"""
    edges = api.ask(query)["entities"]["edges"]
    lisbon = next(edge["node"] for edge in edges if edge["node"]["name"] == "Lisbon")
    assert lisbon["mentionCount"] == 2
    assert [citation["externalId"] for citation in lisbon["citations"]] == ["m1", "m3"]
    assert lisbon["events"]
    assert all({"name": "Lisbon"} in event["places"] for event in lisbon["events"])


@pytest.mark.parametrize("field", ["entities", "events"])
def test_pages_put_together_are_the_whole_list_in_order(api: Api, field: str) -> None:
    query = """query P($after: String) { page: FIELD(first: 2, after: $after) {
        edges { cursor node { id } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }""".replace(
        "FIELD", field
    )
    whole = api.ask(f"{{ {field}(first: 100) {{ edges {{ node {{ id }} }} }} }}")[field]["edges"]
    ids: list[str] = []
    after: str | None = None
    for _ in range(len(whole)):
        page = api.ask(query, {"after": after})["page"]
        info = page["pageInfo"]
        assert info["hasPreviousPage"] is (after is not None)
        assert info["startCursor"] == page["edges"][0]["cursor"]
        assert info["endCursor"] == page["edges"][-1]["cursor"]
        ids += [edge["node"]["id"] for edge in page["edges"]]
        after = info["endCursor"]
        if not info["hasNextPage"]:
            break
    assert len(ids) > 2
    assert ids == [edge["node"]["id"] for edge in whole] == sorted(ids)


def test_page_after_the_last_one_is_empty(api: Api) -> None:
    query = """query P($after: String) { events(first: 100, after: $after) {
        edges { cursor } pageInfo { hasNextPage startCursor endCursor } } }"""
    last = api.ask(query)["events"]["pageInfo"]["endCursor"]
    assert api.ask(query, {"after": last})["events"] == {
        "edges": [],
        "pageInfo": {"hasNextPage": False, "startCursor": None, "endCursor": None},
    }


def test_event_says_who_where_and_when(api: Api) -> None:
    query = """{ events(first: 100) { edges { node { predicate gist speaker validFrom validTo
        precision timeText places { name } participants { roles entity { name } }
        citations { externalId } } } } }"""
    nodes = [edge["node"] for edge in api.ask(query)["events"]["edges"]]
    (visit,) = [node for node in nodes if node["predicate"] == "visited"]
    visit["participants"] = sorted(
        (*row["roles"], row["entity"]["name"]) for row in visit["participants"]
    )
    assert visit == {
        "predicate": "visited",
        "gist": TEXTS["m4"],
        "speaker": "Bob",
        "validFrom": "2021-01-01T00:00:00Z",
        "validTo": "2022-01-01T00:00:00Z",
        "precision": "YEAR",
        "timeText": "2021",
        "places": [],
        "participants": [("agent", "Bob"), ("patient", "Berlin")],
        "citations": [{"externalId": "m4"}],
    }


def test_namespaces_are_sorted(api: Api, engine: Engine) -> None:
    engine.remember("another", {"text": "Ada likes Porto.", "speaker": "Ada"})
    assert api.ask("{ namespaces }") == {"namespaces": ["another", NAMESPACE]}


def test_field_without_a_namespace_means_the_servers_own(api: Api, engine: Engine) -> None:
    engine.remember("another", {"text": "Ada likes Porto.", "speaker": "Ada"})
    query = "query S($n: String) { stats(namespace: $n) { namespace messages } }"
    assert api.ask(query)["stats"] == {"namespace": NAMESPACE, "messages": len(TALK)}
    assert api.ask(query, {"n": "another"})["stats"] == {"namespace": "another", "messages": 1}


def test_stats_count_the_talk(api: Api) -> None:
    query = """{ stats { messages conversations speakers first last kinds { kind count }
        associations { type count } stamp { name value } } }"""
    stats = api.ask(query)["stats"]
    kinds = {row["kind"]: row["count"] for row in stats["kinds"]}
    associations = {row["type"]: row["count"] for row in stats["associations"]}
    stamp = {row["name"]: row["value"] for row in stats["stamp"]}
    assert (stats["messages"], stats["conversations"], stats["speakers"]) == (5, 1, 2)
    assert (stats["first"], stats["last"]) == (TALK[0][3], TALK[-1][3])
    assert (kinds["SESSION"], kinds["EVENT"], kinds["PLACE"]) == (2, 4, 2)
    assert associations["SAID_BY"] == len(TALK)
    assert stamp["extractor"] == "small-1"
