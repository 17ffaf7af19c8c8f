"""The quality of recall: import, ask every question, score, compare with the baselines of the run."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bench import generate, machine, tables
from bench.baselines import BASELINES, answer
from bench.data import Cells, DataSet, Run, Scorer, Scores, load_scorer, read_set
from bench.product import ImportCost, Product, RecallCost, source_code
from bench.vectors import VectorCache
from cuegraph.wiring import build_analyser

PRODUCT: Final = "cuegraph"
METRICS: Final = ("recall@5", "recall@10", "recall@20", "recall@50", "ndcg@10", "all@10")
HEADS: Final = ("R@5", "R@10", "R@20", "R@50", "nDCG@10", "all@10")
DECIDING: Final = "recall@10"  # the best baseline of a set is the one with the most of it
# LoCoMo's adversarial questions reward the turn that a trap was made from: shown with and without.
TRAP: Final = "adversarial"
# Rows of the ablation, as weights of `cuegraph recall --weights`; what is not named keeps its own.
ABLATION: Final[Mapping[str, Mapping[str, float]]] = {
    "words": {"vectors": 0, "entities": 0, "times": 0, "activation": 0},
    "vectors": {"words": 0, "entities": 0, "times": 0, "activation": 0},
    "fused": {"activation": 0},
    "activation": {},  # all signals: the product as it is, so it needs no run of its own
}
CATEGORY_MIN: Final = 5  # questions; smaller categories are one row: their means say little
TITLES: Final = {
    "words": "words alone",
    "vectors": "vectors alone",
    "fused": "words, vectors, entities, times",
    "activation": "the same, + activation",
}


@dataclass(frozen=True, slots=True)
class Options:
    """What a run measures, and where things lie."""

    data: Path
    sets: Sequence[str]
    quick: bool
    fresh: bool
    ablation: Sequence[str]
    cache: Path
    results: Path


@dataclass(slots=True)
class SetResult:
    """All that was measured on one data set; `views` are {view: {system: scores by group}}."""

    name: str
    messages: int
    conversations: int
    sources: str  # digest of the product's sources, or that they changed meanwhile
    missing: int
    loading: ImportCost
    recall: RecallCost
    seconds: float = 0.0
    views: dict[str, dict[str, dict[str, Cells]]] = field(
        default_factory=dict[str, dict[str, dict[str, Cells]]]
    )
    paired: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    ablation: dict[str, dict[str, Cells]] = field(default_factory=dict[str, dict[str, Cells]])
    activation: dict[str, Cells] = field(default_factory=dict[str, Cells])  # paired: with - without


def measure(options: Options) -> None:
    """Run everything that the options name, and write the tables."""
    scorer = load_scorer(options.data)
    vectors = VectorCache(options.cache / "vectors", build_analyser().embedder)
    start = start_cost(options.cache)
    results: list[SetResult] = []
    for name in options.sets:
        data = read_set(options.data, name, quick=options.quick)
        result, found = measure_set(data, scorer, vectors, options)
        results.append(result)
        tell(summary(result))
        # At every step, so that a run which is stopped leaves what it has measured.
        paths = write(options, start, results)
        if options.ablation:
            ablate(result, found, data, scorer, options)
            paths = write(options, start, results)
        tell(f"written: {' and '.join(str(path) for path in paths)}")


def measure_set(
    data: DataSet, scorer: Scorer, vectors: VectorCache, options: Options
) -> tuple[SetResult, Run]:
    """Import, recall, baselines and scores of one set; beside them the product's run."""
    began, sources = time.perf_counter(), source_code()
    product = Product(options.cache / data.name, tell)
    loading = product.load(data.conversations, fresh=options.fresh)
    found, missing, cost = product.recall(data.questions)
    tell(f"{data.name}: {len(data.questions)} cues answered")
    runs: dict[str, Run] = {PRODUCT: found, **answer(data, vectors)}
    tell(f"{data.name}: baselines answered")
    result = SetResult(
        name=data.name,
        messages=len(data.messages),
        conversations=len(data.conversations),
        sources=sources if sources == source_code() else "changed while it ran",
        missing=missing,
        loading=loading,
        recall=cost,
    )
    result.views, result.paired = scored(data, scorer, runs)
    result.seconds = time.perf_counter() - began
    return result, found


