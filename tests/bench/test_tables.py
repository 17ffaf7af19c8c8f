import json
from pathlib import Path

import numpy as np
import pytest

from bench.quality import PRODUCT, best_baseline, scored
from bench.tables import number, table, with_interval, write
from bench.timing import Section, Timing, merged, row
from bench.data import Cells, DataSet, Run


def test_a_table_is_markdown_and_bars_in_cells_are_escaped() -> None:
    assert table(("a", "b"), [("1", "x|y")]) == "| a | b |\n|---|---|\n| 1 | x\\|y |\n"


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="1 cells under 2 heads"):
        table(("a", "b"), [("1",)])


def test_intervals_are_written_plain_and_differences_signed() -> None:
    cell = {"mean": 0.1551, "low": -0.02, "high": 0.2}

    assert with_interval(cell) == "0.155 (-0.020-0.200)"
    assert with_interval(cell, signed=True) == "+0.155 [-0.020, +0.200]"


@pytest.mark.parametrize(
    ("value", "text"),
    [(1234.5, "1234"), (56.72, "56.7"), (8.904, "8.90"), (0.1234, "0.123"), (-56.72, "-56.7")],
)
def test_numbers_show_the_digits_that_mean_something(value: float, text: str) -> None:
    assert number(value) == text


def test_results_are_written_twice_and_floats_rounded(tmp_path: Path) -> None:
    paths = write(tmp_path / "new", "2024-05-01-quality", {"b": [1 / 3], "a": {"n": 2}}, "# Page\n")

    assert [path.name for path in paths] == ["2024-05-01-quality.json", "2024-05-01-quality.md"]
    assert json.loads(paths[0].read_text()) == {"a": {"n": 2}, "b": [0.333333]}
    assert paths[1].read_text() == "# Page\n"


def test_a_section_is_a_table_of_its_rows() -> None:
    timing = Timing((1.0, 3.0), (1.0, 1.0))
    section = Section("Spread", "How.", [merged(row(size=10), timing.figures())])

    assert section.markdown() == (
        "## Spread\n\nHow.\n\n"
        "| size | calls | p50 ms | p99 ms | CPU p50 ms | CPU p99 ms |\n"
        "|---|---|---|---|---|---|\n"
        "| 10 | 2 | 2.00 | 2.98 | 1.00 | 1.00 |\n"
    )


class FirstRankScorer:
    """A scorer with one metric: whether the first id is evidence. The real one comes with the data."""

    def score_run(self, questions, run):  # pyright: ignore
        marks = [
            [float(r["ranked"][:1] == q["evidence"][:1])]
            for q, r in zip(questions, run, strict=True)
        ]
        categories = np.array([q["category"] for q in questions])
        return ["recall@10"], np.array(marks), categories, 0

    def summarise(self, names, table, categories):  # pyright: ignore
        cell = {"mean": float(table.mean()), "low": 0.0, "high": 1.0}
        return {"overall": {"n": len(table), "recall@10": cell}}

    def compare(self, names, table_a, table_b, categories):  # pyright: ignore
        return self.summarise(names, table_a - table_b, categories)


def asked(*categories: str) -> DataSet:
    return DataSet(
        "tiny",
        [],
        [
            {
                "qid": f"q{i}",
                "conversation": "c",
                "question": "Who?",
                "category": category,
                "evidence": [f"m{i}"],
                "asked_at": None,
            }
            for i, category in enumerate(categories)
        ],
    )


def answered(*ids: str) -> Run:
    return [{"qid": f"q{i}", "ranked": [id_]} for i, id_ in enumerate(ids)]


def test_traps_are_scored_with_and_without_and_the_best_baseline_is_compared() -> None:
    data = asked("plain", "adversarial", "plain")
    runs = {
        PRODUCT: answered("m0", "m1", "m2"),
        "bm25": answered("m0", "m9", "m9"),
        "dense": answered("m9", "m1", "m2"),
    }

    views, paired = scored(data, FirstRankScorer(), runs)

    assert list(views) == ["all", "without adversarial"]
    assert [views[v][PRODUCT]["overall"]["n"] for v in views] == [3, 2]
    assert paired["all"]["best"] == "dense"
    against = paired["all"]["against"]
    assert against["dense"]["overall"]["recall@10"]["mean"] == pytest.approx(1 / 3)
    assert paired["without adversarial"]["best"] == "bm25"


def test_a_set_without_traps_has_one_view() -> None:
    views, _ = scored(asked("plain"), FirstRankScorer(), {"bm25": answered("m0")})

    assert list(views) == ["all"]


def test_of_equal_baselines_the_first_is_the_best() -> None:
    cells: dict[str, Cells] = {"overall": {"recall@10": {"mean": 0.5}}}

    assert best_baseline({"rrf": cells, "bm25_sp": cells}) == "bm25_sp"
