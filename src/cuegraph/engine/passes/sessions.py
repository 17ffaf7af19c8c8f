"""Conversations and sessions: one node each, with first and last time, and the conversation contains its sessions.

key: (conversation,) or (conversation, session) · reads: their first and last messages · a change touches: the
conversation and session of each changed message
"""

from collections.abc import Iterable
from collections.abc import Sequence as Keys

from cuegraph.engine.passes.sequence import session_id
from cuegraph.protocols import SessionSpan, View
from cuegraph.schema.graph import (
    Edge,
    EdgeType,
    GraphDelta,
    Key,
    Kind,
    Label,
    Node,
    RecordKind,
    Rows,
    Value,
    edge_id,
    moved,
    owner_id,
)
from cuegraph.schema.ids import content_id
from cuegraph.schema.log import Message


def conversation_id(namespace: str, conversation: str) -> str:
    """The id of a conversation's node."""
    return content_id(namespace, "conversation", conversation)


class Sessions:
    """Nodes Conversation and Session, CONTAINS between them."""

    name = "sessions"
    version = 1
    reads: frozenset[Kind] = frozenset({RecordKind.MESSAGE})
    writes: frozenset[Kind] = frozenset({Label.CONVERSATION, Label.SESSION, EdgeType.CONTAINS})

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace

    def keys(self, view: View, messages: Iterable[Message]) -> set[Key]:
        return {key for m in messages for key in _keys_of(m)}

    def touched(self, changes: GraphDelta, view: View) -> set[Key]:
        return {key for m in moved(changes.messages) for key in _keys_of(m)}

    def derive(self, keys: Keys[Key], view: View) -> dict[Key, Rows]:
        ends = view.conversations([key[0] for key in keys if len(key) == 1])
        spans = view.sessions([(key[0], key[1]) for key in keys if len(key) == 2])
        rows: dict[Key, Rows] = {}
        for name, (first, last) in ends.items():
            rows[(name,)] = Rows(nodes=(self._conversation(name, first, last),))
        for (conversation, session), span in spans.items():
            node = self._session(conversation, session, span)
            rows[conversation, session] = Rows((node,), (self._contains(conversation, node),))
        return rows

    def _conversation(self, name: str, first: Message, last: Message) -> Node:
        return Node(
            id=conversation_id(self._namespace, name),
            label=Label.CONVERSATION,
            owner=owner_id(self._namespace, self.name, (name,)),
            pass_name=self.name,
            properties={"name": name or "conversation", **_span(first, last)},
            rank=name,
        )

    def _session(self, conversation: str, session: str, span: SessionSpan) -> Node:
        return Node(
            id=session_id(self._namespace, conversation, session),
            label=Label.SESSION,
            owner=owner_id(self._namespace, self.name, (conversation, session)),
            pass_name=self.name,
            properties={
                "name": session or "session",
                "conversation": conversation,
                "messageCount": span.count,
                **_span(span.first, span.last),
            },
        )

    def _contains(self, conversation: str, session: Node) -> Edge:
        source = conversation_id(self._namespace, conversation)
        return Edge(
            id=edge_id(self._namespace, EdgeType.CONTAINS, source, session.id),
            type=EdgeType.CONTAINS,
            source=source,
            target=session.id,
            owner=session.owner,
            pass_name=self.name,
            rule="conversation of session",
            properties={},
            rank=str(session.properties.get("startedAt", "~")),
        )


def _keys_of(message: Message) -> tuple[Key, Key]:
    return ((message.conversation,), (message.conversation, message.session))


def _span(first: Message, last: Message) -> dict[str, Value]:
    """Times of the ends, where they have one; a message without a time comes last, so the last may lack one."""
    span: dict[str, Value] = {}
    if first.sent_at:
        span["startedAt"] = first.sent_at
    if last.sent_at:
        span["endedAt"] = last.sent_at
    return span
