"""The jars that Neo4j runs from: fetched once by Maven, checked by sha256, kept in a cache."""

import hashlib
import logging
import re
import shutil
import subprocess
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Final

from cuegraph.errors import StoreError, UsageError
from cuegraph.store.server.files import exclusive

# pom.xml and jars.sha256 name the same version; prepare_jars compares what Maven brought with both.
NEO4J_VERSION: Final = "5.26.30"
JARS_FOLDER: Final = f"neo4j-{NEO4J_VERSION}"
JAVA_MIN: Final = 17  # Neo4j 5 runs on Java 17 and 21
FETCH_TIMEOUT_S: Final = 1800.0  # 137 MB at the 100 kB/s of a bad line, guess
JAVA_ANSWER_S: Final = 30.0

Progress = Callable[[str], None]
"""Takes one line for a person to read."""

_PACKAGE: Final = "cuegraph.store.server"
_STAMP: Final = "complete"
_log = logging.getLogger(__name__)


def log_progress(line: str) -> None:
    """Where progress goes when nobody looks at it."""
    _log.info(line)


def prepare_jars(
    jars: Path, progress: Progress = log_progress, *, timeout_s: float = FETCH_TIMEOUT_S
) -> Path:
    """The folder `jars`, holding every jar of the lock file; fetches them where they are missing.

    A second call does nothing. Two processes may call at once: one fetches, the other waits.
    An interrupted download is never used, as the folder takes its name only when it is whole.

    Raises StoreError without Java 17 or Maven, or when the download fails or brings other bytes
    than the lock file names; UsageError when `jars` holds something else.
    """
    locked = _locked_hashes()
    if _is_complete(jars, locked):
        return jars
    if ":" in str(jars):
        raise UsageError(
            f"the folder for Neo4j's jars, {jars}, has a colon in its path",
            hint="Name another folder: Java reads a colon as the end of a path.",
        )
    if jars.exists() and not (jars / _STAMP).is_file() and any(jars.iterdir()):
        raise UsageError(
            f"{jars} holds files that are not Neo4j's jars",
            hint="Name an empty or a new folder for them.",
        )
    java_command()
    jars.parent.mkdir(parents=True, exist_ok=True)
    with exclusive(jars.with_name(f"{jars.name}.lock"), timeout_s):
        if not _is_complete(jars, locked):
            _fetch_whole(jars, locked, progress, timeout_s)
    return jars


def java_command() -> str:
    """The path of the `java` on the PATH; raises StoreError when it is missing or too old."""
    hint = f"Install Java {JAVA_MIN} or 21 (Debian: apt install openjdk-17-jre-headless)."
    java = shutil.which("java")
    if java is None:
        raise StoreError("Neo4j needs Java, and there is no `java` on the PATH.", hint=hint)
    answer = _run([java, "-version"], timeout_s=JAVA_ANSWER_S)
    # 17.0.15 is Java 17; the scheme before Java 9 called Java 8 "1.8.0".
    found = re.search(r'version "(?:1\.)?(\d+)', answer.stderr)
    if found is None:
        raise StoreError(f"`{java} -version` tells no version.", hint=hint)
    if int(found[1]) < JAVA_MIN:
        raise StoreError(f"Neo4j needs Java {JAVA_MIN}; {java} is Java {found[1]}.", hint=hint)
    return java


def _fetch_whole(jars: Path, locked: dict[str, str], progress: Progress, timeout_s: float) -> None:
    part = jars.with_name(f"{jars.name}.part")
    # What an earlier, killed download left; the lock is ours, so nobody is writing to it.
    shutil.rmtree(part, ignore_errors=True)
    try:
        progress(f"Fetching Neo4j {NEO4J_VERSION} with Maven (137 MB, once) into {jars}")
        _copy_dependencies(part, timeout_s)
        _verify(part, locked)
        (part / _STAMP).write_text(_stamp(locked), "utf-8")
        shutil.rmtree(jars, ignore_errors=True)
        part.rename(jars)
        progress(f"Neo4j {NEO4J_VERSION} is ready: {len(locked)} jars, checked by sha256")
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _copy_dependencies(folder: Path, timeout_s: float) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise StoreError(
            "Neo4j's jars come through Maven, and there is no `mvn` on the PATH.",
            hint="Install Maven (Debian: apt install maven), or copy the folder of jars "
            "from a machine that has it.",
        )
    with resources.as_file(resources.files(_PACKAGE) / "pom.xml") as pom:
        answer = _run(
            [
                *(maven, "--batch-mode", "--quiet", "--strict-checksums", "-Dstyle.color=never"),
                *("--file", str(pom), "dependency:copy-dependencies"),
                *("-DincludeScope=runtime", f"-DoutputDirectory={folder}"),
            ],
            timeout_s=timeout_s,
        )
    if answer.returncode != 0:
        lines = (answer.stdout + answer.stderr).splitlines()
        reason = next((line for line in lines if line.startswith("[ERROR]")), "no reason given")
        raise StoreError(
            f"Maven could not fetch Neo4j {NEO4J_VERSION}: {reason.removeprefix('[ERROR] ')}",
            hint="Check the network, or the mirror in ~/.m2/settings.xml, and run it again.",
        )


def _run(command: list[str], *, timeout_s: float) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603  a fixed program from the PATH, and no shell
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            encoding="utf-8",
            errors="replace",
            timeout=timeout_s,
        )
    except subprocess.TimeoutExpired as cause:
        raise StoreError(
            f"`{Path(command[0]).name}` gave no answer within {timeout_s:g} s.",
            hint="Check the network, and run the same command again.",
        ) from cause


def _locked_hashes() -> dict[str, str]:
    """Jar name -> sha256, as `sha256sum *.jar` writes them."""
    text = (resources.files(_PACKAGE) / "jars.sha256").read_text("utf-8")
    return {name: digest for digest, name in (line.split() for line in text.splitlines())}


def _verify(folder: Path, locked: dict[str, str]) -> None:
    found = {jar.name: _sha256(jar) for jar in folder.glob("*.jar")}
    wrong = sorted(name for name in locked | found if locked.get(name) != found.get(name))
    if wrong:
        raise StoreError(
            f"Maven brought other jars than the lock file names: {', '.join(wrong[:3])}"
            f"{' and more' if len(wrong) > 3 else ''}.",
            hint="Clear org/neo4j in the local Maven repository, check its mirror, and try again.",
        )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _stamp(locked: dict[str, str]) -> str:
    digest = hashlib.sha256("".join(locked.values()).encode()).hexdigest()
    return f"{NEO4J_VERSION} {digest}\n"


def _is_complete(jars: Path, locked: dict[str, str]) -> bool:
    stamp = jars / _STAMP
    if not stamp.is_file() or stamp.read_text("utf-8") != _stamp(locked):
        return False
    return all((jars / name).is_file() for name in locked)
