"""`cuegraph serve` and `cuegraph demo`: who may reach the API, and that it answers."""

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from cuegraph.cli.serving import is_loopback

Run = Callable[..., Result]
ASK = {"query": '{ recall(cue: "Who carried the piano?", first: 1) { hits { score } } }'}


@pytest.mark.parametrize(
    ("host", "is_ours"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),  # noqa: S104 - that it is refused is the point
        ("::", False),
        ("192.168.1.7", False),
        ("localhost.example.org", False),
        ("", False),
    ],
)
def test_only_loopback_is_served_without_a_word(host: str, is_ours: bool) -> None:
    assert is_loopback(host) is is_ours


def test_a_port_in_use_is_one_line_before_anything_is_loaded(run: Run, filled: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run("serve", "--port", port, store=filled)
    assert result.exit_code == 1
    assert f"port {port} of 127.0.0.1 is in use. Name another with --port." in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_host_without_an_address_is_one_line(run: Run, filled: Path) -> None:
    result = run("serve", "--host", "no host", "--allow-remote", store=filled)
    assert result.exit_code == 2
    assert result.stderr == "[BAD_USER_INPUT] no address for 'no host'. Name one with --host.\n"


def test_a_missing_model_is_told_at_the_start_not_at_the_first_query(
    run: Run, filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUEGRAPH_MODELS", str(tmp_path))
    result = run("serve", "--port", "0", store=filled)
    assert result.exit_code == 1
    assert result.stderr.startswith("[MODEL] No model file ")


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_the_api_answers_until_it_is_stopped(filled: Path, stop: signal.Signals) -> None:
    command = [sys.executable, "-m", "cuegraph", "serve", "--port", "0", "--host-name", "memory"]
    with subprocess.Popen(
        [*command, "--store", f"sqlite:///{filled}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stderr
        try:
            url = process.stderr.readline().split()[3]
            assert url.startswith("http://127.0.0.1:")
            answer = json.loads(_ask(url))
            assert answer["data"]["recall"]["hits"][0]["score"] > 0
            assert json.loads(_ask(url, host="memory")) == answer
            with pytest.raises(urllib.error.HTTPError, match="400"):
                _ask(url, host="evil.example.org")
        finally:
            process.send_signal(stop)
        assert process.wait(timeout=20) == 0
        assert process.stdout.read() == ""
        assert "Traceback" not in process.stderr.read()


@pytest.mark.slow
@pytest.mark.timeout(120)  # 727 messages are analysed
def test_the_demo_answers_five_cues_with_citations_and_paths(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "cuegraph", "demo", "--no-serve"]
    answer = subprocess.run(
        [*command, "--store", f"sqlite:///{tmp_path / 'demo.db'}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (answer.returncode, answer.stderr) == (0, "")
    lines = answer.stdout.splitlines()
    assert lines[0].startswith("727 records into demo of sqlite:///")
    assert sum(line.startswith("? ") for line in lines) == 5
    assert "For the record: Rafa forgot the stove" in answer.stdout
    assert "[ropes-and-snacks s07-006]" in answer.stdout
    assert answer.stdout.count("]-> «") >= 5
    assert f"--store sqlite:///{tmp_path / 'demo.db'} --namespace demo" in answer.stdout


def _ask(url: str, *, host: str = "localhost") -> str:
    request = urllib.request.Request(  # noqa: S310 - our own process
        url,
        json.dumps(ASK).encode(),
        {"content-type": "application/json", "host": host},
    )
    for _ in range(100):
        try:
            with urllib.request.urlopen(request, timeout=20) as response:  # noqa: S310
                return response.read().decode()
        except urllib.error.HTTPError:
            raise
        except urllib.error.URLError:
            time.sleep(0.1)
    raise AssertionError("no answer in time")
