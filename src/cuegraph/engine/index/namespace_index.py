"""One namespace in memory, for recall: built from the store, kept in step by the deltas written to it."""

import datetime as dt
import threading
from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cuegraph.engine.index.adjacency import Adjacency
from cuegraph.engine.index.vectors import Vectors
from cuegraph.engine.index.words import Words
from cuegraph.protocols import Store
from cuegraph.schema.graph import (
    Edge,
    EdgeType,
    GraphDelta,
    Label,
    Memo,
    MemoKind,
    Node,
    log_revision,
)
from cuegraph.schema.log import Message
from cuegraph.schema.settings import EDGE_WEIGHTS
from cuegraph.schema.text import name_form

LABELS: Final = tuple(Label)
TYPES: Final = tuple(EdgeType)
TYPE_CODE: Final = {type_: code for code, type_ in enumerate(TYPES)}
INDEXES_MAX: Final = 32  # namespaces held at once; the coldest goes first
PATCH_EDGES_MAX: Final = 5_000  # a larger delta is cheaper to read anew
PATCHED_SHARE_MAX: Final = 0.05
TIMELESS: Final = float("nan")


NOBODY: Final = -1
FREE: Final = -1  # label code of a place that holds nothing


class Codes:
    """Numbers for names, so that filters are one comparison over an array."""

    def __init__(self) -> None:
        self._code_of: dict[str, int] = {}

    def code(self, name: str) -> int:
        """The name's number, a new one at first sight."""
        return self._code_of.setdefault(name, len(self._code_of))

    def known(self, names: Iterable[str]) -> list[int]:
        """Numbers of the names that have one."""
        return [self._code_of[name] for name in names if name in self._code_of]


