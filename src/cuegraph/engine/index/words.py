"""Words: BM25 over postings that are changed in place, so that what is removed is gone and what is counted is exact.

BM25 in Lucene's form (Robertson & Zaragoza 2009, with idf = ln(1 + (N - df + 0.5) / (df + 0.5))).
"""

import functools
import re
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np
import snowballstemmer
from numpy.typing import NDArray

K1: Final = 1.5  # values of the baseline that recall is measured against
B: Final = 0.75
WORD: Final = re.compile(r"\w+")
STOP_WORDS: Final = frozenset(
    """
    a about above after again all also am an and any are aren as at be because been before
    being below between both but by can cannot could couldn d did didn do does doesn doing
    don down during each few for from further get got had hadn has hasn have haven having he
    her here hers herself him himself his how i if in into is isn it its itself just let ll
    m me more most mustn my myself no nor not now of off on once only or other ought our
    ours ourselves out over own re s same shan she should shouldn so some such t than that
    the their theirs them themselves then there these they this those through to too under
    until up ve very was wasn we were weren what when where which while who whom why will
    with won would wouldn you your yours yourself yourselves
    """.split()  # noqa: SIM905 - two hundred short words
)
_stemmer = snowballstemmer.stemmer("english")


class Words:
    """Postings of terms over documents 0..n-1."""

    def __init__(self) -> None:
        self._places: dict[str, array[int]] = {}
        self._counts: dict[str, array[int]] = {}
        self._lengths: NDArray[np.float32] = np.zeros(0, np.float32)
        self._documents = 0
        self._total_length = 0

    def add(self, place: int, text: str) -> None:
        """Index a document; O(its words)."""
        found = Counter(terms(text))
        for term, count in found.items():
            self._places.setdefault(term, array("i")).append(place)
            self._counts.setdefault(term, array("i")).append(count)
        if place >= len(self._lengths):
            more = max(place + 1, 2 * len(self._lengths)) - len(self._lengths)
            self._lengths = np.concatenate([self._lengths, np.zeros(more, np.float32)])
        length = sum(found.values())
        self._lengths[place] = length
        self._documents += 1
        self._total_length += length

    def remove(self, place: int, text: str) -> None:
        """Take a document out, given the text it was indexed with; O(postings of its terms)."""
        for term in set(terms(text)):
            places, counts = self._places[term], self._counts[term]
            at = places.index(place)
            places[at], counts[at] = places[-1], counts[-1]
            places.pop()
            counts.pop()
            if not places:
                del self._places[term], self._counts[term]
        self._documents -= 1
        self._total_length -= int(self._lengths[place])
        self._lengths[place] = 0

    def lengths(self, places: NDArray[np.int64]) -> NDArray[np.float32]:
        """Words of each place's document, stop words apart; 0 for a place that has none."""
        found = np.zeros(len(places), np.float32)
        held = places < len(self._lengths)
        found[held] = self._lengths[places[held]]
        return found

    def idf(self, term: str) -> float:
        """ln(1 + (N - df + 0.5) / (df + 0.5)); of a term that no document has, the highest."""
        df = len(self._places.get(term, ()))
        return float(np.log1p((self._documents - df + 0.5) / (df + 0.5)))

    def scores(self, query: Mapping[str, float], size: int) -> NDArray[np.float32]:
        """(size,) BM25 of each place; query is term -> weight. Cost O(postings of the terms)."""
        found = np.zeros(size, np.float32)
        mean = self._total_length / self._documents if self._documents else 1.0
        for term, weight in sorted(query.items()):
            if term in self._places:
                places = np.frombuffer(self._places[term], np.int32)
                counts = np.frombuffer(self._counts[term], np.int32)
                norm = K1 * (1 - B + B * self._lengths[places] / mean)
                found[places] += np.float32(weight * self.idf(term)) * counts / (counts + norm)
        return found


def terms(text: str) -> Iterable[str]:
    """Stems of the words, without stop words, in order."""
    return [_stem(word) for word in WORD.findall(text.casefold()) if word not in STOP_WORDS]


@functools.lru_cache(maxsize=200_000)
def _stem(word: str) -> str:
    return _stemmer.stemWord(word)
