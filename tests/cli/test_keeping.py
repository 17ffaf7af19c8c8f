"""Looking after a store: export, forget, check, rebuild, stats."""

import contextlib
import json
import os
import pty
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

Run = Callable[..., Result]


def ids_left(run: Run, store: Path) -> set[str]:
    lines = [json.loads(line) for line in run("export", store=store).stdout.splitlines()]
    return {line["message"]["external_id"] for line in lines if "message" in line}


def test_export_prints_sorted_json_lines_and_nothing_else(run: Run, filled: Path) -> None:
    result = run("export", store=filled)
    assert (result.exit_code, result.stderr) == (0, "")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert lines[0]["cuegraph"]["namespace"] == "default"
    assert all(len(line) == 1 for line in lines)
    assert ids_left(run, filled) == {"m1", "m2", "m3", "m4", "m5", "m6"}


def test_a_dry_run_tells_what_a_forget_then_does(run: Run, store: Path) -> None:
    before = run("export", store=store).stdout
    dry = json.loads(run("forget", "--message", "m3", "--dry-run", "--json", store=store).stdout)
    assert run("export", store=store).stdout == before
    real = json.loads(run("forget", "--message", "m3", "--json", store=store).stdout)
    assert (dry["dryRun"], real["dryRun"]) == (True, False)
    assert [dry[k] for k in ("messages", "nodes", "edges")] == [
        real[k] for k in ("messages", "nodes", "edges")
    ]
    assert dry["messages"] == 1
    assert dry["nodes"] > 0
    assert (dry["layers"], set(real["layers"])) == ({}, {"database", "wal"})
    assert ids_left(run, store) == {"m1", "m2", "m4", "m5", "m6"}


def test_a_forgotten_message_leaves_no_trace_in_the_dump(
    run: Run, store: Path, log_lines: list[str], tmp_path: Path
) -> None:
    assert run("forget", "--message", "m3", store=store).exit_code == 0
    rest = tmp_path / "rest.jsonl"
    rest.write_text("\n".join(line for line in log_lines if '"m3"' not in line))
    recorded = json.loads(run("export", store=store).stdout.splitlines()[1])["message"]
    moment = recorded["recorded_at"]
    fresh = tmp_path / "fresh.db"
    assert run("import", rest, "--recorded-at", moment, store=fresh).exit_code == 0
    assert run("export", store=store).stdout == run("export", store=fresh).stdout


@pytest.mark.parametrize(
    ("options", "left"),
    [
        (["--message", "m1", "--message", "m6"], {"m2", "m3", "m4", "m5"}),
        (["--conversation", "move"], {"m4", "m5", "m6"}),
        (["--speaker", "Bob", "--message", "m6"], {"m1", "m3", "m5"}),
        (["--before", "2024-05-06T09:02:00Z"], {"m3", "m4", "m5", "m6"}),
        (["--ids", "ids.txt"], {"m1", "m2", "m3"}),
    ],
)
def test_what_any_option_names_is_forgotten(
    run: Run, store: Path, tmp_path: Path, options: list[str], left: set[str]
) -> None:
    (tmp_path / "ids.txt").write_text("\ufeffm4\r\n\n  m5\nm6\n", encoding="utf-8")
    result = run("forget", *options, store=store)
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Forgot {6 - len(left)} messages of default")
    assert ids_left(run, store) == left


def test_one_message_is_spoken_of_as_one(run: Run, filled: Path) -> None:
    shown = run("forget", "--message", "m3", "--dry-run", store=filled).stdout
    assert shown.startswith("Would forget 1 message of default, and with ")


def test_forgetting_what_is_not_there_says_so(run: Run, store: Path) -> None:
    result = run("forget", "--message", "m99", store=store)
    assert result.exit_code == 1
    assert result.stderr.startswith("[NOT_FOUND] no message matches.")


def test_check_finds_a_tampered_row_and_rebuild_repairs_it(run: Run, store: Path) -> None:
    good = run("check", "--json", store=store)
    assert good.exit_code == 0
    assert json.loads(good.stdout)["equal"] is True
    before = run("export", store=store).stdout
    with sqlite3.connect(store) as connection:
        connection.execute("DELETE FROM edges WHERE type = 'NEXT'")
    connection.close()
    bad = run("check", store=store)
    assert bad.exit_code == 1
    assert "rows are not what the log gives." in bad.stdout
    assert "  derived only: " in bad.stdout
    assert "cuegraph rebuild" in bad.stderr
    assert run("rebuild", "--workers", "0", store=store).exit_code == 0
    assert run("export", store=store).stdout == before
    assert run("check", store=store).stdout.startswith("default: all ")


def test_stats_count_what_was_imported(run: Run, filled: Path) -> None:
    result = run("stats", "--json", store=filled)
    assert (result.exit_code, result.stderr) == (0, "")
    found: dict[str, Any] = json.loads(result.stdout)
    (default,) = found["namespaces"]
    assert (default["namespace"], default["messages"], default["conversations"]) == (
        "default",
        6,
        2,
    )
    assert (default["first"], default["last"]) == ("2024-05-06T09:00:00Z", "2024-06-11T08:00:00Z")
    assert default["edgeTypes"]["NEXT"] > 0
    shown = run("stats", "--namespace", "default", store=filled).stdout
    assert shown.startswith(
        "default: 6 messages, 2 conversations, 3 speakers, 2024-05-06T09:00:00Z"
    )


def test_stats_of_a_namespace_that_is_not_there_says_so(run: Run, filled: Path) -> None:
    result = run("stats", "--namespace", "other", store=filled)
    assert result.exit_code == 1
    assert "no namespace 'other'" in result.stderr


@pytest.mark.parametrize(
    ("options", "reply", "code", "count"),
    [
        (["--speaker", "Bob"], b"n\n", 1, 6),
        (["--speaker", "Bob"], b"y\n", 0, 4),
        (["--speaker", "Bob", "--yes"], b"", 0, 4),
        (["--message", "m1"], b"", 0, 5),
    ],
)
def test_a_person_is_asked_before_several_messages_go(
    run: Run, store: Path, options: list[str], reply: bytes, code: int, count: int
) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "cuegraph", "forget", *options]
    with subprocess.Popen(
        [*command, "--store", f"sqlite:///{store}"], stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        os.write(ours, reply)
        shown = _all_of(ours)
    assert process.returncode == code
    assert ("Forget 2 messages of default? [y/N]" in shown) is bool(reply)
    assert len(ids_left(run, store)) == count


def _all_of(terminal: int) -> str:
    shown = b""
    with contextlib.suppress(OSError):  # how a terminal says that the other side is gone
        while part := os.read(terminal, 4096):
            shown += part
    os.close(terminal)
    return shown.decode()
