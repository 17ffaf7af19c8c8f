"""What can be changed, and that nothing else changes."""

from api.support import NAMESPACE, TALK, Api
from cuegraph.engine.engine import Engine

REMEMBER = """mutation R($input: RememberInput!, $namespace: String) {
  remember(input: $input, namespace: $namespace) {
    id namespace externalId conversation speaker text sentAt recordedAt
    events { predicate places { name } }
    previous { externalId }
  }
}"""
FORGET = """mutation F($messages: [String!], $conversations: [String!], $speakers: [String!],
                       $before: String, $dryRun: Boolean! = false) {
  forget(messages: $messages, conversations: $conversations, speakers: $speakers,
         before: $before, dryRun: $dryRun) {
    messages nodes edges dryRun layers { name state }
  }
}"""
PORTO = {
    "conversation": "chat",
    "speaker": "Ada",
    "text": "I moved to Porto in 2024.",
    "timestamp": "2024-05-03T09:00:00Z",
}


def dump(engine: Engine) -> list[str]:
    return list(engine.export(NAMESPACE))


def test_remembered_message_is_linked_in(api: Api) -> None:
    message = api.ask(REMEMBER, {"input": {**PORTO, "id": "m6"}})["remember"]
    assert message["externalId"] == "m6"
    assert message["text"] == PORTO["text"]
    assert message["sentAt"] == PORTO["timestamp"]
    assert message["recordedAt"] == "2024-06-01T00:00:00Z"
    assert message["events"] == [{"predicate": "moved", "places": [{"name": "Porto"}]}]
    assert message["previous"] == {"externalId": "m5"}


def test_remembered_message_is_recalled(api: Api) -> None:
    id_ = api.ask(REMEMBER, {"input": PORTO})["remember"]["id"]
    found = api.ask('{ recall(cue: "Porto", first: 1) { hits { id } } }')
    assert found == {"recall": {"hits": [{"id": id_}]}}


def test_remembering_the_same_twice_changes_nothing(api: Api, engine: Engine) -> None:
    first = api.ask(REMEMBER, {"input": PORTO})
    before = dump(engine)
    assert api.ask(REMEMBER, {"input": PORTO}) == first
    assert dump(engine) == before


def test_messages_of_other_words_get_other_ids(api: Api) -> None:
    one = api.ask(REMEMBER, {"input": PORTO})["remember"]
    two = api.ask(REMEMBER, {"input": {**PORTO, "text": "I like it there."}})["remember"]
    assert one["externalId"] != two["externalId"]


def test_remembering_in_a_new_namespace_leaves_the_servers_own_alone(
    api: Api, engine: Engine
) -> None:
    before = dump(engine)
    message = api.ask(REMEMBER, {"input": PORTO, "namespace": "new"})["remember"]
    assert message["namespace"] == "new"
    assert engine.namespaces() == ["new", NAMESPACE]
    assert dump(engine) == before


def test_empty_text_is_refused(api: Api, engine: Engine) -> None:
    before = dump(engine)
    error = api.error(REMEMBER, {"input": {**PORTO, "text": "  "}})
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert "text is empty" in error["message"]
    assert dump(engine) == before


def test_dry_run_says_what_forget_then_removes(api: Api, engine: Engine) -> None:
    before = dump(engine)
    said = api.ask(FORGET, {"messages": ["m4"], "dryRun": True})["forget"]
    assert said["dryRun"] is True
    assert said["layers"] == []
    assert dump(engine) == before
    done = api.ask(FORGET, {"messages": ["m4"]})["forget"]
    assert done["dryRun"] is False
    assert done["messages"] == said["messages"] == 1
    assert (done["nodes"], done["edges"]) == (said["nodes"], said["edges"])
    assert done["layers"]
    assert dump(engine) != before


def test_forgotten_message_is_nowhere(api: Api, engine: Engine) -> None:
    assert "I visited Berlin" in "".join(dump(engine))
    api.ask(FORGET, {"messages": ["m4"]})
    assert "I visited Berlin" not in "".join(dump(engine))
    hits = api.ask('{ recall(cue: "I visited Berlin") { hits { text } } }')["recall"]["hits"]
    assert TALK[3][2] not in [hit["text"] for hit in hits]


def test_forget_by_speaker_leaves_the_others(api: Api) -> None:
    assert api.ask(FORGET, {"speakers": ["Bob"]})["forget"]["messages"] == 2
    assert api.ask("{ stats { messages } }") == {"stats": {"messages": 3}}


def test_forget_before_a_time_leaves_what_came_then(api: Api) -> None:
    assert api.ask(FORGET, {"before": "2024-05-02T09:00:00Z"})["forget"]["messages"] == 3
    assert api.ask("{ stats { first } }") == {"stats": {"first": "2024-05-02T09:00:00Z"}}


def test_forget_without_a_word_on_what_is_refused(api: Api, engine: Engine) -> None:
    before = dump(engine)
    error = api.error("mutation { forget { messages } }")
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["message"] == "nothing says what to forget"
    assert dump(engine) == before


def test_forget_of_what_is_not_there_is_not_found(api: Api) -> None:
    error = api.error(FORGET, {"messages": ["m99"]})
    assert error["extensions"]["code"] == "NOT_FOUND"
    assert error["message"] == "no message matches"


def test_query_after_a_mutation_in_one_document_sees_the_change(api: Api) -> None:
    """Fields of a mutation run one after another, and reads of the first must not linger."""
    query = """mutation($input: RememberInput!) {
        one: remember(input: $input) { next { externalId } }
        two: remember(input: {conversation: "chat", speaker: "Bob", text: "Nice.", id: "m7",
                              timestamp: "2024-05-03T09:01:00Z"}) { previous { text next { externalId } } } }"""
    found = api.ask(query, {"input": PORTO})
    assert found["one"] == {"next": None}
    assert found["two"] == {"previous": {"text": PORTO["text"], "next": {"externalId": "m7"}}}