class NamespaceIndex:
    """Places 0..size-1 of nodes and messages, with all that recall scores by. Use it under `lock`."""

    def __init__(self, store: Store, namespace: str) -> None:
        self.namespace = namespace
        self.lock = threading.RLock()
        self.revision = store.revision(namespace)
        self._build(store)

    @property
    def size(self) -> int:
        """How many places there are, free ones included."""
        return len(self.ids)

    def follow(self, delta: GraphDelta, revision: int) -> bool:
        """Apply a committed delta; False where the index must be built anew instead.

        Equal to an index built from the store after it: tested.
        """
        if revision != log_revision(self.revision, delta) or self._is_large(delta):
            return False
        self._drop_rows(delta)
        self._add_rows(delta)
        arcs = [(c.before, c.after) for c in delta.edges]
        self.graph.grow(self.size)
        self.graph.change(
            [self._arc(before) for before, _ in arcs if before],
            [self._arc(after) for _, after in arcs if after],
        )
        for change in delta.nodes:
            if change.after is None and change.before:
                self._free(change.before.id)
        for change in delta.messages:
            if change.after is None and change.before:
                self._free(change.before.id)
        self.revision = revision
        return True

    def label(self, place: int) -> Label:
        """What the node at the place is."""
        return LABELS[self.labels[place]]

    def are(self, *labels: Label) -> NDArray[np.bool_]:
        """(size,) which places hold a node of one of the labels."""
        held = self.labels[: self.size]
        found = np.zeros(self.size, bool)
        for label in labels:
            found |= held == LABELS.index(label)
        return found

    def _build(self, store: Store) -> None:
        arrays = store.graph_arrays(self.namespace)
        self.ids: list[str] = arrays.ids
        self.place_of = {id_: place for place, id_ in enumerate(self.ids)}
        codes = {label: code for code, label in enumerate(LABELS)}
        self.labels = np.array([codes[label] for label in arrays.labels], np.int8)
        by_type = np.array([EDGE_WEIGHTS.get(type_, 0.0) for type_ in TYPES], np.float32)
        weights = arrays.weights * by_type[arrays.types]
        self.graph = Adjacency(self.size, arrays.sources, arrays.targets, weights, arrays.types)
        self.sent: NDArray[np.float64] = np.full(self.size, np.nan)
        self.valid: NDArray[np.float64] = np.full((self.size, 2), np.nan)
        self.speaker = np.full(self.size, NOBODY, np.int32)
        self.conversation = np.full(self.size, NOBODY, np.int32)
        self.speakers, self.conversations = Codes(), Codes()
        self.forms: dict[str, list[int]] = {}
        self.spoken: dict[str, dict[str, int]] = {}  # name form -> speakers, messages counted
        self.first_words: dict[str, set[str]] = {}  # first word -> spoken forms of more words
        self.words = Words()
        self._spare: list[int] = []
        for message in store.scan_messages(self.namespace):
            self._set_message(message)
        for node in store.scan_nodes(self.namespace):
            self._set_node(node)
        places: list[int] = []
        values: list[bytes] = []
        for memo in store.scan_memos(self.namespace):
            if memo.kind is MemoKind.VECTOR and memo.key in self.place_of:
                places.append(self.place_of[memo.key])
                values.append(memo.value)
        dim = len(values[0]) if values else 64
        self.vectors = Vectors(dim)
        if values:
            rows = np.frombuffer(b"".join(values), np.int8).reshape(len(values), dim)
            self.vectors.fill(places, rows.copy())

    def _is_large(self, delta: GraphDelta) -> bool:
        busy = self.graph.patched > PATCHED_SHARE_MAX * max(self.size, 1000)
        return busy or len(delta.edges) > PATCH_EDGES_MAX

    def _drop_rows(self, delta: GraphDelta) -> None:
        for change in delta.memos:
            if change.before and change.before.kind is MemoKind.VECTOR:
                self.vectors.remove(self.place_of[change.before.key])
        for change in delta.messages:
            if change.before:
                self._unset_message(change.before)
        for change in delta.nodes:
            if change.before:
                self._unset_node(change.before)

    def _add_rows(self, delta: GraphDelta) -> None:
        for change in delta.messages:
            if change.after:
                self._room(change.after.id, Label.MESSAGE)
                self._set_message(change.after)
        for change in delta.nodes:
            if change.after:
                self._room(change.after.id, change.after.label)
                self._set_node(change.after)
        for change in delta.memos:
            if change.after and change.after.kind is MemoKind.VECTOR:
                self._set_vector(change.after)

    def _set_vector(self, memo: Memo) -> None:
        row = np.frombuffer(memo.value, np.int8)
        if not len(self.vectors):
            self.vectors = Vectors(len(row))
        self.vectors.add(self.place_of[memo.key], row)

    def _set_message(self, message: Message) -> None:
        place = self.place_of[message.id]
        self.words.add(place, indexed_text(message))
        self.sent[place] = seconds(message.sent_at)
        self.speaker[place] = self.speakers.code(message.speaker)
        self.conversation[place] = self.conversations.code(message.conversation)
        form = name_form(message.speaker)
        counts = self.spoken.setdefault(form, {})
        counts[message.speaker] = counts.get(message.speaker, 0) + 1
        first, _, more = form.partition(" ")
        if more:
            self.first_words.setdefault(first, set()).add(form)

    def _unset_message(self, message: Message) -> None:
        place = self.place_of[message.id]
        self.words.remove(place, indexed_text(message))
        self.sent[place] = np.nan
        self.speaker[place] = self.conversation[place] = NOBODY
        form = name_form(message.speaker)
        counts = self.spoken[form]
        counts[message.speaker] -= 1
        if not counts[message.speaker]:
            del counts[message.speaker]
        if not counts:
            del self.spoken[form]
            self.first_words.get(form.partition(" ")[0], set()).discard(form)

    def _set_node(self, node: Node) -> None:
        place = self.place_of[node.id]
        if node.label in (Label.NAME, Label.TOPIC):
            self.forms.setdefault(node.rank, []).append(place)
        if node.label is Label.EVENT and "validFrom" in node.properties:
            self.valid[place] = [
                seconds(str(node.properties["validFrom"])),
                seconds(str(node.properties["validTo"])),
            ]

    def _unset_node(self, node: Node) -> None:
        place = self.place_of[node.id]
        if node.label in (Label.NAME, Label.TOPIC):
            self.forms[node.rank].remove(place)
            if not self.forms[node.rank]:
                del self.forms[node.rank]
        self.valid[place] = np.nan

    def _room(self, id_: str, label: Label) -> None:
        """A place for the id: a spare one, or a new one at the end."""
        if id_ not in self.place_of:
            if self._spare:
                place = self._spare.pop()
                self.ids[place] = id_
            else:
                place = len(self.ids)
                self.ids.append(id_)
                if place == len(self.labels):
                    self._grow()
            self.place_of[id_] = place
        self.labels[self.place_of[id_]] = LABELS.index(label)

    def _grow(self) -> None:
        more = max(256, len(self.labels) // 8)
        self.labels = np.concatenate([self.labels, np.full(more, FREE, np.int8)])
        self.sent = np.concatenate([self.sent, np.full(more, np.nan)])
        self.valid = np.concatenate([self.valid, np.full((more, 2), np.nan)])
        nobody = np.full(more, NOBODY, np.int32)
        self.speaker = np.concatenate([self.speaker, nobody])
        self.conversation = np.concatenate([self.conversation, nobody])

    def _free(self, id_: str) -> None:
        place = self.place_of.pop(id_)
        self.ids[place] = ""
        self.labels[place] = FREE
        self._spare.append(place)

    def _arc(self, edge: Edge) -> tuple[int, int, int, float]:
        weight = float(str(edge.properties.get("weight", 1.0))) * EDGE_WEIGHTS.get(edge.type, 0.0)
        return self.place_of[edge.source], self.place_of[edge.target], TYPE_CODE[edge.type], weight


class IndexKeeper:
    """The indexes in use, one a namespace; the coldest leaves when there are more than INDEXES_MAX."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._building: dict[str, threading.Lock] = {}
        self._held: OrderedDict[str, NamespaceIndex] = OrderedDict()

    def index(self, namespace: str) -> NamespaceIndex:
        """The namespace's index, as new as the store: built where there is none, or another process has written."""
        with self._lock:
            building = self._building.setdefault(namespace, threading.Lock())
        with building:
            held = self._held.get(namespace)
            if held is None or held.revision != self._store.revision(namespace):
                held = NamespaceIndex(self._store, namespace)
            with self._lock:
                self._held[namespace] = held
                self._held.move_to_end(namespace)
                while len(self._held) > INDEXES_MAX:
                    self._held.popitem(last=False)
        return held

    def follow(self, namespace: str, delta: GraphDelta) -> None:
        """Bring the index after a committed delta, or drop it where it cannot follow."""
        with self._lock:
            held = self._held.get(namespace)
        if held is None:
            return
        with held.lock:
            if held.follow(delta, self._store.revision(namespace)):
                return
        self.drop(namespace)

    def drop(self, namespace: str) -> None:
        """Forget the index; the next recall builds it anew."""
        with self._lock:
            self._held.pop(namespace, None)


def indexed_text(message: Message) -> str:
    """What words find a message by: its speaker and its text."""
    return f"{message.speaker} {message.text}"


def seconds(text: str | None) -> float:
    """Seconds since 1970 of UTC text; NaN for None."""
    return dt.datetime.fromisoformat(text).timestamp() if text else TIMELESS
