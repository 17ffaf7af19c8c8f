"""Names and topics: how often, by whom and in which spellings each form was used. Integer sums over the mentions.

key: (kind, form) · source: mentions · the sums stand in the node's `counts`, each "counter=amount"
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from cuegraph.engine.passes.mentions import name_id, topic_id
from cuegraph.protocols import View
from cuegraph.schema.extraction import MentionKind
from cuegraph.schema.graph import EdgeType, Key, Kind, Label, Node, Rows, owner_id
from cuegraph.schema.text import shorten

SAID: Final = "said"
SURE: Final = "sure"
WEAK: Final = "weak"
LABEL: Final = "label:"
SURFACE: Final = "surface:"
SURFACE_CHARACTERS_MAX: Final = 80


class Names:
    """Nodes Name and Topic, with their counts."""

    name = "names"
    version = 1
    source = "mentions"
    reads: frozenset[Kind] = frozenset({EdgeType.MENTIONS, EdgeType.SAID_BY})
    writes: frozenset[Kind] = frozenset({Label.NAME, Label.TOPIC})

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace

    def contributions(self, rows: Rows) -> Iterable[tuple[Key, str, int]]:
        for edge in rows.edges:
            properties = edge.properties
            form, surface = str(properties["form"]), str(properties["surface"])
            if edge.type is EdgeType.SAID_BY:
                key: Key = (MentionKind.NAME.value, form)
                yield key, SAID, 1
            else:
                key = (str(properties["kind"]), form)
                yield key, WEAK if properties["weak"] else SURE, 1
                for label in string_list(properties["labels"]):
                    yield key, LABEL + label, 1
            yield key, SURFACE + surface[:SURFACE_CHARACTERS_MAX], 1

    def totals(self, keys: Sequence[Key], view: View) -> dict[Key, dict[str, int]]:
        ids = {self._id(key): key for key in keys}
        return {ids[node.id]: read_counts(node) for node in view.nodes(list(ids)).values()}

    def derive(self, totals: Mapping[Key, Mapping[str, int]], view: View) -> dict[Key, Rows]:
        return {key: Rows(nodes=(self._node(key, sums),)) for key, sums in totals.items() if sums}

    def _id(self, key: Key) -> str:
        kind, form = key
        return (topic_id if kind == MentionKind.TOPIC else name_id)(self._namespace, form)

    def _node(self, key: Key, sums: Mapping[str, int]) -> Node:
        kind, form = key
        is_topic = kind == MentionKind.TOPIC
        return Node(
            id=self._id(key),
            label=Label.TOPIC if is_topic else Label.NAME,
            owner=owner_id(self._namespace, self.name, key),
            pass_name=self.name,
            properties={
                "name": form if is_topic else shorten(best_surface(sums), 60) or form,
                "mentionCount": sums.get(SURE, 0) + sums.get(WEAK, 0),
                "counts": [f"{counter}={amount}" for counter, amount in sorted(sums.items())],
            },
            rank=form,
        )


def read_counts(node: Node) -> dict[str, int]:
    """The sums that a Name or Topic node holds."""
    pairs = (item.rpartition("=") for item in string_list(node.properties["counts"]))
    return {counter: int(amount) for counter, _, amount in pairs}


def best_surface(sums: Mapping[str, int]) -> str:
    """The spelling used most; ties go to the first in code point order (capitals first)."""
    surfaces = (
        (-n, key.removeprefix(SURFACE)) for key, n in sums.items() if key.startswith(SURFACE)
    )
    return min(surfaces, default=(0, ""))[1]


def string_list(value: object) -> list[str]:
    """The property as a list of strings."""
    return [str(item) for item in value] if isinstance(value, list) else []
