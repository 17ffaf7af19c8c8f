"""The benchmark's data: sets of conversations with questions, and the scorer that lies beside them.

The data is evaluation only and no part of the project; its folder is named by `--data` or by the
environment variable CUEGRAPH_BENCH_DATA. A set is a folder with `messages.jsonl.gz` and
`questions.jsonl.gz`; `score.py` in the folder above scores them all.
"""

import gzip
import importlib.util
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Protocol, TypedDict, cast

import numpy as np
from numpy.typing import NDArray

from cuegraph.errors import InputError

DATA_VARIABLE: Final = "CUEGRAPH_BENCH_DATA"
SEED: Final = 7  # of the choice that a quick run makes
# Conversations of a set in a quick run, where it has more: chosen for about ten minutes on two
# cores with nothing cached. A question is asked within its own conversation, so whole ones stay.
QUICK_CONVERSATIONS: Final[Mapping[str, int]] = {"locomo": 3, "tmd": 2, "beam100k": 1, "qmsum": 6}


class MessageRow(TypedDict):
    """One line of `messages.jsonl.gz`: the keys of an import line."""

    conversation: str
    session: str
    id: str
    speaker: str
    role: str
    text: str
    timestamp: str | None


class QuestionRow(TypedDict):
    """One line of `questions.jsonl.gz`; `evidence` are ids of messages."""

    qid: str
    conversation: str
    question: str
    category: str
    evidence: list[str]
    asked_at: str | None


class RunRow(TypedDict):
    """What a system answers to one question: ids of messages, best first."""

    qid: str
    ranked: list[str]


Run = list[RunRow]
Cells = dict[str, Any]  # metric -> {"mean", "low", "high"}, and "n": as the scorer gives it
Scores = tuple[list[str], NDArray[np.float64], NDArray[np.str_], int]


class Scorer(Protocol):
    """What is used of the data's own `score.py`."""

    def score_run(self, questions: Sequence[QuestionRow], run: Sequence[RunRow]) -> Scores:
        """(metrics, questions x metrics, categories, number of questions not answered)."""
        ...

    def summarise(
        self, names: list[str], table: NDArray[np.float64], categories: NDArray[np.str_]
    ) -> dict[str, Cells]:
        """Means with 95 % intervals of each category, and of "overall"."""
        ...

    def compare(
        self,
        names: list[str],
        table_a: NDArray[np.float64],
        table_b: NDArray[np.float64],
        categories: NDArray[np.str_],
    ) -> dict[str, Cells]:
        """Paired differences a - b, grouped as in `summarise`."""
        ...


@dataclass(frozen=True)
class DataSet:
    """One set, or a part of one: whole conversations, in the order of the file."""

    name: str
    messages: Sequence[MessageRow]
    questions: Sequence[QuestionRow]

    @cached_property
    def conversations(self) -> dict[str, list[MessageRow]]:
        """Each conversation's messages in the order of the file."""
        found: dict[str, list[MessageRow]] = {}
        for message in self.messages:
            found.setdefault(message["conversation"], []).append(message)
        return found

    def restricted(self, conversations: Collection[str]) -> "DataSet":
        """The same set with these conversations only."""
        return DataSet(
            self.name,
            [m for m in self.messages if m["conversation"] in conversations],
            [q for q in self.questions if q["conversation"] in conversations],
        )


def known_sets(folder: Path) -> list[str]:
    """Names of the sets in the data folder, sorted; raises InputError where there are none."""
    names = sorted(path.parent.name for path in folder.glob("*/questions.jsonl.gz"))
    if not names or not (folder / "score.py").is_file():
        raise InputError(
            f"No benchmark data in {folder}.",
            hint=f"Name its folder with --data or {DATA_VARIABLE}; see bench/README.md.",
        )
    return names


def read_set(folder: Path, name: str, *, quick: bool) -> DataSet:
    """The set `name`; a quick run takes some of its conversations, always the same ones."""
    data = DataSet(
        name,
        cast("list[MessageRow]", _read_lines(folder / name / "messages.jsonl.gz")),
        cast("list[QuestionRow]", _read_lines(folder / name / "questions.jsonl.gz")),
    )
    return quick_part(data) if quick else data


def quick_part(data: DataSet) -> DataSet:
    """The part of the set that a quick run takes."""
    names = sorted(data.conversations)
    count = QUICK_CONVERSATIONS.get(data.name, len(names))
    if count >= len(names):
        return data
    chosen = np.random.default_rng(SEED).choice(len(names), count, replace=False)
    return data.restricted({names[i] for i in chosen.tolist()})


def load_scorer(folder: Path) -> Scorer:
    """The scorer of the data: `score.py` in its folder."""
    spec = importlib.util.spec_from_file_location("cuegraph_bench_score", folder / "score.py")
    if spec is None or spec.loader is None:
        raise InputError(f"{folder / 'score.py'} is no module.", hint="Restore the data folder.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return cast("Scorer", module)


def _read_lines(path: Path) -> list[Any]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            return [json.loads(line) for line in lines if line.strip()]
    except (OSError, ValueError) as cause:
        raise InputError(f"Cannot read {path} ({cause}).", hint="Restore the data.") from cause
