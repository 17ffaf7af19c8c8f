"""Names and topics of a parsed text, with the words on which each stands.

Names come from three sources, the surest first: rules ("my sister Fatou", "Hey Mel", "moved to
Porto"), the model's entities, and capitals alone. The last are weak: they count only where another
message is sure of the same form.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from cuegraph.extract import lexicon
from cuegraph.extract.parse import Lemmas, Parse, Word
from cuegraph.schema.extraction import Mention, MentionKind
from cuegraph.schema.text import name_form

MENTIONS_MAX: Final = 32  # of one message; later ones are dropped
TOPICS_MAX: Final = 12  # of one message

_NAME_WORDS_MAX: Final = 8  # guess: longer runs of capitals are headings
_TOPIC_CHARACTERS_MAX: Final = 40  # guess: longer is no word
# What may stand in a name or topic; brackets and slashes belong to code and addresses.
CLEAN: Final = re.compile("[^\\W_](?:[^\\W_]|[.'&+\N{RIGHT SINGLE QUOTATION MARK}-])*")
_LINKS: Final = frozenset(
    {"of", "de", "da", "del", "van", "von", "der", "la", "le", "and", "&", "the"}
)
_OPENERS: Final = frozenset({'"', "\N{LEFT DOUBLE QUOTATION MARK}", "``"})
_CLOSERS: Final = frozenset({'"', "\N{RIGHT DOUBLE QUOTATION MARK}", "''"})
_EXCLAIMED: Final = lexicon.GREETINGS | lexicon.INTERJECTIONS
_EMPLOYING: Final = frozenset({"work", "study", "get", "grow", "take", "bring"})
_TITLE_WORDS: Final = lexicon.NOT_NAMES | lexicon.PRONOUNS_FIRST


@dataclass(frozen=True, slots=True)
class Entity:
    """What the model's recogniser found: words [first, last], and its label."""

    first: int
    last: int
    label: str


@dataclass(frozen=True, slots=True)
class Found:
    """The mentions of one text in order, and the mention that each of its words belongs to.

    A topic is one mention however often it is named; all its head words lead to it.
    """

    mentions: tuple[Mention, ...]
    by_word: dict[int, int]


@dataclass(frozen=True, slots=True)
class _Span:
    first: int
    last: int
    label: str
    weak: bool


def rule_names(parse: Parse) -> list[tuple[int, int, str]]:
    """(first word, last word, label) of the names that rules are sure of; disjoint, in order."""
    found: list[tuple[int, int, str]] = []
    for sentence in range(len(parse.sentences)):
        words = parse.sentence(sentence)
        if sentence in parse.shouted:
            continue
        for position, word in enumerate(words):
            found.extend(_names_at(words, position, word))
        found.extend(_vocatives(words))
    return _disjoint(found)


def needs_recogniser(parse: Parse, names: Sequence[tuple[int, int, str]], lemmas: Lemmas) -> bool:
    """Whether some capital is left unexplained, so that the recogniser is worth its time."""
    taken = {index for first, last, _ in names for index in range(first, last + 1)}
    for number in range(len(parse.sentences)):
        words = parse.sentence(number)
        if number not in parse.shouted and any(
            w.index not in taken and _may_name(w, words, lemmas) for w in words
        ):
            return True
    return False


def find_mentions(
    parse: Parse,
    *,
    names: Iterable[tuple[int, int, str]],
    entities: Iterable[Entity],
    timed: set[int],
    lemmas: Lemmas,
) -> Found:
    """All mentions of the text; `names` come from `rule_names`, `timed` are words that say when."""
    spans = [_Span(first, last, label, weak=False) for first, last, label in names]
    taken = {index for span in spans for index in range(span.first, span.last + 1)}
    candidates = [span for e in entities if (span := _trimmed(parse, e, lemmas))]
    candidates.extend(_capitals(parse, lemmas))
    for span in candidates:
        indexes = range(span.first, span.last + 1)
        if taken.isdisjoint(indexes) and timed.isdisjoint(indexes):
            spans.append(span)
            taken.update(indexes)
    return _built(parse, sorted(spans, key=lambda s: s.first), timed)


