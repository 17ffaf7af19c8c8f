"""Cuegraph as its users run it: `cuegraph import` and `cuegraph recall`, as processes, and their cost.

One SQLite store a data set, one namespace a conversation, kept in the cache folder. What is there
already is used again, as long as the code that derives it is the same.
"""

import functools
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import IO, Any, Final, cast

import cuegraph
from bench.data import MessageRow, QuestionRow, Run
from cuegraph.errors import StoreError
from cuegraph.schema.settings import Settings

HITS: Final = 50  # as deep as the scorer looks
EXIT_PARTLY: Final = 3  # some lines were refused: they are counted, and the rest stands
COMMAND: Final = (sys.executable, "-m", "cuegraph")
RECORD_FILE: Final = "imported.json"
STORE_FILE: Final = "store.db"
# What an import's outcome and cost depend on. Recall is left out: a change of it imports nothing.
DERIVING: Final = ("schema", "extract", "embed", "loaders", "store", "engine/passes", "engine")
NOT_DERIVING: Final = frozenset({"settings.py", "recall.py", "engine.py", "check.py", "dump.py"})


@dataclass(frozen=True, slots=True)
class Process:
    """What a command wrote, line by line with the moment of each, and what it cost."""

    lines: Sequence[str]
    moments_s: Sequence[float]  # since the start of the process
    wall_s: float
    cpu_s: float  # of the process and all that it started
    memory_mib: float  # the largest of its processes
    exit_code: int
    last_words: str


@dataclass(slots=True)
class ImportCost:
    """The imports of a set's conversations, added up; `starts` is how many processes it took."""

    messages: int = 0
    rejected: int = 0
    starts: int = 0
    wall_s: float = 0.0
    cpu_s: float = 0.0
    memory_mib: float = 0.0

    def add(self, other: "ImportCost") -> None:
        """Take in what another import cost."""
        self.messages += other.messages
        self.rejected += other.rejected
        self.starts += other.starts
        self.wall_s += other.wall_s
        self.cpu_s += other.cpu_s
        self.memory_mib = max(self.memory_mib, other.memory_mib)


@dataclass(frozen=True, slots=True)
class RecallCost:
    """One process that answered all cues. `gap_*` are the times between answers, in ms.

    The first answer is apart: it waits for the models. A namespace's first one holds its index.
    """

    cues: int
    first_s: float
    gap_ms: float
    gap_p50_ms: float
    gap_p99_ms: float
    cpu_s: float
    memory_mib: float


@dataclass(slots=True)
class Product:
    """A data set in a store of its own, under `folder`."""

    folder: Path
    tell: Callable[[str], None]
    record: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def url(self) -> str:
        """The store's URL, as the commands take it."""
        return f"sqlite:///{self.folder / STORE_FILE}"

    def load(
        self, namespaces: Mapping[str, Sequence[MessageRow]], *, fresh: bool = False
    ) -> ImportCost:
        """Import the namespaces that are not there yet; what the imports of all of them cost.

        A namespace that holds other messages than these, or was derived by other code, is no use:
        then all are imported anew, as with `fresh`.
        """
        self._open(fresh=fresh)
        done = cast("dict[str, Any]", self.record["namespaces"])
        total = ImportCost()
        for name, messages in namespaces.items():
            digest = digest_of(json.dumps(messages, sort_keys=True))
            if name not in done:
                cost = self._import(name, messages)
                done[name] = {"digest": digest, "cost": asdict(cost)}
                self._keep()
                self.tell(
                    f"{self.folder.name}: imported {cost.messages} messages, "
                    f"{cost.wall_s:.1f} s, as {name}"
                )
            elif done[name]["digest"] != digest:
                self.tell(f"{self.folder.name}: {name} has other messages now; importing anew")
                return self.load(namespaces, fresh=True)
            total.add(ImportCost(**done[name]["cost"]))
        return total

    def recall(
        self, questions: Sequence[QuestionRow], weights: Mapping[str, float] | None = None
    ) -> tuple[Run, int, RecallCost]:
        """(run over all questions, how many got no answer line, cost), in one process."""
        options = [f"{name}={weight:g}" for name, weight in (weights or {}).items()]
        command = ["recall", "--cues", "-", "--store", self.url, "--json"]
        if options:
            command += ["--weights", ",".join(options)]
        process = run(command, cues(questions))
        if process.exit_code not in (0, EXIT_PARTLY):
            raise _failed("recall", process)
        answers = [json.loads(line) for line in process.lines if line.strip()]
        found, missing = rankings(questions, answers)
        return found, missing, _recall_cost(process, len(questions))

    def _import(self, name: str, messages: Sequence[Mapping[str, Any]]) -> ImportCost:
        with tempfile.TemporaryDirectory(dir=self.folder) as work:
            path = Path(work) / "messages.jsonl"
            with path.open("w", encoding="utf-8") as lines:
                lines.writelines(json.dumps(message) + "\n" for message in messages)
            process = run(["import", str(path), "--store", self.url, "--namespace", name, "--json"])
        if process.exit_code not in (0, EXIT_PARTLY):
            raise _failed("import", process)
        report = cast("dict[str, Any]", json.loads("".join(process.lines)))
        return ImportCost(
            messages=len(messages),
            rejected=int(report["rejected"]),
            starts=1,
            wall_s=process.wall_s,
            cpu_s=process.cpu_s,
            memory_mib=process.memory_mib,
        )

    def _open(self, *, fresh: bool) -> None:
        code = deriving_code()
        path = self.folder / RECORD_FILE
        if path.is_file() and not fresh:
            self.record = json.loads(path.read_text(encoding="utf-8"))
            if self.record.get("code") == code:
                return
            self.tell(f"{self.folder.name}: the code that derives has changed; importing anew")
        if self.folder.exists():
            shutil.rmtree(self.folder)
        self.folder.mkdir(parents=True)
        self.record = {"code": code, "namespaces": {}}
        self._keep()

    def _keep(self) -> None:
        path = self.folder / RECORD_FILE
        path.write_text(json.dumps(self.record, indent=1) + "\n", encoding="utf-8")


