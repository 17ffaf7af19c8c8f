"""`cuegraph recall`: the documented object, and nothing but it, on stdout."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

Run = Callable[..., Result]


def answer(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    return json.loads(result.stdout)


def cited(found: dict[str, Any]) -> list[str]:
    return [hit["citations"][0]["externalId"] for hit in found["hits"]]


def test_json_is_the_documented_object(run: Run, filled: Path) -> None:
    found = answer(run("recall", "Who carried the piano?", "-k", "2", "--json", store=filled))
    assert list(found) == ["cue", "hits", "confidence", "system"]
    assert found["cue"] == "Who carried the piano?"
    assert len(found["hits"]) == 2
    best = found["hits"][0]
    keys = ["id", "kind", "name", "score", "contributions", "path", "citations"]
    assert list(best) == keys
    assert best["kind"] == "Message"
    assert best["citations"] == [
        {"externalId": "m3", "conversation": "move", "start": 0, "end": 37}
    ]
    for hit in found["hits"]:
        parts = sum(value for _, value in sorted(hit["contributions"].items()))
        assert abs(parts - hit["score"]) < 1e-9
        assert list(hit["path"][0]) == ["id", "kind", "name", "via", "activation"]
        assert hit["path"][0]["via"] is None
        assert hit["path"][-1]["id"] == hit["id"]
    assert found["hits"][0]["score"] >= found["hits"][1]["score"]


def test_weights_take_the_place_of_the_usual_ones(run: Run, filled: Path) -> None:
    weights = ("--weights", "vectors=0, entities=0,times=0,activation=0,words=2.5")
    found = answer(run("recall", "piano", *weights, "--json", store=filled))
    assert found["hits"][0]["contributions"] == {"words": 2.5}
    assert set(cited(found)) == {"m3", "m6"}
    usual = answer(run("recall", "piano", "--weights", "activation=0", "--json", store=filled))
    assert {"words", "vectors"} <= set(usual["hits"][0]["contributions"])
    assert not any("activation" in hit["contributions"] for hit in usual["hits"])


def test_weights_hold_for_a_file_of_cues(run: Run, filled: Path) -> None:
    command = ("recall", "--cues", "-", "--weights", "words=1,vectors=0,activation=0")
    found = json.loads(run(*command, store=filled, stdin=b'{"cue": "piano"}').stdout)
    assert found["hits"][0]["contributions"]["words"] == 1.0
    assert not any("vectors" in hit["contributions"] for hit in found["hits"])


def test_words_of_a_cue_need_no_quotes(run: Run, filled: Path) -> None:
    found = answer(run("recall", "pottery", "course", "--json", store=filled))
    assert found["cue"] == "pottery course"
    assert cited(found)[0] == "m4"


@pytest.mark.parametrize(
    ("options", "allowed"),
    [
        (["--speaker", "Bob"], {"m2", "m4"}),
        (["--speaker", "Bob", "--speaker", "Clara"], {"m2", "m4", "m6"}),
        (["--conversation", "move"], {"m1", "m2", "m3"}),
        (["--since", "2024-06-01"], {"m4", "m5", "m6"}),
        (["--until", "2024-05-06T09:01:00Z"], {"m1"}),
        (["--since", "2024-05-06T09:01:00Z", "--until", "2024-06-10"], {"m2", "m3"}),
        (["--as-of", "2024-05-06T09:01:00Z"], {"m1", "m2"}),
    ],
)
def test_filters_leave_only_what_they_say(
    run: Run, filled: Path, options: list[str], allowed: set[str]
) -> None:
    found = answer(run("recall", "piano Lisbon pottery", *options, "--json", store=filled))
    assert cited(found)
    assert set(cited(found)) <= allowed


def test_other_kinds_are_recalled_when_asked_for(run: Run, filled: Path) -> None:
    found = answer(run("recall", "Clara", "--kind", "person", "--json", store=filled))
    assert {hit["kind"] for hit in found["hits"]} == {"Person"}


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--kind", "Ghost"], 2, "no kind 'Ghost'. Kinds are Conversation, Session, Message,"),
        (
            ["--now", "yesterday"],
            2,
            "'yesterday' is no time (Invalid isoformat string: 'yesterday').",
        ),
        (["--since", "2024-06-01", "--until", "2024-05-01"], 2, "2024-05-01 does not come after"),
        (["--namespace", "other"], 1, "[NOT_FOUND] no namespace 'other' in this store."),
        (["--weights", "smell=1"], 2, "'smell' is no signal of recall. Write NAME=WEIGHT,…, with"),
        (["--weights", "edges=1"], 2, "names are words, vectors, entities, times, activation."),
        (["--weights", "words=1,words=2"], 2, "'words' is given twice."),
        (["--weights", "words"], 2, "'' is no weight for words."),
        (["--weights", "words=nan"], 2, "the weight of words is nan."),
        (["--weights", "words=-1"], 2, "the weight of words is -1."),
        (["--weights", "words=100.1"], 2, "weights from 0 to 100;"),
        (["-k", "1001"], 1, "[LIMIT] 1001 hits asked for. Ask for 1 to 1000 (hits_max)."),
    ],
)
def test_a_wrong_value_is_refused(
    run: Run, filled: Path, options: list[str], code: int, message: str
) -> None:
    result = run("recall", "piano", *options, store=filled)
    assert result.exit_code == code
    assert message in result.stderr
    assert result.stdout == ""


def test_a_blank_cue_is_refused(run: Run, filled: Path) -> None:
    result = run("recall", " ", store=filled)
    assert result.exit_code == 2
    assert "an empty cue. Say what to recall." in result.stderr


def test_a_person_sees_words_speaker_time_reasons_and_the_way(run: Run, filled: Path) -> None:
    shown = run("recall", "Who carried the piano?", store=filled).stdout
    assert "Yes, Clara carried the piano with me." in shown
    assert "Ada, 2024-05-06T09:02:00Z" in shown
    assert "[move m3]" in shown
    assert "words 1.000" in shown
    assert "]-> «" in shown
    assert "confidence 0." in shown
    assert "\x1b" not in shown  # no colours where the output is no terminal


def test_a_pasted_escape_sequence_does_not_reach_the_terminal(run: Run, store: Path) -> None:
    line = json.dumps({"text": "beware of \x1b[2J the kraken", "speaker": "Ev\x07e", "id": "\x1bm"})
    assert run("import", "-", store=store, stdin=line.encode()).exit_code == 0
    shown = run("recall", "kraken", store=store).stdout
    assert "the kraken" in shown
    assert "\x1b" not in shown
    assert "\x07" not in shown


def test_a_file_of_cues_is_answered_in_order(run: Run, filled: Path, tmp_path: Path) -> None:
    cues = [
        {"qid": "a", "cue": "piano", "namespace": "default", "now": "2024-07-01T00:00:00Z", "k": 1},
        {"qid": 7, "cue": "pottery", "namespace": "default", "k": 2, "gold": ["m4"]},
        {"cue": "Lisbon"},
    ]
    path = tmp_path / "cues.jsonl"
    path.write_text("\n".join(map(json.dumps, cues)))
    result = run("recall", "--cues", path, "-k", "3", store=filled)
    assert (result.exit_code, result.stderr) == (0, "")
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [list(a) for a in answers] == [["qid", "cue", "hits", "confidence", "system"]] * 3
    assert [(a["qid"], a["cue"]) for a in answers] == [
        ("a", "piano"),
        (7, "pottery"),
        (None, "Lisbon"),
    ]
    assert [len(a["hits"]) <= k for a, k in zip(answers, (1, 2, 3), strict=True)] == [True] * 3
    alone = answer(run("recall", "pottery", "-k", "2", "--json", store=filled))
    assert {k: v for k, v in answers[1].items() if k != "qid"} == alone


def test_a_bad_cue_is_told_and_the_others_are_answered(run: Run, filled: Path) -> None:
    lines = [
        '{"cue": "piano"}',
        "garbage",
        '{"qid": [], "cue": "piano"}',
        '{"qid": "no cue"}',
        '{"cue": "piano", "k": "3"}',
        '{"cue": "piano", "k": 0}',
        '{"cue": "piano", "namespace": "other"}',
        '{"cue": "piano", "now": "soon"}',
        '{"qid": "last", "cue": "piano"}',
    ]
    result = run("recall", "--cues", "-", store=filled, stdin="\n".join(lines).encode())
    assert result.exit_code == 3
    assert [json.loads(line)["qid"] for line in result.stdout.splitlines()] == [None, "last"]
    told = result.stderr.splitlines()
    assert [line.split(" ", 1)[0] for line in told[:-1]] == [f"<stdin>:{n}:" for n in range(2, 9)]
    assert "not JSON: Expecting value at column 1." in told[0]
    assert told[-1] == "7 of 9 lines of <stdin> are bad."


def test_cues_without_a_good_line_are_a_failure(run: Run, filled: Path) -> None:
    result = run("recall", "--cues", "-", store=filled, stdin=b"garbage\n")
    assert result.exit_code == 1
    assert result.stderr.endswith("No cue answered: 1 of 1 lines of <stdin> are bad.\n")


def test_each_answer_comes_before_the_next_cue_is_sent(filled: Path) -> None:
    """A program may hold a conversation with one process: nothing waits in a buffer."""
    command = [sys.executable, "-m", "cuegraph", "recall", "--cues", "-"]
    with subprocess.Popen(
        [*command, "--store", f"sqlite:///{filled}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        for cue in ("piano", "pottery"):
            process.stdin.write(json.dumps({"cue": cue}) + "\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["cue"] == cue
        process.stdin.close()
        assert process.wait(timeout=20) == 0
