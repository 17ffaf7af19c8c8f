"""Similarity: each message is linked to those of near meaning among its candidates.

key: message · reads: int8 vectors of its candidates · a change touches: the candidates of a changed vector whose
nearest differ

Candidates are the leaf of a trie over fixed sign bits of the vectors (and then the bits of the id): a leaf that holds
more than M is split. The trie is a function of the set of messages, so it does not matter who came first, and a message
costs the same among a thousand and among a million. Dots of int8 vectors are integers below 2^24, so float32 sums are
exact in any order; ties go to the smaller id.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cuegraph.engine.passes.sequence import changed_memo_keys
from cuegraph.protocols import View
from cuegraph.schema.graph import (
    Edge,
    EdgeType,
    GraphDelta,
    Key,
    Kind,
    Memo,
    MemoKind,
    Rows,
    edge_id,
    owner_id,
)
from cuegraph.schema.log import Message
from cuegraph.schema.settings import DerivationSettings
from cuegraph.schema.vector import DOT_ONE, RANK_BITS, RANK_DIGITS

DIGIT_BITS: Final = 4
NONE: Final = -1
QUIET_PRODUCT: Final = (
    2**18
)  # multiplications; OpenBLAS runs products up to this size in one thread


@dataclass(frozen=True, slots=True)
class Neighbours:
    """For members in (rank, id) order: places and dots of the k nearest, -1 and 0 where there are fewer; (n, k)."""

    ids: list[str]
    nearest: NDArray[np.int64]
    dots: NDArray[np.int64]


class Similarity:
    """SIMILAR_TO from a message to at most `similar_max` others, with the cosine as weight."""

    name = "similarity"
    version = 1
    reads: frozenset[Kind] = frozenset({MemoKind.VECTOR})
    writes: frozenset[Kind] = frozenset({EdgeType.SIMILAR_TO})

    def __init__(self, namespace: str, settings: DerivationSettings) -> None:
        self._namespace = namespace
        self._count = settings.similar_max
        self._members_max = settings.leaf_members_max
        self._dot_min = round(settings.similar_cosine_min * DOT_ONE)

    def keys(self, view: View, messages: Iterable[Message]) -> set[Key]:
        return {(m.id,) for m in messages}

    def touched(self, changes: GraphDelta, view: View) -> set[Key]:
        """Members of the smallest trie nodes that were a leaf before or are one now, where the nearest differ."""
        gone = {c.before.key: c.before for c in changes.memos if c.before and _is_vector(c.before)}
        new = {c.after.key: c.after for c in changes.memos if c.after and _is_vector(c.after)}
        moved = [memo for memo in (*gone.values(), *new.values()) if memo.rank]
        keys = {(id_,) for id_ in changed_memo_keys(changes, MemoKind.VECTOR)}
        removed = sorted(memo.rank for memo in gone.values() if memo.rank)
        added = sorted(memo.rank for memo in new.values() if memo.rank)
        regions = set(self._leaves([m.rank for m in moved], view, removed, added))
        regions |= set(self._leaves([m.rank for m in moved], view))
        outer = _outermost(regions)
        found = view.memos_between(MemoKind.VECTOR, outer)
        for (low, high), members in zip(outer, found, strict=True):
            after = {memo.key: memo for memo in members}
            inside = [m for m in gone.values() if m.rank and low <= m.rank <= high]
            before = {k: m for k, m in after.items() if k not in new} | {m.key: m for m in inside}
            keys |= {(id_,) for id_ in self._differing(before, after)}
        return keys

    def derive(self, keys: Sequence[Key], view: View) -> dict[Key, Rows]:
        own = view.memos(MemoKind.VECTOR, [id_ for (id_,) in keys])
        ranked = [memo for memo in own.values() if memo.rank]
        leaves = sorted(set(self._leaves([memo.rank for memo in ranked], view)))
        rows: dict[Key, Rows] = {}
        for members in view.memos_between(MemoKind.VECTOR, leaves):
            found = self._neighbours(members)
            for i, id_ in enumerate(found.ids):
                if id_ in own:
                    edges = tuple(self._edges(id_, i, found))
                    rows[(id_,)] = Rows(edges=edges)
        return rows

    def _edges(self, id_: str, i: int, found: Neighbours) -> Iterable[Edge]:
        for place, dot in zip(found.nearest[i], found.dots[i], strict=True):
            if place >= 0:
                other = found.ids[place]
                yield Edge(
                    id=edge_id(self._namespace, EdgeType.SIMILAR_TO, id_, other),
                    type=EdgeType.SIMILAR_TO,
                    source=id_,
                    target=other,
                    owner=owner_id(self._namespace, self.name, (id_,)),
                    pass_name=self.name,
                    rule="nearest of leaf",
                    properties={"weight": round(min(int(dot) / DOT_ONE, 1.0), 4), "dot": int(dot)},
                )

    def _leaves(
        self,
        ranks: Sequence[str],
        view: View,
        removed: Sequence[str] = (),
        added: Sequence[str] = (),
    ) -> list[tuple[str, str]]:
        """The bounds of the leaf that holds each rank: the shortest prefix of bits shared by at most M members.

        With `removed` and `added` (sorted ranks), the leaves as they were before these. All ranks are searched for in
        step, so the number of store calls is log2 of the rank's bits.
        """
        limit = self._members_max + len(removed) + len(added) + 1
        low, high = [0] * len(ranks), [RANK_BITS] * len(ranks)
        cache: dict[tuple[str, str], int] = {}
        while any(a < b for a, b in zip(low, high, strict=True)):
            middle = [(a + b) // 2 for a, b in zip(low, high, strict=True)]
            ranges = [_range(rank, bits) for rank, bits in zip(ranks, middle, strict=True)]
            wanted = sorted(set(ranges) - cache.keys())
            counts = view.memo_counts(MemoKind.VECTOR, wanted, limit)
            cache |= dict(zip(wanted, counts, strict=True))
            for i, bounds in enumerate(ranges):
                if low[i] >= high[i]:
                    continue
                count = cache[bounds] + _within(removed, bounds) - _within(added, bounds)
                if count <= self._members_max:
                    high[i] = middle[i]
                else:
                    low[i] = middle[i] + 1
        return [_range(rank, bits) for rank, bits in zip(ranks, high, strict=True)]

    def _differing(self, before: Mapping[str, Memo], after: Mapping[str, Memo]) -> set[str]:
        """Ids in `after` whose nearest are not what they were, over the leaves inside the region."""
        ids = sorted({*before, *after})
        place_of = {id_: place for place, id_ in enumerate(ids)}
        old, new = self._nearest_of(before, place_of), self._nearest_of(after, place_of)
        moved = np.flatnonzero((old != new).any(axis=1))
        return {ids[place] for place in moved.tolist() if ids[place] in after}

    def _nearest_of(
        self, members: Mapping[str, Memo], place_of: Mapping[str, int]
    ) -> NDArray[np.int64]:
        """(places, 2k): places of each member's k nearest, then their dots; -1 and 0 where there are fewer."""
        found = np.zeros((len(place_of), 2 * self._count), np.int64)
        found[:, : self._count] = NONE
        ordered = sorted(members.values(), key=lambda memo: memo.rank)
        for leaf in self._split(ordered, 0):
            near = self._neighbours(leaf)
            places = np.array([place_of[id_] for id_ in near.ids], np.int64)
            k = near.nearest.shape[1]
            found[places, :k] = np.where(near.nearest >= 0, places[near.nearest], NONE)
            found[places, self._count : self._count + k] = near.dots
        return found

    def _split(self, members: list[Memo], bits: int) -> Iterable[list[Memo]]:
        """The leaves of the trie over the members, which are in rank order and share `bits` bits."""
        if len(members) <= self._members_max or bits >= RANK_BITS:
            yield members
            return
        zeros = [m for m in members if not _bit(m.rank, bits)]
        ones = members[len(zeros) :]
        for half in (zeros, ones):
            if half:
                yield from self._split(half, bits + 1)

    def _neighbours(self, members: Sequence[Memo]) -> Neighbours:
        ordered = sorted(members, key=lambda memo: memo.key)
        ids = [memo.key for memo in ordered]
        count = len(ids)
        k = min(self._count, max(count - 1, 0))
        if not k:
            empty = np.empty((count, 0), np.int64)
            return Neighbours(ids, empty, empty)
        codes = np.frombuffer(b"".join(memo.value for memo in ordered), np.int8)
        vectors = codes.reshape(count, -1).astype(np.float32)
        dots = _dots(vectors)
        np.fill_diagonal(dots, -DOT_ONE * 4)
        # One unique integer a pair: the dot first, then the smaller id. So the k largest have one order.
        scored = dots * count + (count - 1 - np.arange(count))
        top = -np.sort(np.partition(-scored, k - 1, axis=1)[:, :k], axis=1)
        best, nearest = top // count, count - 1 - top % count
        keep = best >= self._dot_min
        return Neighbours(ids, np.where(keep, nearest, -1), np.where(keep, best, 0))


