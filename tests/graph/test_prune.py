"""Pruning by posterior and by margin."""

from __future__ import annotations

import pytest
from graph_oracle import acyclic, paths, quick
from hypothesis import given
from hypothesis import strategies as st

from chequereader.graph import Graph, GraphError, arc_posteriors, pack, prune_margin, prune_posterior

packs = st.lists(acyclic(), min_size=1, max_size=3).map(pack)


@quick
@given(packs, st.sampled_from([0.0, 0.5, 3.0, float("inf")]))
def test_margin_keeps_exactly_the_arcs_of_good_paths(graph: Graph, margin: float) -> None:
    expected = set()
    for found in paths(graph):
        least = min((path.penalty for path in found), default=0.0)
        expected |= {arc for path in found if path.penalty <= least + margin for arc in path.arcs}
    assert set(prune_margin(graph, margin).arc_map.tolist()) == expected


@quick
@given(packs, st.sampled_from([0.01, 0.3, 0.9]))
def test_posterior_keeps_the_paths_of_likely_arcs(graph: Graph, threshold: float) -> None:
    likely = {i for i, p in enumerate(arc_posteriors(graph).tolist()) if p >= threshold}
    expected = {a for found in paths(graph) for path in found if {*path.arcs} <= likely for a in path.arcs}
    assert set(prune_posterior(graph, threshold).arc_map.tolist()) == expected


def test_senseless_limits_are_refused() -> None:
    graph = Graph.from_arcs([(0, 1, 0, 0.0)])
    with pytest.raises(GraphError, match="probability"):
        prune_posterior(graph, 1.5)
    with pytest.raises(GraphError, match="0 or more"):
        prune_margin(graph, -1.0)
