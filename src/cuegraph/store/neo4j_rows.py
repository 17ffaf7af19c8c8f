"""Rows of the Neo4j store <-> the schema's values.

Properties go in under their own names, beside columns of ours. A pass that names a property like a
column is refused, so no name needs a prefix, and the graph reads well in Neo4j Browser.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from cuegraph.errors import InvariantError
from cuegraph.schema.graph import (
    ENTITY_LABELS,
    Edge,
    EdgeType,
    Label,
    Memo,
    MemoKind,
    Node,
    Properties,
)
from cuegraph.schema.log import Act, ActKind, Message
from cuegraph.schema.text import shorten

Row: TypeAlias = dict[str, Any]

NODE_COLUMNS: Final = frozenset({"id", "namespace", "owner", "pass", "rank"})
EDGE_COLUMNS: Final = NODE_COLUMNS | {"source", "target", "rule"}
CAPTION_CHARACTERS: Final = 60
_MISORDERED: Final = re.compile("[\ud7ff\ue000-\U0010ffff]")
_ESCAPED: Final = re.compile("\ud7ff([0-9a-f]{6})")
LABELS: Final[Mapping[Label, list[str]]] = {
    label: sorted({Label.ENTITY.value, label.value} if label in ENTITY_LABELS else {label.value})
    for label in Label
}
_LABEL_OF: Final = {frozenset(names): label for label, names in LABELS.items()}
_NAMES: Final = frozenset(label.value for label in Label)  # others are `Memory` and what users add


def sortable(text: str) -> str:
    """The text in a form that sorts by code point in Neo4j too.

    Its indexes compare UTF-8, but its transactions and the bounds of its ranges UTF-16, where an
    emoji lies below U+E000. So what lies from there on is written as U+D7FF, the last character
    that both agree on and no script uses, and six hex digits.
    """
    if text.isascii():
        return text
    return _MISORDERED.sub(lambda found: f"\ud7ff{ord(found[0]):06x}", text)


def unsorted(text: str) -> str:
    """The text whose `sortable` form this is."""
    if text.isascii():
        return text
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def message_row(namespace: str, m: Message) -> Row:
    """The properties of a message's node."""
    return {
        "id": m.id,
        "namespace": namespace,
        "name": shorten(f"{m.speaker}: {m.text[: 4 * CAPTION_CHARACTERS]}", CAPTION_CHARACTERS),
        "conversation": m.conversation,
        "session": m.session,
        "externalId": m.external_id,
        "speaker": m.speaker,
        "role": m.role,
        "text": m.text,
        "sentAt": m.sent_at,
        "recordedAt": m.recorded_at,
        "ordinal": m.ordinal,
        "metadata": m.metadata,
        "place": sortable(m.order),
    }


def read_message(row: Sequence[Any]) -> Message:
    """The message of a `row` list."""
    return Message(*row)


def act_row(namespace: str, act: Act) -> Row:
    """The properties of an act's node."""
    return {
        "id": act.id,
        "namespace": namespace,
        "kind": act.kind.value,
        "left": act.left,
        "right": act.right,
        "recordedAt": act.recorded_at,
    }


def read_act(row: Sequence[Any]) -> Act:
    """The act of a `row` list."""
    return Act(row[0], ActKind(row[1]), *row[2:])


def memo_row(memo: Memo) -> Row:
    """The properties of a memo's node."""
    return {
        "kind": memo.kind.value,
        "key": memo.key,
        "rank": sortable(memo.rank),
        "value": memo.value,
    }


def read_memo(row: Sequence[Any]) -> Memo:
    """The memo of a `row` list."""
    return Memo(MemoKind(row[0]), row[1], bytes(row[2]), unsorted(row[3]))


def node_row(namespace: str, node: Node) -> Row:
    """Labels and properties of a node."""
    columns = {
        "id": node.id,
        "namespace": namespace,
        "owner": node.owner,
        "pass": node.pass_name,
        "rank": sortable(node.rank),
    }
    return {
        "labels": LABELS[node.label],
        "properties": _beside(columns, node.properties, node.pass_name),
    }


def read_node(labels: Sequence[str], row: Row) -> Node:
    """The node of its labels and properties."""
    return Node(
        id=row["id"],
        label=_LABEL_OF[_NAMES.intersection(labels)],
        owner=row["owner"],
        pass_name=row["pass"],
        properties={name: value for name, value in row.items() if name not in NODE_COLUMNS},
        rank=unsorted(row["rank"]),
    )


def edge_row(namespace: str, edge: Edge) -> Row:
    """Type and properties of an edge."""
    columns = {
        "id": edge.id,
        "namespace": namespace,
        "source": edge.source,
        "target": edge.target,
        "owner": edge.owner,
        "pass": edge.pass_name,
        "rule": edge.rule,
        "rank": sortable(edge.rank),
    }
    return {
        "type": edge.type.value,
        "properties": _beside(columns, edge.properties, edge.pass_name),
    }


def edge_place(edge: Edge) -> Row:
    """Where an edge is found: the columns of the index on its target."""
    return {
        "type": edge.type.value,
        "target": edge.target,
        "rank": sortable(edge.rank),
        "id": edge.id,
    }


def read_edge(type_: str, row: Row) -> Edge:
    """The edge of its type and properties."""
    return Edge(
        id=row["id"],
        type=EdgeType(type_),
        source=row["source"],
        target=row["target"],
        owner=row["owner"],
        pass_name=row["pass"],
        rule=row["rule"],
        properties={name: value for name, value in row.items() if name not in EDGE_COLUMNS},
        rank=unsorted(row["rank"]),
    )


def _beside(columns: dict[str, str], properties: Properties, pass_name: str) -> Row:
    row = {**properties, **columns}
    if len(row) != len(properties) + len(columns):
        taken = sorted(properties.keys() & columns.keys())
        raise InvariantError(
            f"pass {pass_name} gives a property the name of a column: {', '.join(taken)}",
            hint="Name the property otherwise.",
        )
    return row