def _dots(vectors: NDArray[np.float32]) -> NDArray[np.int64]:
    """(n, dim) -> (n, n), a few rows at a time: a product this small does not wake BLAS's threads.

    On two busy cores they made a write twice as slow (37 against 17 ms), waiting for one another.
    """
    rows = max(1, QUIET_PRODUCT // max(vectors.size, 1))
    parts = [vectors[i : i + rows] @ vectors.T for i in range(0, len(vectors), rows)]
    return np.concatenate(parts).astype(np.int64)


def _is_vector(memo: Memo) -> bool:
    return memo.kind is MemoKind.VECTOR


def _range(rank: str, bits: int) -> tuple[str, str]:
    """The lowest and highest rank that share the first `bits` bits."""
    digits, rest = divmod(bits, DIGIT_BITS)
    head = rank[:digits]
    if not rest:
        return head + "0" * (RANK_DIGITS - digits), head + "f" * (RANK_DIGITS - digits)
    digit = int(rank[digits], 16) >> (DIGIT_BITS - rest) << (DIGIT_BITS - rest)
    tail = RANK_DIGITS - digits - 1
    highest = digit | ((1 << (DIGIT_BITS - rest)) - 1)
    return f"{head}{digit:x}" + "0" * tail, f"{head}{highest:x}" + "f" * tail


def _bit(rank: str, place: int) -> int:
    digit, offset = divmod(place, DIGIT_BITS)
    return int(rank[digit], 16) >> (DIGIT_BITS - 1 - offset) & 1


def _within(ranks: Sequence[str], bounds: tuple[str, str]) -> int:
    """How many of the sorted ranks lie in the bounds."""
    return bisect_right(ranks, bounds[1]) - bisect_left(ranks, bounds[0])


def _outermost(regions: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The regions that lie in no other; trie nodes either nest or do not meet."""
    kept: list[tuple[str, str]] = []
    for low, high in sorted(regions, key=lambda bounds: (bounds[0], -int(bounds[1], 16))):
        if not kept or low > kept[-1][1]:
            kept.append((low, high))
    return kept
