"""The canonical dump: the log and all that is derived from it, as sorted JSON lines. Equal stores give equal bytes."""

import base64
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Final, NamedTuple

from cuegraph.protocols import Store
from cuegraph.schema.graph import Edge, Memo, MemoKind, Node
from cuegraph.schema.ids import canonical_json

FORMAT: Final = 1


class Row(NamedTuple):
    """One line of the dump, and its place in the order of lines: the kind's number, then the keys within the kind."""

    place: tuple[int, str, str]
    line: str


def dump(store: Store, namespace: str) -> Iterator[str]:
    """Lines without line ends: a head, then acts, messages, memos, nodes and edges, each kind by id."""
    return (row.line for row in dumped(store, namespace))


def dumped(store: Store, namespace: str) -> Iterator[Row]:
    """The dump with the place of each line, in order of places."""
    head = {"format": FORMAT, "namespace": namespace, **store.stamp(namespace)}
    yield Row((0, "", ""), _line("cuegraph", head))
    with store.view(namespace) as view:
        acts = view.acts()
    for act in acts:
        yield Row((1, act.id, ""), _line("act", asdict(act)))
    for message in store.scan_messages(namespace):
        yield Row((2, message.id, ""), _line("message", asdict(message)))
    for memo in store.scan_memos(namespace):
        yield Row((3, memo.kind, memo.key), _line("memo", memo_fields(memo)))
    for node in store.scan_nodes(namespace):
        yield Row((4, node.id, ""), _line("node", node_fields(node)))
    for edge in store.scan_edges(namespace):
        yield Row((5, edge.id, ""), _line("edge", edge_fields(edge)))


def memo_fields(memo: Memo) -> dict[str, Any]:
    """The memo as JSON; an extraction as its own JSON text, a vector in base64."""
    is_text = memo.kind is MemoKind.EXTRACTION
    value = memo.value.decode() if is_text else base64.b64encode(memo.value).decode()
    return {"kind": memo.kind, "key": memo.key, "rank": memo.rank, "value": value}


def node_fields(node: Node) -> dict[str, Any]:
    """The node as JSON."""
    return {
        "id": node.id,
        "label": node.label,
        "owner": node.owner,
        "pass": node.pass_name,
        "rank": node.rank,
        "properties": node.properties,
    }


def edge_fields(edge: Edge) -> dict[str, Any]:
    """The edge as JSON."""
    return {
        "id": edge.id,
        "type": edge.type,
        "source": edge.source,
        "target": edge.target,
        "owner": edge.owner,
        "pass": edge.pass_name,
        "rule": edge.rule,
        "rank": edge.rank,
        "properties": edge.properties,
    }


def _line(kind: str, fields: dict[str, Any]) -> str:
    return canonical_json({kind: fields})
