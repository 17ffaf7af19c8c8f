"""Event frames: what each clause says, who takes part, when, and how much it is worth keeping."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from cuegraph.extract import lexicon
from cuegraph.extract.clauses import RELATIVE_WORDS, Clause, clause_above, words_to_clauses
from cuegraph.extract.mentions import Found
from cuegraph.extract.parse import Parse, Word
from cuegraph.extract.times import TimeSpan
from cuegraph.schema.extraction import EventFrame, Mention, MentionKind, Modality, Reference, Role
from cuegraph.schema.text import shorten

EVENTS_MAX: Final = 12  # of one message; those worth least are dropped, the later first
GIST_CHARACTERS_MAX: Final = 120
ROLES_MAX: Final = 8  # of one event

_CONJUNCTS_MAX: Final = 6  # "Ada, Bob, Cy and ..."
_SUPPORTED: Final = frozenset({Modality.HAPPENED, Modality.PLAN})


def find_events(
    parse: Parse,
    clauses: list[Clause],
    found: Found,
    times: Sequence[TimeSpan],
    sent_at: str | None,
) -> tuple[EventFrame, ...]:
    """The frames of the clauses, in the order of the text."""
    if not clauses:
        return ()
    _attach_times(parse, clauses, times)
    tops = frozenset(c.top.index for c in clauses)
    frames = [
        _frame(parse, clause, found, when=_timed(clause, times, sent_at), tops=tops)
        for clause in clauses
        if not clause.skipped
    ]
    if len(frames) > EVENTS_MAX:
        ranked = sorted(range(len(frames)), key=lambda n: (-frames[n].worth, n))
        frames = [frames[n] for n in sorted(ranked[:EVENTS_MAX])]
    return tuple(frames)


def _attach_times(parse: Parse, clauses: list[Clause], times: Sequence[TimeSpan]) -> None:
    """Gives each time to the clause of its nearest verbal ancestor."""
    by_word = words_to_clauses(clauses)
    for number, span in enumerate(times):
        word = parse.word_at(span.start)
        clause = clause_above(word, by_word) if word else None
        if clause:
            clause.times.append(number)


def _timed(
    clause: Clause, times: Sequence[TimeSpan], sent_at: str | None
) -> tuple[TimeSpan | None, Modality]:
    """The clause's time, and what it makes of the modality."""
    for number in clause.times:
        time = times[number]
        ahead = sent_at is not None and time.interval.start > sent_at
        if ahead and clause.modality is Modality.HAPPENED:
            continue  # what has happened lies not ahead: "I read it in three days"
        if ahead and clause.modality in {Modality.STATE, Modality.ONGOING}:
            return time, Modality.PLAN  # "We leave on Friday", "I'm visiting her tomorrow"
        return time, clause.modality
    return None, clause.modality


def _frame(
    parse: Parse,
    clause: Clause,
    found: Found,
    *,
    when: tuple[TimeSpan | None, Modality],
    tops: frozenset[int],
) -> EventFrame:
    time, modality = when
    start, end = _extent(parse, clause, tops)
    roles = _Cast(found, clause).roles()
    predicate = _predicate(clause)
    return EventFrame(
        predicate=predicate,
        gist=shorten(parse.text[start:end], GIST_CHARACTERS_MAX),
        start=start,
        end=end,
        roles=roles,
        negated=clause.negated,
        modality=modality,
        worth=_worth(clause, modality, roles, found.mentions, timed=time is not None),
        valid=time.interval if time else None,
        time_start=time.start if time else -1,
        time_end=time.end if time else -1,
    )


def _extent(parse: Parse, clause: Clause, tops: frozenset[int]) -> tuple[int, int]:
    """From the first to the last character of the clause, without the clauses at its edges."""
    own = tops - {clause.top.index}
    words = sorted(parse.subtree(clause.top, without=own), key=lambda w: w.index)
    first, last = 0, len(words) - 1
    while first < last and _is_rim(words[first]):
        first += 1
    while first < last and _is_rim(words[last]):
        last -= 1
    return words[first].start, words[last].end


def _is_rim(word: Word) -> bool:
    return (
        word.dep in {"cc", "punct", "intj"}
        or word.tag == "_SP"
        or (not word.text[0].isalnum() and (word.tag not in {"VBP", "VBZ", "MD", "RB"}))
    )


