"""Forward penalty, expected cost and posteriors of graphs in general."""

from __future__ import annotations

import math

import pytest
import torch
from graph_oracle import acyclic, logadd, paths, quick
from hypothesis import given
from hypothesis import strategies as st

from chequereader.graph import (
    EPSILON,
    CycleError,
    Graph,
    GraphError,
    LabelError,
    PenaltyError,
    UnreachableFinalError,
    arc_posteriors,
    best_path,
    expected_cost,
    forward_penalty,
    label_posteriors,
    pack,
)

packs = st.lists(acyclic(), min_size=1, max_size=3).map(pack)


@quick
@given(packs)
def test_forward_penalty_sums_all_paths_and_is_never_above_the_best(graph: Graph) -> None:
    total = forward_penalty(graph)
    assert total.tolist() == pytest.approx(
        [logadd([path.penalty for path in found]) for found in paths(graph)]
    )
    assert bool((total <= best_path(graph).penalty + 1e-12).all())


@quick
@given(packs)
def test_posteriors_are_shares_of_paths_and_the_gradient(graph: Graph) -> None:
    expected = torch.zeros(graph.arcs, dtype=torch.float64)
    for found in paths(graph):
        total = logadd([path.penalty for path in found])
        for path in found:
            for arc in path.arcs:
                expected[arc] += math.exp(total - path.penalty)
    probability = arc_posteriors(graph)
    assert torch.allclose(probability, expected)
    leaf = graph.penalty.clone().requires_grad_()
    forward_penalty(graph.with_penalty(leaf)).sum().backward()
    assert torch.equal(leaf.grad, probability)
    counts = label_posteriors(graph, 3)
    loud = graph.label != EPSILON
    assert float(counts.sum()) == pytest.approx(float(probability[loud].sum()))


@quick
@given(packs.filter(lambda graph: all(paths(graph))), st.integers(0, 99))
def test_expected_cost_is_the_mean_over_paths(graph: Graph, seed: int) -> None:
    cost = torch.rand(graph.arcs, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    expected = []
    for found in paths(graph):
        total = logadd([path.penalty for path in found])
        expected.append(sum(math.exp(total - p.penalty) * float(cost[list(p.arcs)].sum()) for p in found))
    assert expected_cost(graph, cost).tolist() == pytest.approx(expected)
    leaves = (graph.penalty.clone().requires_grad_(), cost.clone().requires_grad_())
    assert torch.autograd.gradcheck(lambda p, c: expected_cost(graph.with_penalty(p), c), leaves)
    assert torch.autograd.gradcheck(lambda p: forward_penalty(graph.with_penalty(p)), leaves[:1])


def test_a_ladder_of_equal_rungs_has_a_closed_form() -> None:
    rungs, ways, penalty = 40, 3, 1.25
    arcs = [(i, i + 1, way, penalty) for i in range(rungs) for way in range(ways)]
    graph = Graph.from_arcs(arcs, dtype=torch.float64)
    assert float(forward_penalty(graph)) == pytest.approx(rungs * (penalty - math.log(ways)))
    assert torch.allclose(arc_posteriors(graph), torch.full((rungs * ways,), 1 / ways, dtype=torch.float64))
    assert float(expected_cost(graph, graph.penalty)) == pytest.approx(rungs * penalty)


def test_no_path_is_infinite_without_gradient_and_has_no_mean() -> None:
    graph = pack([Graph.from_arcs([(0, 1, 0, 0.5)]), Graph.from_arcs([(0, 1, 0, 0.5)], final=(2,))])
    leaf = graph.penalty.clone().requires_grad_()
    total = forward_penalty(graph.with_penalty(leaf))
    assert total.tolist() == [0.5, math.inf]
    total.sum().backward()
    assert leaf.grad.tolist() == [1.0, 0.0]
    with pytest.raises(UnreachableFinalError, match="member 1 has no path"):
        expected_cost(graph, graph.penalty)


def test_errors() -> None:
    loop = pack([Graph.from_arcs([(0, 1, 0, 0.0)]), Graph.from_arcs([(0, 0, 0, 0.0)])])
    with pytest.raises(CycleError, match="member 1"):
        forward_penalty(loop)
    graph = Graph.from_arcs([(0, 1, 7, 0.0)])
    with pytest.raises(PenaltyError, match="member 0, arc 0"):
        forward_penalty(graph.with_penalty(torch.tensor([math.nan])))
    with pytest.raises(LabelError, match=r"member 0, arc 0 .* alphabet of 7"):
        label_posteriors(graph, 7)
    with pytest.raises(GraphError, match="2,"):
        expected_cost(graph, torch.zeros(2))


def test_the_mean_of_paths_that_end_on_the_way_has_the_right_gradient() -> None:
    """Nodes 1 and 2 both end paths and both paths pass the first arc: its penalty changes no mean."""
    graph = Graph.from_arcs([(0, 1, 0, 0.0), (1, 2, 0, 0.0)], final=(1, 2), dtype=torch.float64)
    leaf = graph.penalty.clone().requires_grad_()
    expected_cost(graph.with_penalty(leaf), torch.tensor([0.3, 0.7], dtype=torch.float64)).sum().backward()
    assert leaf.grad.tolist() == pytest.approx([0.0, -0.7 / 4])
