"""Topological levels, grouping and sorting."""

from __future__ import annotations

import numpy as np
import pytest
from graph_oracle import acyclic, lattice, quick
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from chequereader.graph import CycleError, Graph, pack, reverse
from chequereader.graph.order import Csr, spans, stable_order


@quick
@given(st.lists(acyclic(), min_size=1, max_size=3))
def test_levels_are_longest_ways(members: list[Graph]) -> None:
    graph = pack(members)
    depth = [0] * graph.nodes
    ends = sorted(zip(graph.source.tolist(), graph.target.tolist(), strict=True))
    for source, target in ends:
        depth[target] = max(depth[target], depth[source] + 1)
    schedule = graph.schedule
    ranked = [depth[node] for node in schedule.node_order.tolist()]
    assert ranked == sorted(depth)
    for arc, arc_end, node, node_end in schedule.levels:
        targets = schedule.target[arc:arc_end]
        assert bool(((targets >= node) & (targets < node_end)).all())
        assert bool((schedule.source[arc:arc_end] < node).all())
    assert schedule.levels == () or schedule.levels[-1].arc_end == graph.arcs


def test_segmentation_graphs_and_others_get_the_same_levels() -> None:
    chained = pack([lattice(5, 2), lattice(1, 1), lattice(3, 2)])
    assert [level[:2] for level in chained.schedule.levels] == [(0, 2), (2, 6), (6, 8), (8, 10)]
    backwards = reverse(chained).schedule
    assert [level[:2] for level in backwards.levels] == [(0, 2), (2, 6), (6, 8), (8, 10)]


def test_a_cycle_names_its_member() -> None:
    graph = pack([Graph.from_arcs([(0, 1, 0, 0.0)]), Graph.from_arcs([(0, 1, 0, 0.0), (1, 0, 0, 0.0)])])
    with pytest.raises(CycleError, match="member 1 has a cycle"):
        _ = graph.schedule


@quick
@given(hnp.arrays(np.int64, st.integers(0, 40), elements=st.integers(0, 2**40)))
def test_stable_order_sorts_as_numpy_does(keys: np.ndarray) -> None:
    assert stable_order(keys).tolist() == np.argsort(keys, kind="stable").tolist()


@quick
@given(hnp.arrays(np.int64, st.integers(0, 20), elements=st.integers(0, 5)), st.lists(st.integers(0, 5)))
def test_csr_gives_the_items_of_each_group(keys: np.ndarray, asked: list[int]) -> None:
    items, row = Csr(keys, 6).of(np.array(asked, dtype=np.int64))
    expected = [(i, item) for i, key in enumerate(asked) for item in np.nonzero(keys == key)[0].tolist()]
    assert list(zip(row.tolist(), items.tolist(), strict=True)) == expected


def test_spans_count_through_every_range() -> None:
    row, numbers = spans(np.array([3, 5, 7]), np.array([5, 5, 8]))
    assert row.tolist() == [0, 0, 2]
    assert numbers.tolist() == [3, 4, 7]