def _predicate(clause: Clause) -> str:
    verb = clause.verb
    weighty = lexicon.WEIGHTY_VERBS
    if clause.modality is Modality.WISH:
        weighty -= lexicon.WISH_VERBS  # "would love to": the wish is the modality
    outer = [v.lemma for v in clause.chain[:-1] if v.lemma in weighty]
    passive = verb.child("auxpass")
    if passive is not None and passive.lemma == "get":
        return " ".join([*outer, "get", verb.lower])
    parts = [*outer, verb.lemma]
    if verb.child("expl") is not None:
        return " ".join(parts)  # "there is a cafe"
    particle = verb.child("prt")
    if particle is not None:
        parts.append(particle.lower)
    if verb.lemma in lexicon.LINKING_VERBS:
        complement = verb.child("acomp", "attr", "oprd")
        if complement is not None and (
            complement.is_noun or complement.tag[:2] in {"JJ", "VB", "RB"}
        ):
            parts.append(complement.lemma if complement.is_noun else complement.lower)
        elif complement is None and verb.lemma == "be":
            preposition = verb.child("prep", "advmod", "prt")
            if (
                preposition is not None
                and preposition.tag in {"IN", "RB", "RP"}
                and particle is None
            ):
                parts.append(preposition.lower)
    return " ".join(parts)


# ------------------------------------------------------------ roles


@dataclass(slots=True)
class _Cast:
    """Collects the roles of one clause: each participant once, under the first role found."""

    found: Found
    clause: Clause
    taken: list[Role] = field(default_factory=list[Role])

    def roles(self) -> tuple[Role, ...]:
        clause = self.clause
        if clause.implied_first:
            self._add("agent", Reference.FIRST)
        if clause.implied_second:
            self._add("agent", Reference.SECOND)
        if clause.subject is not None:
            self._fill("patient" if clause.passive else "agent", clause.subject)
        for verb in reversed(clause.chain):
            for child in verb.children:
                self._fill_from(verb, child)
        thing, own = clause.relative_object, clause.verb.child("dobj")
        if thing is not None and (own is None or own.lower in RELATIVE_WORDS):
            self._fill("patient", thing)
        return tuple(self.taken[:ROLES_MAX])

    def _fill_from(self, verb: Word, child: Word) -> None:
        match child.dep:
            case "dobj" | "oprd":
                self._fill("patient", child)
                self._prepositions_of(verb, child)
            case "attr":
                self._fill("patient", child)
                self._prepositions_of(verb, child)
            case "acomp" | "advmod":
                self._prepositions_of(verb, child)
            case "dative":
                for word in self._objects(child) if child.tag in {"IN", "TO"} else [child]:
                    self._fill("recipient", word)
            case "agent":
                for word in self._objects(child):
                    self._fill("agent", word)
            case "prep":
                self._preposition(verb, child)
            case _:
                pass

    def _prepositions_of(self, verb: Word, word: Word) -> None:
        for child in word.children:
            if child.dep == "prep":
                self._preposition(verb, child)

    def _preposition(self, verb: Word, preposition: Word) -> None:
        for word in self._objects(preposition):
            self._fill(self._prepositional_role(verb, preposition.lower, word), word)
        # "out of town", "over to Ada's"
        for child in preposition.children:
            if child.dep == "prep":
                for word in self._objects(child):
                    self._fill(self._prepositional_role(verb, child.lower, word), word)

    def _objects(self, preposition: Word) -> list[Word]:
        return [c for c in preposition.children if c.dep == "pobj"]

    def _prepositional_role(self, verb: Word, preposition: str, word: Word) -> str:
        person = self._is_person(word)
        if preposition == "with":
            told = verb.lemma in lexicon.RECIPIENT_VERBS
            return ("recipient" if told else "agent") if person else "topic"
        errand = verb.lemma in lexicon.MOVING_VERBS and self._is_topic(word)
        if preposition in {"to", "for"} and person and not errand:
            return "recipient"
        if preposition in lexicon.PLACE_PREPOSITIONS and self._is_place(verb, word):
            return "place"
        ways = {"at"} if verb.lemma == "be" else {"at", "to", "from"}
        if errand and preposition in ways:
            return "place"  # "work at a bakery", "go to the dentist"
        return "topic"

    def _is_person(self, word: Word) -> bool:
        if word.lower in lexicon.PRONOUNS_FIRST or word.lower in lexicon.PRONOUNS_SECOND:
            return True
        mention = self._mention(word)
        if mention is None:
            return False
        if self.found.mentions[mention].kind is MentionKind.NAME:
            return self.found.mentions[mention].label in {"Person", "Entity", ""}
        return word.lemma in lexicon.KIN or word.lemma in lexicon.ACQUAINTANCE

    def _is_topic(self, word: Word) -> bool:
        mention = self._mention(word)
        if mention is None:
            return False
        return self.found.mentions[mention].kind is MentionKind.TOPIC

    def _is_place(self, verb: Word, word: Word) -> bool:
        mention = self._mention(word)
        if mention is None:
            return False
        if self.found.mentions[mention].kind is MentionKind.NAME:
            label = self.found.mentions[mention].label
            return label == "Place" or (label == "" and verb.lemma in lexicon.MOVING_VERBS)
        return word.lemma in lexicon.PLACE_NOUNS

    def _fill(self, role: str, word: Word) -> None:
        for one in _conjuncts(word):
            if one.lower in lexicon.PRONOUNS_FIRST:
                self._add(role, Reference.FIRST)
            elif one.lower in lexicon.PRONOUNS_SECOND:
                self._add(role, Reference.SECOND)
            else:
                mention = self._mention(one)
                if mention is not None:
                    self._add(role, Reference.MENTION, mention)
                owner = self._owner(one)
                if owner is not None:
                    self._add("topic", Reference.MENTION, owner)

    def _mention(self, word: Word) -> int | None:
        """The mention that the word stands for: for "my sister Fatou", the name."""
        own = self.found.by_word.get(word.index)
        if own is not None and self.found.mentions[own].kind is MentionKind.NAME:
            return own
        for child in word.children:
            named = self.found.by_word.get(child.index)
            if named is None or self.found.mentions[named].kind is not MentionKind.NAME:
                continue
            if child.dep == "appos" or (child.dep in {"compound", "nmod"} and _is_being(word)):
                return named
        naming = next((c for c in word.children if c.lower in lexicon.NAMING), None)
        called = naming.child("oprd", "dobj", "attr") if naming else None
        return self.found.by_word.get(called.index, own) if called else own

    def _owner(self, word: Word) -> int | None:
        for child in word.children:
            named = self.found.by_word.get(child.index) if child.dep == "poss" else None
            if named is not None and self.found.mentions[named].kind is MentionKind.NAME:
                return named
        return None

    def _add(self, name: str, reference: Reference, mention: int = -1) -> None:
        if not any(r.reference is reference and r.mention == mention for r in self.taken):
            self.taken.append(Role(name, reference, mention))


