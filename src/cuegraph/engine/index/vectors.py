"""Vectors: flat int8 rows and their sign bits. Exact deletion, no structure that depends on the order of arrival.

Up to `EXACT_MAX` rows every dot is taken; above, the sign bits choose candidates by Hamming distance and int8 rows
rescore them (0.985 of the exact top 20 at 1M rows).
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

EXACT_MAX: Final = 10_000  # 1.5 ms
WORD_BITS: Final = 64
NO_ROW: Final = -1


class Vectors:
    """Rows in arbitrary order, each belonging to a place of the index."""

    def __init__(self, dim: int) -> None:
        self._dim = dim
        self._rows = np.zeros((0, dim), np.int8)
        self._bits = np.zeros((dim // WORD_BITS, 0), np.uint64)
        self._place_of = np.zeros(0, np.int64)
        self._row_at = np.full(0, NO_ROW, np.int64)  # place -> row
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def fill(self, places: list[int], rows: NDArray[np.int8]) -> None:
        """Set all rows at once; (n, dim)."""
        self._rows = rows
        self._bits = _sign_bits(rows)
        self._place_of = np.array(places, np.int64)
        self._count = len(places)
        self._row_at = np.full(max(places, default=-1) + 1, NO_ROW, np.int64)
        self._row_at[self._place_of] = np.arange(len(places))

    def add(self, place: int, vector: NDArray[np.int8]) -> None:
        """Append one row; amortised O(dim)."""
        row = self._count
        if row == len(self._rows):
            more = max(256, row)
            self._rows = np.concatenate([self._rows, np.zeros((more, self._dim), np.int8)])
            empty = np.zeros((self._bits.shape[0], more), np.uint64)
            self._bits = np.concatenate([self._bits, empty], axis=1)
            self._place_of = np.concatenate([self._place_of, np.zeros(more, np.int64)])
        self._rows[row] = vector
        self._bits[:, row] = _sign_bits(vector[None])[:, 0]
        if place >= len(self._row_at):
            more_places = np.full(max(256, place + 1, len(self._row_at) // 8), NO_ROW, np.int64)
            self._row_at = np.concatenate([self._row_at, more_places])
        self._place_of[row] = place
        self._row_at[place] = row
        self._count += 1

    def remove(self, place: int) -> None:
        """Put the last row in its stead and zero that; O(dim)."""
        row = int(self._row_at[place])
        self._row_at[place] = NO_ROW
        self._count -= 1
        last = self._count
        if row != last:
            self._rows[row] = self._rows[last]
            self._bits[:, row] = self._bits[:, last]
            moved = int(self._place_of[last])
            self._place_of[row], self._row_at[moved] = moved, row
        self._rows[last] = 0
        self._bits[:, last] = 0

    def candidates(
        self, query: NDArray[np.int8], count: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Places and cosines of the nearest `count` rows at least, unsorted; every row up to EXACT_MAX."""
        n = self._count
        if not n:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        rows = np.arange(n)
        if n > max(EXACT_MAX, count):
            code = _sign_bits(query[None])[:, 0]
            far = np.zeros(n, np.uint16)
            for column, word in zip(self._bits, code, strict=True):
                far += np.bitwise_count(column[:n] ^ word)
            rows = np.argpartition(far, count)[:count]
        return self._place_of[rows], self._cosines(rows, query)

    def cosines(self, places: NDArray[np.int64], query: NDArray[np.int8]) -> NDArray[np.float32]:
        """Cosine of each place's row; 0 for a place without one."""
        rows = np.full(len(places), NO_ROW, np.int64)
        held = places < len(self._row_at)
        rows[held] = self._row_at[places[held]]
        found = np.zeros(len(places), np.float32)
        found[rows >= 0] = self._cosines(rows[rows >= 0], query)
        return found

    def _cosines(self, rows: NDArray[np.int64], query: NDArray[np.int8]) -> NDArray[np.float32]:
        """Whole numbers, so the same in any order of summation. Not BLAS: its threads stall where cores are busy."""
        held = self._rows[rows]
        return np.einsum("ij,j->i", held, query, dtype=np.int32).astype(np.float32) / np.float32(
            127 * 127
        )


def _sign_bits(rows: NDArray[np.int8]) -> NDArray[np.uint64]:
    """(n, dim) -> (dim / 64, n): column-blocked, so a scan reads each word's column in one sweep."""
    packed = np.packbits(rows > 0, axis=1)
    return np.ascontiguousarray(packed.view(np.uint64).T)