def _built(parse: Parse, spans: list[_Span], timed: set[int]) -> Found:
    named = [(span, _name(parse, span)) for span in spans]
    sure = {mention.form for _, mention in named if not mention.weak}
    entries: list[tuple[Mention, range]] = []
    taken: set[int] = set()
    for span, mention in named:
        if not mention.form:
            continue
        words = range(span.first, span.last + 1)
        taken.update(words)
        known = mention.weak and mention.form in sure
        entries.append((replace(mention, weak=False) if known else mention, words))
    topics, heads = _topics(parse, taken, timed)
    entries.extend(topics)
    entries.sort(key=lambda entry: (entry[0].start, entry[0].end, entry[0].kind))
    entries = entries[:MENTIONS_MAX]
    forms = {m.form: n for n, (m, _) in enumerate(entries) if m.kind is MentionKind.TOPIC}
    by_word = {index: forms[form] for index, form in heads.items() if form in forms}
    by_word |= {index: n for n, (_, words) in enumerate(entries) for index in words}
    return Found(tuple(mention for mention, _ in entries), by_word)


def _name(parse: Parse, span: _Span) -> Mention:
    start, end = parse.words[span.first].start, parse.words[span.last].end
    surface = parse.text[start:end]
    return Mention(MentionKind.NAME, name_form(surface), surface, start, end, span.label, span.weak)


# ------------------------------------------------------------ rules


def _names_at(words: Sequence[Word], position: int, word: Word) -> list[tuple[int, int, str]]:
    """The names that the word announces: "sister Fatou", "a cat called Pixie", "read Dune"."""
    if word.tag == "POS":
        return _owner_of_kin(words, position)
    if word.lower in lexicon.PLACE_PREPOSITIONS and word.tag in {"IN", "TO"}:
        return _places(words, position)
    if word.is_verb and word.lemma in lexicon.CONSUMING_VERBS:
        return _works(words, position)
    if word.lower in lexicon.NAMING:
        run = _name_run(words, position + 1, calendar_names=True)
        return [(*run, _named_label(words, position))] if run else []
    return _titled(words, position, word)


def _titled(words: Sequence[Word], position: int, word: Word) -> list[tuple[int, int, str]]:
    """The name after "my sister", "our dog", "Dr."."""
    person = word.lemma in lexicon.KIN or word.lemma in lexicon.ACQUAINTANCE
    if person or word.lemma in lexicon.PETS:
        follows = _after_comma(words, position)
        run = _name_run(words, follows, calendar_names=person) if follows else None
        # After a comma it must be someone's: "my sister, Ada, came", not "the girl, Ada said".
        owned = any(c.dep == "poss" for c in word.children)
        if run and (owned or follows == position + 1):
            return [(*run, "Person" if person else "Entity")]
    elif word.lower.rstrip(".") in lexicon.TITLES and word.is_capitalised:
        run = _name_run(words, position + 1)
        return [(*run, "Person")] if run else []
    return []


def _owner_of_kin(words: Sequence[Word], position: int) -> list[tuple[int, int, str]]:
    """The name in "Karim's uncle"."""
    following = words[position + 1].lemma if position + 1 < len(words) else ""
    if following not in lexicon.KIN and following not in {"friend", "boss", "colleague"}:
        return []
    first = position
    while first > 0 and position - first < 3 and _name_run(words, first - 1):
        first -= 1
    run = _name_run(words[:position], first) if first < position else None
    return [(*run, "Person")] if run else []


