"""The contract of the derivation, whatever the passes: each of SCENARIOS holds for every log, on every store.

    @pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.__name__)
    @given(data=st.data())
    def test_derivation(scenario, data): scenario(open_store, data)

`open_store` gives an empty store; what it gave before is not used any more, so a server may serve them all. Properties:
I1 purity, I2 order independence, I3 the forget equation, I7 independence of namespaces (docs/architecture.md).
"""

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from hypothesis import strategies as st

from cuegraph.engine.analysis import Analyser
from cuegraph.engine.check import derive_anew
from cuegraph.engine.derivation import Deriver
from cuegraph.engine.dump import dump
from cuegraph.protocols import Store
from cuegraph.schema.log import Act, Message
from cuegraph.schema.settings import DerivationSettings, Settings
from cuegraph.store.sqlite import MEMORY, SqliteStore
from cuegraph.testing.small import SmallEmbedder, SmallExtractor
from cuegraph.testing.strategies import Order, logs, orders, subsets, verdicts

OpenStore: TypeAlias = Callable[[], Store]
Scenario: TypeAlias = Callable[[OpenStore, st.DataObject], None]
# Small bounds, so that leaves split, windows overlap and the nearest change within a dozen messages.
TIGHT = Settings(
    derivation=DerivationSettings(
        window_messages=2,
        similar_max=2,
        similar_cosine_min=0.2,
        leaf_members_max=3,
        gist_messages=2,
        pairs_per_event_max=2,
    )
)


class Memory:
    """A namespace of a store, written through the deriver."""

    def __init__(self, store: Store, settings: Settings = TIGHT, namespace: str = "test") -> None:
        self.store = store
        self.namespace = namespace
        self.settings = settings
        self.analyser = Analyser(SmallExtractor(), SmallEmbedder())
        self.deriver = Deriver(store, self.analyser, settings)

    def add(self, order: Order) -> "Memory":
        """Import the batches one after the other."""
        for batch in order.batches():
            unknown = self.deriver.unknown(self.namespace, batch)
            self.deriver.add(self.namespace, batch, self.analyser.memos(unknown))
        return self

    def decide(self, acts: Sequence[Act]) -> "Memory":
        """Record verdicts."""
        for act in acts:
            self.deriver.decide(self.namespace, act)
        return self

    def forget(self, messages: Sequence[Message]) -> "Memory":
        """Remove messages."""
        self.deriver.remove(self.namespace, [m.id for m in messages])
        return self

    def dump(self) -> list[str]:
        """The canonical dump without its head, which an empty namespace does not share with one never written."""
        return list(dump(self.store, self.namespace))[1:]

    def oracle(self) -> list[str]:
        """The dump of the same log derived from nothing, in SQLite whatever the store is: so the two agree as well."""
        scratch = SqliteStore(MEMORY)
        derive_anew(self.store, scratch, self.namespace, self.analyser, self.settings)
        return list(dump(scratch, self.namespace))[1:]


def whole(log: Sequence[Message]) -> Order:
    """The log in one batch, in its own order."""
    return Order(tuple(log), (max(len(log), 1),))


def forgetting_equals_never_having_seen(open_store: OpenStore, data: st.DataObject) -> None:
    """I3: import(L), forget(X) = import(L without X), verdicts or not."""
    log = data.draw(logs())
    gone = data.draw(subsets(log))
    kept = [m for m in log if m not in gone]
    acts = data.draw(verdicts())
    seen = Memory(open_store()).add(data.draw(orders(log))).decide(acts).forget(gone).dump()
    never = Memory(open_store()).decide(acts).add(data.draw(orders(kept))).dump()

    assert seen == never


def neither_order_nor_batches_matter(open_store: OpenStore, data: st.DataObject) -> None:
    """I2."""
    log = data.draw(logs())
    one = Memory(open_store()).add(data.draw(orders(log))).dump()

    assert one == Memory(open_store()).add(whole(log)).dump()


def step_by_step_equals_derived_from_nothing(open_store: OpenStore, data: st.DataObject) -> None:
    """I1: the incremental graph is the oracle's."""
    log = data.draw(logs())
    acts = data.draw(verdicts())
    memory = Memory(open_store()).decide(acts).add(data.draw(orders(log)))
    memory.forget(data.draw(subsets(log)))

    assert memory.dump() == memory.oracle()


def forgetting_in_parts_or_at_once_is_the_same(open_store: OpenStore, data: st.DataObject) -> None:
    """I3: forgets compose, commute, and may be repeated."""
    log = data.draw(logs(size_max=8))
    some, more = data.draw(subsets(log)), data.draw(subsets(log))
    parts = Memory(open_store()).add(whole(log)).forget(some).forget(more).forget(some).dump()
    both = [m for m in log if m in some or m in more]

    assert parts == Memory(open_store()).add(whole(log)).forget(both).dump()


def imported_again_is_as_if_never_forgotten(open_store: OpenStore, data: st.DataObject) -> None:
    """I11: nothing remembers that something was forgotten."""
    log = data.draw(logs(size_max=8))
    gone = data.draw(subsets(log))
    memory = Memory(open_store()).add(whole(log))
    before = memory.dump()

    assert memory.forget(gone).add(data.draw(orders(gone))).dump() == before


def other_namespaces_stay_as_they_are(open_store: OpenStore, data: st.DataObject) -> None:
    """I7."""
    store = open_store()
    log = data.draw(logs(size_max=6))
    other = Memory(store, namespace="other").add(whole(log))
    before = other.dump()
    Memory(store).add(whole(data.draw(logs(size_max=6)))).forget(log)

    assert other.dump() == before


def verdicts_act_whenever_they_come(open_store: OpenStore, data: st.DataObject) -> None:
    """I2, for acts."""
    log = data.draw(logs())
    acts = data.draw(verdicts())
    first = Memory(open_store()).decide(acts).add(whole(log)).dump()

    assert first == Memory(open_store()).add(whole(log)).decide(acts).dump()


SCENARIOS: Final = (
    forgetting_equals_never_having_seen,
    neither_order_nor_batches_matter,
    step_by_step_equals_derived_from_nothing,
    forgetting_in_parts_or_at_once_is_the_same,
    imported_again_is_as_if_never_forgotten,
    other_namespaces_stay_as_they_are,
    verdicts_act_whenever_they_come,
)
