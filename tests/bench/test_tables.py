import json
from pathlib import Path

import pytest

from bench.tables import number, table, with_interval, write
from bench.timing import Section, Timing, merged, row


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
