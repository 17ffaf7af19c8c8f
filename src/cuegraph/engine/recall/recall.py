"""Recall: seeds from words, vectors, names and times; activation spreads from them; all signals add up to the score.

score = words + vectors + entities + times + activation, each a weight (settings) times a value in [0, 1]

words       BM25 / the best BM25 of this cue
vectors     cosine / the best cosine of this cue, not below 0; less for a turn of few words
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
from cuegraph.engine.recall.spread import Spread, look_up, spread
from cuegraph.protocols import CueReader, Embedder, Store
from cuegraph.schema.graph import Label
from cuegraph.schema.recall import Cue, Recall
from cuegraph.schema.settings import RecallSettings

DIGITS: Final = (
    6  # contributions are rounded to these, and the score is their sum: so they add up exactly
)
NAME_SEED: Final = (
    0.3  # activation that a name or topic in the cue starts with, beside 1.0 of the best message
)


@dataclass(frozen=True, slots=True)
class Signals:
    """Weighted signals of `places`, each (n,), sorted by place."""

    places: NDArray[np.int64]
    parts: dict[str, NDArray[np.float64]]

    @property
    def total(self) -> NDArray[np.float64]:
        """(n,) the scores."""
        return np.sum([self.parts[name] for name in sorted(self.parts)], axis=0)


@dataclass(frozen=True, slots=True)
class Asked:
    """A cue against an index: what it means, and the signals that are known of every place, each (size,)."""

    cue: Cue
    read: ReadCue
    vector: NDArray[np.int8] | None
    allowed: NDArray[np.bool_]
    words: NDArray[np.float32]
    timely: NDArray[np.bool_]


class Recaller:
    """Answers cues from an index; the store is asked for the hits alone."""

    def __init__(self, store: Store, read_times: CueReader, settings: RecallSettings) -> None:
        self._read_times = read_times
        self._settings = settings
        self._answerer = Answerer(store)

    def recall(self, index: NamespaceIndex, cue: Cue, embedder: Embedder) -> Recall:
        """The hits for the cue, best first, ties by id. Cost O(postings + vectors scanned + arcs); six store calls."""
        vector = embedder.embed([cue.text])[0] if self._settings.vectors_weight else None
        with index.lock:
            read = read_cue(cue, index, self._read_times)
            asked = Asked(
                cue,
                read,
                vector if len(index.vectors) else None,
                _allowed(index, cue),
                index.words.scores(read.terms, index.size),
                self._timely(index, read),
            )
            base = self._signals(index, asked, self._proposed(index, asked))
            flow = self._spread(index, base, read)
            signals = self._reached(index, asked, base, flow)
            scores = np.round(signals.total, DIGITS)
            best = _best(scores, [index.ids[p] for p in signals.places.tolist()], cue.limit)
            return self._answerer.answer(
                index,
                cue,
                confidence(scores[best[:2]], self._settings),
                signals.places[best],
                {name: part[best] for name, part in signals.parts.items()},
                flow,
            )

    def _proposed(self, index: NamespaceIndex, asked: Asked) -> NDArray[np.int64]:
        """Places of messages that words, vectors or times propose, sorted."""
        most, allowed = self._settings.candidates_max, asked.allowed
        proposed = [_top(np.where(allowed, asked.words, 0), most)]
        if asked.vector is not None:
            near, cosines = index.vectors.candidates(asked.vector, most)
            near, cosines = near[allowed[near]], cosines[allowed[near]]
            proposed.append(near[_top(cosines, most)])
        timely = asked.timely & allowed
        if timely.any():
            proposed.append(_top(np.where(timely, 1 + asked.words, 0), most))
        return np.unique(np.concatenate(proposed))

    def _signals(self, index: NamespaceIndex, asked: Asked, places: NDArray[np.int64]) -> Signals:
        """All signals of the places but activation."""
        weights = self._settings
        top = float(asked.words.max(initial=0.0)) or 1.0
        none = np.zeros(len(places))
        parts = {
            "words": weights.words_weight * asked.words[places].astype(np.float64) / top,
            "vectors": none,
            "entities": none,
            "times": weights.times_weight * asked.timely[places].astype(np.float64),
        }
        if asked.vector is not None and len(places):
            cosines = index.vectors.cosines(places, asked.vector).astype(np.float64)
            cosines = np.maximum(cosines, 0)
            # "No!" is near to every question: a short turn's vector counts in part. R@5 on the sample's
            # questions rose from 0.42 to 0.49, LoCoMo's R@10 from 0.752 to 0.755.
            full = np.minimum(index.words.lengths(places) / weights.full_words, 1.0)
            parts["vectors"] = weights.vectors_weight * full * cosines / (cosines.max() or 1.0)
        if asked.read.speakers:
            codes = index.speakers.known(asked.read.speakers)
            named = np.isin(index.speaker[places], codes)
            parts["entities"] = weights.entities_weight * named.astype(np.float64)
        return Signals(places, {name: np.round(part, DIGITS) for name, part in parts.items()})

    def _spread(self, index: NamespaceIndex, base: Signals, read: ReadCue) -> Spread:
        """Activation from the best messages, each in proportion to its score, and from the names in the cue."""
        totals = base.total
        best = _best(totals, [index.ids[p] for p in base.places.tolist()], self._settings.seeds_max)
        top = float(totals[best[0]]) if len(best) else 1.0
        levels = {int(base.places[i]): float(totals[i]) / top for i in best if totals[i] > 0}
        for place in read.places:
            levels.setdefault(place, NAME_SEED)
        if not self._settings.activation_weight:
            levels = {}
        places = sorted(levels)
        amounts = np.array([levels[place] for place in places])
        amounts /= (
            amounts.sum() or 1.0
        )  # one unit of activation, however many seeds: it bounds the work
        return spread(index.graph, np.array(places, np.int64), amounts, self._settings)

    def _reached(self, index: NamespaceIndex, asked: Asked, base: Signals, flow: Spread) -> Signals:
        """The proposed and the reached, of the kinds asked for, with activation among their signals."""
        wanted = index.are(*asked.cue.filters.kinds)
        wanted &= asked.allowed | ~index.are(Label.MESSAGE)
        reached = flow.places[wanted[flow.places]]
        signals = self._signals(index, asked, np.union1d(base.places[wanted[base.places]], reached))
        received = look_up(flow.places, flow.received, signals.places)
        top = float(received.max(initial=0.0)) or 1.0
        share = np.round(self._settings.activation_weight * received / top, DIGITS)
        return Signals(signals.places, {**signals.parts, "activation": share})

    def _timely(self, index: NamespaceIndex, read: ReadCue) -> NDArray[np.bool_]:
        """(size,) messages sent, or telling of something, in a time that the cue names; events likewise."""
        timely = np.zeros(index.size, bool)
        sent, valid = index.sent[: index.size], index.valid[: index.size]
        is_message = index.are(Label.MESSAGE) if read.times else timely
        for interval in read.times:
            start, end = seconds(interval.start), seconds(interval.end)
            timely |= (sent >= start) & (sent < end)
            events = np.flatnonzero((valid[:, 0] < end) & (valid[:, 1] > start))
            timely[events] = True
            for event in events[: self._settings.candidates_max].tolist():
                told = index.graph.row(event).targets
                timely[told[is_message[told]]] = True
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


def _allowed(index: NamespaceIndex, cue: Cue) -> NDArray[np.bool_]:
    """(size,) messages that satisfy the filters."""
    allowed = index.are(Label.MESSAGE)
    sent, filters = index.sent[: index.size], cue.filters
    if filters.sent:
        start, end = seconds(filters.sent.start), seconds(filters.sent.end)
        allowed &= (sent >= start) & (sent < end)
    if cue.as_of:
        allowed &= ~(sent > seconds(cue.as_of))
    if filters.speakers:
        allowed &= np.isin(index.speaker[: index.size], index.speakers.known(filters.speakers))
    if filters.conversations:
        codes = index.conversations.known(filters.conversations)
        allowed &= np.isin(index.conversation[: index.size], codes)
    return allowed


def _best(scores: NDArray[np.float64], ids: list[str], count: int) -> NDArray[np.int64]:
    """Positions of the `count` best positive scores, best first, ties by id."""
    positive = np.flatnonzero(scores > 0)
    if len(positive) > count:
        least = -np.partition(-scores[positive], count - 1)[count - 1]
        positive = positive[scores[positive] >= least]
    order = sorted(positive.tolist(), key=lambda i: (-scores[i], ids[i]))
    return np.array(order[:count], np.int64)


def _top(values: NDArray[np.floating], count: int) -> NDArray[np.int64]:
    """Places of the largest positive values, at most `count` of them, in no order."""
    positive = np.flatnonzero(values > 0)
    if len(positive) <= count:
        return positive
    return positive[np.argpartition(-values[positive], count)[:count]]
