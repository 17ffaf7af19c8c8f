"""Rows of the SQLite store <-> the schema's values."""

import json
from collections.abc import Sequence
from typing import Any, TypeAlias

from cuegraph.schema.graph import Edge, EdgeType, Label, Memo, MemoKind, Node
from cuegraph.schema.ids import canonical_json
from cuegraph.schema.log import Act, ActKind, Message

Row: TypeAlias = Sequence[Any]


def message_row(ns: int, m: Message) -> Row:
    """The columns of table messages."""
    return (
        ns,
        bytes.fromhex(m.id),
        m.conversation,
        m.session,
        m.external_id,
        m.speaker,
        m.role,
        m.text,
        m.sent_at,
        m.recorded_at,
        m.ordinal,
        m.metadata,
        m.order,
    )


def read_message(row: Row) -> Message:
    """The message of columns MESSAGE."""
    return Message(row[0].hex(), *row[1:])


def act_row(ns: int, act: Act) -> Row:
    """The columns of table acts."""
    return (ns, bytes.fromhex(act.id), act.kind.value, act.left, act.right, act.recorded_at)


def read_act(row: Row) -> Act:
    """The act of a row of SELECT_ACTS."""
    return Act(row[0].hex(), ActKind(row[1]), row[2], row[3], row[4])


def memo_row(ns: int, memo: Memo) -> Row:
    """The columns of table memos."""
    return (ns, memo.kind.value, bytes.fromhex(memo.key), memo.rank, memo.value)


def read_memo(row: Row) -> Memo:
    """The memo of columns MEMO."""
    return Memo(MemoKind(row[0]), row[1].hex(), row[2], row[3])


def node_row(ns: int, node: Node) -> Row:
    """The columns of table nodes."""
    return (
        ns,
        bytes.fromhex(node.id),
        node.label.value,
        bytes.fromhex(node.owner),
        node.pass_name,
        node.rank,
        canonical_json(node.properties),
    )


def read_node(row: Row) -> Node:
    """The node of columns NODE."""
    return Node(row[0].hex(), Label(row[1]), row[2].hex(), row[3], json.loads(row[4]), row[5])


def edge_row(ns: int, edge: Edge) -> Row:
    """The columns of table edges."""
    return (
        ns,
        bytes.fromhex(edge.id),
        edge.type.value,
        bytes.fromhex(edge.source),
        bytes.fromhex(edge.target),
        bytes.fromhex(edge.owner),
        edge.pass_name,
        edge.rule,
        edge.rank,
        canonical_json(edge.properties),
    )


def read_edge(row: Row) -> Edge:
    """The edge of columns EDGE."""
    return Edge(
        row[0].hex(),
        EdgeType(row[1]),
        row[2].hex(),
        row[3].hex(),
        row[4].hex(),
        row[5],
        row[6],
        json.loads(row[7]),
        row[8],
    )
