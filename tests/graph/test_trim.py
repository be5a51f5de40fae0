"""Removal of dead ends."""

from __future__ import annotations

import torch
from graph_oracle import acyclic, language, paths, quick
from hypothesis import given
from hypothesis import strategies as st

from chequereader.graph import Graph, connect, pack, subgraph


@quick
@given(st.lists(acyclic(), min_size=1, max_size=3).map(pack))
def test_exactly_the_arcs_on_paths_stay(graph: Graph) -> None:
    result = connect(graph)
    on_paths = sorted({arc for found in paths(graph) for path in found for arc in path.arcs})
    assert result.arc_map.tolist() == on_paths
    assert language(result) == language(graph)


def test_a_loop_on_the_way_stays_and_one_aside_goes() -> None:
    graph = Graph.from_arcs([(0, 0, 0, 0.0), (0, 1, 1, 0.0), (0, 2, 1, 0.0), (2, 2, 0, 0.0)], final=(1,))
    assert connect(graph).arc_map.tolist() == [0, 1]


@quick
@given(acyclic(), st.sets(st.integers(0, 8)))
def test_subgraph_keeps_the_paths_of_chosen_arcs(graph: Graph, chosen: set[int]) -> None:
    kept = sorted(arc for arc in chosen if arc < graph.arcs)
    result = subgraph(graph, torch.tensor(kept, dtype=torch.int64))
    expected = sorted(path.arcs for path in paths(graph)[0] if set(path.arcs) <= set(kept))
    origin = result.arc_map.tolist()
    assert sorted(tuple(origin[arc] for arc in path.arcs) for path in paths(result)[0]) == expected
