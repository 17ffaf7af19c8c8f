"""What recall is compared with: BM25 on three views of a message, dense vectors, and their fusion.

Evaluation only: nothing here is part of the product. A question is answered from its own
conversation; every ranking is whole, and ties keep the order of the file.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, cast

import bm25s
import numpy as np
import snowballstemmer
from numpy.typing import NDArray

from bench.data import DataSet, MessageRow, Run

RANKED_MAX: Final = 50  # ids kept of a ranking: the scorer looks no deeper
RRF_K: Final = 60  # Cormack, Clarke and Buettcher 2009
BM25_K1: Final = 1.5
BM25_B: Final = 0.75

Ranking = NDArray[np.intp]  # places of the conversation's messages, best first
Vectors = Callable[[Sequence[str]], NDArray[np.int8]]
# snowballstemmer runs the C stemmers where PyStemmer is installed; the stems are the same.
_STEMMER: Final = "english"


def plain(messages: Sequence[MessageRow]) -> list[str]:
    """Each message's text."""
    return [m["text"] for m in messages]


def with_speaker(messages: Sequence[MessageRow]) -> list[str]:
    """`speaker: text` of each message."""
    return [f"{m['speaker']}: {m['text']}" for m in messages]


def with_previous(messages: Sequence[MessageRow]) -> list[str]:
    """`speaker: text` of the message before it in its session, if there is one, and of itself."""
    last: dict[str, str] = {}
    views: list[str] = []
    for message, view in zip(messages, with_speaker(messages), strict=True):
        previous = last.get(message["session"])
        views.append(view if previous is None else f"{previous}\n{view}")
        last[message["session"]] = view
    return views


VIEWS: Final[Mapping[str, Callable[[Sequence[MessageRow]], list[str]]]] = {
    "bm25": plain,
    "bm25_sp": with_speaker,
    "bm25_ctx": with_previous,
}
BASELINES: Final = (*VIEWS, "dense", "rrf")


def answer(data: DataSet, vectors: Vectors) -> dict[str, Run]:
    """Each baseline's run over all questions of the set, by name, in the order of `BASELINES`."""
    rankings: dict[str, dict[str, list[str]]] = {name: {} for name in BASELINES}
    for name, messages in data.conversations.items():
        questions = [q for q in data.questions if q["conversation"] == name]
        if not questions:
            continue
        cues = [q["question"] for q in questions]
        ranked = {view: bm25(make(messages), cues) for view, make in VIEWS.items()}
        ranked["dense"] = dense(vectors(with_speaker(messages)), vectors(cues))
        pairs = zip(ranked["bm25_sp"], ranked["dense"], strict=True)
        ranked["rrf"] = [fused(pair) for pair in pairs]
        ids = [m["id"] for m in messages]
        for system, places in ranked.items():
            for question, ranking in zip(questions, places, strict=True):
                rankings[system][question["qid"]] = [ids[i] for i in ranking[:RANKED_MAX]]
    return {
        system: [{"qid": q["qid"], "ranked": found[q["qid"]]} for q in data.questions]
        for system, found in rankings.items()
    }


def bm25(texts: Sequence[str], cues: Sequence[str]) -> list[Ranking]:
    """The texts that share a word with each cue, by BM25 ("lucene", English stems, stop words)."""
    index = cast("Any", bm25s).BM25(method="lucene", k1=BM25_K1, b=BM25_B)
    index.index(_words(texts), show_progress=False)
    rankings: list[Ranking] = []
    for words in _words(cues):
        known = [word for word in words if word in index.vocab_dict]
        scores = index.get_scores(known) if known else np.zeros(len(texts))
        ranking = _descending(scores)
        rankings.append(ranking[scores[ranking] > 0])
    return rankings


def dense(texts: NDArray[np.int8], cues: NDArray[np.int8]) -> list[Ranking]:
    """All texts for each cue, by the dot product of their vectors."""
    dots = cues.astype(np.float32) @ texts.astype(np.float32).T  # exact: below 2^24
    return [_descending(row) for row in dots]


def fused(rankings: Iterable[Ranking]) -> Ranking:
    """All that any of the rankings holds, by the sum of 1 / (60 + place), places from 1."""
    scores: dict[int, float] = {}
    for ranking in rankings:
        for place, item in enumerate(ranking.tolist(), start=1):
            scores[item] = scores.get(item, 0.0) + 1 / (RRF_K + place)
    return np.array(sorted(scores, key=lambda item: (-scores[item], item)), np.intp)


def _words(texts: Sequence[str]) -> list[list[str]]:
    stemmer = snowballstemmer.stemmer(_STEMMER)
    return cast("Any", bm25s).tokenize(
        list(texts),
        stopwords="en",
        stemmer=stemmer.stemWords,
        return_ids=False,
        show_progress=False,
    )


def _descending(scores: NDArray[np.floating[Any]]) -> Ranking:
    return np.argsort(-scores, kind="stable")
