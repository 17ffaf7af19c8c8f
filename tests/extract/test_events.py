"""Clauses of hand-written sentences, sent on Wednesday 15 May 2024, against what they say."""

import pytest

from cuegraph.extract import SpacyExtractor
from cuegraph.extract.events import EVENTS_MAX, GIST_CHARACTERS_MAX
from cuegraph.schema.extraction import EventFrame, Extraction, Modality, Reference, Utterance

SENT = "2024-05-15T10:30:00Z"

# text, one of its events: predicate; roles; modality (with "not" before it); first day of its time
SAID = [
    (
        "My sister Fatou moved to Lisbon last week.",
        "move; agent fatou, place lisbon; happened; 2024-05-06",
    ),
    (
        "I'm going to visit my friend Rob in Porto next Friday.",
        "visit; agent I, patient rob, place porto; plan; 2024-05-24",
    ),
    ("She said that she wants to buy a house.", "buy; patient house; wish; -"),
    ("I am allergic to peanuts.", "be allergic; agent I, topic peanut; state; -"),
    ("Let's meet at the cafe tomorrow!", "meet; agent I, place cafe; plan; 2024-05-16"),
    ("I've been painting for 3 years.", "paint; agent I; ongoing; 2021-05-16"),
    ("My dog, Toby, ate the cake.", "eat; agent toby, patient cake; happened; -"),
    ("I ate the cake that Ana baked.", "bake; agent ana, patient cake; happened; -"),
    (
        "I got married in 2019 and started a pottery class.",
        "get married; patient I; happened; 2019-01-01",
    ),
    (
        "I got married in 2019 and started a pottery class.",
        "start; agent I, patient pottery class; happened; -",
    ),
    ("Didn't she use to live there?", "live; ; not asked; -"),
    ("I read it in March.", "read; agent I; happened; 2024-03-01"),
    ("I gave Ada the keys.", "give; agent I, recipient ada, patient key; happened; -"),
    ("I don't think he moved to Paris.", "move; place paris; not happened; -"),
    ("I'd love to learn the violin.", "learn; agent I, patient violin; wish; -"),
    (
        "Ada and Bob went hiking in the Alps two weeks ago.",
        "hike; agent ada, agent bob, place alps; happened; 2024-04-29",
    ),
    ("I stopped smoking in March.", "stop smoke; agent I; happened; 2024-03-01"),
    (
        "I have to renew my passport by June 5.",
        "renew; agent I, patient passport; plan; 2024-06-05",
    ),
    ("Ada's brother is a nurse.", "be nurse; agent brother, topic ada, patient nurse; state; -"),
    (
        "We adopted a cat named Pixie yesterday.",
        "adopt; agent I, patient pixie; happened; 2024-05-14",
    ),
    ("I'm excited to visit Kyoto.", "visit; agent I, patient kyoto; plan; -"),
    ("Call me tomorrow!", "call; agent you, patient I; ordered; 2024-05-16"),
    ("Dr. Osei told me to rest.", "tell; agent osei, patient I; happened; -"),
    ("I was born in Accra but grew up in Leeds.", "grow up; agent I, place leeds; happened; -"),
    (
        "I didn't go to the gym yesterday because my knee hurt.",
        "go; agent I, place gym; not happened; 2024-05-14",
    ),
    ("Omar gave me a necklace.", "give; agent omar, recipient I, patient necklace; happened; -"),
    ("We might move to Berlin.", "move; agent I, place berlin; hypothetical; -"),
    ("I wish I could play the cello.", "play; agent I, patient cello; wish; -"),
    ("I used to smoke.", "smoke; agent I; happened; -"),
    ("What did you do last weekend?", "do; agent you; asked; 2024-05-11"),
    ("She broke her arm in 2019.", "break; patient arm; happened; 2019-01-01"),
    ("They've been living in Oslo since 2016.", "live; place oslo; ongoing; 2016-01-01"),
    ("I never met my grandfather.", "meet; agent I, patient grandfather; not happened; -"),
    ("The meeting was cancelled by Ingrid.", "cancel; patient meeting, agent ingrid; happened; -"),
    ("I will start my new job on Monday.", "start; agent I, patient job; plan; 2024-05-20"),
    ("If it rains, we would stay home.", "rain; ; hypothetical; -"),
    ("He is afraid of spiders.", "be afraid; topic spider; state; -"),
    ("I was working at a bakery when I met Luca.", "work; agent I, place bakery; happened; -"),
    (
        "I talked with Ana about the mortgage.",
        "talk; agent I, recipient ana, topic mortgage; happened; -",
    ),
    (
        "Looking forward to meeting you in Vienna in June.",
        "meet; agent I, patient you, place vienna; plan; 2024-06-01",
    ),
    ("I'm thinking about quitting my job.", "quit; agent I, patient job; plan; -"),
    ("I want to adopt a dog.", "adopt; agent I, patient dog; wish; -"),
    ("I lent Bob my bike.", "lend; agent I, recipient bob, patient bike; happened; -"),
    (
        "Picked up the kids at school today.",
        "pick up; agent I, patient kid, place school; happened; 2024-05-15",
    ),
    ("We leave on Friday.", "leave; agent I; plan; 2024-05-17"),
    ("I have no siblings.", "have; agent I, patient sibling; not state; -"),
    ("You told me a secret.", "tell; agent you, recipient I, patient secret; happened; -"),
    ("I can't swim.", "swim; agent I; not state; -"),
]