def _named_label(words: Sequence[Word], position: int) -> str:
    """What the thing "named X" is, by the noun just before: a person, a being, or unknown."""
    for word in reversed(words[max(0, position - 4) : position]):
        if word.lemma in lexicon.KIN or word.lemma in lexicon.ACQUAINTANCE:
            return "Person"
        if word.lemma in lexicon.PETS:
            return "Entity"
        if word.lemma in lexicon.PLACE_NOUNS:
            return "Place"
        if word.lemma in {
            "book",
            "novel",
            "movie",
            "film",
            "song",
            "game",
            "show",
            "series",
            "album",
        }:
            return "Artifact"
    return ""


def _after_comma(words: Sequence[Word], position: int) -> int:
    """The place where a name would follow, past one comma; 0 for none."""
    follows = position + 1
    if follows < len(words) and words[follows].text == ",":
        # Only "my dog, Toby, ..." closes what it opens.
        closed = any(w.text in {",", "."} for w in words[follows + 2 : follows + 5])
        follows = follows + 1 if closed else len(words)
    return follows if follows < len(words) else 0


def _works(words: Sequence[Word], position: int) -> list[tuple[int, int, str]]:
    """A title in quotes or in capitals right after "read", "watch", "play"."""
    follows = position + 1
    # "listening to Abbey Road"
    if (
        follows < len(words)
        and words[follows].lower in {"to", "the"}
        and not words[follows].is_capitalised
    ):
        follows += 1
    if follows >= len(words):
        return []
    if words[follows].text in _OPENERS:
        for last in range(follows + 1, min(follows + 1 + _NAME_WORDS_MAX, len(words))):
            if words[last].text in _CLOSERS and last > follows + 1:
                return _quoted(words[follows + 1 : last])
        return []
    if words[position].lemma in {"see", "hear", "enjoy", "love", "recommend", "finish"}:
        return []  # people are seen and loved too
    run = _name_run(words, follows, title=True)
    return [(*run, "Artifact")] if run else []


def _quoted(title: Sequence[Word]) -> list[tuple[int, int, str]]:
    if not title[0].is_capitalised:
        return []
    article = len(title) > 1 and title[0].lower == "the"
    return [(title[article].index, title[-1].index, "Artifact")]


def _places(words: Sequence[Word], position: int) -> list[tuple[int, int, str]]:
    """A capitalised word after "in" or "to" that depends on a verb of motion or location."""
    preposition = words[position]
    head = preposition.parent
    if head is None or not (head.is_verb and head.lemma in lexicon.MOVING_VERBS):
        return []
    follows = position + 1
    if follows < len(words) and words[follows].lower == "the":
        follows += 1
    run = _name_run(words, follows)
    if not run:
        return []
    # "came to Ada's party" names her, not a place; "work with", "study at" name an institution.
    after = words[run[1] - words[0].index + 1 :][:1]
    possessive = bool(after) and after[0].tag == "POS"
    institution = preposition.lower == "at" and head.lemma in _EMPLOYING
    return [] if possessive or institution else [(*run, "Place")]


def _vocatives(words: Sequence[Word]) -> list[tuple[int, int, str]]:
    """Who is spoken to: "Hey Mel", "Thanks, Amina!", "..., Jonas?"."""
    found: list[tuple[int, int, str]] = []
    if len(words) > 1 and words[0].lower in lexicon.GREETINGS:
        follows = 1
        while follows < len(words) - 1 and words[follows].lower in _BETWEEN_GREETING:
            follows += 1
        run = _name_run(words, follows)
        if run and _ends_vocative(words, run[1] - words[0].index + 1):
            found.append((*run, "Person"))
    last = len(words) - 1
    while last > 0 and not words[last].text[0].isalnum():
        last -= 1
    if last > 1 and words[last - 1].text == "," and last + 1 < len(words):
        # A list also ends in a name: "Ana, Bo, Cy."
        lists = sum(w.text == "," for w in words[:last]) > 1 or words[last - 2].is_proper
        run = _name_run(words, last)
        if run and not lists:
            found.append((*run, "Person"))
    return found


