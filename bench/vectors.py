"""The encoder's vectors of a list of texts, kept between runs: embedding is what costs."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cuegraph.protocols import Embedder


class VectorCache:
    """Embeds lists of texts; a list that was embedded before, by the same model, is read back."""

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        self._folder = folder
        self._embedder = embedder

    def __call__(self, texts: Sequence[str]) -> NDArray[np.int8]:
        """(n, dim) int8, in the order of the texts."""
        digest = hashlib.sha256(self._embedder.stamp.encode())
        for text in texts:
            # The length keeps ["ab", "c"] and ["a", "bc"] apart.
            encoded = text.encode(errors="surrogatepass")
            digest.update(f"\0{len(encoded)}\0".encode() + encoded)
        path = self._folder / f"{digest.hexdigest()[:32]}.npy"
        if path.is_file():
            return np.load(path)
        vectors = self._embedder.embed(texts)
        self._folder.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part.npy")
        np.save(part, vectors)
        part.rename(path)  # a run that was ended in between leaves no half of a file
        return vectors
