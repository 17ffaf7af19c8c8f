"""Who is spoken to, and which question a message answers.

key: message · reads: the message and the `window_messages` before it in its conversation · a change touches: the
message and as many after it
"""

from collections.abc import Iterable, Mapping
from collections.abc import Sequence as Keys

from cuegraph.engine.passes.mentions import name_id
from cuegraph.engine.passes.sequence import changed_memo_keys, moved_places
from cuegraph.protocols import View
from cuegraph.schema.extraction import Extraction
from cuegraph.schema.graph import (
    Edge,
    EdgeType,
    GraphDelta,
    Key,
    Kind,
    Memo,
    MemoKind,
    RecordKind,
    Rows,
    edge_id,
    owner_id,
    sides,
)
from cuegraph.schema.log import Message
from cuegraph.schema.settings import DerivationSettings
from cuegraph.schema.text import name_form


class Dialogue:
    """ADDRESSES the last other speaker in the window; ANSWERS the question that the other one asked just before."""

    name = "dialogue"
    version = 1
    reads: frozenset[Kind] = frozenset({RecordKind.MESSAGE, MemoKind.EXTRACTION})
    writes: frozenset[Kind] = frozenset({EdgeType.ADDRESSES, EdgeType.ANSWERS})

    def __init__(self, namespace: str, settings: DerivationSettings) -> None:
        self._namespace = namespace
        self._window = settings.window_messages

    def keys(self, view: View, messages: Iterable[Message]) -> set[Key]:
        return {(m.id,) for m in messages}

    def touched(self, changes: GraphDelta, view: View) -> set[Key]:
        changed = changed_memo_keys(changes, MemoKind.EXTRACTION)
        changed |= {m.id for m in sides(changes.messages)}
        places = moved_places(changes)
        places |= {(m.conversation, m.order) for m in view.messages(changed).values()}
        followers = view.after(places, self._window)
        return {(id_,) for id_ in changed} | {(m.id,) for f in followers.values() for m in f}

    def derive(self, keys: Keys[Key], view: View) -> dict[Key, Rows]:
        messages = view.messages([id_ for (id_,) in keys])
        windows = view.before([(m.conversation, m.order) for m in messages.values()], self._window)
        near = {m.id for window in windows.values() for m in window[:1]}
        memos = view.memos(MemoKind.EXTRACTION, near)
        return {
            (m.id,): Rows(edges=tuple(self._edges(m, windows[m.conversation, m.order], memos)))
            for m in messages.values()
        }

    def _edges(
        self, message: Message, window: list[Message], memos: Mapping[str, Memo]
    ) -> Iterable[Edge]:
        """`window` is nearest first."""
        speaker = name_form(message.speaker)
        other = next((m for m in window if name_form(m.speaker) != speaker), None)
        if other and name_form(other.speaker):
            target = name_id(self._namespace, name_form(other.speaker))
            yield self._edge(message, EdgeType.ADDRESSES, target, "last other speaker")
        previous = window[0] if window else None
        if previous and previous is other and previous.session == message.session:
            memo = memos.get(previous.id)
            if memo and Extraction.from_bytes(memo.value).is_question:
                yield self._edge(message, EdgeType.ANSWERS, previous.id, "turn after a question")

    def _edge(self, message: Message, type_: EdgeType, target: str, rule: str) -> Edge:
        return Edge(
            id=edge_id(self._namespace, type_, message.id, target),
            type=type_,
            source=message.id,
            target=target,
            owner=owner_id(self._namespace, self.name, (message.id,)),
            pass_name=self.name,
            rule=rule,
            properties={},
        )