_BETWEEN_GREETING: Final = frozenset(
    {",", "there", "so", "much", "you", "again", "my", "dear", "to", "morning"}
)


def _ends_vocative(words: Sequence[Word], after: int) -> bool:
    """Whether what was said to someone ends here: "Hey Mel!", not "Thanks Giving dinner"."""
    return after >= len(words) or not words[after].is_noun


def _name_run(
    words: Sequence[Word], position: int, *, calendar_names: bool = False, title: bool = False
) -> tuple[int, int] | None:
    """First and last index of the capitalised words from `position` on, or None."""
    stop = _TITLE_WORDS if calendar_names else _TITLE_WORDS | lexicon.CALENDAR_NAMES
    last = -1
    for place in range(position, min(position + _NAME_WORDS_MAX, len(words))):
        word = words[place]
        if _is_namelike(word) and (word.lower not in stop or (title and place > position)):
            if word.lower in lexicon.DEMONYMS:
                break
            last = place
        elif not (last >= 0 and word.lower in _LINKS and _links(words, place, title=title)):
            break
    first = position
    if last < 0 or (last == first and words[first].lower == "the"):
        return None
    if words[first].lower == "the":
        first += 1
    return words[first].index, words[last].index


def _links(words: Sequence[Word], place: int, *, title: bool) -> bool:
    """Whether a small word joins two capitalised ones into one name."""
    if words[place].lower == "and" and not title:
        return False
    following = words[place + 1 : place + 3]
    return bool(following) and any(
        _is_namelike(w) for w in following[: 1 + (words[place].lower == "of")]
    )


def _is_namelike(word: Word) -> bool:
    text = word.text
    if not text[0].isupper() or word.tag == "UH":
        return False
    return text.isalpha() or (len(text) > 1 and CLEAN.fullmatch(text) is not None)


# ------------------------------------------------------------ the model, and capitals


def _trimmed(parse: Parse, entity: Entity, lemmas: Lemmas) -> _Span | None:
    """The entity without articles and greetings at its edges; None if no name is left."""
    label = lexicon.ENTITY_LABELS.get(entity.label)
    if label is None:
        return None
    first, last = entity.first, entity.last
    while first <= last and _is_edge(parse.words[first]):
        first += 1
    while last >= first and _is_edge(parse.words[last]):
        last -= 1
    if last < first or last - first >= _NAME_WORDS_MAX:
        return None
    words = parse.words[first : last + 1]
    if not any(w.is_capitalised for w in words):
        return None
    number = parse.words[first].sentence
    if number != parse.words[last].sentence or number in parse.shouted:
        return None
    sentence = parse.sentence(words[0].sentence)
    if len(words) == 1 and not _may_name(words[0], sentence, lemmas):
        return None
    if words[0].text.isupper() and words[0].lower not in lexicon.PLACE_ACRONYMS:
        label = ""
    if label == "Place" and _accompanies(words[-1]):
        label = ""  # nobody goes "with Norway"; the small model takes rare first names for places
    return _Span(first, last, label, weak=False)


def _accompanies(word: Word) -> bool:
    return word.parent is not None and word.parent.lower in {"with", "by"} and word.dep == "pobj"


def _is_edge(word: Word) -> bool:
    stop = word.lower in lexicon.NOT_NAMES or word.lower in lexicon.CALENDAR_NAMES
    return stop or word.tag in {"POS", "DT", "PRP$"} or not word.text[0].isalnum()


def _may_name(word: Word, sentence: Sequence[Word], lemmas: Lemmas) -> bool:
    """Whether a word's capital is more than the start of its sentence."""
    if not word.is_capitalised or word.text.isdigit() or not _is_namelike(word):
        return False
    lower = word.lower.rstrip(".")
    if (
        lower in lexicon.NOT_NAMES
        or lower in lexicon.CALENDAR_NAMES
        or lower in lexicon.DEMONYMS
        or word.lower in lexicon.NOT_NAMES
    ):
        return False
    if _begins(word, sentence):
        return word.is_proper and not lemmas.is_common(lower)
    return word.is_proper or not lemmas.is_common(lower)


