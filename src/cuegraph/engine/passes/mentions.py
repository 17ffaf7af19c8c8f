"""Which names and topics a message holds, and whose name its speaker goes by.

key: message · reads: the message and its extraction · a change touches: the message
"""

from collections.abc import Iterable
from collections.abc import Sequence as Keys

from cuegraph.engine.passes.sequence import changed_memo_keys
from cuegraph.protocols import View
from cuegraph.schema.extraction import Extraction, Mention, MentionKind
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
)
from cuegraph.schema.ids import content_id
from cuegraph.schema.log import Message
from cuegraph.schema.text import name_form


def name_id(namespace: str, form: str) -> str:
    """The id of the node of a name's form."""
    return content_id(namespace, "name", form)


def topic_id(namespace: str, form: str) -> str:
    """The id of a topic's node."""
    return content_id(namespace, "topic", form)


class Mentions:
    """MENTIONS to each name and topic (once a message, at its first span), SAID_BY to the speaker's name."""

    name = "mentions"
    version = 1
    reads: frozenset[Kind] = frozenset({RecordKind.MESSAGE, MemoKind.EXTRACTION})
    writes: frozenset[Kind] = frozenset({EdgeType.MENTIONS, EdgeType.SAID_BY})

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace

    def keys(self, view: View, messages: Iterable[Message]) -> set[Key]:
        return {(m.id,) for m in messages}

    def touched(self, changes: GraphDelta, view: View) -> set[Key]:
        ids = changed_memo_keys(changes, MemoKind.EXTRACTION)
        ids |= {m.id for m in moved(changes.messages)}
        return {(id_,) for id_ in ids}

    def derive(self, keys: Keys[Key], view: View) -> dict[Key, Rows]:
        messages = view.messages([id_ for (id_,) in keys])
        memos = view.memos(MemoKind.EXTRACTION, list(messages))
        rows: dict[Key, Rows] = {}
        for message in messages.values():
            memo = memos.get(message.id)
            found = Extraction.from_bytes(memo.value).mentions if memo else ()
            edges = [self._mention(message, group) for group in _grouped(found)]
            if form := name_form(message.speaker):
                edges.append(self._said_by(message, form))
            rows[(message.id,)] = Rows(edges=tuple(edges))
        return rows

    def _mention(self, message: Message, group: list[Mention]) -> Edge:
        first = group[0]
        is_topic = first.kind is MentionKind.TOPIC
        target = (topic_id if is_topic else name_id)(self._namespace, first.form)
        weak = all(mention.weak for mention in group)
        return Edge(
            id=edge_id(self._namespace, EdgeType.MENTIONS, message.id, target),
            type=EdgeType.MENTIONS,
            source=message.id,
            target=target,
            owner=owner_id(self._namespace, self.name, (message.id,)),
            pass_name=self.name,
            rule="noun chunk" if is_topic else "looks like a name" if weak else "name",
            properties={
                "form": first.form,
                "surface": first.surface,
                "kind": first.kind.value,
                "labels": sorted(mention.label for mention in group if mention.label),
                "weak": weak,
                "start": first.start,
                "end": first.end,
            },
            rank=f"{message.sent_at or '~'}\x1f{message.id}",
        )

    def _said_by(self, message: Message, form: str) -> Edge:
        target = name_id(self._namespace, form)
        return Edge(
            id=edge_id(self._namespace, EdgeType.SAID_BY, message.id, target),
            type=EdgeType.SAID_BY,
            source=message.id,
            target=target,
            owner=owner_id(self._namespace, self.name, (message.id,)),
            pass_name=self.name,
            rule="speaker",
            properties={"form": form, "surface": message.speaker},
            rank=f"{message.sent_at or '~'}\x1f{message.id}",
        )


def _grouped(mentions: Iterable[Mention]) -> list[list[Mention]]:
    """Mentions of one form together, each group in text order."""
    groups: dict[tuple[str, str], list[Mention]] = {}
    for mention in sorted(mentions, key=lambda m: (m.start, m.end)):
        groups.setdefault((mention.kind, mention.form), []).append(mention)
    return list(groups.values())