SMALL_TALK = [
    "That sounds great!",
    "Thanks, Amina!",
    "Wow, that's amazing!",
    "You are so kind.",
    "Hey Mel! How are you?",
    "Have a great day!",
    "Congratulations on the new job, Mel!",
    "Nice to see you again.",
    "Where did you go last summer?",
]
QUESTIONS = [
    "Where is the museum?",
    "I moved. And you?",
    "where is the museum",
    "did you call him",
    "Really?! \N{SMILING FACE WITH OPEN MOUTH}",
    "What's new",
]
STATEMENTS = [
    "When I was young, I swam.",
    "What a day!",
    "Do it now.",
    "Did you call? I did.",
    "I moved",
    "",
    "How lovely!",
]


@pytest.fixture(scope="module")
def extractor() -> SpacyExtractor:
    return SpacyExtractor.load()


@pytest.fixture(scope="module")
def said(extractor: SpacyExtractor) -> dict[str, Extraction]:
    texts = sorted({text for text, _ in SAID})
    found = extractor.extract([Utterance(text, SENT) for text in texts])
    return dict(zip(texts, found, strict=True))


def _shown(event: EventFrame, extraction: Extraction) -> str:
    people = {Reference.FIRST: "I", Reference.SECOND: "you"}
    roles = [
        f"{role.name} {people.get(role.reference) or extraction.mentions[role.mention].form}"
        for role in event.roles
    ]
    modality = ("not " if event.negated else "") + event.modality.value
    day = event.valid.start[:10] if event.valid else "-"
    return "; ".join([event.predicate, ", ".join(roles), modality, day])


@pytest.mark.parametrize(("text", "expected"), SAID)
def test_a_sentence_says(text: str, expected: str, said: dict[str, Extraction]) -> None:
    extraction = said[text]
    assert expected in [_shown(event, extraction) for event in extraction.events]


def test_events_stand_in_the_order_of_the_text(said: dict[str, Extraction]) -> None:
    for extraction in said.values():
        assert list(extraction.events) == sorted(extraction.events, key=lambda e: (e.start, e.end))


def test_a_gist_is_the_text_of_its_span(said: dict[str, Extraction]) -> None:
    for text, extraction in said.items():
        for event in extraction.events:
            assert event.gist == text[event.start : event.end]


def test_a_time_stays_within_its_text(said: dict[str, Extraction]) -> None:
    for text, extraction in said.items():
        for event in extraction.events:
            assert (event.valid is None) == (event.time_start == event.time_end == -1)
            assert event.valid is None or text[event.time_start : event.time_end].strip()


def test_roles_point_at_mentions_or_at_nobody(said: dict[str, Extraction]) -> None:
    for extraction in said.values():
        for role in (role for event in extraction.events for role in event.roles):
            mentioned = role.reference is Reference.MENTION
            assert (
                (0 <= role.mention < len(extraction.mentions)) if mentioned else role.mention == -1
            )


def test_he_she_and_it_take_no_role(extractor: SpacyExtractor) -> None:
    [found] = extractor.extract([Utterance("She gave it to him and they left.", SENT)])
    assert [event.roles for event in found.events] == [(), ()]


@pytest.mark.parametrize("text", SMALL_TALK)
def test_small_talk_is_worth_nothing(text: str, extractor: SpacyExtractor) -> None:
    [found] = extractor.extract([Utterance(text, SENT)])
    assert (found.worth, [event.worth for event in found.events if event.worth]) == (0, [])


def test_what_happened_to_whom_and_when_is_worth_more(extractor: SpacyExtractor) -> None:
    texts = ["It happened.", "I moved.", "I moved to Lisbon.", "I moved to Lisbon last week."]
    found = extractor.extract([Utterance(text, SENT) for text in texts])
    worths = [extraction.worth for extraction in found]
    assert worths == sorted(set(worths))


@pytest.mark.parametrize("text", QUESTIONS)
def test_it_ends_in_a_question(text: str, extractor: SpacyExtractor) -> None:
    assert extractor.extract([Utterance(text, SENT)])[0].is_question


@pytest.mark.parametrize("text", STATEMENTS)
def test_it_ends_in_no_question(text: str, extractor: SpacyExtractor) -> None:
    assert not extractor.extract([Utterance(text, SENT)])[0].is_question


def test_a_long_list_of_deeds_keeps_the_most_memorable(extractor: SpacyExtractor) -> None:
    text = "He ate. " * 20 + "I moved to Lisbon yesterday."
    [found] = extractor.extract([Utterance(text, SENT)])
    assert len(found.events) == EVENTS_MAX
    assert found.events[-1].predicate == "move"


def test_a_long_clause_is_shortened_in_its_gist(extractor: SpacyExtractor) -> None:
    text = "I bought " + ", ".join(f"a red lamp number {n}" for n in range(12)) + "."
    [found] = extractor.extract([Utterance(text, SENT)])
    assert max(len(event.gist) for event in found.events) == GIST_CHARACTERS_MAX


def test_without_the_time_of_sending_only_dates_with_a_year_are_kept(
    extractor: SpacyExtractor,
) -> None:
    texts = ["I moved last week.", "I moved in 2019."]
    found = extractor.extract([Utterance(text, None) for text in texts])
    assert [e.valid and e.valid.start for x in found for e in x.events] == [
        None,
        "2019-01-01T00:00:00Z",
    ]


def test_what_has_happened_does_not_lie_ahead(extractor: SpacyExtractor) -> None:
    [found] = extractor.extract([Utterance("I finished the book in three days.", SENT)])
    assert [(e.modality, e.valid) for e in found.events] == [(Modality.HAPPENED, None)]
