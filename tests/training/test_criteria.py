"""The four criteria: closed forms, and their gradients as section VI states them."""

from __future__ import annotations

import math

import pytest
import torch

from chequereader import graph
from chequereader.graph import Graph, pack
from chequereader.training import criteria

DIGITS = 3


def anything(penalty: float = 0.0) -> Graph:
    arcs = [(0, 0, label, penalty) for label in range(DIGITS)]
    return Graph.from_arcs(arcs, final=(0,), dtype=torch.float64)


def exactly(text: list[int]) -> Graph:
    return Graph.from_arcs([(i, i + 1, label, 0.0) for i, label in enumerate(text)], dtype=torch.float64)


def lattices() -> Graph:
    """Two fields: three pieces in runs of up to two, and two pieces one by one."""
    first = [(0, 1, 0, 0.0), (0, 2, 0, 0.0), (1, 2, 0, 0.0), (1, 3, 0, 0.0), (2, 3, 0, 0.0)]
    second = [(0, 1, 0, 0.0), (1, 2, 0, 0.0)]
    return pack([Graph.from_arcs(arcs, dtype=torch.float64) for arcs in (first, second)])


def penalties() -> torch.Tensor:
    generator = torch.Generator().manual_seed(3)
    return (3 * torch.rand((7, DIGITS), dtype=torch.float64, generator=generator)).requires_grad_()


CORRECT = pack([exactly([1, 2]), exactly([0, 0])])


def test_one_arc_gives_the_softmax_loss() -> None:
    segmentation = Graph.from_arcs([(0, 1, 0, 0.0)], dtype=torch.float64)
    cost = torch.tensor([[0.5, 1.5, 2.5]], dtype=torch.float64)
    loss = criteria.discriminative_forward(segmentation, cost, exactly([1]), anything())
    assert torch.allclose(loss, torch.nn.functional.cross_entropy(-cost, torch.tensor([1])))
    assert criteria.viterbi(segmentation, cost, exactly([1]), anything()).tolist() == [1.5]
    assert criteria.forward(segmentation, cost, exactly([1]), anything()).tolist() == [1.5]
    assert criteria.discriminative_viterbi(segmentation, cost, exactly([1]), anything()).tolist() == [1.0]


def test_equal_penalties_count_the_paths() -> None:
    cost = torch.ones((7, DIGITS), dtype=torch.float64)
    correct, free = CORRECT, anything()
    two_ways = 2 - math.log(2)
    assert criteria.forward(lattices(), cost, correct, free).tolist() == pytest.approx([two_ways, 2.0])
    all_ways = -math.log(2 * 9 * math.exp(-2) + 27 * math.exp(-3))
    expected = [two_ways - all_ways, math.log(9)]
    assert criteria.discriminative_forward(lattices(), cost, correct, free).tolist() == pytest.approx(
        expected
    )


def test_order_of_the_criteria() -> None:
    cost = penalties()
    scores = {name: score(lattices(), cost, CORRECT, anything()) for name, score in criteria.CRITERIA.items()}
    assert bool((scores["forward"] <= scores["viterbi"]).all())
    assert bool((scores["discriminative-viterbi"] >= 0).all())
    assert bool((scores["discriminative-forward"] >= 0).all())
    assert all(score.shape == (2,) for score in scores.values())


@pytest.mark.parametrize("name", criteria.CRITERIA)
def test_gradients_match_finite_differences(name: str) -> None:
    of_grammar = anything(0.3).penalty.clone().requires_grad_()

    def loss(cost: torch.Tensor, free: torch.Tensor) -> torch.Tensor:
        return criteria.CRITERIA[name](lattices(), cost, CORRECT, anything().with_penalty(free))

    assert torch.autograd.gradcheck(loss, (penalties(), of_grammar))


def test_forward_gradient_is_constrained_minus_free_posterior() -> None:
    cost, segmentation = penalties(), lattices()
    criteria.discriminative_forward(segmentation, cost, CORRECT, anything()).sum().backward()
    with_truth = graph.posteriors(segmentation, cost, CORRECT)
    without = graph.posteriors(segmentation, cost, anything())
    assert torch.allclose(cost.grad, with_truth - without)


def test_viterbi_gradient_is_plus_one_minus_one_and_zero_where_paths_agree() -> None:
    cost, segmentation = penalties(), lattices()
    criteria.discriminative_viterbi(segmentation, cost, CORRECT, anything()).sum().backward()
    expected = torch.zeros_like(cost)
    for sign, grammar in ((1.0, CORRECT), (-1.0, anything())):
        best = graph.viterbi(segmentation, cost, grammar)
        expected.index_put_(
            (best.segmentation_arcs, best.labels), torch.tensor(sign).double(), accumulate=True
        )
    assert torch.equal(cost.grad, expected)
    assert set(cost.grad.unique().tolist()) <= {-1.0, 0.0, 1.0}


def test_a_best_path_that_is_correct_costs_nothing() -> None:
    cost = torch.full((7, DIGITS), 5.0, dtype=torch.float64)
    cost[5, 0] = cost[6, 0] = 0.0
    cost[0, 1] = cost[3, 2] = 0.0
    cost.requires_grad_()
    loss = criteria.discriminative_viterbi(lattices(), cost, CORRECT, anything())
    loss.sum().backward()
    assert loss.tolist() == [0.0, 0.0]
    assert not cost.grad.any()


@pytest.mark.parametrize("name", criteria.CRITERIA)
def test_a_truth_that_can_not_be_found_is_infinite_without_gradient(name: str) -> None:
    cost = penalties()
    correct = pack([exactly([1] * 9), exactly([0, 0])])
    loss = criteria.CRITERIA[name](lattices(), cost, correct, anything())
    assert loss[0] == math.inf
    assert loss[1] < math.inf
    loss[torch.isfinite(loss)].sum().backward()
    assert not cost.grad[:5].any()
    assert bool(cost.grad.isfinite().all())
