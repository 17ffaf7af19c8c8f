"""`cuegraph import`: receipts that add up, and nothing dropped in silence."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from cuegraph.schema.settings import Limits
from cuegraph.wiring import open_store

Run = Callable[..., Result]
COUNT = 20_000  # messages, more than are imported before the interrupt comes
BAD = ['{"text": "broken"', '{"speaker": "Ada"}', '{"text": "x", "timestamp": "noon"}', "[1]"]


def receipt(result: Result) -> dict[str, Any]:
    found = json.loads(result.stdout)
    parts = ("imported", "alreadyThere", "earlierRecording", "rejected")
    assert sum(found[part] for part in parts) == found["records"]
    return found


def test_a_second_import_finds_everything_there(run: Run, log_file: Path, store: Path) -> None:
    result = run("import", log_file, "--json", store=store)
    assert result.exit_code == 0
    assert result.stderr == ""
    found = receipt(result)
    assert (found["records"], found["imported"], found["alreadyThere"]) == (6, 0, 6)
    assert found["quarantine"] is None


def test_an_earlier_recording_is_counted_as_such(run: Run, log_file: Path, store: Path) -> None:
    result = run("import", log_file, "--recorded-at", "2024-07-01", "--json", store=store)
    assert result.exit_code == 0
    assert receipt(result)["earlierRecording"] == 6


def test_bad_lines_go_to_quarantine_once_and_the_rest_is_imported(
    run: Run, log_lines: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "mixed.jsonl"
    path.write_text("\n".join([log_lines[0], *BAD, log_lines[1], "", log_lines[0]]) + "\n")
    first = run("import", path, "--json", store=tmp_path / "new.db")
    assert first.exit_code == 3
    assert first.stderr.startswith("Rejected 4 of 7 records; see ")
    found = receipt(first)
    assert (found["imported"], found["alreadyThere"], found["rejected"]) == (2, 1, 4)
    quarantine = tmp_path / "cuegraph-quarantine.jsonl"
    assert found["quarantine"] == str(quarantine)
    lines = [json.loads(line) for line in quarantine.read_text().splitlines()]
    assert [(x["file"], x["line"], x["reason"]) for x in lines] == [
        (str(path), 2, "not JSON: Expecting ',' delimiter at column 18"),
        (str(path), 3, "no key 'text'"),
        (str(path), 4, "'timestamp': Invalid isoformat string: 'noon'"),
        (str(path), 5, "a list, not an object"),
    ]
    assert lines[0]["excerpt"] == BAD[0]
    assert quarantine.stat().st_mode & 0o077 == 0
    before = quarantine.read_bytes()
    assert run("import", path, store=tmp_path / "new.db").exit_code == 3
    assert quarantine.read_bytes() == before


def test_the_quarantine_file_can_be_named(run: Run, log_lines: list[str], tmp_path: Path) -> None:
    content = "\n".join([log_lines[0], BAD[1]]).encode()
    named = tmp_path / "other.jsonl"
    result = run(*("import", "-", "--quarantine", named), store=tmp_path / "new.db", stdin=content)
    assert result.exit_code == 3
    assert json.loads(named.read_text())["file"] == "<stdin>"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "Nothing imported: no records in <stdin>."),
        ("\n\n", "Nothing imported: no records in <stdin>."),
        (BAD[2] + "\n", "Nothing imported: 1 record, all rejected; see "),
    ],
)
def test_nothing_imported_is_a_failure(
    run: Run, content: str, message: str, tmp_path: Path
) -> None:
    result = run("import", "-", "--json", store=tmp_path / "new.db", stdin=content.encode())
    assert result.exit_code == 1
    assert result.stderr.startswith(message)
    assert receipt(result)["imported"] == 0


def test_the_receipt_for_a_person_names_all_counts(run: Run, log_file: Path, store: Path) -> None:
    shown = run("import", log_file, store=store).stdout
    assert f"6 records into default of sqlite:///{store}" in shown
    assert "0 imported" in shown
    assert "6 already there" in shown
    assert "0 rejected" in shown


def test_a_missing_model_is_one_line_and_nothing_is_lost(
    run: Run, log_file: Path, store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = store.read_bytes()
    monkeypatch.setenv("CUEGRAPH_MODELS", str(tmp_path / "nowhere"))
    result = run("import", log_file, store=store)
    assert result.exit_code == 1
    assert result.stderr.startswith("[MODEL] No model file ")
    assert "Run `cuegraph models prepare`" in result.stderr
    assert result.stderr.count("\n") == 1
    assert store.read_bytes() == before


def test_workers_give_the_same_memory_as_none(
    run: Run, log_file: Path, filled: Path, tmp_path: Path
) -> None:
    result = run("import", log_file, "--workers", "2", store=tmp_path / "new.db")
    assert result.exit_code == 0
    assert _without_recording(run, tmp_path / "new.db") == _without_recording(run, filled)


@pytest.mark.slow
def test_an_interrupt_keeps_what_was_committed_and_leaves_no_process(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text("".join(f'{{"text": "Day {n}.", "id": "{n}"}}\n' for n in range(COUNT)))
    url = f"sqlite:///{tmp_path / 'store.db'}"
    command = [sys.executable, "-m", "cuegraph", "import", str(log), "--store", url]
    process = subprocess.Popen(
        [*command, "--workers", "1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    _await_messages(tmp_path / "store.db", url)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: workers get it too
    # Workers inherit stderr, so it ends only when the last of them is gone. To ask for the process
    # group instead would count the dead that their new parent has not waited for.
    shown, errors = process.communicate(timeout=50)
    assert (process.returncode, shown) == (130, "")
    assert errors == "Interrupted. What was committed stays.\n"
    store = open_store(url)
    kept = sum(1 for _ in store.scan_messages("default"))
    store.close()
    assert kept % Limits().batch_messages == 0
    assert 0 < kept < COUNT


def _await_messages(path: Path, url: str) -> None:
    deadline_s = time.monotonic() + 50
    while time.monotonic() < deadline_s:
        if path.exists():
            store = open_store(url)
            found = store.namespaces()
            store.close()
            if found:
                return
        time.sleep(0.1)
    raise AssertionError("no batch was committed in time")


def _without_recording(run: Run, store: Path) -> list[str]:
    """The dump without the moments of recording, which differ between two imports."""
    lines = [json.loads(line) for line in run("export", store=store).stdout.splitlines()]
    for line in lines:
        line.get("message", {}).pop("recorded_at", None)
        line.get("node", {}).get("properties", {}).pop("recordedAt", None)
    return [json.dumps(line, sort_keys=True) for line in lines]
