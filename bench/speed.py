"""Time and memory: which parts are measured, in which order, and the page that comes of it."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from bench import machine, speed_import, speed_spread, speed_store, tables
from bench.timing import Section


@dataclass(frozen=True, slots=True)
class Options:
    """What a run measures, and where things lie."""

    parts: Sequence[str]
    memories: int
    neo4j: str | None
    neo4j_memories: int
    cache: Path
    results: Path


def measure(options: Options) -> Path:
    """Run the parts that the options name; the path of the table written."""
    sections: list[Section] = []
    load = machine.load_average()
    for name in options.parts:
        tell(f"{name}: load average {machine.load_average()}")
        sections.append(PARTS[name](options))
        tell(sections[-1].markdown())
    described = machine.describe() | {"load average, start and end": f"{load}, {_load()}"}
    date = time.strftime("%Y-%m-%d", time.gmtime())
    body = {
        "date": date,
        "machine": described,
        "sections": [asdict(section) for section in sections],
    }
    page = "\n".join(
        [
            f"# Speed, {date}\n",
            "Made by `python -m bench speed`, on generated text; bench/README.md says how.\n",
            "\n".join(f"- {key}: {value}" for key, value in described.items()) + "\n",
            *(section.markdown() for section in sections),
        ]
    )
    paths = tables.write(options.results, f"{date}-speed", body, page)
    tell(f"written: {paths[0]} and {paths[1]}")
    return paths[1]


def tell(line: str) -> None:
    """Progress, on the terminal."""
    print(line, flush=True)


def _load() -> float:
    return machine.load_average()


def _recall(options: Options) -> Section:
    product = speed_store.generated_store(options.cache, options.memories, tell)
    return speed_store.measure_recall(product, options.memories)


def _write(options: Options) -> Section:
    product = speed_store.generated_store(options.cache, options.memories, tell)
    return speed_store.measure_writes(
        product, options.memories, options.neo4j, options.neo4j_memories, tell
    )


def _build(options: Options) -> Section:
    product = speed_store.generated_store(options.cache, options.memories, tell)
    return speed_store.measure_builds(
        product, options.memories, options.neo4j, options.neo4j_memories, tell
    )


PARTS: Final[Mapping[str, Callable[[Options], Section]]] = {
    "spread": lambda _: speed_spread.measure(),
    "recall": _recall,
    "write": _write,
    "bare": lambda _: speed_import.measure_against_bare(),
    "stages": lambda _: speed_import.measure_stages(),
    "workers": lambda _: speed_import.measure_workers(),
    "index": _build,
}
