"""Which names stand for one entity: groups of names by their first word, then sets within a group.

The rules are symmetric and look at names alone, so a set is a function of the names that exist and of the verdicts:
no first come, first served. A name that joins two sets joins them whichever came first, and they part when it goes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from cuegraph.engine.passes.names import LABEL, SAID, SURE, read_counts
from cuegraph.protocols import View
from cuegraph.schema.graph import Label, Node
from cuegraph.schema.log import Act, ActKind, verdicts_in_force

NICKNAME_LETTERS_MIN: Final = 3  # «Jo» may be anyone; every nickname of the trial had three or more
TOP: Final = "\U0010ffff"
SPEAKER_SAID_MIN: Final = 2  # one passage under a title does not make the title a person


@dataclass(frozen=True, slots=True)
class NameSet:
    """Names of one entity, sorted by form, and the rule by which each joined ("name" where it stands alone)."""

    names: tuple[Node, ...]
    rules: dict[str, str]


class NameGroups:
    """Groups of names around some forms, loaded in whole rounds: cost O(names that begin alike)."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._acts = verdicts_in_force(view.acts())
        self._judged: dict[str, set[str]] = {}
        for act in self._acts:
            ends = {head(act.left), head(act.right)}
            for h in ends:
                self._judged.setdefault(h, set()).update(ends)
        self._names: dict[str, dict[str, Node]] = {}  # head -> form -> name
        self._begun: dict[str, set[str]] = {}  # first letters -> heads that begin so
        self._loaded: set[str] = set()

    def reachable(self, forms: Iterable[str]) -> set[str]:
        """Heads (first words) that any rule could connect with the forms' heads, whatever the counts are."""
        seen: set[str] = set()
        front = {head(form) for form in forms}
        while front:
            self._load(front)
            seen |= front
            front = {other for h in front for other in self._related(h)} - seen
        return seen

    def sets_at(self, heads: Iterable[str]) -> dict[str, list[NameSet]]:
        """The group's smallest head -> its sets, for each group that holds one of the heads."""
        done: set[str] = set()
        found: dict[str, list[NameSet]] = {}
        for start in sorted(heads):
            if start in done:
                continue
            group = self._group(start)
            done |= group
            names = [name for h in sorted(group) for name in self._of(h)]
            if names:
                found[min(group)] = partition(names, self._acts)
        return found

    def _load(self, heads: Iterable[str]) -> None:
        wanted = sorted(set(heads) - self._loaded)
        ranges = [(h, h + TOP) for h in wanted]
        ranges += [(p, p) for h in wanted for p in _prefixes(h)]
        for part in self._view.nodes_between(Label.NAME, ranges):
            for name in part:
                h = head(name.rank)
                self._names.setdefault(h, {})[name.rank] = name
                self._begun.setdefault(h[:NICKNAME_LETTERS_MIN], set()).add(h)
        self._loaded |= set(wanted)

    def _related(self, h: str) -> set[str]:
        near = self._begun.get(h[:NICKNAME_LETTERS_MIN], set())
        return {other for other in near if nickname_pair(h, other)} | self._judged.get(h, set())

    def _group(self, start: str) -> set[str]:
        group, front = {start}, [start]
        while front:
            h = front.pop()
            for other in sorted(self._related(h) - group):
                if other in self._judged.get(h, ()) or self._nickname(h, other):
                    group.add(other)
                    front.append(other)
        return group

    def _nickname(self, a: str, b: str) -> bool:
        first, second = self._names.get(a, {}).get(a), self._names.get(b, {}).get(b)
        return bool(first and second and is_nickname(first, second))

    def _of(self, h: str) -> list[Node]:
        return [name for _, name in sorted(self._names.get(h, {}).items())]


def partition(names: Sequence[Node], acts: Sequence[Act]) -> list[NameSet]:
    """Sets of names that stand for one entity, by canonical agglomeration.

    Links are taken in the order verdict, full name, nickname, and within a rule by their forms; one that would bring
    together two names that a verdict keeps apart is left out. O(links x names).
    """
    by_form = {name.rank: name for name in names}
    apart = [
        (act.left, act.right)
        for act in acts
        if act.kind is ActKind.DIFFERENT and act.left in by_form and act.right in by_form
    ]
    member = {form: {form} for form in by_form}
    rules = dict.fromkeys(by_form, "name")
    for rule, a, b in _links(names, by_form, acts):
        union = member[a] | member[b]
        if member[a] is member[b] or any(x in union and y in union for x, y in apart):
            continue
        for form in union:
            member[form] = union
        for form in (a, b):
            if rules[form] == "name":
                rules[form] = rule
    sets = {min(forms): forms for forms in member.values()}
    return [
        NameSet(
            tuple(by_form[form] for form in sorted(sets[first])),
            {form: rules[form] for form in sets[first]},
        )
        for first in sorted(sets)
    ]


def head(form: str) -> str:
    """The first word of a form."""
    return form.partition(" ")[0]


def nickname_pair(a: str, b: str) -> bool:
    """Whether one is the other's beginning, long enough to be its short form."""
    short, long = sorted((a, b), key=len)
    return NICKNAME_LETTERS_MIN <= len(short) < len(long) and long.startswith(short)


def is_nickname(a: Node, b: Node) -> bool:
    """A speaker's name and its beginning, under which no one speaks."""
    short, long = sorted((a, b), key=lambda name: len(name.rank))
    if not nickname_pair(short.rank, long.rank):
        return False
    return (
        read_counts(long).get(SAID, 0) >= SPEAKER_SAID_MIN
        and not read_counts(short).get(SAID, 0)
        and may_be_person(short)
    )


def may_be_person(name: Node) -> bool:
    """Whether the votes for a person are not outvoted."""
    counts = read_counts(name)
    person = counts.get(LABEL + Label.PERSON, 0) + counts.get(SAID, 0)
    return all(
        n <= person
        for counter, n in counts.items()
        if counter.startswith(LABEL) and counter != LABEL + Label.PERSON
    )


def is_sure(name: Node) -> bool:
    """Whether the name was spoken under, or found surely at least once."""
    counts = read_counts(name)
    return counts.get(SAID, 0) + counts.get(SURE, 0) > 0


def _links(
    names: Sequence[Node], by_form: dict[str, Node], acts: Sequence[Act]
) -> list[tuple[str, str, str]]:
    links = [
        ("verdict", act.left, act.right)
        for act in acts
        if act.kind is ActKind.SAME and act.left in by_form and act.right in by_form
    ]
    for form in sorted(by_form):
        if " " not in form and may_be_person(by_form[form]):
            full = [f for f in by_form if head(f) == form and f != form]
            links += [("full name", form, f) for f in _one_person(full, by_form)]
    singles = [name for name in names if " " not in name.rank]
    links += sorted(
        ("nickname", min(a.rank, b.rank), max(a.rank, b.rank))
        for i, a in enumerate(singles)
        for b in singles[i + 1 :]
        if is_nickname(a, b)
    )
    return links


def _one_person(forms: list[str], by_form: dict[str, Node]) -> list[str]:
    """The full names, if each continues the one before; two people of one first name share no link by it."""
    people = sorted(
        form for form in forms if may_be_person(by_form[form]) and is_sure(by_form[form])
    )
    chain = all(b.startswith(a + " ") for a, b in pairwise(people))
    return people if chain else []


def _prefixes(h: str) -> list[str]:
    return [h[:n] for n in range(NICKNAME_LETTERS_MIN, len(h))]
