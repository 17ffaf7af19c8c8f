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
        Sessions(namespace),
        Sequence(namespace),
        Mentions(namespace),
        Names(namespace),
        Dialogue(namespace, settings),
        Entities(namespace),
        Events(namespace, settings),
        CoOccurrence(namespace, settings),
        Timelines(namespace),
        Similarity(namespace, settings),
        Gists(namespace, settings),
    )
