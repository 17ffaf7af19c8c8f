"""Message text -> mentions, event frames, times. The only room that imports spaCy."""

from cuegraph.extract.extractor import CHARACTERS_MAX, MODEL, RULES_VERSION, SpacyExtractor
from cuegraph.extract.mentions import MENTIONS_MAX
from cuegraph.extract.times import TimeSpan, find_times

__all__ = [
    "CHARACTERS_MAX",
    "MENTIONS_MAX",
    "MODEL",
    "RULES_VERSION",
    "SpacyExtractor",
    "TimeSpan",
    "find_times",
]
