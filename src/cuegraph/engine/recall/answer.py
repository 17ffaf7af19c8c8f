"""From scored places to hits: names, texts, citations, and the path by which activation came."""

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cuegraph.engine.index.namespace_index import TYPES, NamespaceIndex
from cuegraph.engine.recall.spread import Spread, look_up
from cuegraph.protocols import Store, View
from cuegraph.schema.graph import Edge, EdgeType, Label, Node
from cuegraph.schema.log import Message
from cuegraph.schema.recall import Citation, Cue, Hit, PathStep, Recall
from cuegraph.schema.text import shorten

NAME_CHARACTERS_MAX: Final = 80
CITATIONS_MAX: Final = 3
DIGITS: Final = 6


class Answerer:
    """Fetches what hits show; a bounded number of store calls, whatever the number of hits."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def answer(
        self,
        index: NamespaceIndex,
        cue: Cue,
        confidence: float,
        places: NDArray[np.int64],
        parts: Mapping[str, NDArray[np.float64]],
        flow: Spread,
    ) -> Recall:
        """`places` are the hits in order, `parts` their contributions."""
        paths = [path_to(index, place, flow) for place in places.tolist()]
        wanted = {p for path in paths for p, _, _ in path} | set(places.tolist())
        ids = sorted(index.ids[place] for place in wanted)
        with self._store.view(index.namespace) as view:
            messages = view.messages(ids)
            nodes = view.nodes([id_ for id_ in ids if id_ not in messages])
            hit_ids = [index.ids[place] for place in places.tolist()]
            cited = _citations(hit_ids, messages, nodes, view)
        hits: list[Hit] = []
        for i, (id_, path) in enumerate(zip(hit_ids, paths, strict=True)):
            shown = messages.get(id_) or nodes.get(id_)
            if shown is None:  # removed by another process since the index was read
                continue
            contributions = {
                name: round(float(part[i]), DIGITS)
                for name, part in sorted(parts.items())
                if part[i]
            }
            hits.append(
                Hit(
                    id=id_,
                    kind=kind_of(shown),
                    name=name_of(shown),
                    text=text_of(shown),
                    score=round(sum(contributions.values()), DIGITS),
                    contributions=contributions,
                    path=tuple(
                        _step(index, place, via, level, messages, nodes)
                        for place, via, level in path
                    ),
                    citations=tuple(cited.get(id_, ())),
                )
            )
        return Recall(cue.text, tuple(hits), confidence, system=1)


def path_to(
    index: NamespaceIndex, place: int, flow: Spread
) -> list[tuple[int, EdgeType | None, float]]:
    """The strongest way to the place, seed first: (place, edge type into it, activation that came by it).

    A place that nothing reached is its own seed. No place is passed twice. Cost O(fan of the nodes on the way).
    """
    levels = [hop.level(place) for hop in flow.hops]
    hops = sorted(range(1, len(levels)), key=lambda h: (-levels[h], h))
    for hop in hops:
        way = _way(index, place, hop, flow) if levels[hop] else None
        if way:
            return way
    return [(place, None, round(levels[0], DIGITS) if levels else 0.0)]


def _way(
    index: NamespaceIndex, place: int, hop: int, flow: Spread
) -> list[tuple[int, EdgeType | None, float]] | None:
    steps: list[tuple[int, EdgeType | None, float]] = []
    while hop:
        row = index.graph.row(place)
        targets = row.targets.astype(np.int64)
        before = flow.hops[hop - 1]
        sent = look_up(before.places, before.sent, targets)
        came = sent * row.weights / np.maximum(index.graph.totals[targets], 1e-12)
        came[np.isin(targets, [place, *(p for p, _, _ in steps)])] = 0
        if not came.any():
            return None
        ties = np.flatnonzero(came >= came.max() * (1 - 1e-9))
        best = min(ties.tolist(), key=lambda i: (index.ids[targets[i]], int(row.types[i])))
        level = round(flow.hops[hop].level(place), DIGITS)
        steps.append((place, TYPES[row.types[best]], level))
        place, hop = int(targets[best]), hop - 1
    steps.append((place, None, round(flow.hops[0].level(place), DIGITS)))
    return steps[::-1]


def kind_of(shown: Node | Message) -> Label:
    """What it is."""
    return shown.label if isinstance(shown, Node) else Label.MESSAGE


def name_of(shown: Node | Message) -> str:
    """Its caption."""
    if isinstance(shown, Node):
        return str(shown.properties["name"])
    return shorten(f"{shown.speaker}: {shown.text}", NAME_CHARACTERS_MAX)


def text_of(shown: Node | Message) -> str:
    """Its words: a message verbatim, an event's or gist's own text, else the name."""
    if isinstance(shown, Message):
        return shown.text
    return str(shown.properties.get("gist") or shown.properties.get("text") or name_of(shown))


def _step(
    index: NamespaceIndex,
    place: int,
    via: EdgeType | None,
    level: float,
    messages: Mapping[str, Message],
    nodes: Mapping[str, Node],
) -> PathStep:
    id_ = index.ids[place]
    shown = messages.get(id_) or nodes.get(id_)
    return PathStep(
        id=id_,
        kind=index.label(place),
        name=name_of(shown) if shown else "",
        via=via,
        activation=level,
    )


def _citations(
    ids: list[str], messages: Mapping[str, Message], nodes: Mapping[str, Node], view: View
) -> dict[str, list[Citation]]:
    """A message cites itself; an event or gist the spans it is derived from; an entity where it is mentioned."""
    cited = {id_: [_cite(messages[id_], 0, None)] for id_ in ids if id_ in messages}
    others = [id_ for id_ in ids if id_ in nodes]
    spans: dict[str, list[Edge]] = view.first_edges_from(
        others, EdgeType.DERIVED_FROM, CITATIONS_MAX
    )
    names = view.first_edges_to(others, EdgeType.NAMES, CITATIONS_MAX)
    forms = sorted({edge.source for edges in names.values() for edge in edges} | set(others))
    uses: dict[str, list[Edge]] = {id_: [] for id_ in forms}
    for type_ in (EdgeType.MENTIONS, EdgeType.SAID_BY):
        for id_, edges in view.first_edges_to(forms, type_, CITATIONS_MAX).items():
            uses[id_] += edges
    found: dict[str, list[tuple[str, Edge]]] = {}
    for id_ in others:
        by_name = [e for edge in names.get(id_, ()) for e in uses[edge.source]]
        found[id_] = [(edge.target, edge) for edge in spans.get(id_, ())]
        found[id_] += [(edge.source, edge) for edge in (*uses[id_], *by_name)]
        found[id_] = found[id_][:CITATIONS_MAX]
    quoted = view.messages({message for pairs in found.values() for message, _ in pairs})
    for id_, pairs in found.items():
        cited[id_] = [
            _cite(
                quoted[message],
                int(str(edge.properties.get("start", 0))),
                int(str(edge.properties["end"])) if "end" in edge.properties else None,
            )
            for message, edge in pairs
            if message in quoted
        ]
    return cited


def _cite(message: Message, start: int, end: int | None) -> Citation:
    return Citation(
        message_id=message.id,
        external_id=message.external_id,
        conversation=message.conversation,
        start=start,
        end=len(message.text) if end is None else end,
    )
