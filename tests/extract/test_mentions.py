"""Names and topics of hand-written sentences."""

import itertools

import pytest

from cuegraph.extract import MENTIONS_MAX, SpacyExtractor
from cuegraph.extract.mentions import TOPICS_MAX
from cuegraph.schema.extraction import Extraction, Mention, MentionKind, Utterance
from cuegraph.schema.text import name_form

SENT = "2024-05-15T10:30:00Z"

# text; names as form:label (a "?" before a weak one), then a bar and the topics
FOUND = [
    ("My sister Fatou moved to Lisbon last week.", "fatou:Person lisbon:Place | sister"),
    ("my dog Toby ran away", "toby:Entity | dog"),
    ("My dog, Toby, ate the cake.", "toby:Entity | dog, cake"),
    ("We adopted a cat named Pixie.", "pixie:Entity | cat"),
    ("I have a friend called April.", "april:Person | friend"),
    ("Thanks, Amina!", "amina:Person |"),
    ("Hey Mel", "mel:Person |"),
    ("Hi Jonas! Nice to see you.", "jonas:Person |"),
    ("See you soon, Priya!", "priya:Person |"),
    ("Congratulations on the new job, Mel!", "mel:Person | job"),
    ("Thank you for the flowers, Elena!", "elena:Person | flower"),
    ("Dr. Osei is kind.", "osei:Person |"),
    ("Aunt Rosa lives in Buenos Aires.", "rosa:Person buenos aires:Place |"),
    ("We went to Kyoto.", "kyoto:Place |"),
    ("I live in the Netherlands.", "netherlands:Place |"),
    ("I grew up in New York City.", "new york city:Place |"),
    ('I read "The Hobbit" on Sunday.', "hobbit:Artifact |"),
    (
        "I read \N{LEFT DOUBLE QUOTATION MARK}Dune\N{RIGHT DOUBLE QUOTATION MARK} again.",
        "dune:Artifact |",
    ),
    ("I'm reading Middlemarch at the moment.", "middlemarch:Artifact |"),
    ("We watched Spirited Away.", "spirited away:Artifact |"),
    ("I like playing Stardew Valley.", "stardew valley:Artifact |"),
    ("I bought it from Karim's uncle.", "karim:Person | uncle"),
    ("Today I baked with Ana.", "?ana: |"),
    ("My brother Tariq got a job at Google.", "tariq:Person google: | brother, job"),
    ("I take a pottery class.", "| pottery class"),
    ("She studies climate change and mental health.", "| climate change, mental health"),
    ("He bought a big old house.", "| house"),
    ("We had a lot of fun last Friday.", "|"),
    ("It was a great day and a good time.", "|"),
    ("Monday in June was fine.", "|"),
    ("I speak French and Hindi.", "|"),
    ("I AM SO HAPPY TODAY", "|"),
    ("OMG, LOL, that's great. Wow. Yay!", "|"),
    ("We like to hike.", "|"),
    ("She left two weeks ago.", "|"),
    ("The kids love their guitar lessons. The guitar lessons are fun.", "| kid, guitar lesson"),
    ("My son Amir plays chess; Amir is ten.", "amir:Person amir:Person | son, chess"),
    ("I met my husband, Tom, in Rome.", "tom:Person rome:Place | husband"),
    ("Hello", "|"),
    ("I work as a data scientist.", "| data scientist"),
    ("Our neighbour Ingrid grows tomatoes.", "ingrid:Person | neighbour, tomato"),
    ("Grace matters. Will came.", "|"),
    ("Good morning, everyone!", "|"),
]


@pytest.fixture(scope="module")
def extractor() -> SpacyExtractor:
    return SpacyExtractor.load()


@pytest.fixture(scope="module")
def found(extractor: SpacyExtractor) -> dict[str, Extraction]:
    texts = [text for text, _ in FOUND]
    return dict(
        zip(texts, extractor.extract([Utterance(text, SENT) for text in texts]), strict=True)
    )


def _shown(mentions: tuple[Mention, ...]) -> str:
    names = [f"{'?' * m.weak}{m.form}:{m.label}" for m in mentions if m.kind is MentionKind.NAME]
    topics = [m.form for m in mentions if m.kind is MentionKind.TOPIC]
    return f"{' '.join(names)} | {', '.join(topics)}".strip()


@pytest.mark.parametrize(("text", "expected"), FOUND)
def test_a_sentence_mentions(text: str, expected: str, found: dict[str, Extraction]) -> None:
    assert _shown(found[text].mentions) == expected


def test_spans_slice_to_their_surface(found: dict[str, Extraction]) -> None:
    for text, extraction in found.items():
        for mention in extraction.mentions:
            assert text[mention.start : mention.end] == mention.surface


def test_names_have_the_form_that_all_names_have(found: dict[str, Extraction]) -> None:
    for extraction in found.values():
        for mention in extraction.mentions:
            assert mention.kind is MentionKind.TOPIC or mention.form == name_form(mention.surface)
            assert mention.form


def test_names_do_not_overlap(found: dict[str, Extraction]) -> None:
    for extraction in found.values():
        names = [m for m in extraction.mentions if m.kind is MentionKind.NAME]
        assert all(a.end <= b.start for a, b in itertools.pairwise(names))


def test_a_name_has_neither_article_nor_possessive(extractor: SpacyExtractor) -> None:
    [found] = extractor.extract([Utterance("We went to the Alps in my friend Rosa's van.", SENT)])
    names = [m.surface for m in found.mentions if m.kind is MentionKind.NAME]
    assert names == ["Alps", "Rosa"]


def test_a_sure_name_makes_its_other_mentions_sure(extractor: SpacyExtractor) -> None:
    [found] = extractor.extract([Utterance("My dog Toby ran. Today Toby is back.", SENT)])
    assert [m.weak for m in found.mentions if m.form == "toby"] == [False, False]


def test_of_many_names_the_later_are_dropped(extractor: SpacyExtractor) -> None:
    text = "We went " + " and ".join(
        f"to Ka{chr(97 + n // 7)}{'nrtslmo'[n % 7]}a" for n in range(40)
    )
    [found] = extractor.extract([Utterance(text, SENT)])
    assert len(found.mentions) == MENTIONS_MAX
    assert [m.start for m in found.mentions] == sorted(m.start for m in found.mentions)


def test_of_many_topics_the_later_are_dropped(extractor: SpacyExtractor) -> None:
    nouns = "lamp table chair house bridge garden ladder hammer bottle kettle spoon fork plate sofa"
    text = "I bought a " + ", a ".join(nouns.split()) + "."
    [found] = extractor.extract([Utterance(text, SENT)])
    assert [m.form for m in found.mentions] == nouns.split()[:TOPICS_MAX]
