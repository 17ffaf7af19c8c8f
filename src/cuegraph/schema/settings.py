"""Every setting, with its unit and who chose its value. Built once in wiring.py, passed down in parts."""

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from cuegraph.schema.graph import EdgeType
from cuegraph.schema.ids import canonical_json, content_id


@dataclass(frozen=True, slots=True)
class DerivationSettings:
    """What the graph depends on beside the log and the code; part of the version stamp."""

    window_messages: int = 6  # messages looked back for the one spoken to; «guess»
    event_worth_min: int = (
        2  # 44 % of turns have such an event, 79 % of evidence turns (notes on extraction)
    )
    similar_max: int = 5  # SIMILAR_TO edges from a message; «guess»
    similar_cosine_min: float = 0.45  # below it, pairs of turns share style, not matter; «guess»
    leaf_members_max: int = 128  # candidates of a similarity link; 128 x 128 dots take 0.2 ms
    gist_messages: int = 3  # messages quoted in a session's gist; «guess»
    pairs_per_event_max: int = 28  # CO_OCCURS pairs of one event: all pairs of eight entities

    def stamp(self) -> str:
        """A short name for these values: another value derives another graph."""
        values = canonical_json({name: getattr(self, name) for name in self.__slots__})
        return content_id("", "settings", values)[:12]


EDGE_WEIGHTS: Final = MappingProxyType(
    {
        EdgeType.NEXT: 1.0,
        EdgeType.ANSWERS: 1.5,
        EdgeType.SIMILAR_TO: 0.5,
        EdgeType.MENTIONS: 0.4,
        EdgeType.DERIVED_FROM: 0.6,
        EdgeType.INVOLVES: 0.4,
        EdgeType.AT: 0.4,
        EdgeType.NAMES: 0.6,
        EdgeType.SAID_BY: 0.1,
        EdgeType.ADDRESSES: 0.05,
        EdgeType.CO_OCCURS: 0.2,
        EdgeType.CONTAINS: 0.05,
        EdgeType.SUMMARIZES: 0.1,
    }
)


@dataclass(frozen=True, slots=True)
class RecallSettings:
    """Constants of recall. Weights are shares of a signal that lies in [0, 1]."""

    words_weight: float = 1.0
    vectors_weight: float = 0.7
    entities_weight: float = 0.2
    times_weight: float = 0.4
    activation_weight: float = 0.6
    full_words: int = 8  # words that a message must have for its vector to count in full
    seeds_max: int = 24  # nodes that activation starts from
    candidates_max: int = (
        400  # memories rescored after the binary scan: 0.988 of the exact top 20 at 1M
    )
    decay: float = 0.6  # what is left after a hop (Anderson 1983 has it vary with the fan; here shares do that)
    hops_max: int = 3
    activation_min: float = 3e-5  # per edge; 0.31 ms at 1M nodes for 0.987 of the exact top 20
    edges_max: int = 50_000  # edge budget of one recall


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on everything that loops, waits or grows."""

    text_characters_max: int = 1_000_000
    line_bytes_max: int = 8 * 1024 * 1024
    name_characters_max: int = 512
    metadata_bytes_max: int = 64 * 1024
    cue_characters_max: int = 10_000
    hits_max: int = 1_000
    batch_messages: int = 1_000  # messages in one transaction
    forget_messages_max: int = 5_000  # messages forgotten in one transaction


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings together."""

    derivation: DerivationSettings = field(default_factory=DerivationSettings)
    recall: RecallSettings = field(default_factory=RecallSettings)
    limits: Limits = field(default_factory=Limits)
