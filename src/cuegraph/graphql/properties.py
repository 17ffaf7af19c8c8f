"""Properties of nodes and edges, by the type that a pass writes them in."""

from cuegraph.schema.graph import Edge, Node, Value


def text(row: Node | Edge, key: str) -> str | None:
    """The property as text; None where it is not there."""
    value = row.properties.get(key)
    return None if value is None else str(value)


def number(row: Node | Edge, key: str) -> int:
    """The property as a whole number; 0 where it is not there."""
    return int(str(row.properties.get(key, 0)))


def strings(value: Value) -> list[str]:
    """The value as a list of texts; empty for another type."""
    return [str(item) for item in value] if isinstance(value, list) else []
