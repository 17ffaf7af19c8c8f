"""Message order: each message is chained to the one before it, and its session contains it by worth.

key: message · reads: the message and the one before it in its conversation, its extraction's worth · a change touches:
the message and the one after it
"""

from collections.abc import Iterable
from collections.abc import Sequence as Keys
from typing import Final

from cuegraph.protocols import View
from cuegraph.schema.extraction import Extraction
from cuegraph.schema.graph import (
    Edge,
    EdgeType,
    GraphDelta,
    Key,
    Kind,
    MemoKind,
    RecordKind,
    Rows,
    edge_id,
    moved,
    owner_id,
    sides,
)
from cuegraph.schema.ids import content_id
from cuegraph.schema.log import Message

WORTH_MAX: Final = 99


def session_id(namespace: str, conversation: str, session: str) -> str:
    """The id of a session's node."""
    return content_id(namespace, "session", conversation, session)


class Sequence:
    """NEXT from the message before, CONTAINS from the session, ranked so that the worthiest comes first."""

    name = "sequence"
    version = 1
    reads: frozenset[Kind] = frozenset({RecordKind.MESSAGE, MemoKind.EXTRACTION})
    writes: frozenset[Kind] = frozenset({EdgeType.NEXT, EdgeType.CONTAINS})

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace

    def keys(self, view: View, messages: Iterable[Message]) -> set[Key]:
        return {(m.id,) for m in messages}

    def touched(self, changes: GraphDelta, view: View) -> set[Key]:
        keys = {(m.id,) for m in sides(changes.messages)}
        keys |= {(memo.key,) for memo in sides(changes.memos)}
        places = moved_places(changes)
        followers = view.after(places, 1)
        return keys | {(m.id,) for found in followers.values() for m in found}

    def derive(self, keys: Keys[Key], view: View) -> dict[Key, Rows]:
        messages = view.messages([id_ for (id_,) in keys])
        memos = view.memos(MemoKind.EXTRACTION, list(messages))
        before = view.before([(m.conversation, m.order) for m in messages.values()], 1)
        rows: dict[Key, Rows] = {}
        for message in messages.values():
            owner = owner_id(self._namespace, self.name, (message.id,))
            memo = memos.get(message.id)
            worth = Extraction.from_bytes(memo.value).worth if memo else 0
            edges = [self._contains(message, worth, owner)]
            found = before[message.conversation, message.order]
            edges += [self._next(previous, message, owner) for previous in found]
            rows[(message.id,)] = Rows(edges=tuple(edges))
        return rows

    def _contains(self, message: Message, worth: int, owner: str) -> Edge:
        session = session_id(self._namespace, message.conversation, message.session)
        return Edge(
            id=edge_id(self._namespace, EdgeType.CONTAINS, session, message.id),
            type=EdgeType.CONTAINS,
            source=session,
            target=message.id,
            owner=owner,
            pass_name=self.name,
            rule="session of message",
            properties={"worth": worth},
            rank=f"{WORTH_MAX - min(worth, WORTH_MAX):02d}\x1f{message.order}",
        )

    def _next(self, previous: Message, message: Message, owner: str) -> Edge:
        return Edge(
            id=edge_id(self._namespace, EdgeType.NEXT, previous.id, message.id),
            type=EdgeType.NEXT,
            source=previous.id,
            target=message.id,
            owner=owner,
            pass_name=self.name,
            rule="message order",
            properties={},
        )


def moved_places(changes: GraphDelta) -> set[tuple[str, str]]:
    """(conversation, order) of every message that came or went."""
    return {(m.conversation, m.order) for m in moved(changes.messages)}


def changed_memo_keys(changes: GraphDelta, kind: MemoKind) -> set[str]:
    """Ids of the messages whose memo of the kind came, went or changed."""
    return {memo.key for memo in sides(changes.memos) if memo.kind == kind}
