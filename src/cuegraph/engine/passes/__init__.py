"""The passes, one file each, in the order in which they run."""

from cuegraph.engine.passes.co_occurrence import CoOccurrence
from cuegraph.engine.passes.dialogue import Dialogue
from cuegraph.engine.passes.entities import Entities
from cuegraph.engine.passes.events import Events
from cuegraph.engine.passes.gists import Gists
from cuegraph.engine.passes.mentions import Mentions
from cuegraph.engine.passes.names import Names
from cuegraph.engine.passes.sequence import Sequence
from cuegraph.engine.passes.sessions import Sessions
from cuegraph.engine.passes.similarity import Similarity
from cuegraph.engine.passes.timelines import Timelines
from cuegraph.protocols import Pass, Tally
from cuegraph.schema.settings import DerivationSettings


def all_passes(namespace: str, settings: DerivationSettings) -> tuple[Pass | Tally, ...]:
    """Every pass of the derivation, each after the passes that it reads from."""
    return (
        Sequence(namespace),
        Sessions(namespace),
        Dialogue(namespace, settings),
        Mentions(namespace),
        Names(namespace),
        Entities(namespace),
        Events(namespace, settings),
        Timelines(namespace),
        CoOccurrence(namespace, settings),
        Similarity(namespace, settings),
        Gists(namespace, settings),
    )
