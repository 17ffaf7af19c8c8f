"""Numbers as Markdown tables, and results as files. No text of the data comes through here."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; cells may hold anything, a bar included. Raises ValueError on odd rows."""
    lines = [_line(head), "|" + "---|" * len(head)]
    for row in rows:
        if len(row) != len(head):
            raise ValueError(f"{len(row)} cells under {len(head)} heads: {row}")
        lines.append(_line(row))
    return "\n".join(lines) + "\n"


def with_interval(cell: Mapping[str, float], *, signed: bool = False) -> str:
    """`0.711 (0.685-0.737)`; a difference is signed: `+0.155 [+0.133, +0.178]`."""
    mean, low, high = cell["mean"], cell["low"], cell["high"]
    if signed:
        return f"{mean:+.3f} [{low:+.3f}, {high:+.3f}]"
    return f"{mean:.3f} ({low:.3f}-{high:.3f})"


def number(value: float) -> str:
    """Three digits that mean something: 1234, 56.7, 8.90, 0.123."""
    size = abs(value)
    digits = 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 1 else 3
    return f"{value:.{digits}f}"


def write(folder: Path, stem: str, results: Mapping[str, Any], text: str) -> tuple[Path, Path]:
    """Write `stem`.json and `stem`.md into the folder; an earlier pair of that name is replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    data_path, text_path = folder / f"{stem}.json", folder / f"{stem}.md"
    data_path.write_text(
        json.dumps(_rounded(results), indent=1, sort_keys=True) + "\n", encoding="utf-8"
    )
    text_path.write_text(text, encoding="utf-8")
    return data_path, text_path


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _rounded(value: Any) -> Any:  # noqa: ANN401 -- whatever JSON holds
    """Floats to six places: the rest is noise, and would change with every run."""
    match value:
        case float():
            return round(value, 6)
        case dict():
            items = value.items()  # pyright: ignore[reportUnknownVariableType]
            return {str(k): _rounded(v) for k, v in items}  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        case list() | tuple():
            return [_rounded(item) for item in value]  # pyright: ignore[reportUnknownVariableType]
        case _:
            return value
