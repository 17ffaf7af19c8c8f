"""A small deterministic extractor and embedder: real ones in form, so that properties run thousands of times."""

import functools
import hashlib
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cuegraph.schema.clock import Interval, Precision
from cuegraph.schema.extraction import (
    EventFrame,
    Extraction,
    Mention,
    MentionKind,
    Modality,
    Reference,
    Role,
    Utterance,
)
from cuegraph.schema.graph import Label
from cuegraph.schema.text import name_form

WORD = re.compile(r"[^\W\d_]+(?:'s)?|\d{4}")
VERBS = ("met", "moved", "likes", "visited")
SURE_BEFORE = {"with": "Person", "to": "Place", "in": "Place"}


class SmallExtractor:
    """Capitalised words are names (sure after with, to and in; weak elsewhere), verbs of a short list make events."""

    stamp = "small-1"

    def extract(self, utterances: Sequence[Utterance]) -> list[Extraction]:
        return [_extract(utterance) for utterance in utterances]


class SmallEmbedder:
    """Sums of fixed pseudo-random word vectors: texts that share words are near."""

    stamp = "small-embedder-1"
    dim = 64

    def embed(self, texts: Sequence[str]) -> NDArray[np.int8]:
        return np.stack([_vector(text) for text in texts]) if texts else np.empty((0, 64), np.int8)


def _extract(utterance: Utterance) -> Extraction:
    words = [(m[0], m.start(), m.end()) for m in WORD.finditer(utterance.text)]
    mentions: list[Mention] = []
    for i, (word, start, end) in enumerate(words):
        before = words[i - 1][0].lower() if i else ""
        if word[0].isupper():
            surface, stop = word.removesuffix("'s"), end
            label = SURE_BEFORE.get(before, "")
            if i + 1 < len(words) and words[i + 1][0][0].isupper() and before == "with":
                surface, stop = f"{surface} {words[i + 1][0]}", words[i + 1][2]
            mentions.append(
                Mention(
                    MentionKind.NAME,
                    name_form(surface),
                    surface,
                    start,
                    stop,
                    Label(label).value if label else "",
                    weak=not label,
                )
            )
        elif len(word) > 5 and word not in VERBS:
            mentions.append(Mention(MentionKind.TOPIC, word.lower(), word, start, end))
    events = tuple(
        _event(word, start, utterance, mentions)
        for word, start, _ in words
        if word.lower() in VERBS
    )
    is_question = utterance.text.rstrip().endswith("?")
    return Extraction(tuple(mentions), events, is_question, 0 if is_question else len(events))


def _event(word: str, start: int, utterance: Utterance, mentions: Sequence[Mention]) -> EventFrame:
    year = re.search(r"\b(19|20)\d\d\b", utterance.text)
    after = [i for i, m in enumerate(mentions) if m.start > start]
    roles = [Role("agent", Reference.FIRST)]
    roles += [
        Role("place" if mentions[i].label == "Place" else "patient", Reference.MENTION, i)
        for i in after
    ]
    if re.search(r"\byou\b", utterance.text):
        roles.append(Role("recipient", Reference.SECOND))
    valid = None
    if year:
        first = int(year[0])
        valid = Interval(f"{first}-01-01T00:00:00Z", f"{first + 1}-01-01T00:00:00Z", Precision.YEAR)
    return EventFrame(
        predicate=word.lower(),
        gist=utterance.text[:80],
        start=0,
        end=len(utterance.text),
        roles=tuple(roles),
        negated=" not " in utterance.text,
        modality=Modality.HAPPENED,
        worth=2,
        valid=valid,
        time_start=year.start() if year else -1,
        time_end=year.end() if year else -1,
    )


def _vector(text: str) -> NDArray[np.int8]:
    total = np.zeros(64)
    for word in WORD.findall(text.lower()):
        total += _word_vector(word)
    norm = float(np.sqrt(np.sum(total * total)))
    if not norm:
        return np.zeros(64, np.int8)
    return np.rint(total / norm * 127).astype(np.int8)


def small_times(text: str, now: str | None) -> list[Interval]:
    """Years in the text."""
    return [
        Interval(f"{y}-01-01T00:00:00Z", f"{int(y) + 1}-01-01T00:00:00Z", Precision.YEAR)
        for y in re.findall(r"\b(?:19|20)\d\d\b", text)
    ]


@functools.lru_cache(maxsize=1024)
def _word_vector(word: str) -> NDArray[np.float64]:
    seed = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "big")
    return np.random.default_rng(seed).standard_normal(64)
