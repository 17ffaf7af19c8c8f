"""What the command line promises before any work: help, usage, errors, and a quick start."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from cuegraph import wiring
from cuegraph.cli import STORE_URL

Run = Callable[..., Result]
GOLDEN = Path(__file__).parents[1] / "golden" / "cli_help.txt"
COMMANDS = [
    [],
    *(["import"], ["recall"], ["serve"], ["export"], ["forget"], ["rebuild"], ["check"], ["stats"]),
    *(["doctor"], ["demo"], ["models"], ["models", "prepare"], ["models", "status"]),
    *(["neo4j"], ["neo4j", "up"], ["neo4j", "down"], ["neo4j", "status"]),
]
HEAVY = {"numpy", "spacy", "onnxruntime", "neo4j", "strawberry", "rich", "uvicorn", "tokenizers"}


def test_help_of_every_command_is_as_reviewed(run: Run, request: pytest.FixtureRequest) -> None:
    """Run with UPDATE_GOLDEN=1 to write it anew; the diff is reviewed."""
    shown = "\n".join(
        f"$ cuegraph {' '.join([*command, '--help'])}\n{run(*command, '--help').stdout}"
        for command in COMMANDS
    )
    if os.environ.get("UPDATE_GOLDEN") == "1":
        GOLDEN.write_text(shown, encoding="utf-8")
    assert shown == GOLDEN.read_text("utf-8")


def test_the_golden_help_leaves_no_command_out(run: Run) -> None:
    for group in ([], ["models"], ["neo4j"]):
        listed = run(*group, "--help").stdout.partition("Commands:\n")[2].partition("\n\n")[0]
        names = [line.split()[0] for line in listed.splitlines() if line[2] != " "]
        assert len(names) > 1
        assert all([*group, name] in COMMANDS for name in names)


def test_help_loads_no_heavy_library() -> None:
    """So it answers within 0.3 s; a timed test would fail on a busy machine."""
    code = "import sys, cuegraph.cli; print(' '.join({m.partition('.')[0] for m in sys.modules}))"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert not HEAVY & set(answer.stdout.split())


def test_the_default_store_is_the_one_of_the_python_face() -> None:
    """Named twice, as the command line must not load the engine for it."""
    assert STORE_URL == wiring.STORE_URL


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["recall", "x"], 4, "[STORE_UNAVAILABLE] no store at cuegraph.db. Check --store,"),
        (["recall", "x", "--store", "log.db"], 2, "'log.db' is no address of a store. Write"),
        (["recall", "x", "--store", "sqlite:///"], 2, "a sqlite URL without a file. Write"),
        (["recall"], 2, "recall takes a cue or --cues. Give one of the two."),
        (["recall", "x", "--cues", "-"], 2, "recall takes a cue or --cues."),
        (
            ["stats", "--store", "neo4j://host"],
            4,
            "no password for neo4j://host. Set NEO4J_PASSWORD",
        ),
        (["stats", "--store", "bolt://ada:hunter2@host"], 2, "the address bolt://host came with"),
        (["import", "gone.jsonl"], 1, "[LOADER] no file gone.jsonl. Check the path."),
        (["import", "."], 1, "[LOADER] . is a folder. Name the files in it."),
        (["import", "-", "--format", "csv"], 2, "no format 'csv'. Known formats: auto, cuegraph-"),
        (["forget"], 2, "nothing named to forget. Give --message,"),
        (["forget", "--ids", "gone.txt"], 1, "gone.txt: cannot be read"),
        (["serve", "--host", "10.0.0.1"], 2, "10.0.0.1 can be reached from other machines"),
        (["serve", "--host", "::"], 2, ":: can be reached from other machines"),
    ],
)
def test_an_error_is_one_line_that_says_what_to_do(
    run: Run, arguments: list[str], code: int, message: str, tmp_path: Path
) -> None:
    result = run(*arguments)
    assert result.exit_code == code
    assert result.stdout == ""
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert "hunter2" not in result.output
    assert list(tmp_path.iterdir()) == []  # nothing was made in passing


def test_a_store_that_does_not_answer_is_one_line(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEO4J_PASSWORD", "secret-word")
    result = run("stats", "--store", "bolt://127.0.0.1:9")  # the discard port: nobody listens
    assert result.exit_code == 4
    assert result.stderr.startswith("[STORE_UNAVAILABLE] bolt://127.0.0.1:9 does not answer.")
    assert result.stderr.count("\n") == 1


def test_a_wrong_option_is_a_usage_error(run: Run) -> None:
    result = run("recall", "x", "-k", "0")
    assert result.exit_code == 2
    assert "'-k'" in result.stderr
    assert result.stdout == ""


def test_debug_shows_the_traceback(run: Run) -> None:
    result = run("--debug", "stats")
    assert type(result.exception).__name__ == "StoreUnavailableError"


def test_a_file_that_is_no_store_is_one_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "store.db").write_bytes(b"no database at all, but long enough to be read as one")
    result = run("stats", store=tmp_path / "store.db")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "file is not a database" in result.stderr


@pytest.mark.parametrize("command", ["export", "stats"])  # much output, and less than a buffer
def test_a_closed_pipe_ends_the_program_in_silence(filled: Path, command: str) -> None:
    program = f"'{sys.executable}' -m cuegraph {command} --store 'sqlite:///{filled}'"
    answer = subprocess.run(
        ["bash", "-c", f"{program} | true; exit ${{PIPESTATUS[0]}}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (answer.returncode, answer.stderr) == (141, "")
