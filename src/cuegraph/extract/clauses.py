"""Clauses of a parsed text: their verbs, subject, polarity, and how the speaker puts them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from cuegraph.extract import lexicon
from cuegraph.extract.parse import Parse, Word
from cuegraph.schema.extraction import Modality

RELATIVE_WORDS: Final = frozenset({"who", "that", "which", "whom"})

_CHAIN_MAX: Final = 5  # verbs in a row: "would have wanted to try to go"
_CLIMB_MAX: Final = 64  # deeper trees are no sentences
_SUBJECTS: Final = ("nsubj", "nsubjpass", "expl", "csubj", "csubjpass")
_CLAUSE_DEPS: Final = frozenset(
    {"ROOT", "conj", "ccomp", "advcl", "relcl", "pcomp", "parataxis", "dep", "intj", "csubj"}
)
_INHERITING: Final = frozenset({"conj", "advcl", "pcomp", "xcomp"})
_SUBJECT_STARTS: Final = frozenset(
    {"i", "you", "u", "he", "she", "it", "we", "they", "there", "anyone"}
)
_NEGATIONS: Final = frozenset({"never", "nor", "hardly"})
# Verbs whose past looks like their present; the tagger takes "I read it on Sunday" for a habit.
_SAME_PAST: Final = frozenset({"read", "put", "set", "cut", "hit", "quit", "hurt"})
_HABITS: Final = frozenset({"always", "usually", "often", "sometimes", "rarely"})
_CONSIDERING: Final = lexicon.PLAN_VERBS | {"think", "dream", "consider", "talk"}
_CAUSING: Final = frozenset({"help", "make", "have", "see", "watch", "hear", "let"})
_WANTS: Final = lexicon.WISH_VERBS - {"love", "like", "prefer"}


@dataclass(slots=True, eq=False)
class Clause:
    """A verb with those it governs ("want to buy"), outermost first, and what is said of it."""

    chain: list[Word]
    governor: "Clause | None"
    subject: Word | None = None
    passive: bool = False
    implied_first: bool = False  # "Picked up the kids": the speaker is left out
    implied_second: bool = False  # "Call me!"
    relative_object: Word | None = None  # the cake in "the cake I baked"
    negated: bool = False
    modality: Modality = Modality.STATE
    past: bool = False
    skipped: bool = False  # "I think": says nothing but that the next clause does
    times: list[int] = field(default_factory=list[int])

    @property
    def top(self) -> Word:
        return self.chain[0]

    @property
    def verb(self) -> Word:
        return self.chain[-1]


def find_clauses(parse: Parse) -> list[Clause]:
    """All clauses, in the order of their outermost verbs."""
    by_word: dict[int, Clause] = {}
    clauses: list[Clause] = []
    for number in range(len(parse.sentences)):
        words = parse.sentence(number)
        asked = is_asking(words)
        roots = [w for w in words if w.parent is None]
        stack: list[tuple[Word, Clause | None]] = [(root, None) for root in reversed(roots)]
        while stack:
            word, above = stack.pop()
            clause = above
            if word.index in by_word:
                clause = by_word[word.index]
            elif _opens_clause(word):
                clause = Clause(_chain(word), above)
                by_word.update((verb.index, clause) for verb in clause.chain)
                _describe(clause, asked=asked)
                clauses.append(clause)
            stack.extend((child, clause) for child in reversed(word.children))
    clauses.sort(key=lambda c: c.top.index)
    return clauses


def is_asking(sentence: Sequence[Word]) -> bool:
    """Whether a sentence ends in "?", or without any mark begins as questions do."""
    marks = [w.text for w in sentence[-3:] if not w.text[0].isalnum()]
    if any("?" in mark for mark in marks):
        return True
    words = [w.lower for w in sentence[:4]]
    if not words or any("!" in mark or mark == "." for mark in marks):
        return False
    if words[0] in lexicon.QUESTION_WORDS:
        return any(w in lexicon.AUXILIARY_FORMS or w in {"'s", "'re", "'d"} for w in words[1:3])
    inverted = words[0] in lexicon.AUXILIARY_FORMS
    return inverted and any(w in _SUBJECT_STARTS for w in words[1:3])


def words_to_clauses(clauses: list[Clause]) -> dict[int, Clause]:
    """Each clause under all verbs of its chain."""
    return {verb.index: clause for clause in clauses for verb in clause.chain}


def clause_above(word: Word, by_word: dict[int, Clause]) -> Clause | None:
    """The clause of the nearest verbal ancestor."""
    above: Word | None = word
    for _ in range(_CLIMB_MAX):
        if above is None or above.index in by_word:
            break
        above = above.parent
    return by_word.get(above.index) if above else None


def _opens_clause(word: Word) -> bool:
    if not word.is_verb:
        return False
    if word.dep == "xcomp":
        # Under a verb it belongs to that verb's chain, which took it; this one is a second one, or
        # hangs on an adjective: "excited to visit".
        return True
    return word.dep in _CLAUSE_DEPS


def _chain(top: Word) -> list[Word]:
    chain = [top]
    while len(chain) < _CHAIN_MAX:
        following = next((c for c in chain[-1].children if c.dep == "xcomp" and c.is_verb), None)
        if following is None or following.child(*_SUBJECTS) or chain[-1].child("dobj", "dative"):
            break  # "told me to rest" is two clauses: I rest
        chain.append(following)
    return chain


def _describe(clause: Clause, *, asked: bool) -> None:
    top, governor = clause.top, clause.governor
    clause.passive = any(c.dep == "nsubjpass" for c in top.children) or (
        clause.verb.child("auxpass") is not None
    )
    _find_subject(clause)
    clause.negated = _is_negated(clause)
    if governor and governor.skipped and governor.negated and top.dep == "ccomp":
        clause.negated = not clause.negated
    clause.past = _is_past(clause)
    clause.modality = _modality(clause, asked=asked)
    if clause.modality in {Modality.PLAN, Modality.WISH}:
        clause.past = False
    elif clause.modality is Modality.HAPPENED:
        clause.past = True
    complement = any(c.dep == "ccomp" and c.is_verb for c in clause.verb.children)
    clause.skipped = complement and clause.verb.lemma in lexicon.THINKING_VERBS


def _find_subject(clause: Clause) -> None:
    top, governor = clause.top, clause.governor
    own = top.child(*_SUBJECTS)
    if top.dep == "relcl":
        antecedent = top.parent
        if own is None or own.lower in RELATIVE_WORDS:
            clause.subject = antecedent
        else:
            clause.subject, clause.relative_object = own, antecedent
    elif own is not None:
        clause.subject = None if own.dep == "expl" else own
    elif top.dep in _INHERITING and governor:
        controller = governor.verb.child("dobj", "dative") if top.dep == "xcomp" else None
        if controller is not None:
            clause.subject = controller
            return
        clause.subject = governor.subject
        clause.implied_first = governor.implied_first
        clause.implied_second = governor.implied_second and top.dep == "conj"
    elif top.dep in {"ROOT", "ccomp", "parataxis"} or governor is None:
        clause.implied_first = top.tag in {"VBD", "VBG", "VBN"} and not _has_auxiliary(top)


def _has_auxiliary(word: Word) -> bool:
    return word.child("aux", "auxpass") is not None


def _is_negated(clause: Clause) -> bool:
    for verb in clause.chain:
        for child in verb.children:
            if child.dep == "neg" or child.lower in _NEGATIONS:
                return True
            if child.dep in {"dobj", "attr", "nsubj", "nsubjpass"} and (
                child.lower in {"nothing", "nobody", "none"}
                or any(c.lower == "no" and c.dep == "det" for c in child.children)
            ):
                return True
            if child.dep == "advmod" and any(c.lower == "no" for c in child.children):
                return True  # "no longer"
    return False


def _is_past(clause: Clause) -> bool:
    top = clause.top
    if top.tag == "VBD":
        return True
    if top.tag == "VBP" and top.lower in _SAME_PAST:
        return not _has_auxiliary(top) and not any(c.lower in _HABITS for c in top.children)
    for child in top.children:
        if child.dep in {"aux", "auxpass"} and (child.tag == "VBD" or child.lemma == "have"):
            return True
    return top.tag == "VBN" and not _has_auxiliary(top)


def _modality(clause: Clause, *, asked: bool) -> Modality:
    governor = clause.governor
    if asked:
        return Modality.ASKED
    if any(c.dep == "mark" and c.lower in lexicon.CONDITIONS for c in clause.top.children):
        return Modality.HYPOTHETICAL
    found = _by_governor(clause, governor) if governor else None
    found = found or _by_modal(clause) or _by_governing_verbs(clause)
    if not found and governor and _borrows_mood(clause):
        found = _borrowed(clause, governor)
    if not found and clause.top.tag in {"VB", "VBP"} and _is_imperative(clause):
        clause.implied_second = True
        found = Modality.ORDERED
    return found or _by_tense(clause)


def _by_governor(clause: Clause, governor: Clause) -> Modality | None:
    """What "let" and "I hope" make of the clause that they govern."""
    if clause.top.dep == "ccomp" and governor.top.lemma == "let":
        return _let(clause, governor)
    hoped = governor.skipped and governor.verb.lemma in {"hope", "wish"}
    return Modality.WISH if hoped else None


def _let(clause: Clause, governor: Clause) -> Modality:
    """Of "let": "let's meet" is a plan of ours, "let him go" an order."""
    subject = clause.top.child(*_SUBJECTS)
    governor.skipped = True
    if subject is not None and subject.lower in {"'s", "us", "\N{RIGHT SINGLE QUOTATION MARK}s"}:
        clause.subject, clause.implied_first = None, True
        return Modality.PLAN
    return governor.modality


def _is_imperative(clause: Clause) -> bool:
    bare = not any(c.dep in {"aux", *_SUBJECTS} and c.lemma != "do" for c in clause.top.children)
    return (
        bare and clause.subject is None and clause.top.dep in {"ROOT", "conj", "parataxis", "ccomp"}
    )


def _by_modal(clause: Clause) -> Modality | None:
    modals = [c.lower for v in clause.chain for c in v.children if c.dep == "aux" and c.tag == "MD"]
    if not modals:
        return None
    if any(m in lexicon.FUTURE_MODALS for m in modals):
        return Modality.PLAN
    if any(m in lexicon.THOUGHT_MODALS for m in modals):
        wanted = any(v.lemma in lexicon.WISH_VERBS for v in clause.chain)
        return Modality.WISH if wanted else Modality.HYPOTHETICAL
    return None


def _by_governing_verbs(clause: Clause) -> Modality | None:
    """What "want to", "going to", "decided to", "used to" make of the verb after them."""
    for verb, following in zip(clause.chain, clause.chain[1:], strict=False):
        with_to = any(c.lower in {"to", "na"} for c in following.children if c.dep == "aux")
        if verb.lemma in _WANTS:
            return Modality.WISH
        if verb.lemma == "use" and with_to:
            return Modality.HAPPENED
        if verb.lemma in {"need", "have", "get"} and with_to:
            return None if verb.tag == "VBD" else Modality.PLAN
        if verb.lemma == "go" and verb.tag == "VBG" and with_to:
            return Modality.HYPOTHETICAL if _is_past(clause) else Modality.PLAN
        if verb.lemma in lexicon.PLAN_VERBS - {"go", "need", "have", "get"}:
            return Modality.PLAN
    return None


def _borrows_mood(clause: Clause) -> bool:
    """Whether the verb has no tense of its own: "to see her", "(after) finishing school"."""
    top = clause.top
    if top.dep not in _INHERITING or top.child(*_SUBJECTS):
        return False
    if top.dep == "conj":
        return top.tag == "VB" or (top.tag in {"VBG", "VBN"} and not _has_auxiliary(top))
    if top.dep == "xcomp":
        return True
    return top.tag == "VBG" or any(c.lower == "to" for c in top.children if c.dep == "aux")


def _borrowed(clause: Clause, governor: Clause) -> Modality:
    verb, dep = governor.verb.lemma, clause.top.dep
    if dep == "pcomp" and verb in _CONSIDERING:
        return Modality.PLAN  # "looking forward to visiting", "thinking about moving"
    if dep == "xcomp" and governor.verb.child("dobj", "dative") and verb not in _CAUSING:
        # "wants me to come", "told me to rest": whether it happened is not said.
        return Modality.WISH if verb in _WANTS else Modality.HYPOTHETICAL
    if dep == "xcomp" and governor.past:
        return Modality.HAPPENED
    if dep == "xcomp" and governor.modality is Modality.STATE:
        return Modality.PLAN  # "excited to visit"
    return governor.modality


def _by_tense(clause: Clause) -> Modality:
    top = clause.top
    auxiliaries = [c for c in top.children if c.dep in {"aux", "auxpass"}]
    perfect = any(a.lemma == "have" for a in auxiliaries)
    progressive = top.tag == "VBG"
    if progressive:
        was = any(a.tag == "VBD" for a in auxiliaries)
        return Modality.HAPPENED if was and not perfect else Modality.ONGOING
    if top.lemma == "be" and not perfect and clause.verb is top:
        return Modality.STATE
    if perfect or clause.past:
        return Modality.HAPPENED
    return Modality.STATE
