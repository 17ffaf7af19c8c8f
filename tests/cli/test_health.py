"""`cuegraph doctor`, `models` and `neo4j`: what is there, what is not, and what to do."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from cuegraph.embed import prepare
from cuegraph.store import server
from cuegraph.wiring import EMBEDDER

Run = Callable[..., Result]


def findings(result: Result) -> dict[str, dict[str, str]]:
    return {finding["check"]: finding for finding in json.loads(result.stdout)}


def test_the_doctor_finds_a_healthy_installation(run: Run, filled: Path) -> None:
    result = run("doctor", "--json", store=filled)
    assert result.exit_code == 0
    found = findings(result)
    needed = ("python", "packages", "parser", "encoder", "store")
    assert [found[name]["state"] for name in needed] == ["ok"] * 5
    assert "sqlite" in found["store"]["detail"]
    assert found["encoder"]["detail"].startswith(EMBEDDER)


def test_the_doctor_makes_no_store(run: Run, tmp_path: Path) -> None:
    result = run("doctor", "--json", store=tmp_path / "new.db")
    assert "is not there yet; `cuegraph import` makes it" in findings(result)["store"]["detail"]
    assert not (tmp_path / "new.db").exists()


def test_the_doctor_says_what_is_wrong_and_what_to_do(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUEGRAPH_MODELS", str(tmp_path))
    monkeypatch.setenv("CUEGRAPH_SPACY_MODEL", "no_such_model")
    monkeypatch.setenv("PATH", str(tmp_path))
    result = run("doctor", "--json", "--store", "neo4j://localhost:9")
    assert result.exit_code == 1
    found = findings(result)
    states = {name: found[name]["state"] for name in found}
    assert states == {
        "python": "ok",
        "packages": "ok",
        "parser": "problem",
        "encoder": "problem",
        "store": "problem",
        "java": "optional",
        "maven": "optional",
        "neo4j": "optional",
    }
    assert "models prepare" in found["encoder"]["hint"]
    assert "pip install" in found["parser"]["hint"]
    assert "NEO4J_PASSWORD" in found["store"]["hint"]
    shown = run("doctor", "--store", "neo4j://localhost:9").stdout
    assert len(shown.splitlines()) == len(found)


def test_models_are_prepared_where_the_encoder_looks(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """wiring names the model's folder without asking embed.prepare, which would load onnx."""
    assert EMBEDDER == prepare.NAME
    monkeypatch.setenv("CUEGRAPH_MODELS", str(tmp_path / "models"))
    assert run("models", "status").exit_code == 1
    prepared = run("models", "prepare")
    assert (prepared.exit_code, prepared.stdout) == (0, "")
    assert f"{EMBEDDER} is ready in {tmp_path / 'models' / EMBEDDER}" in prepared.stderr
    status = run("models", "status", "--json")
    assert status.exit_code == 0
    assert [finding["state"] for finding in json.loads(status.stdout)] == ["ok", "ok"]


def test_a_neo4j_that_does_not_run_is_told_from_its_home(run: Run, tmp_path: Path) -> None:
    status = run("neo4j", "status", "--home", tmp_path, "--json")
    assert status.exit_code == 1
    assert json.loads(status.stdout)["state"] == "stopped"
    shown = run("neo4j", "status", "--home", tmp_path).stdout
    assert shown == "Neo4j is stopped. Start it with `cuegraph neo4j up`.\n"
    down = run("neo4j", "down", "--home", tmp_path, "--json")
    assert (down.exit_code, json.loads(down.stdout)) == (0, {"ended": False})


@pytest.mark.neo4j
@pytest.mark.slow
@pytest.mark.timeout(240, func_only=True)  # a second server starts
def test_a_server_of_ones_own_needs_no_password_from_its_owner(
    run: Run,
    log_file: Path,
    neo4j_jars: Path,
    unused_ports: list[int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bolt_port, http_port = unused_ports
    home = tmp_path / "server"
    monkeypatch.setenv("CUEGRAPH_NEO4J_HOME", str(home))
    monkeypatch.setenv("CUEGRAPH_NEO4J_JARS", str(neo4j_jars))
    up = run("neo4j", "up", "--bolt-port", bolt_port, "--http-port", http_port, "--json")
    try:
        assert up.exit_code == 0, up.stderr
        url = json.loads(up.stdout)["bolt_url"]
        assert url == f"bolt://127.0.0.1:{bolt_port}"
        assert run("import", log_file, "--store", url).exit_code == 0
        found = run("recall", "Who carried the piano?", "-k", "1", "--json", "--store", url)
        assert json.loads(found.stdout)["hits"][0]["citations"][0]["externalId"] == "m3"
        shown = run("neo4j", "status", "--show-password").stdout
        assert shown.splitlines()[-1] == server.stored_password(home)
        monkeypatch.setenv("NEO4J_PASSWORD", "not the password")
        refused = run("stats", "--store", url)
        assert refused.exit_code == 4
        assert refused.stderr.count("\n") == 1
        assert "refuses the user or the password" in refused.stderr
    finally:
        down = run("neo4j", "down")
    assert down.stdout == "Neo4j has ended.\n"
