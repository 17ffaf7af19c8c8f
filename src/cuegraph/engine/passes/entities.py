"""Entities: what the names stand for.

key: the smallest head of a group of names (see name_groups) · reads: the group's names, verdicts, first and last use ·
a change touches: every head that the changed name could be grouped with, before or after
"""

from collections.abc import Iterable, Sequence

from cuegraph.engine.passes.name_groups import (
    SPEAKER_SAID_MIN,
    NameGroups,
    NameSet,
    is_sure,
)
from cuegraph.engine.passes.names import LABEL, SAID, SURE, WEAK, best_surface, read_counts
from cuegraph.protocols import View
from cuegraph.schema.extraction import MentionKind
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
    owner_id,
    sides,
)
from cuegraph.schema.ids import content_id
from cuegraph.schema.log import Message
from cuegraph.schema.text import name_form


def entity_id(namespace: str, form: str) -> str:
    """The id of the entity whose first name form is this."""
    return content_id(namespace, "entity", form)


class Entities:
    """Entity nodes with the label that most mentions vote for, NAMES from each of their names."""

    name = "entities"
    version = 1
    reads: frozenset[Kind] = frozenset(
        {Label.NAME, RecordKind.ACT, EdgeType.MENTIONS, EdgeType.SAID_BY}
    )
    writes: frozenset[Kind] = frozenset(
        {
            Label.ENTITY,
            Label.PERSON,
            Label.PLACE,
            Label.ORGANIZATION,
            Label.ARTIFACT,
            EdgeType.NAMES,
        }
    )

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace

    def keys(self, view: View, messages: Iterable[Message]) -> set[Key]:
        speakers = [name_form(m.speaker) for m in messages]
        (names,) = view.nodes_between(Label.NAME, [("", "\U0010ffff")])
        return {(h,) for h in NameGroups(view).reachable([*speakers, *(n.rank for n in names)])}

    def touched(self, changes: GraphDelta, view: View) -> set[Key]:
        forms = {row.rank for row in sides(changes.nodes) if row.label is Label.NAME}
        forms |= {str(row.properties["form"]) for row in sides(changes.edges) if _is_use(row)}
        forms |= {form for act in sides(changes.acts) for form in (act.left, act.right)}
        return {(h,) for h in NameGroups(view).reachable(forms)}

    def derive(self, keys: Sequence[Key], view: View) -> dict[Key, Rows]:
        groups = NameGroups(view)
        heads = groups.reachable([h for (h,) in keys])
        found = groups.sets_at(heads)
        sets = [s for (h,) in keys for s in found.get(h, ()) if any(map(is_sure, s.names))]
        ids = [name.id for s in sets for name in s.names]
        uses = {
            type_: view.edge_extremes(ids, type_) for type_ in (EdgeType.MENTIONS, EdgeType.SAID_BY)
        }
        rows: dict[Key, Rows] = {}
        for (h,) in keys:
            owner = owner_id(self._namespace, self.name, (h,))
            nodes: list[Node] = []
            edges: list[Edge] = []
            for names in found.get(h, ()):
                if any(map(is_sure, names.names)):
                    ends = [
                        edge
                        for name in names.names
                        for by_name in uses.values()
                        for edge in by_name.get(name.id, ())
                    ]
                    entity = self._entity(names, ends, owner)
                    nodes.append(entity)
                    edges += [self._names(name, names, entity) for name in names.names]
            rows[(h,)] = Rows(tuple(nodes), tuple(edges))
        return rows

    def _entity(self, names: NameSet, ends: list[Edge], owner: str) -> Node:
        """`ends` are the first and last uses of each name."""
        counts = [read_counts(name) for name in names.names]
        total = {key: sum(c.get(key, 0) for c in counts) for key in sorted(set().union(*counts))}
        anchor = min(
            zip(names.names, counts, strict=True),
            key=lambda pair: (not pair[1].get(SAID, 0), pair[0].rank),
        )[0]
        times = sorted(t for t in (edge.rank.partition("\x1f")[0] for edge in ends) if t != "~")
        properties: dict[str, Value] = {
            "name": best_surface(total) or anchor.rank,
            "aliases": sorted({best_surface(c) for c in counts}),
            "mentionCount": total.get(SURE, 0) + total.get(WEAK, 0),
            "saidCount": total.get(SAID, 0),
        }
        if times:
            properties |= {"firstSeen": times[0], "lastSeen": times[-1]}
        return Node(
            id=entity_id(self._namespace, anchor.rank),
            label=_label(total),
            owner=owner,
            pass_name=self.name,
            properties=properties,
            rank=anchor.rank,
        )

    def _names(self, name: Node, names: NameSet, entity: Node) -> Edge:
        return Edge(
            id=edge_id(self._namespace, EdgeType.NAMES, name.id, entity.id),
            type=EdgeType.NAMES,
            source=name.id,
            target=entity.id,
            owner=entity.owner,
            pass_name=self.name,
            rule=names.rules[name.rank],
            properties={},
        )


def _label(total: dict[str, int]) -> Label:
    """The label with most votes; who speaks more than once is a person; ties go to the first by name."""
    votes = {key.removeprefix(LABEL): n for key, n in total.items() if key.startswith(LABEL)}
    said = total.get(SAID, 0)
    if said >= SPEAKER_SAID_MIN:
        votes[Label.PERSON] = votes.get(Label.PERSON, 0) + said
    return Label(min(votes, key=lambda label: (-votes[label], label))) if votes else Label.ENTITY


def _is_use(edge: Edge) -> bool:
    if edge.type is EdgeType.SAID_BY:
        return True
    return edge.type is EdgeType.MENTIONS and edge.properties["kind"] == MentionKind.NAME
