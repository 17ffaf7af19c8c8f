"""The benchmark's own arithmetic: a mistake in it would look like quality."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from bench import generate
from bench.baselines import fused, with_previous
from bench.data import DataSet, MessageRow, QuestionRow, Run
from bench.product import cues, ranked_ids, rankings
from bench.quality import PRODUCT, best_baseline, scored
from cuegraph.errors import UsageError

SCORED = "recall@10"


class RecallScorer:
    """A small scorer with the signature of the data's own, which is no part of the project."""

    def score_run(
        self, questions: Sequence[QuestionRow], run: Sequence[Mapping[str, Any]]
    ) -> tuple[list[str], Any, Any, int]:
        ranked = {row["qid"]: row["ranked"][:10] for row in run}
        table = [
            [len(set(ranked[q["qid"]]) & set(q["evidence"])) / len(q["evidence"])]
            for q in questions
        ]
        return [SCORED], np.array(table), np.array([q["category"] for q in questions]), 0

    def summarise(self, names: list[str], table: Any, categories: Any) -> dict[str, Any]:
        groups = {"overall": np.ones(len(categories), bool)}
        groups |= {str(name): categories == name for name in set(categories.tolist())}
        return {
            group: {"n": int(kept.sum()), names[0]: {"mean": float(table[kept].mean())}}
            for group, kept in groups.items()
        }

    def compare(
        self, names: list[str], table_a: Any, table_b: Any, categories: Any
    ) -> dict[str, Any]:
        return self.summarise(names, table_a - table_b, categories)


def _question(qid: str, *evidence: str, category: str = "plain") -> QuestionRow:
    return {
        "qid": qid,
        "conversation": "c",
        "question": f"What of {qid}?",
        "category": category,
        "evidence": list(evidence),
        "asked_at": "2024-05-01T00:00:00Z",
    }


def _message(message_id: str, speaker: str, text: str, session: str = "s") -> MessageRow:
    return {
        "conversation": "c",
        "session": session,
        "id": message_id,
        "speaker": speaker,
        "role": "other",
        "text": text,
        "timestamp": None,
    }


def _answer(qid: str, *hits: Sequence[str]) -> dict[str, Any]:
    return {"qid": qid, "hits": [{"citations": [{"externalId": i} for i in hit]} for hit in hits]}


def test_a_message_ranks_once_at_its_first_place() -> None:
    answer = _answer("q", ["b", "a"], ["b"], ["c", "a"], [], ["d"])

    assert ranked_ids(answer) == ["b", "a", "c", "d"]


def test_a_question_without_an_answer_is_kept_and_scores_zero() -> None:
    questions = [_question("q1", "a"), _question("q2", "b")]

    run, missing = rankings(questions, [_answer("q1", ["a"])])

    assert missing == 1
    assert run == [{"qid": "q1", "ranked": ["a"]}, {"qid": "q2", "ranked": []}]
    views, _ = scored(DataSet("d", [], questions), RecallScorer(), {PRODUCT: run})
    assert views["all"][PRODUCT]["overall"][SCORED]["mean"] == 0.5


def test_an_answer_to_no_question_counts_for_nothing() -> None:
    run, missing = rankings([_question("q1", "a")], [_answer("other", ["a"])])

    assert (run, missing) == ([{"qid": "q1", "ranked": []}], 1)


def test_adversarial_questions_are_left_out_of_a_view_of_their_own() -> None:
    questions = [_question("q1", "a"), _question("q2", "b", category="adversarial")]
    mine: Run = [{"qid": "q1", "ranked": ["a"]}, {"qid": "q2", "ranked": []}]
    theirs: Run = [{"qid": "q1", "ranked": []}, {"qid": "q2", "ranked": ["b"]}]

    views, paired = scored(
        DataSet("d", [], questions), RecallScorer(), {PRODUCT: mine, "bm25": theirs}
    )

    assert views["all"]["bm25"]["overall"][SCORED]["mean"] == 0.5
    assert views["without adversarial"]["bm25"]["overall"]["n"] == 1
    assert paired["all"]["against"]["bm25"]["overall"][SCORED]["mean"] == 0.0
    assert paired["without adversarial"]["against"]["bm25"]["overall"][SCORED]["mean"] == 1.0


def test_the_best_baseline_is_never_the_product() -> None:
    marks = {PRODUCT: 0.9, "bm25": 0.4, "dense": 0.5, "rrf": 0.5}
    systems = {name: {"overall": {SCORED: {"mean": mean}}} for name, mean in marks.items()}

    assert best_baseline(systems) == "dense"


def test_a_cue_line_asks_in_the_questions_own_conversation_and_never_tells_the_evidence() -> None:
    line = json.loads(cues([_question("q1", "a")])[0])

    assert (line["namespace"], line["now"]) == ("c", "2024-05-01T00:00:00Z")
    assert not {"evidence", "answer", "category"} & set(line)


def test_the_message_before_is_taken_from_the_same_session_only() -> None:
    messages = [
        _message("1", "Ada", "hello"),
        _message("2", "Bob", "hi"),
        _message("3", "Ada", "later", session="t"),
    ]

    assert with_previous(messages) == ["Ada: hello", "Ada: hello\nBob: hi", "Ada: later"]


def test_fusion_adds_what_each_ranking_gives_and_breaks_ties_by_place_in_the_file() -> None:
    # 1 is second in both; 2 and 0 are first in one and missing in the other: equal, so 0 first.
    found = fused([np.array([2, 1]), np.array([0, 1])])

    assert found.tolist() == [1, 0, 2]


def test_generated_messages_do_not_depend_on_how_many_are_asked_for() -> None:
    few = list(generate.messages(30, seed=4))

    assert list(generate.messages(600, seed=4))[:30] == few
    assert list(generate.messages(30, seed=5)) != few


def test_generated_text_is_the_same_whatever_the_hash_seed() -> None:
    code = (
        "import json; from bench import generate; "
        "print(json.dumps([list(generate.messages(20, seed=4)), generate.cues(20, seed=4)]))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2")
    }

    assert len(outputs) == 1


def test_a_set_without_adversarial_questions_has_one_view() -> None:
    mine: Run = [{"qid": "q1", "ranked": ["a"]}]

    views, _ = scored(DataSet("d", [], [_question("q1", "a")]), RecallScorer(), {"bm25": mine})

    assert list(views) == ["all"]


def test_an_unknown_set_is_refused_by_name() -> None:
    from bench.__main__ import _chosen

    with pytest.raises(UsageError, match="no locomoo"):
        _chosen("locomoo,tmd", ["locomo", "tmd"], "sets")
    assert _chosen("tmd, locomo", ["locomo", "tmd"], "sets") == ["locomo", "tmd"]
