"""A view that refuses what a pass has not declared to read: the contract that makes keys and layers trustworthy."""

from collections.abc import Collection, Sequence
from typing import Any

from cuegraph.errors import InvariantError
from cuegraph.protocols import Selector, SessionSpan, View
from cuegraph.schema.graph import (
    Edge,
    EdgeType,
    Kind,
    Label,
    Memo,
    MemoKind,
    Node,
    RecordKind,
    Rows,
)
from cuegraph.schema.log import Act, Message


class CheckedView:
    """Passes reads of declared kinds on to `view`; raises InvariantError for any other."""

    def __init__(self, view: View, pass_name: str, reads: frozenset[Kind]) -> None:
        self._view = view
        self._pass_name = pass_name
        self._reads = reads

    @property
    def namespace(self) -> str:
        return self._view.namespace

    def messages(self, ids: Collection[str]) -> dict[str, Message]:
        return self._declared(RecordKind.MESSAGE).messages(ids)

    def acts(self) -> list[Act]:
        return self._declared(RecordKind.ACT).acts()

    def select(self, selector: Selector) -> list[str]:
        return self._declared(RecordKind.MESSAGE).select(selector)

    def before(
        self, places: Collection[tuple[str, str]], count: int
    ) -> dict[tuple[str, str], list[Message]]:
        return self._declared(RecordKind.MESSAGE).before(places, count)

    def after(
        self, places: Collection[tuple[str, str]], count: int
    ) -> dict[tuple[str, str], list[Message]]:
        return self._declared(RecordKind.MESSAGE).after(places, count)

    def sessions(self, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], SessionSpan]:
        return self._declared(RecordKind.MESSAGE).sessions(keys)

    def conversations(self, names: Collection[str]) -> dict[str, tuple[Message, Message]]:
        return self._declared(RecordKind.MESSAGE).conversations(names)

    def memos(self, kind: MemoKind, keys: Collection[str]) -> dict[str, Memo]:
        return self._declared(kind).memos(kind, keys)

    def memo_counts(
        self, kind: MemoKind, ranges: Sequence[tuple[str, str]], limit: int
    ) -> list[int]:
        return self._declared(kind).memo_counts(kind, ranges, limit)

    def memos_between(self, kind: MemoKind, ranges: Sequence[tuple[str, str]]) -> list[list[Memo]]:
        return self._declared(kind).memos_between(kind, ranges)

    def nodes(self, ids: Collection[str]) -> dict[str, Node]:
        found = self._view.nodes(ids)
        for node in found.values():
            self._declared(node.label)
        return found

    def nodes_between(self, label: Label, ranges: Sequence[tuple[str, str]]) -> list[list[Node]]:
        return self._declared(label).nodes_between(label, ranges)

    def edges(self, ids: Collection[str]) -> dict[str, Edge]:
        found = self._view.edges(ids)
        for edge in found.values():
            self._declared(edge.type)
        return found

    def edges_from(self, sources: Collection[str], type_: EdgeType) -> dict[str, list[Edge]]:
        return self._declared(type_).edges_from(sources, type_)

    def edges_to(self, targets: Collection[str], type_: EdgeType) -> dict[str, list[Edge]]:
        return self._declared(type_).edges_to(targets, type_)

    def first_edges_from(
        self, sources: Collection[str], type_: EdgeType, count: int
    ) -> dict[str, list[Edge]]:
        return self._declared(type_).first_edges_from(sources, type_, count)

    def first_edges_to(
        self, targets: Collection[str], type_: EdgeType, count: int
    ) -> dict[str, list[Edge]]:
        return self._declared(type_).first_edges_to(targets, type_, count)

    def edge_extremes(
        self, targets: Collection[str], type_: EdgeType
    ) -> dict[str, tuple[Edge, Edge]]:
        return self._declared(type_).edge_extremes(targets, type_)

    def edges_around(
        self, type_: EdgeType, places: Collection[tuple[str, str]]
    ) -> dict[tuple[str, str], tuple[Edge | None, Edge | None]]:
        return self._declared(type_).edges_around(type_, places)

    def owned(self, owners: Collection[str]) -> dict[str, Rows]:
        raise InvariantError(
            f"pass {self._pass_name} reads what it wrote: that is the engine's part"
        )

    def _declared(self, kind: Kind) -> Any:
        if kind not in self._reads:
            raise InvariantError(f"pass {self._pass_name} reads {kind}, which it has not declared")
        return self._view
