"""The derivation rule with the parser and the encoder that are shipped, on the sample."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cuegraph import sample
from cuegraph.embed.encoder import load
from cuegraph.engine.analysis import Analyser
from cuegraph.engine.derivation import Deriver
from cuegraph.engine.door import admit
from cuegraph.engine.dump import dump
from cuegraph.extract import SpacyExtractor
from cuegraph.schema.log import Draft, Message
from cuegraph.schema.settings import Limits, Settings
from cuegraph.store.sqlite import MEMORY, SqliteStore

COUNT = 90
LINES = sample.path().read_text("utf-8").splitlines()


@pytest.fixture(scope="module")
def analyser(model_folder: Path) -> Analyser:
    """The real models."""
    return Analyser(SpacyExtractor.load(), load(model_folder))


def sample_log() -> list[Message]:
    drafts = [Draft(i, json.loads(line)) for i, line in enumerate(LINES[:COUNT])]
    recorded = "2024-12-01T00:00:00Z"
    found = [admit(d, namespace="n", recorded_at=recorded, limits=Limits()) for d in drafts]
    return [m for m in found if isinstance(m, Message)]


def derived(analyser: Analyser, log: list[Message], size: int, gone: list[Message]) -> list[str]:
    """The dump after importing the log in batches of `size` and forgetting `gone`."""
    store = SqliteStore(MEMORY)
    deriver = Deriver(store, analyser, Settings())
    for start in range(0, len(log), size):
        batch = log[start : start + size]
        deriver.add("n", batch, analyser.memos(batch))
    deriver.remove("n", [m.id for m in gone])
    lines = list(dump(store, "n"))
    store.close()
    return lines


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_forgetting_holds_with_the_real_models(analyser: Analyser, seed: int) -> None:
    rng = np.random.default_rng(seed)
    log = sample_log()
    assert len(log) == COUNT
    gone = [m for m in log if rng.random() < 0.3]
    kept = [m for m in log if m not in gone]
    rng.shuffle(log)  # pyright: ignore[reportArgumentType]  a list will do
    rng.shuffle(kept)  # pyright: ignore[reportArgumentType]

    assert derived(analyser, log, 1 + 20 * seed, gone) == derived(analyser, kept, 7, [])


@pytest.mark.slow
def test_exports_are_equal_whatever_the_process_and_the_order(
    tmp_path: Path, model_folder: Path
) -> None:
    worlds = (
        ({"PYTHONHASHSEED": "1", "TZ": "Asia/Kolkata", "OMP_NUM_THREADS": "1"}, LINES[:COUNT]),
        (
            {"PYTHONHASHSEED": "2", "TZ": "America/Lima", "OMP_NUM_THREADS": "2"},
            LINES[COUNT - 1 :: -1],
        ),
    )
    exports: list[bytes] = []
    for i, (world, lines) in enumerate(worlds):
        log = tmp_path / f"{i}.jsonl"
        log.write_text("\n".join(lines), "utf-8")
        store = f"sqlite:///{tmp_path}/{i}.db"
        env = {**os.environ, **world, "CUEGRAPH_MODELS": str(model_folder.parent), "LC_ALL": "C"}
        command = [sys.executable, "-m", "cuegraph"]
        subprocess.run(
            [
                *command,
                "import",
                str(log),
                "--store",
                store,
                "--recorded-at",
                "2024-12-01T00:00:00Z",
            ],
            env=env,
            check=True,
            capture_output=True,
        )
        found = subprocess.run(
            [*command, "export", "--store", store], env=env, check=True, capture_output=True
        )
        exports.append(found.stdout)

    assert exports[0].count(b"\n") > 10 * COUNT
    assert exports[0] == exports[1]
