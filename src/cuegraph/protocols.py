"""Every seam on one page. Rooms know these and the schema; only wiring.py knows who stands behind them."""

import contextlib
import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Protocol, TypeVar, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from cuegraph.schema.clock import Interval
from cuegraph.schema.extraction import Extraction, Utterance
from cuegraph.schema.graph import (
    Edge,
    EdgeType,
    GraphDelta,
    Key,
    Kind,
    Label,
    Memo,
    MemoKind,
    Node,
    Rows,
)
from cuegraph.schema.log import Act, Draft, Message, Reject
from cuegraph.schema.settings import Limits

T = TypeVar("T")


class Clock(Protocol):
    """The only one who knows the time."""

    def now(self) -> dt.datetime:
        """The present moment, aware, in UTC."""
        ...


class Extractor(Protocol):
    """Text -> mentions, event frames, times. A pure function of each utterance, whatever the batch."""

    @property
    def stamp(self) -> str:
        """Name and version of model and rules: another stamp derives another graph."""
        ...

    def extract(self, utterances: Sequence[Utterance]) -> list[Extraction]:
        """One extraction for each utterance, in their order."""
        ...


class Embedder(Protocol):
    """Text -> vectors. A pure function of each text, whatever the batch."""

    @property
    def stamp(self) -> str:
        """Name and checksum of the model."""
        ...

    @property
    def dim(self) -> int:
        """Length of a vector."""
        ...

    def embed(self, texts: Sequence[str]) -> NDArray[np.int8]:
        """(n, dim) int8: unit vectors times 127, rounded; a text without tokens gives zeros."""
        ...


class CueReader(Protocol):
    """Cue -> the times that it names."""

    def __call__(self, text: str, now: str | None) -> list[Interval]:
        """Intervals in the order of the text, relative ones against `now`; without it, absolute ones alone."""
        ...


@dataclass(frozen=True, slots=True)
class Selector:
    """Which messages: those that satisfy any part. `before` is UTC text and means sent strictly earlier."""

    external_ids: tuple[str, ...] = ()
    conversations: tuple[str, ...] = ()
    speakers: tuple[str, ...] = ()
    before: str | None = None


@dataclass(frozen=True, slots=True)
class SessionSpan:
    """First and last message of a session in canonical order, and how many lie between, both included."""

    first: Message
    last: Message
    count: int


class View(Protocol):
    """What passes and recall read of one namespace. Ids that are not there are left out of the answer.

    Every method takes many keys at once and costs a bounded number of store calls, however many keys.
    """

    @property
    def namespace(self) -> str:
        """The namespace that all answers are from."""
        ...

    def messages(self, ids: Collection[str]) -> dict[str, Message]: ...
    def acts(self) -> list[Act]:
        """All verdicts, by id."""
        ...

    def select(self, selector: Selector) -> list[str]:
        """Ids of the messages that the selector names, sorted."""
        ...

    def before(
        self, places: Collection[tuple[str, str]], count: int
    ) -> dict[tuple[str, str], list[Message]]:
        """(conversation, order) -> at most `count` messages strictly before that place, nearest first."""
        ...

    def after(
        self, places: Collection[tuple[str, str]], count: int
    ) -> dict[tuple[str, str], list[Message]]:
        """(conversation, order) -> at most `count` messages strictly after that place, nearest first."""
        ...

    def sessions(self, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], SessionSpan]:
        """(conversation, session) -> its span; a session without messages is left out."""
        ...

    def conversations(self, names: Collection[str]) -> dict[str, tuple[Message, Message]]:
        """Conversation -> its first and last message in canonical order."""
        ...

    def memos(self, kind: MemoKind, keys: Collection[str]) -> dict[str, Memo]: ...
    def memo_counts(
        self, kind: MemoKind, ranges: Sequence[tuple[str, str]], limit: int
    ) -> list[int]:
        """For each [low, high] of ranks (both included): how many memos lie in it, counted up to `limit`."""
        ...

    def memos_between(self, kind: MemoKind, ranges: Sequence[tuple[str, str]]) -> list[list[Memo]]:
        """For each [low, high] of ranks (both included): its memos by (rank, key)."""
        ...

    def nodes(self, ids: Collection[str]) -> dict[str, Node]: ...
    def nodes_between(self, label: Label, ranges: Sequence[tuple[str, str]]) -> list[list[Node]]:
        """For each [low, high] of ranks (both included): the label's nodes by (rank, id)."""
        ...

    def edges(self, ids: Collection[str]) -> dict[str, Edge]: ...
    def edges_from(self, sources: Collection[str], type_: EdgeType) -> dict[str, list[Edge]]:
        """Source -> its edges of the type by (rank, id); sources without any are left out."""
        ...

    def edges_to(self, targets: Collection[str], type_: EdgeType) -> dict[str, list[Edge]]:
        """Target -> its edges of the type by (rank, id); targets without any are left out."""
        ...

    def first_edges_from(
        self, sources: Collection[str], type_: EdgeType, count: int
    ) -> dict[str, list[Edge]]:
        """Source -> its first `count` edges of the type by (rank, id), at a cost that does not grow with its fan."""
        ...

    def first_edges_to(
        self, targets: Collection[str], type_: EdgeType, count: int
    ) -> dict[str, list[Edge]]:
        """Target -> its first `count` edges of the type by (rank, id), at a cost that does not grow with its fan."""
        ...

    def edge_extremes(
        self, targets: Collection[str], type_: EdgeType
    ) -> dict[str, tuple[Edge, Edge]]:
        """Target -> its first and last edge of the type by (rank, id), at a cost that does not grow with its fan."""
        ...

    def edges_around(
        self, type_: EdgeType, places: Collection[tuple[str, str]]
    ) -> dict[tuple[str, str], tuple[Edge | None, Edge | None]]:
        """(target, rank) -> the target's edge with the next lower rank and the one with the next higher rank."""
        ...

    def owned(self, owners: Collection[str]) -> dict[str, Rows]:
        """Owner -> all rows stored under it; owners without any are left out."""
        ...


