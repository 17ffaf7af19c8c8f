"""What the engine answers about its own work."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cuegraph.schema.log import Reject


@dataclass(frozen=True, slots=True)
class ImportReport:
    """Every record that came in, by what became of it; the counts add up to `records`."""

    records: int = 0
    imported: int = 0
    already_there: int = 0
    earlier_recording: int = 0  # there already, and now known to have been recorded earlier
    rejects: tuple[tuple[str, Reject], ...] = ()  # (file, what and why)

    @property
    def rejected(self) -> int:
        """How many records were no messages."""
        return len(self.rejects)


@dataclass(frozen=True, slots=True)
class ForgetReport:
    """What a forget removed (or, in a dry run, would remove), and what can be said of the bytes, layer by layer."""

    messages: int
    nodes: int
    edges: int
    dry_run: bool = False
    layers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The stored graph against one derived from nothing; `differences` names the first few rows that differ."""

    rows: int
    different: int
    differences: tuple[str, ...]

    @property
    def is_equal(self) -> bool:
        """Whether the stored graph is the one that the log gives."""
        return not self.different


@dataclass(frozen=True, slots=True)
class Stats:
    """How much a namespace holds."""

    namespace: str
    messages: int
    conversations: int
    speakers: int
    first: str | None
    last: str | None
    labels: Mapping[str, int]
    edge_types: Mapping[str, int]
    stamp: Mapping[str, str]
