"""Gists: the few messages of a session that say most, in their order.

key: session · reads: the session's worthiest messages · a change touches: the session of a message whose worth, place
or text changed
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from cuegraph.engine.passes.sequence import session_id
from cuegraph.protocols import View
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
    edge_id,
    owner_id,
    sides,
)
from cuegraph.schema.ids import content_id
from cuegraph.schema.log import Message
from cuegraph.schema.settings import DerivationSettings
from cuegraph.schema.text import shorten

QUOTE_CHARACTERS_MAX: Final = 200
NAME_CHARACTERS_MAX: Final = 60


class Gists:
    """Gist nodes of sessions: extractive, so each word can be cited."""

    name = "gists"
    version = 1
    reads: frozenset[Kind] = frozenset({RecordKind.MESSAGE, EdgeType.CONTAINS})
    writes: frozenset[Kind] = frozenset({Label.GIST, EdgeType.DERIVED_FROM, EdgeType.SUMMARIZES})

    def __init__(self, namespace: str, settings: DerivationSettings) -> None:
        self._namespace = namespace
        self._count = settings.gist_messages

    def keys(self, view: View, messages: Iterable[Message]) -> set[Key]:
        return {(session_id(self._namespace, m.conversation, m.session),) for m in messages}

    def touched(self, changes: GraphDelta, view: View) -> set[Key]:
        return {
            (edge.source,)
            for edge in sides(changes.edges)
            if edge.type is EdgeType.CONTAINS and edge.properties.get("worth")
        }

    def derive(self, keys: Sequence[Key], view: View) -> dict[Key, Rows]:
        best = view.first_edges_from([id_ for (id_,) in keys], EdgeType.CONTAINS, self._count)
        worthy = {
            session: [edge for edge in edges if edge.properties.get("worth")]
            for session, edges in best.items()
        }
        messages = view.messages({edge.target for edges in worthy.values() for edge in edges})
        return {
            (session,): self._rows(session, edges, messages)
            for session, edges in worthy.items()
            if edges
        }

    def _rows(self, session: str, edges: Sequence[Edge], messages: Mapping[str, Message]) -> Rows:
        quoted = sorted((messages[edge.target] for edge in edges), key=lambda m: m.order)
        quotes = [f"{m.speaker}: {shorten(m.text, QUOTE_CHARACTERS_MAX)}" for m in quoted]
        owner = owner_id(self._namespace, self.name, (session,))
        gist = Node(
            id=content_id(self._namespace, "gist", session),
            label=Label.GIST,
            owner=owner,
            pass_name=self.name,
            properties={
                "name": shorten(quotes[0], NAME_CHARACTERS_MAX),
                "level": "session",
                "text": "\n".join(quotes),
            },
        )
        spans = [
            self._edge(gist, EdgeType.DERIVED_FROM, m.id, "worthiest of session", len(m.text))
            for m in quoted
        ]
        summary = self._edge(gist, EdgeType.SUMMARIZES, session, "worthiest of session", 0)
        return Rows((gist,), (*spans, summary))

    def _edge(self, gist: Node, type_: EdgeType, target: str, rule: str, end: int) -> Edge:
        is_span = type_ is EdgeType.DERIVED_FROM
        return Edge(
            id=edge_id(self._namespace, type_, gist.id, target),
            type=type_,
            source=gist.id,
            target=target,
            owner=gist.owner,
            pass_name=self.name,
            rule=rule,
            properties={"start": 0, "end": end} if is_span else {},
        )
