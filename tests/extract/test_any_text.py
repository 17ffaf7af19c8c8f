"""No text makes the extractor fail: fragments that its rules look beyond, in any order, cut anywhere."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cuegraph.extract import SpacyExtractor
from cuegraph.schema.extraction import Utterance

FRAGMENTS = (
    *(
        "my sister",
        "Mom's",
        "Karim's uncle",
        "'s",
        "\u2019s",
        "Dr.",
        "our dog",
        "called",
        "named",
        "Ms",
    ),
    *("Amina", "Jonas Weber", "Paris", "'The Wall'", '"Piranesi"', "watched", "read", "moved to"),
    *(
        "am",
        "is",
        "not",
        "will",
        "to",
        "if",
        "would",
        "and",
        "because",
        "that",
        "who",
        "there",
        "let's",
    ),
    *(
        "last",
        "next",
        "on the",
        "5th",
        "May",
        "in",
        "2019",
        "from",
        "until",
        "ago",
        "two weeks",
        "-",
    ),
    *(
        ",",
        ".",
        "?",
        "!",
        "...",
        ":",
        "(",
        ")",
        "🙂",
        "\n",
        "नमस्ते",
        "http://a.b/c",
        "@x",
        "#y",
        "'",
        "—",
    ),
)


@pytest.fixture(scope="module")
def extractor() -> SpacyExtractor:
    """The shipped one."""
    return SpacyExtractor.load()


@settings(max_examples=400)
@given(parts=st.lists(st.sampled_from(FRAGMENTS), max_size=12), gap=st.sampled_from((" ", " ", "")))
def test_no_order_of_fragments_makes_it_fail(
    extractor: SpacyExtractor, parts: list[str], gap: str
) -> None:
    text = gap.join(parts)
    (found,) = extractor.extract([Utterance(text, "2024-05-01T10:00:00Z")])
    for mention in found.mentions:
        assert text[mention.start : mention.end] == mention.surface
    for frame in found.events:
        assert 0 <= frame.start < frame.end <= len(text)


@pytest.mark.parametrize(
    "text", ["We met at Mom's", "Mom's", "Amina's", "with Dr.", "my sister", "called"]
)
def test_a_text_may_end_where_a_rule_looks_on(extractor: SpacyExtractor, text: str) -> None:
    (found,) = extractor.extract([Utterance(text, None)])
    assert all(text[m.start : m.end] == m.surface for m in found.mentions)