def _begins(word: Word, sentence: Sequence[Word]) -> bool:
    """Whether the word begins its sentence, or follows a colon, a quote or a line break."""
    position = word.index - sentence[0].index
    if position == 0:
        return True
    before = sentence[position - 1]
    return not before.text[0].isalnum() and before.text not in {",", "'s", "-", "&", "@", "("}


def _capitals(parse: Parse, lemmas: Lemmas) -> list[_Span]:
    """Runs of words that only look like names."""
    spans: list[_Span] = []
    for number in range(len(parse.sentences)):
        words = parse.sentence(number)
        if number in parse.shouted:
            continue
        if not any(w.is_capitalised for w in words[1:]) and not words[0].is_proper:
            continue
        position = 0
        while position < len(words):
            if not _may_name(words[position], words, lemmas):
                position += 1
                continue
            last = position
            while (
                last + 1 < len(words)
                and last - position < _NAME_WORDS_MAX
                and _may_name(words[last + 1], words, lemmas)
            ):
                last += 1
            spans.append(_Span(words[position].index, words[last].index, "", weak=True))
            position = last + 1
    return spans


def _disjoint(spans: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """The spans without overlap: the earlier wins, then the longer, then the labelled."""
    kept: list[tuple[int, int, str]] = []
    for span in sorted(spans, key=lambda s: (s[0], -s[1], not s[2], s[2])):
        if not kept or span[0] > kept[-1][1]:
            kept.append(span)
    return kept


# ------------------------------------------------------------ topics


def _topics(
    parse: Parse, taken: set[int], timed: set[int]
) -> tuple[list[tuple[Mention, range]], dict[int, str]]:
    """The topics with their words, each form at its first place; and every head word's form."""
    entries: list[tuple[Mention, range]] = []
    heads: dict[int, str] = {}
    seen: set[str] = set()
    for word in parse.words:
        if not _is_topic(word, taken) or word.index in timed:
            continue
        first = _topic_start(parse, word, taken)
        parts = parse.words[first : word.index + 1]
        form = heads[word.index] = " ".join(p.lemma for p in parts)
        if form in seen or len(entries) == TOPICS_MAX:
            continue
        seen.add(form)
        surface = parse.text[parts[0].start : word.end]
        mention = Mention(MentionKind.TOPIC, form, surface, parts[0].start, word.end)
        entries.append((mention, range(first, word.index + 1)))
    return entries, heads


def _is_topic(word: Word, taken: set[int]) -> bool:
    if not word.is_noun or word.index in taken or word.dep == "compound":
        return False
    lemma = word.lemma
    if lemma in lexicon.GENERIC_NOUNS or lemma in lexicon.TIME_NOUNS or lemma in _EXCLAIMED:
        return False
    if not 1 < len(lemma) <= _TOPIC_CHARACTERS_MAX:
        return False
    return lemma.isalpha() or (lemma[0].isalpha() and CLEAN.fullmatch(lemma) is not None)


def _topic_start(parse: Parse, head: Word, taken: set[int]) -> int:
    """The first of the adjacent words that make the head another concept: "pottery class"."""
    first = head.index
    while first > 0 and head.index - first < 3:
        word = parse.words[first - 1]
        compound = word.is_noun and word.dep == "compound" and word.lemma not in lexicon.TIME_NOUNS
        relational = (
            word.tag == "JJ"
            and word.dep == "amod"
            and word.parent is head
            and word.lower.endswith(("al", "ic"))
            and word.lower not in lexicon.PLAIN_ADJECTIVES
        )
        if word.index in taken or not (compound or relational):
            break
        first -= 1
    return first
