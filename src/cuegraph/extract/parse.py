"""A parsed text as plain words: all that the rules read, so that none of them touches spaCy.

Rules work on the Penn tags, not on spaCy's coarse ones: those cost a fifth of the parse (measured
on 400 chat turns: 2.09 against 2.67 ms each) and say nothing that the tags do not.
"""

import bisect
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from spacy.tokens import Doc

_LEMMAS_MAX: Final = 100_000  # a bound on the cache; guess: beyond a large vocabulary
_UNSIGNED: Final = 2**64
_IRREGULAR: Final = {
    "verb": {
        "'m": "be", "'re": "be", "'s": "be", "ai": "be", "'ve": "have", "'ll": "will",
        "'d": "would", "gon": "go",
    },
    "noun": {"leaves": "leaf"},
}  # fmt: skip


@dataclass(slots=True, eq=False)
class Word:
    """One token: where it stands, what it is, and on what it depends."""

    index: int
    start: int
    end: int
    text: str
    lower: str
    lemma: str
    tag: str
    dep: str
    sentence: int
    parent: "Word | None" = None  # None for the root of a sentence
    children: list["Word"] = field(default_factory=list["Word"])

    @property
    def is_verb(self) -> bool:
        return self.tag[:2] == "VB"

    @property
    def is_noun(self) -> bool:
        return self.tag in {"NN", "NNS"}

    @property
    def is_proper(self) -> bool:
        return self.tag in {"NNP", "NNPS"}

    @property
    def is_capitalised(self) -> bool:
        return self.text[0].isupper()

    def child(self, *deps: str) -> "Word | None":
        """The first child with one of these relations."""
        return next((c for c in self.children if c.dep in deps), None)


@dataclass(frozen=True, slots=True)
class Parse:
    """A text, its words, the first word of each sentence, and which sentences are shouted."""

    text: str
    words: tuple[Word, ...]
    sentences: tuple[int, ...]
    shouted: frozenset[int]  # sentences in which capitals say nothing

    def sentence(self, number: int) -> Sequence[Word]:
        """The words of one sentence."""
        end = self.sentences[number + 1] if number + 1 < len(self.sentences) else len(self.words)
        return self.words[self.sentences[number] : end]

    def word_at(self, place: int) -> Word | None:
        """The first word that ends after this character."""
        index = bisect.bisect_right(self.words, place, key=lambda w: w.end)
        return self.words[index] if index < len(self.words) else None

    def covered(self, spans: Iterable[tuple[int, int]]) -> set[int]:
        """The indexes of the words that share a character with one of the spans."""
        indexes: set[int] = set()
        for start, end in spans:
            word = self.word_at(start)
            while word is not None and word.start < end:
                indexes.add(word.index)
                word = self.words[word.index + 1] if word.index + 1 < len(self.words) else None
        return indexes

    def subtree(self, root: Word, *, without: frozenset[int] = frozenset()) -> Iterator[Word]:
        """The word and all below it, except the branches whose top is in `without`."""
        stack = [root]
        while stack:
            word = stack.pop()
            yield word
            stack.extend(c for c in word.children if c.index not in without)


class Lemmas:
    """The base form of verbs and nouns, by the rules and tables that come with the model."""

    def __init__(
        self,
        *,
        rules: Mapping[str, Sequence[Sequence[str]]],
        exceptions: Mapping[str, Mapping[str, Sequence[str]]],
        index: Mapping[str, Sequence[str]],
    ) -> None:
        self._rules = {kind: [(old, new) for old, new in rules[kind]] for kind in ("verb", "noun")}
        self._exceptions = {kind: exceptions[kind] for kind in ("verb", "noun")}
        self._index = {kind: frozenset(words) for kind, words in index.items()}
        self._common = self._index["verb"] | self._index["adj"] | self._index["adv"]
        self._cache: dict[tuple[str, str], str] = {}

    def is_common(self, lower: str) -> bool:
        """Whether the dictionary has it as a verb, an adjective or an adverb."""
        return lower in self._common or self.lemma(lower, "VBD") in self._index["verb"]

    def lemma(self, lower: str, tag: str) -> str:
        """The base form; for words that are no inflected verb or noun, the word itself."""
        if tag not in _INFLECTED:
            return lower
        kind = "verb" if tag[0] == "V" else "noun"
        key = (lower, kind)
        found = self._cache.get(key)
        if found is None:
            found = self._derive(lower, kind)
            if len(self._cache) < _LEMMAS_MAX:
                self._cache[key] = found
        return found

    def _derive(self, lower: str, kind: str) -> str:
        irregular = _IRREGULAR[kind].get(lower)
        if irregular:
            return irregular
        exceptions = self._exceptions[kind].get(lower)
        if exceptions:
            return exceptions[-1]
        unknown = [_undoubled(lower)] if kind == "verb" else []
        for old, new in self._rules[kind]:
            if lower.endswith(old):
                form = lower[: len(lower) - len(old)] + new
                if form in self._index[kind]:
                    return form
                unknown.append(form)
        if lower in self._index[kind] or not lower.isalpha():
            return lower
        # A verb that the tables lack is often a noun put to use: "texted".
        nouns = [form for form in unknown if form in self._index["noun"]]
        return next(filter(None, nouns + unknown), lower)


def _undoubled(lower: str) -> str:
    """`blog` from `blogged`; "" where no consonant is doubled before the ending."""
    for ending in ("ed", "ing"):
        stem = lower.removesuffix(ending)
        if stem != lower and len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] in "bdgmnprt":
            return stem[:-1]
    return ""


_INFLECTED: Final = frozenset({"VBD", "VBG", "VBN", "VBP", "VBZ", "NNS", "NNPS"})


def read_doc(text: str, doc: Doc, lemmas: Lemmas) -> Parse:
    """The plain form of `doc`, which is `text` after tagger and parser."""
    # One array, no token objects: those cost as much as all of this.
    rows = doc.to_array(["TAG", "DEP", "HEAD", "SENT_START", "IDX", "LENGTH"]).tolist()
    strings = doc.vocab.strings
    names: dict[int, str] = {}
    words: list[Word] = []
    heads: list[int] = []
    sentences: list[int] = []
    for index, (tag_id, dep_id, offset, sent_start, start, length) in enumerate(rows):
        if tag_id not in names:
            names[tag_id] = strings[tag_id]
        if dep_id not in names:
            names[dep_id] = strings[dep_id]
        if sent_start == 1 or not index:
            sentences.append(index)
        surface = text[start : start + length]
        lower, tag = surface.lower(), names[tag_id]
        heads.append(index + (offset - _UNSIGNED if offset > _UNSIGNED // 2 else offset))
        words.append(
            Word(
                index=index,
                start=start,
                end=start + length,
                text=surface,
                lower=lower,
                lemma=lemmas.lemma(lower, tag),
                tag=tag,
                dep=names[dep_id],
                sentence=len(sentences) - 1,
            )
        )
    for word, head in zip(words, heads, strict=True):
        if head != word.index:
            word.parent = words[head]
            words[head].children.append(word)
    return Parse(text, tuple(words), tuple(sentences), _shouted(words))


def _shouted(words: Iterable[Word]) -> frozenset[int]:
    """Sentences of at least four words, most of them in capitals."""
    found: set[int] = set()
    for number, group in itertools.groupby(words, key=lambda w: w.sentence):
        texts = [w.text for w in group if len(w.text) > 1 and w.text[0].isalpha()]
        if len(texts) >= 4 and 2 * sum(t.isupper() for t in texts) > len(texts):
            found.add(number)
    return frozenset(found)
