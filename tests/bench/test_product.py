import pytest

from bench.data import QuestionRow
from bench.product import digest_of, rankings, run


def question(qid: str) -> QuestionRow:
    return {
        "qid": qid,
        "conversation": "c1",
        "question": "Where is the kayak?",
        "category": "plain",
        "evidence": ["m1"],
        "asked_at": "2024-05-01T00:00:00Z",
    }


def test_an_answer_with_no_hits_is_an_answer() -> None:
    found, missing = rankings([question("q1")], [{"qid": "q1", "hits": []}])

    assert (found, missing) == ([{"qid": "q1", "ranked": []}], 0)


def test_a_command_reports_its_exit_code_last_words_and_cost() -> None:
    process = run(["recall", "--no-such-option"])

    assert process.exit_code == 2
    assert "no-such-option" in process.last_words.lower()
    assert process.cpu_s > 0
    assert process.memory_mib > 1


def test_lines_come_with_the_moment_they_were_printed() -> None:
    process = run(["--help"])

    assert process.exit_code == 0
    assert len(process.lines) == len(process.moments_s)
    assert list(process.moments_s) == sorted(process.moments_s)
    assert process.moments_s[-1] <= process.wall_s


@pytest.mark.parametrize("text", ["", "é", "\ud800"])
def test_digests_take_any_text(text: str) -> None:
    assert len(digest_of(text)) == 16
