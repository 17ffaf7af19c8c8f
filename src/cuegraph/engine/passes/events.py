"""Events: what messages say happened, holds, or is planned, and who takes part.

key: message · reads: its extraction, the entities its names stand for, whom it addresses · a change touches: the
message, and every message that uses a name whose entity changed
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from cuegraph.engine.passes.mentions import name_id, topic_id
from cuegraph.engine.passes.sequence import changed_memo_keys
from cuegraph.protocols import View
from cuegraph.schema.extraction import EventFrame, Extraction, Mention, MentionKind, Reference, Role
from cuegraph.schema.graph import (
    Edge,
    EdgeType,
    GraphDelta,
    Key,
    Kind,
    Label,
    MemoKind,
    Node,
    RecordKind,
    Rows,
    Value,
    edge_id,
    owner_id,
    sides,
)
from cuegraph.schema.ids import content_id
from cuegraph.schema.log import Message
from cuegraph.schema.settings import DerivationSettings
from cuegraph.schema.text import name_form, shorten

PLACE: Final = "place"
NAME_CHARACTERS_MAX: Final = 60
USES: Final = (EdgeType.MENTIONS, EdgeType.SAID_BY, EdgeType.ADDRESSES)


@dataclass(frozen=True, slots=True)
class Scene:
    """One message with all that its frames refer to: name form -> entity, and the two of the dialogue."""

    message: Message
    extraction: Extraction
    entity_of: dict[str, str]
    speaker: str | None
    addressee: str | None


class Events:
    """Event nodes, INVOLVES and AT to their participants, DERIVED_FROM to the span of the message."""

    name = "events"
    version = 1
    reads: frozenset[Kind] = frozenset(
        {RecordKind.MESSAGE, MemoKind.EXTRACTION, EdgeType.NAMES, *USES}
    )
    writes: frozenset[Kind] = frozenset(
        {Label.EVENT, EdgeType.INVOLVES, EdgeType.AT, EdgeType.DERIVED_FROM}
    )

    def __init__(self, namespace: str, settings: DerivationSettings) -> None:
        self._namespace = namespace
        self._worth_min = settings.event_worth_min

    def keys(self, view: View, messages: Iterable[Message]) -> set[Key]:
        return {(m.id,) for m in messages}

    def touched(self, changes: GraphDelta, view: View) -> set[Key]:
        ids = changed_memo_keys(changes, MemoKind.EXTRACTION)
        ids |= {m.id for m in sides(changes.messages)}
        edges = list(sides(changes.edges))
        ids |= {edge.source for edge in edges if edge.type is EdgeType.ADDRESSES}
        renamed = {edge.source for edge in edges if edge.type is EdgeType.NAMES}
        for type_ in USES:
            uses = view.edges_to(renamed, type_)
            ids |= {edge.source for found in uses.values() for edge in found}
        return {(id_,) for id_ in ids}

    def derive(self, keys: Sequence[Key], view: View) -> dict[Key, Rows]:
        return {(scene.message.id,): self._rows(scene) for scene in self._scenes(keys, view)}

    def _scenes(self, keys: Sequence[Key], view: View) -> Iterable[Scene]:
        messages = view.messages([id_ for (id_,) in keys])
        memos = view.memos(MemoKind.EXTRACTION, list(messages))
        found = {id_: Extraction.from_bytes(memo.value) for id_, memo in memos.items()}
        addressed = view.edges_from(list(messages), EdgeType.ADDRESSES)
        forms = {m.form for e in found.values() for m in e.mentions if m.kind is MentionKind.NAME}
        forms |= {name_form(m.speaker) for m in messages.values()}
        names = {form: name_id(self._namespace, form) for form in forms}
        targets = {edge.target for edges in addressed.values() for edge in edges}
        named = {
            name: edges[0].target
            for name, edges in view.edges_from(
                sorted({*names.values(), *targets}), EdgeType.NAMES
            ).items()
        }
        entity_of = {form: named[id_] for form, id_ in names.items() if id_ in named}
        for id_, extraction in found.items():
            message = messages[id_]
            addressee = [named[e.target] for e in addressed.get(id_, ()) if e.target in named]
            yield Scene(
                message=message,
                extraction=extraction,
                entity_of=entity_of,
                speaker=entity_of.get(name_form(message.speaker)),
                addressee=addressee[0] if addressee else None,
            )

    def _rows(self, scene: Scene) -> Rows:
        owner = owner_id(self._namespace, self.name, (scene.message.id,))
        nodes: list[Node] = []
        edges: list[Edge] = []
        for i, frame in enumerate(scene.extraction.events):
            if frame.worth >= self._worth_min:
                node = self._event(scene.message, i, frame, owner)
                nodes.append(node)
                edges.append(self._derived_from(node, scene.message, frame))
                edges += self._participants(node, frame, scene)
        return Rows(tuple(nodes), tuple(edges))

    def _event(self, message: Message, i: int, frame: EventFrame, owner: str) -> Node:
        properties: dict[str, Value] = {
            "name": shorten(frame.gist, NAME_CHARACTERS_MAX) or frame.predicate,
            "predicate": frame.predicate,
            "gist": frame.gist,
            "speaker": message.speaker,
            "negated": frame.negated,
            "modality": frame.modality.value,
            "worth": frame.worth,
        }
        if message.sent_at:
            properties["saidAt"] = message.sent_at
        if frame.valid:
            properties |= {
                "validFrom": frame.valid.start,
                "validTo": frame.valid.end,
                "precision": frame.valid.precision.value,
                "timeText": message.text[frame.time_start : frame.time_end],
            }
        start = frame.valid.start if frame.valid else message.sent_at or "~"
        id_ = content_id(self._namespace, "event", message.id, str(i))
        return Node(
            id=id_,
            label=Label.EVENT,
            owner=owner,
            pass_name=self.name,
            properties=properties,
            rank=f"{start}\x1f{message.order}\x1f{i:02d}",
        )

    def _derived_from(self, event: Node, message: Message, frame: EventFrame) -> Edge:
        return self._edge(
            event,
            EdgeType.DERIVED_FROM,
            message.id,
            "clause",
            {"start": frame.start, "end": frame.end},
        )

    def _participants(self, event: Node, frame: EventFrame, scene: Scene) -> Iterable[Edge]:
        """One edge a participant, however many roles it plays."""
        roles: dict[tuple[EdgeType, str, bool], set[str]] = {}
        for role in frame.roles:
            target, is_topic = self._target(role, scene)
            if target:
                at = role.name == PLACE and not is_topic
                type_ = EdgeType.AT if at else EdgeType.INVOLVES
                roles.setdefault((type_, target, is_topic), set()).add(role.name)
        for (type_, target, is_topic), names in sorted(roles.items()):
            yield self._edge(
                event,
                type_,
                target,
                "role of clause",
                {"roles": sorted(names), "topic": is_topic},
                rank=event.rank,
            )

    def _target(self, role: Role, scene: Scene) -> tuple[str | None, bool]:
        """The id of the entity or topic that fills the role, and whether it is a topic."""
        if role.reference is Reference.FIRST:
            return scene.speaker, False
        if role.reference is Reference.SECOND:
            return scene.addressee, False
        mention: Mention = scene.extraction.mentions[role.mention]
        if mention.kind is MentionKind.TOPIC:
            return topic_id(self._namespace, mention.form), True
        return scene.entity_of.get(mention.form), False

    def _edge(
        self,
        event: Node,
        type_: EdgeType,
        target: str,
        rule: str,
        properties: dict[str, Value],
        *,
        rank: str = "",
    ) -> Edge:
        return Edge(
            id=edge_id(self._namespace, type_, event.id, target),
            type=type_,
            source=event.id,
            target=target,
            owner=event.owner,
            pass_name=self.name,
            rule=rule,
            properties=properties,
            rank=rank,
        )