def cues(questions: Iterable[QuestionRow]) -> list[str]:
    """The questions as `cuegraph recall --cues -` reads them, one JSON object a line."""
    return [
        json.dumps(
            {
                "qid": q["qid"],
                "cue": q["question"],
                "namespace": q["conversation"],
                "now": q["asked_at"],
                "k": HITS,
            }
        )
        for q in questions
    ]


def rankings(
    questions: Iterable[QuestionRow], answers: Iterable[Mapping[str, Any]]
) -> tuple[Run, int]:
    """(a row for every question, how many of them have no answer). Those rank nothing: score 0."""
    found = {str(answer["qid"]): ranked_ids(answer) for answer in answers}
    run_rows: Run = []
    missing = 0
    for question in questions:
        missing += question["qid"] not in found
        run_rows.append({"qid": question["qid"], "ranked": found.get(question["qid"], [])})
    return run_rows, missing


def ranked_ids(answer: Mapping[str, Any]) -> list[str]:
    """The messages that the hits cite, best hit first, each once at its first place."""
    cited = (c["externalId"] for hit in answer["hits"] for c in hit["citations"])
    return list(dict.fromkeys(cited))


def run(arguments: Sequence[str], lines: Sequence[str] = ()) -> Process:
    """Run a `cuegraph` command to its end, `lines` on its standard input."""
    started = time.perf_counter()
    output: list[str] = []
    moments: list[float] = []
    with tempfile.TemporaryFile("w+", encoding="utf-8") as errors:
        process = subprocess.Popen(  # noqa: S603 -- our own command, arguments as a list
            [*COMMAND, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            encoding="utf-8",
        )
        # Fed beside the reading: with both pipes full, each side would wait for the other.
        feeder = threading.Thread(target=_feed, args=(process.stdin, lines), daemon=True)
        feeder.start()
        for line in cast("IO[str]", process.stdout):
            output.append(line)
            moments.append(time.perf_counter() - started)
        _, status, usage = os.wait4(process.pid, 0)  # its own cost, apart from earlier commands
        process.returncode = os.waitstatus_to_exitcode(status)
        feeder.join()
        cast("IO[str]", process.stdout).close()
        errors.seek(0)
        last_words = " ".join(errors.read().split("\n")[-4:]).strip()
    return Process(
        lines=output,
        moments_s=moments,
        wall_s=time.perf_counter() - started,
        cpu_s=usage.ru_utime + usage.ru_stime,
        memory_mib=usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10),
        exit_code=process.returncode,
        last_words=last_words,
    )


@functools.cache
def deriving_code() -> str:
    """A digest of the sources and settings that decide what an import writes.

    Taken once: what changes during a run must not throw away what the run has imported.
    """
    root = _sources_root()
    paths = (path for room in DERIVING for path in sorted((root / room).glob("*.py")))
    sources = _digest_of_files(root, (path for path in paths if path.name not in NOT_DERIVING))
    return digest_of(f"{Settings().derivation!r}\0{sources}")


def source_code() -> str:
    """A digest of all of the product's sources."""
    root = _sources_root()
    return _digest_of_files(root, sorted(root.rglob("*.py")))


def digest_of(text: str) -> str:
    """16 hex digits of SHA-256."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:16]


def _sources_root() -> Path:
    return Path(cuegraph.__path__[0])


def _digest_of_files(root: Path, paths: Iterable[Path]) -> str:
    parts: list[str] = []
    for path in paths:
        parts += [str(path.relative_to(root)), path.read_text(encoding="utf-8")]
    return digest_of("\0".join(parts))


def _feed(pipe: IO[str] | None, lines: Sequence[str]) -> None:
    if pipe is None:
        return
    try:
        with pipe:
            pipe.writelines(line + "\n" for line in lines)
    except BrokenPipeError:
        return  # it has ended; its exit code says why


def _recall_cost(process: Process, count: int) -> RecallCost:
    moments = process.moments_s
    gaps = sorted(b - a for a, b in pairwise(moments)) or [0.0]
    return RecallCost(
        cues=count,
        first_s=moments[0] if moments else 0.0,
        gap_ms=1000 * sum(gaps) / len(gaps),
        gap_p50_ms=1000 * gaps[len(gaps) // 2],
        gap_p99_ms=1000 * gaps[int(0.99 * (len(gaps) - 1))],
        cpu_s=process.cpu_s,
        memory_mib=process.memory_mib,
    )


def _failed(command: str, process: Process) -> StoreError:
    return StoreError(
        f"`cuegraph {command}` ended with {process.exit_code}: {process.last_words[:300]}",
        hint="Run it by hand to see more; --fresh imports anew.",
    )
