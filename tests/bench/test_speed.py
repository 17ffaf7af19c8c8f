import numpy as np
import pytest

from bench.generate import messages
from bench.speed_import import NAMESPACE, admitted
from bench.speed_spread import generated, measure
from bench.speed_store import copy_namespace, reversed_delta
from cuegraph.engine.dump import dump
from cuegraph.schema.graph import Change, GraphDelta
from cuegraph.wiring import open_store


def test_the_generated_graph_has_a_hub_in_every_second_event() -> None:
    made = generated(2_000, np.random.default_rng(1))

    degree = made.graph.degree
    assert degree[made.hub] == degree.max()
    assert degree[made.hub] > 0.4 * made.events


def test_spreading_is_measured_for_every_size() -> None:
    section = measure((500, 1_000), queries=20)

    assert [row["nodes"] for row in section.rows] == [500, 1_000]
    for row in section.rows:
        assert float(row["p50 ms"]) > 0
        assert 0 < float(row["kept"]) <= 1


def test_a_copied_namespace_has_the_same_dump() -> None:
    found = [admitted(line) for line in messages(5, seed=1)]
    source, target = open_store("sqlite:///:memory:"), open_store("sqlite:///:memory:")
    delta = GraphDelta(messages=[Change(None, message) for message in found])
    source.write(NAMESPACE, lambda t: t.apply(delta))
    source.write(NAMESPACE, lambda t: t.set_stamp({"engine": "1"}))

    assert copy_namespace(source, target, NAMESPACE) == 5
    assert list(dump(target, NAMESPACE)) == list(dump(source, NAMESPACE))
    assert target.stamp(NAMESPACE) == {"engine": "1"}


def test_a_delta_and_its_reverse_leave_nothing() -> None:
    (message,) = [admitted(line) for line in messages(1, seed=1)]
    store = open_store("sqlite:///:memory:")
    delta = GraphDelta(messages=[Change(None, message)])

    store.write(NAMESPACE, lambda t: t.apply(delta))
    store.write(NAMESPACE, lambda t: t.apply(reversed_delta(delta)))

    assert list(store.scan_messages(NAMESPACE)) == []


@pytest.mark.parametrize("seed", [1, 2])
def test_the_generated_graph_is_the_same_for_a_seed(seed: int) -> None:
    degrees = [generated(500, np.random.default_rng(seed)).graph.degree for _ in range(2)]

    assert np.array_equal(degrees[0], degrees[1])
