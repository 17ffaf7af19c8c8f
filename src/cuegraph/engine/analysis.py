"""What is computed from one message alone, and costs: its extraction and its vector, as memos."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from typing import Final

from cuegraph.protocols import Embedder, Extractor
from cuegraph.schema.extraction import Utterance
from cuegraph.schema.graph import Memo, MemoKind
from cuegraph.schema.log import Message
from cuegraph.schema.vector import vector_rank

SLICE: Final = 64  # messages handed to a worker at once: about 0.4 s of work


class Analyser:
    """Extractor and embedder together: messages -> memos, a pure function of each message."""

    def __init__(self, extractor: Extractor, embedder: Embedder) -> None:
        self._extractor = extractor
        self._embedder = embedder

    @property
    def stamp(self) -> dict[str, str]:
        """What the memos are made by."""
        return {"extractor": self._extractor.stamp, "embedder": self._embedder.stamp}

    @property
    def embedder(self) -> Embedder:
        """The embedder, which recall uses for cues."""
        return self._embedder

    def memos(self, messages: Sequence[Message]) -> list[Memo]:
        """Two memos for each message, in the messages' order."""
        utterances = [Utterance(m.text, m.sent_at) for m in messages]
        found = self._extractor.extract(utterances)
        vectors = self._embedder.embed([embedded_text(m) for m in messages])
        memos: list[Memo] = []
        for message, extraction, vector in zip(messages, found, vectors, strict=True):
            memos.append(Memo(MemoKind.EXTRACTION, message.id, extraction.to_bytes()))
            rank = vector_rank(vector, message.id)
            memos.append(Memo(MemoKind.VECTOR, message.id, vector.tobytes(), rank))
        return memos


class Workers:
    """Processes that analyse messages beside the writer. Use as a context; `build` runs once in each process."""

    def __init__(self, build: Callable[[], Analyser], processes: int) -> None:
        # spawn: a forked child would share the locks of threads that it does not have
        self._pool = ProcessPoolExecutor(
            processes, mp_context=get_context("spawn"), initializer=_start, initargs=(build,)
        )

    def submit(self, messages: Sequence[Message]) -> "list[Future[list[Memo]]]":
        """Begin the analysis; the futures give the memos in the messages' order."""
        parts = (messages[i : i + SLICE] for i in range(0, len(messages), SLICE))
        return [self._pool.submit(_analyse, list(part)) for part in parts]

    def close(self) -> None:
        """End the processes; work that has not begun is dropped."""
        self._pool.shutdown(wait=True, cancel_futures=True)


def gathered(futures: "Iterable[Future[list[Memo]]]") -> Iterator[Memo]:
    """The memos of all futures, in order, waiting for each."""
    for future in futures:
        yield from future.result()


def embedded_text(message: Message) -> str:
    """What stands for a message in the vector space: speaker and text."""
    return f"{message.speaker}: {message.text}"


# One analyser a worker process, set once by the pool's initializer: the processes share nothing else.
_analysers: list[Analyser] = []


def _start(build: Callable[[], Analyser]) -> None:
    _analysers.append(build())


def _analyse(messages: list[Message]) -> list[Memo]:
    return _analysers[0].memos(messages)