def ablate(result: SetResult, found: Run, data: DataSet, scorer: Scorer, options: Options) -> None:
    """Ask again with parts of the signals, from the store that `measure_set` filled."""
    product = Product(options.cache / data.name, tell)
    marks: dict[str, Scores] = {}
    for row in options.ablation:
        weights = ABLATION[row]
        run = product.recall(data.questions, weights)[0] if weights else found
        marks[row] = scorer.score_run(data.questions, run)
        names, table, categories, _ = marks[row]
        result.ablation[row] = scorer.summarise(names, table, categories)
        tell(f"{data.name}: ablation, {TITLES[row]}")
    if "activation" in marks and "fused" in marks:
        names, table, categories, _ = marks["activation"]
        result.activation = scorer.compare(names, table, marks["fused"][1], categories)


def scored(
    data: DataSet, scorer: Scorer, runs: Mapping[str, Run]
) -> tuple[dict[str, dict[str, dict[str, Cells]]], dict[str, dict[str, Any]]]:
    """({view: {system: {group: cells}}}, {view: best baseline, product minus each baseline}).

    The views are "all" and, where the set has traps, "without adversarial".
    """
    marks = {name: scorer.score_run(data.questions, run) for name, run in runs.items()}
    names, _, categories, _ = next(iter(marks.values()))
    views: dict[str, dict[str, dict[str, Cells]]] = {}
    paired: dict[str, dict[str, Any]] = {}
    for view, kept in _views(categories).items():
        part = categories[kept]
        views[view] = {
            name: scorer.summarise(names, mark[1][kept], part) for name, mark in marks.items()
        }
        if PRODUCT in marks and len(marks) > 1:
            paired[view] = {
                "best": best_baseline(views[view]),
                "against": {
                    name: scorer.compare(names, marks[PRODUCT][1][kept], mark[1][kept], part)
                    for name, mark in marks.items()
                    if name != PRODUCT
                },
            }
    return views, paired


def best_baseline(systems: Mapping[str, Mapping[str, Cells]]) -> str:
    """The baseline with the highest recall@10; of equal ones the first in `BASELINES`."""
    present = [name for name in BASELINES if name in systems]
    return max(present, key=lambda name: systems[name]["overall"][DECIDING]["mean"])


def start_cost(folder: Path) -> ImportCost:
    """The import of one message into an empty store: what every import pays at its start."""
    product = Product(folder / "start", tell)
    return product.load({"start": list(generate.messages(1, seed=0))}, fresh=True)


def write(options: Options, start: ImportCost, results: Sequence[SetResult]) -> tuple[Path, Path]:
    """The results so far as JSON and as a page of tables, under today's date."""
    date = time.strftime("%Y-%m-%d", time.gmtime())
    kind = "quality-quick" if options.quick else "quality"
    described = machine.describe()
    body = {
        "date": date,
        "quick": options.quick,
        "machine": described,
        "load_average": machine.load_average(),
        "start": {"wall_s": start.wall_s, "cpu_s": start.cpu_s},
        "sets": {result.name: condensed(result) for result in results},
    }
    return tables.write(
        options.results, f"{date}-{kind}", body, page(body, start, results, quick=options.quick)
    )


def condensed(result: SetResult) -> dict[str, Any]:
    """What is kept of a result: intervals for all questions together, means by category."""
    systems = result.views["all"]
    groups = [group for group in systems[PRODUCT] if group != "overall"]
    return asdict(result) | {
        "views": {
            view: {name: cells["overall"] for name, cells in found.items()}
            for view, found in result.views.items()
        },
        "paired": {
            view: {
                "best": found["best"],
                "against": {name: cells["overall"] for name, cells in found["against"].items()},
            }
            for view, found in result.paired.items()
        },
        "ablation": {name: cells["overall"] for name, cells in result.ablation.items()},
        "activation": result.activation.get("overall", {}),
        "categories": {
            group: {
                "n": systems[PRODUCT][group]["n"],
                **{
                    name: {metric: cells[group][metric]["mean"] for metric in METRICS}
                    for name, cells in systems.items()
                },
            }
            for group in groups
        },
    }


def page(
    body: Mapping[str, Any], start: ImportCost, results: Sequence[SetResult], *, quick: bool
) -> str:
    """The Markdown page."""
    parts = [
        f"# Quality of recall, {body['date']}\n",
        "Made by `python -m bench`; bench/README.md says what the columns mean."
        + (" A quick run: parts of some sets, always the same ones." if quick else "")
        + "\n",
        "\n".join(f"- {key}: {value}" for key, value in body["machine"].items()) + "\n",
    ]
    parts += [_set_section(result) for result in results]
    parts += ["## Cost\n", _cost_table(start, results)]
    return "\n".join(parts)


