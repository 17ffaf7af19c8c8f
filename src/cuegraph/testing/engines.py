"""A real engine for tests: over any store, with the small extractor and embedder and a clock that stands still."""

import datetime as dt

from cuegraph.engine.analysis import Analyser
from cuegraph.engine.engine import Engine
from cuegraph.protocols import CueReader, Store
from cuegraph.schema.settings import Settings
from cuegraph.store.sqlite import MEMORY, SqliteStore
from cuegraph.testing.small import SmallEmbedder, SmallExtractor, small_times


class FixedClock:
    """Implements `Clock` by one moment."""

    def __init__(self, moment: dt.datetime) -> None:
        self._moment = moment

    def now(self) -> dt.datetime:
        return self._moment


def small_engine(
    store: Store | None = None,
    *,
    settings: Settings | None = None,
    moment: dt.datetime = dt.datetime(2024, 12, 1, tzinfo=dt.UTC),
    read_times: CueReader = small_times,
) -> Engine:
    """An engine over the store, or over an empty one in memory."""
    return Engine(
        store or SqliteStore(MEMORY),
        lambda: SqliteStore(MEMORY),
        lambda: Analyser(SmallExtractor(), SmallEmbedder()),
        read_times,
        FixedClock(moment),
        settings or Settings(),
    )
