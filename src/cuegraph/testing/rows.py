"""Small rows built by hand, for tests."""

from cuegraph.schema.graph import (
    Change,
    Edge,
    EdgeType,
    GraphDelta,
    Label,
    Memo,
    MemoKind,
    Node,
    Properties,
    edge_id,
    owner_id,
)
from cuegraph.schema.ids import content_id
from cuegraph.schema.log import Message, make_message

RECORDED = "2024-01-01T00:00:00Z"


def a_message(
    external_id: str,
    text: str = "Hello",
    *,
    speaker: str = "Ada",
    sent_at: str | None = None,
    conversation: str = "chat",
    session: str = "s1",
    recorded_at: str = RECORDED,
    ordinal: int | None = None,
    namespace: str = "test",
) -> Message:
    """A message of conversation `chat`."""
    return make_message(
        namespace,
        conversation=conversation,
        session=session,
        external_id=external_id,
        speaker=speaker,
        role="user",
        text=text,
        sent_at=sent_at,
        recorded_at=recorded_at,
        ordinal=ordinal,
    )


def a_node(
    name: str,
    label: Label = Label.PERSON,
    *,
    owner: str = "",
    rank: str = "",
    properties: Properties | None = None,
    namespace: str = "test",
) -> Node:
    """A node whose id is made from its label and name."""
    return Node(
        id=content_id(namespace, "node", label, name),
        label=label,
        owner=owner or owner_id(namespace, "hand", (name,)),
        pass_name="hand",  # noqa: S106 - a pass, not a password
        properties={"name": name, **(properties or {})},
        rank=rank,
    )


def an_edge(
    source: str,
    type_: EdgeType,
    target: str,
    *,
    rank: str = "",
    owner: str = "",
    properties: Properties | None = None,
    namespace: str = "test",
) -> Edge:
    """An edge between two ids."""
    return Edge(
        id=edge_id(namespace, type_, source, target),
        type=type_,
        source=source,
        target=target,
        owner=owner or owner_id(namespace, "hand", (source,)),
        pass_name="hand",  # noqa: S106 - a pass, not a password
        rule="by hand",
        properties=properties or {},
        rank=rank,
    )


def a_memo(key: str, value: bytes = b"\x00\xff", *, rank: str = "") -> Memo:
    """A vector memo of a message's id."""
    return Memo(MemoKind.VECTOR, key, value, rank)


def adding(*rows: Message | Node | Edge | Memo) -> GraphDelta:
    """The delta that adds the rows."""
    delta = GraphDelta()
    for row in rows:
        match row:
            case Message():
                delta.messages.append(Change(None, row))
            case Node():
                delta.nodes.append(Change(None, row))
            case Edge():
                delta.edges.append(Change(None, row))
            case Memo():
                delta.memos.append(Change(None, row))
    return delta


def removing(*rows: Message | Node | Edge | Memo) -> GraphDelta:
    """The delta that removes the rows."""
    added = adding(*rows)
    return GraphDelta(
        messages=[Change(c.after, None) for c in added.messages],
        memos=[Change(c.after, None) for c in added.memos],
        nodes=[Change(c.after, None) for c in added.nodes],
        edges=[Change(c.after, None) for c in added.edges],
    )