def summary(result: SetResult) -> str:
    """One line for the terminal."""
    systems = result.views["all"]
    best = result.paired["all"]["best"]
    mine, other = (systems[name]["overall"][DECIDING]["mean"] for name in (PRODUCT, best))
    return (
        f"{result.name}: n={systems[PRODUCT]['overall']['n']} recall@10 {mine:.3f}, "
        f"best baseline {best} {other:.3f}, {result.seconds:.0f} s"
    )


def tell(line: str) -> None:
    """Progress, on the terminal."""
    print(line, flush=True)


def _views(categories: NDArray[np.str_]) -> dict[str, NDArray[np.bool_]]:
    everything = np.ones(len(categories), bool)
    traps = categories == TRAP
    return {"all": everything, **({f"without {TRAP}": ~traps} if traps.any() else {})}


def _set_section(result: SetResult) -> str:
    parts = [f"## {result.name}\n"]
    for view, systems in result.views.items():
        count = systems[PRODUCT]["overall"]["n"]
        heading = f"{count} questions" + (f", {view}" if view != "all" else "")
        rows = [_row(name, groups["overall"]) for name, groups in systems.items()]
        best = result.paired[view]["best"]
        difference = result.paired[view]["against"][best]["overall"]
        rows.append(_row(f"{PRODUCT} - {best}", difference, signed=True))
        parts += [heading + ":\n", tables.table(("system", *HEADS), rows)]
    if result.missing:
        parts.append(f"{result.missing} questions got no answer and score 0.\n")
    if result.ablation:
        rows = [_row(TITLES[name], groups["overall"]) for name, groups in result.ablation.items()]
        if result.activation:
            rows.append(
                _row("activation, with - without", result.activation["overall"], signed=True)
            )
        parts += ["Ablation:\n", tables.table(("signals", *HEADS), rows)]
    parts.append(_category_table(result))
    return "\n".join(parts)


def _row(name: str, cells: Cells, *, signed: bool = False) -> tuple[str, ...]:
    return (name, *(tables.with_interval(cells[metric], signed=signed) for metric in METRICS))


def _category_table(result: SetResult) -> str:
    systems = result.views["all"]
    sizes = {group: int(systems[PRODUCT][group]["n"]) for group in systems[PRODUCT]}
    del sizes["overall"]
    large = [group for group, n in sizes.items() if n >= CATEGORY_MIN]
    small = [group for group in sizes if group not in large]
    parts = {group: [group] for group in large}
    if small:
        parts[f"{len(small)} of under {CATEGORY_MIN} questions"] = small
    if len(parts) < 2:
        return ""
    rows: list[tuple[str, ...]] = []
    for title, groups in parts.items():
        count = sum(sizes[group] for group in groups)
        means = [
            sum(sizes[group] * cells[group][DECIDING]["mean"] for group in groups) / count
            for cells in systems.values()
        ]
        rows.append((title, str(count), *(f"{mean:.3f}" for mean in means)))
    return "R@10 by category:\n\n" + tables.table(("category", "n", *systems), rows)


def _cost_table(start: ImportCost, results: Sequence[SetResult]) -> str:
    rows = [_cost_row(start, result) for result in results]
    head = (
        "set",
        "messages",
        "refused",
        "import, messages/s",
        "CPU ms a message",
        "recall ms a cue",
        "p50",
        "p99",
        "first answer s",
        "memory MiB",
        "sources",
    )
    note = (
        f"An import starts one process a conversation; the start ({start.wall_s:.1f} s wall, "
        f"{start.cpu_s:.1f} s CPU, measured with one message) is taken off here; an import of over "
        "200 kB starts two more, which is not. Recall is one process a set, as seen from outside: "
        "index builds and printing included, the first answer, which waits for the models, "
        "apart.\n"
    )
    return note + "\n" + tables.table(head, rows)


def _cost_row(start: ImportCost, result: SetResult) -> tuple[str, ...]:
    loading, recall = result.loading, result.recall
    wall_s = max(loading.wall_s - loading.starts * start.wall_s, 1e-9)
    cpu_s = max(loading.cpu_s - loading.starts * start.cpu_s, 0.0)
    return (
        result.name,
        str(loading.messages),
        str(loading.rejected),
        tables.number(loading.messages / wall_s),
        tables.number(1000 * cpu_s / loading.messages),
        tables.number(recall.gap_ms),
        tables.number(recall.gap_p50_ms),
        tables.number(recall.gap_p99_ms),
        tables.number(recall.first_s),
        tables.number(max(loading.memory_mib, recall.memory_mib)),
        result.sources,
    )
