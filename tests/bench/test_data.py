import gzip
import json
from pathlib import Path

import pytest

from bench.__main__ import main
from bench.data import QUICK_CONVERSATIONS, DataSet, known_sets, quick_part, read_set
from cuegraph.errors import InputError


def tiny(name: str, conversations: int) -> DataSet:
    return DataSet(
        name,
        [
            {
                "conversation": f"c{i}",
                "session": "s",
                "id": f"m{i}",
                "speaker": "Ada",
                "role": "other",
                "text": "Hello.",
                "timestamp": None,
            }
            for i in range(conversations)
        ],
        [
            {
                "qid": f"q{i}",
                "conversation": f"c{i}",
                "question": "Who?",
                "category": "plain",
                "evidence": [f"m{i}"],
                "asked_at": None,
            }
            for i in range(conversations)
        ],
    )


def written(folder: Path, data: DataSet) -> None:
    (folder / data.name).mkdir(parents=True)
    for name, rows in (("messages", data.messages), ("questions", data.questions)):
        with gzip.open(folder / data.name / f"{name}.jsonl.gz", "wt", encoding="utf-8") as lines:
            lines.writelines(json.dumps(row) + "\n" for row in rows)
    (folder / "score.py").write_text("", encoding="utf-8")


def test_a_quick_run_takes_whole_conversations_always_the_same() -> None:
    data = tiny("locomo", 8)

    part = quick_part(data)

    assert len(part.conversations) == QUICK_CONVERSATIONS["locomo"] == 3
    assert part == quick_part(tiny("locomo", 8))
    assert {q["conversation"] for q in part.questions} == set(part.conversations)


def test_a_quick_run_takes_small_sets_whole() -> None:
    assert quick_part(tiny("locomo", 3)) == tiny("locomo", 3)
    assert quick_part(tiny("unheard of", 9)) == tiny("unheard of", 9)


def test_sets_are_read_back_as_they_were_written(tmp_path: Path) -> None:
    written(tmp_path, tiny("small", 2))

    assert known_sets(tmp_path) == ["small"]
    assert read_set(tmp_path, "small", quick=False) == tiny("small", 2)


def test_a_damaged_set_is_named(tmp_path: Path) -> None:
    written(tmp_path, tiny("small", 2))
    (tmp_path / "small" / "questions.jsonl.gz").write_bytes(b"no gzip")

    with pytest.raises(InputError, match=r"questions\.jsonl\.gz"):
        read_set(tmp_path, "small", quick=False)


def test_missing_data_is_one_line_and_exit_code_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["--data", str(tmp_path / "nowhere"), "--cache", str(tmp_path / "cache")])

    assert code == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "nowhere" in line
    assert "CUEGRAPH_BENCH_DATA" in line


def test_an_unknown_set_is_a_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path, tiny("small", 2))

    code = main(["--data", str(tmp_path), "--cache", str(tmp_path / "cache"), "--sets", "large"])

    assert code == 2
    assert "--sets: no large. Choose of small." in capsys.readouterr().err
