"""Recall: seeds from words, vectors, names and times; activation spreads from them; all signals add up to the score.

    score = words + vectors + entities + times + activation, each a weight (settings) times a value in [0, 1]

    words       BM25 / the best BM25 of this cue
    vectors     cosine / the best cosine of this cue, not below 0
    entities    1 where a speaker whom the cue names said it
    times       1 where the message, or an event in it, falls in a time that the cue names
    activation  what reached the node beyond its own seed / the most that reached any
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cuegraph.engine.index.namespace_index import NamespaceIndex, seconds
from cuegraph.engine.recall.answer import Answerer
from cuegraph.engine.recall.cue import ReadCue, read_cue
from cuegraph.engine.recall.spread import Spread, spread
from cuegraph.protocols import CueReader, Embedder, Store
from cuegraph.schema.graph import Label
from cuegraph.schema.recall import Cue, Recall
from cuegraph.schema.settings import RecallSettings

DIGITS: Final = 6  # contributions are rounded to these, and the score is their sum: so they add up exactly
NAME_SEED: Final = 0.3  # activation that a name or topic in the cue starts with, beside 1.0 of the best message


@dataclass(frozen=True, slots=True)
class Signals:
    """Weighted signals of `places`, each (n,), sorted by place."""

    places: NDArray[np.int64]
    parts: dict[str, NDArray[np.float64]]

    @property
    def total(self) -> NDArray[np.float64]:
        """(n,) the scores."""
        return np.sum([self.parts[name] for name in sorted(self.parts)], axis=0)


class Recaller:
    """Answers cues from an index; the store is asked for the hits alone."""

    def __init__(self, store: Store, read_times: CueReader, settings: RecallSettings) -> None:
        self._read_times = read_times
        self._settings = settings
        self._answerer = Answerer(store)

    def recall(self, index: NamespaceIndex, cue: Cue, embedder: Embedder) -> Recall:
        """The hits for the cue, best first, ties by id. Cost O(candidates + arcs), four store calls."""
        vector = embedder.embed([cue.text])[0] if self._settings.vectors_weight else None
        with index.lock:
            read = read_cue(cue, index, self._read_times)
            base = self._base(index, cue, read, vector)
            flow = self._activation(index, base, read)
            signals = self._final(index, cue, read, vector, base, flow)
            scores = np.round(signals.total, DIGITS)
            keep = np.flatnonzero(scores > 0)
            ids = [index.ids[place] for place in signals.places[keep].tolist()]
            order = sorted(range(len(keep)), key=lambda i: (-scores[keep[i]], ids[i]))
            best = keep[order[: cue.limit]]
            return self._answerer.answer(
                index,
                cue,
                confidence(scores[keep[order[:2]]], self._settings),
                signals.places[best],
                {name: part[best] for name, part in signals.parts.items()},
                flow,
            )

    def _base(
        self,
        index: NamespaceIndex,
        cue: Cue,
        read: ReadCue,
        vector: NDArray[np.int8] | None,
    ) -> Signals:
        """Messages that words, vectors or times propose, with all signals but activation."""
        allowed = self._allowed(index, cue)
        words = index.words.scores(read.terms, index.size)
        proposed = [_top(np.where(allowed, words, 0), self._settings.candidates_max)]
        if vector is not None and len(index.vectors):
            near, cosines = index.vectors.candidates(vector, self._settings.candidates_max)
            near, cosines = near[allowed[near]], cosines[allowed[near]]
            best = np.argsort(-cosines, kind="stable")[: self._settings.candidates_max]
            proposed.append(near[best])
        timely = self._timely(index, read) & allowed
        if timely.any():
            strength = np.where(timely, 1 + words, 0)
            proposed.append(_top(strength, self._settings.candidates_max))
        places = np.unique(np.concatenate(proposed))
        return self._signals(index, read, vector, places, words, timely)

    def _signals(  # noqa: PLR0913 - one value of each signal
        self,
        index: NamespaceIndex,
        read: ReadCue,
        vector: NDArray[np.int8] | None,
        places: NDArray[np.int64],
        words: NDArray[np.float32],
        timely: NDArray[np.bool_],
    ) -> Signals:
        weights = self._settings
        top = float(words.max(initial=0.0))
        parts = {
            "words": weights.words_weight * words[places].astype(np.float64) / (top or 1.0),
            "vectors": np.zeros(len(places)),
            "entities": np.zeros(len(places)),
            "times": weights.times_weight * timely[places].astype(np.float64),
        }
        if vector is not None and len(places):
            cosines = np.maximum(index.vectors.cosines(places, vector).astype(np.float64), 0)
            parts["vectors"] = weights.vectors_weight * cosines / (cosines.max() or 1.0)
        if read.speakers:
            named = [
                place in index.said and index.said[place].speaker in read.speakers
                for place in places.tolist()
            ]
            parts["entities"] = weights.entities_weight * np.array(named, np.float64)
        return Signals(places, {name: np.round(part, DIGITS) for name, part in parts.items()})

    def _activation(self, index: NamespaceIndex, base: Signals, read: ReadCue) -> Spread:
        totals = base.total
        best = np.argsort(-totals, kind="stable")[: self._settings.seeds_max]
        seeds = dict(zip(base.places[best].tolist(), totals[best].tolist(), strict=True))
        top = max(seeds.values(), default=0.0) or 1.0
        levels = {place: level / top for place, level in seeds.items() if level > 0}
        for place in read.places:
            levels.setdefault(place, NAME_SEED)
        places = np.array(sorted(levels), np.int64)
        amounts = np.array([levels[place] for place in sorted(levels)])
        if not self._settings.activation_weight:
            places, amounts = places[:0], amounts[:0]
        return spread(index.graph, places, amounts, self._settings)

    def _final(  # noqa: PLR0913 - the pipeline's whole state
        self,
        index: NamespaceIndex,
        cue: Cue,
        read: ReadCue,
        vector: NDArray[np.int8] | None,
        base: Signals,
        flow: Spread,
    ) -> Signals:
        """The proposed and the reached, of the kinds asked for, with activation among their signals."""
        allowed = self._allowed(index, cue)
        wanted = np.zeros(index.size, bool)
        codes = [list(Label).index(kind) for kind in cue.filters.kinds]
        wanted[: index.size] = np.isin(index.labels[: index.size], codes)
        if Label.MESSAGE in cue.filters.kinds:
            wanted &= allowed | (index.labels[: index.size] != list(Label).index(Label.MESSAGE))
        reached = flow.places[wanted[flow.places]]
        places = np.union1d(base.places[wanted[base.places]], reached)
        places = np.array([p for p in places.tolist() if index.ids[p]], np.int64)
        words = index.words.scores(read.terms, index.size)
        signals = self._signals(index, read, vector, places, words, self._timely(index, read))
        received = np.zeros(index.size)
        received[flow.places] = flow.received
        top = float(received[places].max(initial=0.0)) or 1.0
        share = np.round(self._settings.activation_weight * received[places] / top, DIGITS)
        return Signals(places, {**signals.parts, "activation": share})

    def _allowed(self, index: NamespaceIndex, cue: Cue) -> NDArray[np.bool_]:
        """(size,) messages that satisfy the filters."""
        allowed = index.labels[: index.size] == list(Label).index(Label.MESSAGE)
        sent = index.sent[: index.size]
        filters = cue.filters
        if filters.sent:
            start, end = seconds(filters.sent.start), seconds(filters.sent.end)
            allowed = allowed & (sent >= start) & (sent < end)
        if cue.as_of:
            allowed = allowed & ~(sent > seconds(cue.as_of))
        if filters.speakers or filters.conversations:
            kept = [
                place
                for place, said in index.said.items()
                if (not filters.speakers or said.speaker in filters.speakers)
                and (not filters.conversations or said.conversation in filters.conversations)
            ]
            mask = np.zeros(index.size, bool)
            mask[kept] = True
            allowed = allowed & mask
        return allowed

    def _timely(self, index: NamespaceIndex, read: ReadCue) -> NDArray[np.bool_]:
        """(size,) messages sent, or telling of something, in a time that the cue names; events likewise."""
        timely = np.zeros(index.size, bool)
        sent, valid = index.sent[: index.size], index.valid[: index.size]
        for interval in read.times:
            start, end = seconds(interval.start), seconds(interval.end)
            timely |= (sent >= start) & (sent < end)
            events = np.flatnonzero((valid[:, 0] < end) & (valid[:, 1] > start))
            timely[events] = True
            for event in events[: self._settings.candidates_max].tolist():
                row = index.graph.row(event)
                told = row.targets[index.labels[row.targets] == list(Label).index(Label.MESSAGE)]
                timely[told] = True
        return timely


def confidence(scores: NDArray[np.float64], settings: RecallSettings) -> float:
    """How sure the first hit is, in [0, 1]: its share of the highest score there is, and its lead over the second.

    A plain rule, not calibrated yet.
    """
    if not len(scores):
        return 0.0
    highest = (
        settings.words_weight
        + settings.vectors_weight
        + settings.entities_weight
        + settings.times_weight
        + settings.activation_weight
    )
    lead = float(scores[0] - scores[1]) if len(scores) > 1 else float(scores[0])
    share = float(scores[0]) / highest if highest else 0.0
    return round(min(1.0, 0.7 * share + 0.3 * min(1.0, 4 * lead / (highest or 1.0))), 4)


def _top(values: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """Places of the largest positive values, at most `count` of them, in no order."""
    positive = np.flatnonzero(values > 0)
    if len(positive) <= count:
        return positive
    return positive[np.argpartition(-values[positive], count)[:count]]
