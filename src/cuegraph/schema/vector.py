"""Int8 vectors: what one unit of cosine is, and the rank under which a vector stands in the similarity trie."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

SCALE: Final = 127
DOT_ONE: Final = SCALE * SCALE  # the dot of two equal unit vectors
SIGN_BITS: Final = 64
RANK_BITS: Final = SIGN_BITS + 128
RANK_DIGITS: Final = RANK_BITS // 4


def vector_rank(vector: NDArray[np.int8], id_: str) -> str:
    """48 hex digits: the signs of the first 64 components, then the id; "" for a vector of zeros.

    The id's bits split what the signs cannot (equal texts), so a leaf of the trie is bounded whatever is said.
    """
    if not vector.any():
        return ""
    bits = np.packbits(vector[:SIGN_BITS] > 0).tobytes().ljust(SIGN_BITS // 8, b"\0")
    return bits.hex() + id_