class Transaction(View, Protocol):
    """A view that sees what it has written. Nothing is visible to others before the end, all of it after."""

    def apply(self, delta: GraphDelta) -> None:
        """Write the delta. `before` sides are trusted: the caller has read them in this transaction."""
        ...

    def set_stamp(self, stamp: Mapping[str, str]) -> None:
        """Replace the namespace's stamp (names and versions that its graph is derived by)."""
        ...

    def clear_derived(self) -> None:
        """Drop all nodes, edges and memos of the namespace; the log stays."""
        ...


@dataclass(frozen=True, slots=True)
class GraphArrays:
    """A namespace's graph as arrays, for the index.

    `ids`, `labels`: nodes (messages included) sorted by id; `sources`, `targets`: (m,) int32 positions in `ids`;
    `types`: (m,) int16 positions in `list(EdgeType)`; `weights`: (m,) float32, the edge's `weight` property or 1.
    """

    ids: list[str]
    labels: list[Label]
    sources: NDArray[np.int32]
    targets: NDArray[np.int32]
    types: NDArray[np.int16]
    weights: NDArray[np.float32]


class Store(Protocol):
    """Where a log and the graph derived from it are kept. One contract suite runs for every store."""

    def namespaces(self) -> list[str]:
        """Names of all namespaces that hold a message, an act or a stamp, sorted."""
        ...

    def stamp(self, namespace: str) -> dict[str, str]:
        """What the namespace's graph was derived by; empty for a namespace that was never written."""
        ...

    def revision(self, namespace: str) -> int:
        """A number that changes with every committed write to the namespace, by whichever process."""
        ...

    def view(self, namespace: str) -> contextlib.AbstractContextManager[View]:
        """A consistent view for reading."""
        ...

    def write(self, namespace: str, work: Callable[[Transaction], T]) -> T:
        """Run `work` in one transaction and commit; one writer a namespace at a time.

        `work` may run more than once (a deadlock, a lost answer), so it must depend on what it reads alone.
        """
        ...

    def scan_messages(self, namespace: str) -> Iterator[Message]:
        """All messages by id, streamed."""
        ...

    def scan_memos(self, namespace: str) -> Iterator[Memo]:
        """All memos by (kind, key), streamed."""
        ...

    def scan_nodes(self, namespace: str, after: str = "") -> Iterator[Node]:
        """All nodes with an id above `after`, by id, streamed."""
        ...

    def scan_edges(self, namespace: str) -> Iterator[Edge]:
        """All edges by id, streamed."""
        ...

    def graph_arrays(self, namespace: str) -> GraphArrays:
        """The whole graph as arrays, in bulk queries (a row at a time is 17 times slower on Neo4j)."""
        ...

    def scrub(self, namespace: str) -> Mapping[str, str]:
        """After a forget: remove the bytes too, as far as the store can; layer -> what can be said of it."""
        ...

    def drop(self, namespace: str) -> None:
        """Remove the namespace, log and all."""
        ...

    def health(self) -> Mapping[str, str]:
        """What `doctor` shows: back end, version, address without secrets, settings that matter."""
        ...

    def close(self) -> None: ...


@runtime_checkable
class Pass(Protocol):
    """One keyed derivation: what it writes for a key is a function of what it declares to read, and nothing else."""

    name: str
    version: int
    reads: frozenset[Kind]
    writes: frozenset[Kind]

    def keys(self, view: View, messages: Iterable[Message]) -> set[Key]:
        """Every key there is, for the rebuild; `messages` is the whole log."""
        ...

    def touched(self, changes: GraphDelta, view: View) -> set[Key]:
        """At least every key whose rows the changes can alter; `view` shows the state after them."""
        ...

    def derive(self, keys: Sequence[Key], view: View) -> dict[Key, Rows]:
        """The rows of each key; a key that has none (any more) may be left out."""
        ...


@runtime_checkable
class Tally(Protocol):
    """A derivation whose inputs are integer sums over the rows of an earlier pass: added, and subtracted exactly.

    So a hub's count costs the same however many rows it counts. The sums are read back from what the tally wrote.
    """

    name: str
    version: int
    source: str  # the pass whose rows are counted
    reads: frozenset[Kind]
    writes: frozenset[Kind]

    def contributions(self, rows: Rows) -> Iterable[tuple[Key, str, int]]:
        """(key, counter, amount) that one key of the source adds."""
        ...

    def totals(self, keys: Sequence[Key], view: View) -> dict[Key, dict[str, int]]:
        """The sums as they are stored."""
        ...

    def derive(self, totals: Mapping[Key, Mapping[str, int]], view: View) -> dict[Key, Rows]:
        """The rows of each key from its sums, zero sums left out."""
        ...


class Loader(Protocol):
    """A file format -> drafts of messages. Recognised by shape, not by file name."""

    @property
    def name(self) -> str:
        """The format's name, as `--format` takes it."""
        ...

    def recognises(self, head: bytes) -> bool:
        """Whether a file that begins with these bytes (up to 64 KiB) is of this format."""
        ...

    def read(self, stream: BinaryIO, limits: Limits) -> Iterator[Draft | Reject]:
        """Every record of the file, in order; what is no message comes as a reject, and reading goes on."""
        ...