def _is_being(word: Word) -> bool:
    return (
        word.lemma in lexicon.KIN
        or word.lemma in lexicon.ACQUAINTANCE
        or word.lemma in lexicon.PETS
    )


def _conjuncts(word: Word) -> Iterator[Word]:
    one: Word | None = word
    for _ in range(_CONJUNCTS_MAX):
        if one is None:
            return
        yield one
        one = one.child("conj")


# ------------------------------------------------------------ worth


def _worth(
    clause: Clause,
    modality: Modality,
    roles: tuple[Role, ...],
    mentions: tuple[Mention, ...],
    *,
    timed: bool,
) -> int:
    """Points for what makes an event memorable; 0 for questions, orders, greetings and praise.

    The points follow a score that was measured on chats: events of 2 points and more stood in
    44 % of all turns, and in 79 % of those that answer a question.
    """
    if (
        modality in {Modality.ASKED, Modality.ORDERED}
        or clause.skipped
        or _is_praise(clause, roles)
    ):
        return 0
    first = any(r.reference is Reference.FIRST for r in roles)
    others = [mentions[r.mention] for r in roles if r.reference is Reference.MENTION]
    named = any(m.kind is MentionKind.NAME for m in others)
    concrete = any(
        r.name in {"patient", "topic", "place"} and mentions[r.mention].kind is MentionKind.TOPIC
        for r in roles
        if r.reference is Reference.MENTION
    )
    points = (modality in _SUPPORTED) + first + named + timed + concrete
    points += any(r.name == "place" for r in roles)
    points -= modality is Modality.HYPOTHETICAL
    # Who does it is left out or unknown, and nobody is named: "it was raining".
    points -= not roles
    return max(0, int(points))


def _is_praise(clause: Clause, roles: tuple[Role, ...]) -> bool:
    verb = clause.verb
    second = any(r.reference is Reference.SECOND and r.name == "agent" for r in roles)
    if verb.lemma in lexicon.POLITE_VERBS:
        return True
    if verb.lemma not in lexicon.LINKING_VERBS:
        return False
    complement = verb.child("acomp", "attr")
    praised = complement is not None and complement.lower in lexicon.PRAISE_WORDS
    return praised or (second and complement is not None and complement.tag[:2] == "JJ")
