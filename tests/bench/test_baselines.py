from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.baselines import BASELINES, answer, bm25, dense, with_speaker
from bench.data import DataSet, MessageRow, QuestionRow
from bench.vectors import VectorCache


def message(number: int, speaker: str, text: str, session: str = "s1") -> MessageRow:
    return {
        "conversation": "c",
        "session": session,
        "id": f"m{number}",
        "speaker": speaker,
        "role": "other",
        "text": text,
        "timestamp": None,
    }


def question(qid: str, text: str) -> QuestionRow:
    return {
        "qid": qid,
        "conversation": "c",
        "question": text,
        "category": "plain",
        "evidence": ["m1"],
        "asked_at": None,
    }


class LetterEmbedder:
    """Counts letters: texts with the same letters are near each other."""

    stamp = "letters-1"
    dim = 26

    def __init__(self) -> None:
        self.calls = 0

    def embed(self, texts: Sequence[str]) -> NDArray[np.int8]:
        self.calls += 1
        letters = [[t.lower().count(chr(97 + i)) for i in range(26)] for t in texts]
        return np.array(letters, np.int8).reshape(len(texts), 26)


def test_bm25_ranks_the_message_that_shares_rare_words_and_leaves_out_what_shares_none() -> None:
    texts = ["the violin broke", "the kayak sank", "violins and a kayak", "we slept"]

    (ranking,) = bm25(texts, ["Which violin?"])

    # Stems meet ("violins"), and of the two the shorter text comes first.
    assert ranking.tolist() == [0, 2]


def test_bm25_of_a_cue_without_known_words_ranks_nothing() -> None:
    rankings = bm25(["the violin broke"], ["Who?", "xylophone"])

    assert [len(ranking) for ranking in rankings] == [0, 0]


def test_dense_ranks_by_dot_product_and_keeps_the_order_of_ties() -> None:
    texts = np.array([[1, 0], [0, 1], [0, 1], [1, 1]], np.int8)
    cues = np.array([[0, 2]], np.int8)

    (ranking,) = dense(texts, cues)

    assert ranking.tolist() == [1, 2, 3, 0]


def test_every_baseline_answers_every_question_within_its_conversation() -> None:
    other: MessageRow = {**message(9, "Eve", "A violin!"), "conversation": "d"}
    data = DataSet(
        "tiny",
        [message(1, "Ada", "The violin broke."), message(2, "Bob", "Zzz."), other],
        [question("q1", "violin"), question("q2", "nothing known")],
    )

    runs = answer(data, LetterEmbedder().embed)

    assert tuple(runs) == BASELINES
    for run in runs.values():
        assert [row["qid"] for row in run] == ["q1", "q2"]
        assert all("m9" not in row["ranked"] for row in run)
    assert runs["bm25"][0]["ranked"] == ["m1"]


def test_speaker_view_names_the_speaker() -> None:
    assert with_speaker([message(1, "Ada", "Hello.")]) == ["Ada: Hello."]


@pytest.mark.parametrize("other", [["ab", "c"], ["a", "b", "c"], ["c", "ab"]])
def test_vectors_are_read_back_for_the_same_texts_only(
    tmp_path_factory: pytest.TempPathFactory, other: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("vectors")
    embedder = LetterEmbedder()
    cache = VectorCache(folder, embedder)

    first = cache(["a", "bc"])
    again = VectorCache(folder, embedder)(["a", "bc"])

    assert embedder.calls == 1
    assert np.array_equal(first, again)
    assert len(cache(other)) == len(other)
    assert embedder.calls == 2
