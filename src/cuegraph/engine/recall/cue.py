"""Reading a cue: its words, the speakers and names in it, and the times that it means."""

import re
from dataclasses import dataclass
from typing import Final

from cuegraph.engine.index.namespace_index import NamespaceIndex
from cuegraph.engine.index.words import terms
from cuegraph.protocols import CueReader
from cuegraph.schema.clock import Interval
from cuegraph.schema.recall import Cue
from cuegraph.schema.text import name_form

WORD: Final = re.compile(r"[\w'\N{RIGHT SINGLE QUOTATION MARK}-]+")
NAME_WORDS_MAX: Final = 4
SPEAKER_MESSAGES_MIN: Final = (
    3  # a title that heads one or two passages is a word, not someone who speaks
)


@dataclass(frozen=True, slots=True)
class ReadCue:
    """A cue understood: term -> weight, speakers named (as they write themselves), places of names and topics."""

    terms: dict[str, float]
    speakers: frozenset[str]
    places: tuple[int, ...]
    times: tuple[Interval, ...]


def read_cue(cue: Cue, index: NamespaceIndex, read_times: CueReader) -> ReadCue:
    """Names are looked up, longest first, among the forms that the memory knows; cost O(words of the cue)."""
    words = [m[0] for m in WORD.finditer(cue.text)]
    speakers: set[str] = set()
    places: list[int] = []
    spoken = index.spoken
    i = 0
    while i < len(words):
        for count in range(min(NAME_WORDS_MAX, len(words) - i), 0, -1):
            form = name_form(" ".join(words[i : i + count]))
            named = spoken.get(form, {})
            if sum(named.values()) >= SPEAKER_MESSAGES_MIN:
                speakers.update(named)
            if named or form in index.forms:
                places += index.forms.get(form, [])
                i += count - 1
                break
        i += 1
    speakers |= _first_names(words, index)
    return ReadCue(
        terms=dict.fromkeys(terms(cue.text), 1.0),
        speakers=frozenset(speakers),
        places=tuple(dict.fromkeys(places)),
        times=tuple(read_times(cue.text, cue.now)),
    )


def _first_names(words: list[str], index: NamespaceIndex) -> set[str]:
    """Speakers whose full name begins with a capitalised word of the cue."""
    first = {name_form(word) for word in words if word[:1].isupper()}
    forms = {form for word in first for form in index.first_words.get(word, ())}
    return {
        speaker
        for form in forms
        if sum(index.spoken[form].values()) >= SPEAKER_MESSAGES_MIN
        for speaker in index.spoken[form]
    }
