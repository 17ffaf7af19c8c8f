"""The Neo4j that `cuegraph neo4j` runs: really started, really refused, really ended."""

import http.client
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, LiteralString, Protocol
from urllib.parse import urlsplit

import neo4j
import pytest
from neo4j.exceptions import AuthError, ServiceUnavailable

from cuegraph.errors import StoreError, StoreUnavailableError, UsageError
from cuegraph.store import server
from cuegraph.store.server import process


class Running(Protocol):
    """What the fixture `neo4j_server` gives."""

    url: str
    user: str
    password: str
    settings: server.ServerSettings


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A living process that is no Neo4j; it has said a word, so it is past its exec."""
    command = [sys.executable, "-c", "import time; print(1, flush=True); time.sleep(60)"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == b"1\n"
        yield running
        running.kill()


def ask(
    url: str | None, password: str, query: LiteralString, **parameters: object
) -> list[dict[str, Any]]:
    assert url is not None
    with neo4j.GraphDatabase.driver(  # pyright: ignore[reportUnknownMemberType]  untyped **config
        url, auth=("neo4j", password), telemetry_disabled=True, max_transaction_retry_time=0
    ) as driver:
        records = driver.execute_query(query, parameters).records
        return [record.data() for record in records]


def fake_program(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    path.chmod(0o755)


def free_ports() -> tuple[int, int]:
    with (
        socket.create_server(("127.0.0.1", 0)) as one,
        socket.create_server(("127.0.0.1", 0)) as two,
    ):
        return one.getsockname()[1], two.getsockname()[1]


# ---------------------------------------------------------------- with the session's server


def test_only_the_password_opens_it(neo4j_server: Running) -> None:
    assert ask(neo4j_server.url, neo4j_server.password, "RETURN 1 AS one") == [{"one": 1}]
    with pytest.raises(AuthError):
        ask(neo4j_server.url, f"{neo4j_server.password}x", "RETURN 1")
    with pytest.raises(AuthError):
        ask(neo4j_server.url, "neo4j", "RETURN 1")


def test_second_up_changes_nothing(neo4j_server: Running) -> None:
    first = server.status(neo4j_server.settings.home)
    bolt_port, http_port = free_ports()
    again = server.up(replace(neo4j_server.settings, bolt_port=bolt_port, http_port=http_port))
    assert (again.pid, again.bolt_url) == (first.pid, neo4j_server.url)
    assert again.state is server.ServerState.RUNNING


def test_up_with_another_password_is_refused_and_the_server_stays(neo4j_server: Running) -> None:
    before = server.status(neo4j_server.settings.home)
    with pytest.raises(StoreUnavailableError, match="refuses the password"):
        server.up(replace(neo4j_server.settings, password="another password"))
    assert server.status(neo4j_server.settings.home).pid == before.pid


@pytest.mark.parametrize("taken", ["bolt_port", "http_port"])
def test_taken_port_is_named(neo4j_server: Running, tmp_path: Path, taken: str) -> None:
    bolt_port, http_port = free_ports()
    ports = {"bolt_port": bolt_port, "http_port": http_port}
    ports[taken] = getattr(neo4j_server.settings, taken)
    with pytest.raises(StoreError, match=f"port {ports[taken]} is taken") as caught:
        server.up(replace(neo4j_server.settings, home=tmp_path / "home", **ports))
    assert "other ports" in caught.value.hint
    assert server.status(tmp_path / "home").state is server.ServerState.STOPPED


def test_status_tells_version_memory_and_age(neo4j_server: Running) -> None:
    found = server.status(neo4j_server.settings.home)
    assert found.version == server.NEO4J_VERSION
    components = ask(neo4j_server.url, neo4j_server.password, "CALL dbms.components()")
    assert (components[0]["versions"], components[0]["edition"]) == ([found.version], "community")
    assert found.memory_mib is not None
    assert 100 < found.memory_mib < 2000
    assert found.uptime_s is not None
    assert 0 < found.uptime_s < 86400


def test_browser_is_served(neo4j_server: Running) -> None:
    url = urlsplit(str(server.status(neo4j_server.settings.home).browser_url))
    with closing(http.client.HTTPConnection(str(url.hostname), url.port, timeout=30)) as connection:
        connection.request("GET", url.path)
        answer = connection.getresponse()
        page = answer.read()
    assert answer.status == 200
    assert str(answer.getheader("Content-Type")).startswith("text/html")
    assert b"<title>Neo4j Browser</title>" in page


def test_running_settings_keep_words_on_this_machine(neo4j_server: Running) -> None:
    rows = ask(
        neo4j_server.url,
        neo4j_server.password,
        "SHOW SETTINGS YIELD name, value RETURN name, value",
    )
    found = {row["name"]: row["value"] for row in rows}
    assert found["client.allow_telemetry"] == "false"
    assert found["dbms.usage_report.enabled"] == "false"
    assert found["db.logs.query.enabled"] == "OFF"
    assert found["db.logs.query.parameter_logging_enabled"] == "false"
    assert found["db.tx_log.rotation.retention_policy"] == "keep_none"
    assert found["server.bolt.listen_address"].startswith("127.0.0.1:")
    assert found["server.http.listen_address"].startswith("127.0.0.1:")
    assert found["server.https.enabled"] == "false"


def test_browser_is_told_what_to_run_once_connected(neo4j_server: Running) -> None:
    rows = ask(
        neo4j_server.url,
        neo4j_server.password,
        "CALL dbms.clientConfig() YIELD name, value RETURN name, value",
    )
    found = {row["name"]: row["value"] for row in rows}
    assert found["browser.post_connect_cmd"] == neo4j_server.settings.post_connect_commands[0]


def test_full_text_and_vector_indexes_answer(neo4j_server: Running) -> None:
    def run(query: LiteralString, **parameters: object) -> list[dict[str, Any]]:
        return ask(neo4j_server.url, neo4j_server.password, query, **parameters)

    run("CREATE FULLTEXT INDEX probe_words FOR (n:ServerProbe) ON EACH [n.name]")
    run(
        "CREATE VECTOR INDEX probe_vectors FOR (n:ServerProbe) ON n.vector "
        "OPTIONS {indexConfig: {`vector.dimensions`: 2, `vector.similarity_function`: 'cosine'}}"
    )
    try:
        run("CALL db.awaitIndexes(60)")
        run("CREATE (:ServerProbe {name: 'Ada met Bob', vector: [1.0, 0.1]})")
        run("CREATE (:ServerProbe {name: 'Cem moved', vector: [-0.2, 1.0]})")
        words = run(
            "CALL db.index.fulltext.queryNodes('probe_words', 'bob') YIELD node "
            "RETURN node.name AS name"
        )
        vectors = run(
            "CALL db.index.vector.queryNodes('probe_vectors', 1, $cue) YIELD node "
            "RETURN node.name AS name",
            cue=[0.0, 1.0],
        )
    finally:
        run("MATCH (n:ServerProbe) DELETE n")
        run("DROP INDEX probe_words")
        run("DROP INDEX probe_vectors")
    assert words == [{"name": "Ada met Bob"}]
    assert vectors == [{"name": "Cem moved"}]


def test_server_that_ends_while_it_starts_is_an_error(
    neo4j_server: Running, tmp_path: Path
) -> None:
    """One MiB of heap is less than Java starts with."""
    bolt_port, http_port = free_ports()
    home = tmp_path / "home"
    settings = replace(
        neo4j_server.settings, home=home, bolt_port=bolt_port, http_port=http_port, heap_mib=1
    )
    with pytest.raises(StoreError, match="ended while it started") as caught:
        server.up(settings)
    assert str(home / "logs" / "console.log") in caught.value.hint
    assert "heap" in (home / "logs" / "console.log").read_text("utf-8")
    assert neo4j_server.password not in str(caught.value)
    assert server.status(home).state is server.ServerState.STOPPED


# ---------------------------------------------------------------- a server of its own


UP = """
import sys
from pathlib import Path
from cuegraph.store import server
home, jars, bolt_port, http_port = sys.argv[1:]
server.up(server.ServerSettings(
    home=Path(home), jars=Path(jars), bolt_port=int(bolt_port), http_port=int(http_port),
    heap_mib=384, start_timeout_s=180,
))
"""


@pytest.mark.neo4j
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_server_outlives_who_started_it_and_ends_by_down(neo4j_jars: Path, tmp_path: Path) -> None:
    home = tmp_path / "a home"
    bolt_port, http_port = free_ports()
    arguments = [str(home), str(neo4j_jars), str(bolt_port), str(http_port)]
    subprocess.run([sys.executable, "-c", UP, *arguments], check=True, timeout=240)
    try:
        found = server.status(home)
        assert found.state is server.ServerState.RUNNING
        assert found.bolt_url == f"bolt://127.0.0.1:{bolt_port}"
        password = server.stored_password(home)
        assert password is not None
        assert ask(found.bolt_url, password, "RETURN 1 AS one") == [{"one": 1}]
        with pytest.raises(AuthError):
            ask(found.bolt_url, "neo4j", "RETURN 1")
        readable = [path for path in home.rglob("*") if path.stat().st_mode & 0o077]
        assert [path for path in readable if path.is_file() and path.name != "lock"] == []
        assert home.stat().st_mode & 0o077 == 0
    finally:
        ended = server.down(home)
    assert ended
    assert server.status(home) == server.ServerStatus(server.ServerState.STOPPED)
    assert not server.down(home)
    with pytest.raises(ServiceUnavailable):
        ask(f"bolt://127.0.0.1:{bolt_port}", password, "RETURN 1")
    assert server.stored_password(home) == password


# ---------------------------------------------------------------- without any server


def test_home_that_is_not_there_is_stopped(tmp_path: Path) -> None:
    assert server.status(tmp_path / "none").state is server.ServerState.STOPPED
    assert not server.down(tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_dead_process_is_stale_until_down(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        pass
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "pid").write_text(f"{gone.pid}\n", "ascii")
    assert server.status(tmp_path) == server.ServerStatus(server.ServerState.STALE, pid=gone.pid)
    assert not server.down(tmp_path)
    assert server.status(tmp_path).state is server.ServerState.STOPPED


def test_process_that_ended_unnoticed_by_its_parent_is_gone(tmp_path: Path) -> None:
    """A zombie keeps its id until its parent asks."""
    command = [sys.executable, "-c", "", process.home_argument(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as zombie:
        assert zombie.stdout is not None
        assert zombie.stdout.read() == b""  # closed: it has ended, or is about to
        process.end_process(tmp_path, zombie.pid, timeout_s=10)
        assert process.own_process(tmp_path, zombie.pid) is None


def test_process_of_another_program_is_stale_and_never_ended(
    tmp_path: Path, sleeper: subprocess.Popen[bytes]
) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "pid").write_text(f"{sleeper.pid}\n", "ascii")
    assert server.status(tmp_path).state is server.ServerState.STALE
    assert not server.down(tmp_path)
    assert sleeper.poll() is None


def test_server_of_a_home_with_a_longer_name_is_not_ours(tmp_path: Path) -> None:
    argument = process.home_argument(tmp_path / "home2")
    command = [sys.executable, "-c", "import time; time.sleep(60)", argument]
    with subprocess.Popen(command) as other:
        try:
            assert process.own_process(tmp_path / "home2", other.pid) is not None
            assert process.own_process(tmp_path / "home", other.pid) is None
        finally:
            other.kill()


@pytest.mark.skipif(
    shutil.which("ps") is None or not Path("/proc/self").exists(), reason="needs ps and /proc"
)
def test_proc_and_ps_tell_the_same(sleeper: subprocess.Popen[bytes]) -> None:
    by_proc = process.process_from_proc(sleeper.pid)
    by_ps = process.process_from_ps(sleeper.pid)
    assert by_proc is not None
    assert by_ps is not None
    assert by_proc.command == by_ps.command
    assert abs(by_proc.uptime_s - by_ps.uptime_s) <= 1
    assert by_ps.memory_mib > 0


@pytest.mark.parametrize(
    ("age", "seconds"), [("00:07", 7), ("02:03", 123), ("01:00:01", 3601), ("2-03:04:05", 183845)]
)
def test_every_age_that_ps_prints_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, age: str, seconds: int
) -> None:
    fake_program(tmp_path, "ps", f"echo ' 204800 {age} java  -cp x'")
    monkeypatch.setenv("PATH", str(tmp_path))
    found = process.process_from_ps(os.getpid())
    assert found == process.Process("java  -cp x", memory_mib=200, uptime_s=seconds)


def test_missing_java_is_an_error_that_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StoreError, match="no `java`") as caught:
        server.up(server.ServerSettings(home=tmp_path / "home", jars=tmp_path / "jars"))
    assert "Install Java 17" in caught.value.hint
    assert not (tmp_path / "jars").exists()


@pytest.mark.parametrize(("version", "found"), [("11.0.2", 11), ("1.8.0_402", 8)])
def test_old_java_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, found: int
) -> None:
    fake_program(tmp_path, "java", f"echo 'openjdk version \"{version}\"' >&2")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StoreError, match=f"is Java {found}"):
        server.prepare_jars(tmp_path / "jars")


class TestJars:
    """Java and Maven are scripts here: what is tried is what we do with their answers."""

    @pytest.fixture(autouse=True)
    def programs(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        fake_program(tmp_path, "java", "echo 'openjdk version \"17.0.1\"' >&2")
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/usr/bin{os.pathsep}/bin")

    def test_missing_maven_is_an_error(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(StoreError, match="no `mvn`") as caught:
            server.prepare_jars(tmp_path / "jars")
        assert "Install Maven" in caught.value.hint

    def test_failed_download_gives_the_reason_and_leaves_nothing(self, tmp_path: Path) -> None:
        fake_program(tmp_path, "mvn", "echo '[ERROR] Could not transfer x: unknown host'; exit 1")
        with pytest.raises(StoreError, match="unknown host"):
            server.prepare_jars(tmp_path / "jars")
        assert list(tmp_path.glob("jars*")) == [tmp_path / "jars.lock"]

    def test_other_bytes_than_locked_are_refused(self, tmp_path: Path) -> None:
        fake_program(
            tmp_path,
            "mvn",
            "for word; do case $word in -DoutputDirectory=*) out=${word#*=};; esac; done\n"
            'mkdir "$out" && echo damaged > "$out/neo4j-5.26.30.jar"',
        )
        with pytest.raises(StoreError, match="other jars than the lock file"):
            server.prepare_jars(tmp_path / "jars")
        assert not (tmp_path / "jars").exists()

    def test_folder_with_other_files_is_left_alone(self, tmp_path: Path) -> None:
        jars = tmp_path / "jars"
        jars.mkdir()
        (jars / "letters.txt").write_text("dear Ada", "utf-8")
        with pytest.raises(UsageError, match="holds files"):
            server.prepare_jars(jars)
        assert (jars / "letters.txt").read_text("utf-8") == "dear Ada"

    @pytest.mark.neo4j
    def test_two_at_once_fetch_once(self, tmp_path: Path, neo4j_jars: Path) -> None:
        fake_program(
            tmp_path,
            "mvn",
            f'echo fetched >> "{tmp_path}/fetches"\n'
            "for word; do case $word in -DoutputDirectory=*) out=${word#*=};; esac; done\n"
            f'mkdir "$out" && sleep 0.3 && ln -s "{neo4j_jars}"/*.jar "$out"',
        )
        jars = tmp_path / "deep" / "jars"
        with ThreadPoolExecutor(3) as pool:
            found = list(pool.map(server.prepare_jars, [jars] * 3))
        assert found == [jars] * 3
        assert (tmp_path / "fetches").read_text("ascii") == "fetched\n"
        assert (jars / f"neo4j-{server.NEO4J_VERSION}.jar").is_file()

    @pytest.mark.neo4j
    def test_jar_that_went_missing_is_fetched_again(self, tmp_path: Path, neo4j_jars: Path) -> None:
        fake_program(
            tmp_path,
            "mvn",
            "for word; do case $word in -DoutputDirectory=*) out=${word#*=};; esac; done\n"
            f'mkdir "$out" && ln -s "{neo4j_jars}"/*.jar "$out"',
        )
        jars = server.prepare_jars(tmp_path / "jars")
        lost = jars / f"neo4j-{server.NEO4J_VERSION}.jar"
        lost.unlink()
        server.prepare_jars(jars)
        assert lost.is_file()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"bolt_port": 0}, "no port"),
        ({"bolt_port": 7474}, "cannot share"),
        ({"password": "short"}, "refuses a password"),
        ({"password": "two lines\nof it"}, "refuses a password"),
        (
            {"post_connect_commands": ("play x\ndbms.security.auth_enabled=false",)},
            "not one command",
        ),
        ({"post_connect_commands": ("play x; play y",)}, "not one command"),
    ],
)
def test_settings_that_cannot_be_are_refused(
    tmp_path: Path, wrong: dict[str, Any], words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        server.ServerSettings(home=tmp_path, jars=tmp_path, **wrong)
