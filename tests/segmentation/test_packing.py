"""Packed segmentation graphs against graphs built arc by arc."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from chequereader.graph import forward, unpack
from chequereader.graph.graph import Graph
from chequereader.segmentation.packing import pack_arcs


@st.composite
def members(draw: st.DrawFn) -> list[tuple[int, list[tuple[int, int]]]]:
    """Numbers of cuts, and arcs that make a path and more."""
    found = []
    for _ in range(draw(st.integers(1, 4))):
        cuts = draw(st.integers(2, 6))
        every = [(i, j) for i in range(cuts) for j in range(i + 1, cuts)]
        needed = {(i, i + 1) for i in range(cuts - 1)}
        more = draw(st.sets(st.sampled_from(every)))
        found.append((cuts, sorted(needed | more)))
    return found


@given(members())
def test_every_member_is_the_graph_of_its_own_arcs(packed: list[tuple[int, list[tuple[int, int]]]]) -> None:
    arcs = np.array([arc for _, own in packed for arc in own], np.int64)
    graph = pack_arcs([n for n, _ in packed], [len(own) for _, own in packed], arcs[:, 0], arcs[:, 1])
    assert graph.members == len(packed)
    assert graph.label.tolist() == list(range(len(arcs)))
    assert not graph.penalty.any()
    place = 0
    for member, (cuts, own) in zip(unpack(graph), packed, strict=True):
        assert [*zip(member.source.tolist(), member.target.tolist(), strict=True)] == own
        assert member.label.tolist() == list(range(place, place + len(own)))
        assert member.start.tolist() == [n == 0 for n in range(cuts)]
        assert member.final.tolist() == [n == cuts - 1 for n in range(cuts)]
        place += len(own)


def test_members_do_not_leak_into_each_other() -> None:
    """Forward penalty of each member is minus the log of its number of paths."""
    source, target = np.array([0, 0, 1, 0, 1]), np.array([1, 2, 2, 1, 2])
    graph = pack_arcs([3, 3], [3, 2], source, target)
    anything = Graph.from_arcs([(0, 0, 0, 0.0)], final=(0,))
    score = forward(graph, torch.zeros(5, 1), anything)
    assert torch.allclose(score, torch.tensor([-np.log(2.0), 0.0], dtype=score.dtype), atol=1e-6)
