import itertools
from collections import Counter

from bench.generate import CONVERSATION_MESSAGES, cues, messages
from bench.speed_import import admitted
from cuegraph.schema.clock import parse_time


def test_the_same_seed_gives_the_same_messages() -> None:
    assert list(messages(300, seed=3)) == list(messages(300, seed=3))
    assert list(messages(300, seed=3)) != list(messages(300, seed=4))


def test_messages_pass_the_door_with_ids_of_their_own() -> None:
    found = [admitted(line) for line in messages(700, seed=2)]

    assert len({m.id for m in found}) == 700
    assert len({m.external_id for m in found}) == 700


def test_conversations_have_two_speakers_who_take_turns_in_time() -> None:
    lines = list(messages(CONVERSATION_MESSAGES + 10, seed=2))
    first, second = lines[:CONVERSATION_MESSAGES], lines[CONVERSATION_MESSAGES:]

    assert {line["conversation"] for line in first} != {line["conversation"] for line in second}
    assert len({line["speaker"] for line in first}) == 2
    assert all(a["speaker"] != b["speaker"] for a, b in itertools.pairwise(first))
    times = [parse_time(line["timestamp"] or "") for line in first]
    assert times == sorted(times)


def test_common_words_are_common_and_rare_ones_rare() -> None:
    words = Counter(w for line in messages(2000, seed=5) for w in line["text"].split())
    counts = sorted(words.values(), reverse=True)

    assert counts[0] > 50 * counts[len(counts) // 2]


def test_cues_are_filled_and_reproducible() -> None:
    found = cues(50, seed=2)

    assert found == cues(50, seed=2)
    assert not any("{" in cue for cue in found)
    assert len(set(found)) > 40
