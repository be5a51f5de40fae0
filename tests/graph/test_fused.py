"""Segmentation graphs with grammars: against brute force, finite differences and the general operations."""

from __future__ import annotations

import math

import pytest
import torch
from graph_oracle import cyclic, lattice, logadd, paths, quick
from hypothesis import given, settings
from hypothesis import strategies as st

from chequereader.graph import (
    EPSILON,
    CycleError,
    Graph,
    GraphError,
    LabelError,
    PenaltyError,
    compose,
    expand,
    forward,
    pack,
    posteriors,
    unpack,
    viterbi,
)

LABELS = 3
LATTICES = [lattice(4, 2), lattice(2, 1), lattice(5, 3)]


def label_penalties(arcs: int, seed: int, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(-8, 40, (arcs, LABELS), generator=generator).to(dtype) / 8


def all_paths(segmentation: Graph, penalties: torch.Tensor, grammar: Graph) -> list[list[float]]:
    """Penalties of all paths of the composed graph by two nested walks."""
    grammars = unpack(grammar) * (segmentation.members if grammar.members == 1 else 1)
    result = []
    for found, own in zip(paths(segmentation), grammars, strict=True):
        rows = list(
            zip(
                own.source.tolist(),
                own.target.tolist(),
                own.label.tolist(),
                own.penalty.tolist(),
                strict=True,
            )
        )
        totals: list[float] = []
        for path in found:
            ways = [(state, path.penalty) for state in own.start.nonzero()[:, 0].tolist()]
            for arc in path.arcs:
                ways = [
                    (target, so_far + penalty + float(penalties[arc, label]))
                    for state, so_far in ways
                    for source, target, label, penalty in rows
                    if source == state
                ]
            totals += [so_far for state, so_far in ways if own.final[state]]
        result.append(totals)
    return result


grammars = st.one_of(cyclic(LABELS), st.lists(cyclic(LABELS), min_size=3, max_size=3).map(pack))


@quick
@given(grammars, st.integers(0, 1000))
def test_best_and_forward_penalty_are_those_of_all_paths(grammar: Graph, seed: int) -> None:
    segmentation = pack(LATTICES)
    segmentation = segmentation.with_penalty(torch.arange(segmentation.arcs, dtype=torch.float64) / 8)
    penalties = label_penalties(segmentation.arcs, seed)
    expected = all_paths(segmentation, penalties, grammar)
    best = viterbi(segmentation, penalties, grammar)
    total = forward(segmentation, penalties, grammar)
    assert best.penalty.tolist() == [min(found, default=math.inf) for found in expected]
    assert total.tolist() == pytest.approx([logadd(found) for found in expected])
    assert bool((total <= best.penalty).all())


@quick
@given(grammars, st.integers(0, 1000))
def test_best_path_is_a_path_and_costs_what_it_says(grammar: Graph, seed: int) -> None:
    segmentation = pack(LATTICES)
    penalties = label_penalties(segmentation.arcs, seed)
    best = viterbi(segmentation, penalties, grammar)
    for member in range(segmentation.members):
        labels, arcs, grammar_arcs = best.path(member)
        if best.penalty[member] == math.inf:
            assert labels == []
            continue
        own = grammar.node_offset[member if grammar.members > 1 else 0]
        assert grammar.label[grammar_arcs].tolist() == labels
        for graph, steps in ((segmentation, arcs), (grammar, grammar_arcs)):
            assert steps or bool((graph.start & graph.final).any())
            assert graph.source[steps][1:].tolist() == graph.target[steps][:-1].tolist()
            assert not steps or (graph.start[graph.source[steps[0]]] and graph.final[graph.target[steps[-1]]])
        assert not grammar_arcs or grammar.source[grammar_arcs[0]] >= own
        cost = sum(float(penalties[a, label]) for a, label in zip(arcs, labels, strict=True))
        assert cost + float(grammar.penalty[grammar_arcs].sum()) == float(best.penalty[member])


@settings(quick, max_examples=6)
@given(grammars, st.integers(0, 1000))
def test_gradient_matches_finite_differences_and_posteriors(grammar: Graph, seed: int) -> None:
    segmentation = pack([lattice(3, 2), lattice(2, 1), lattice(4, 2)])
    penalties = label_penalties(segmentation.arcs, seed).requires_grad_()
    own = (0.1 * torch.arange(segmentation.arcs, dtype=torch.float64)).requires_grad_()
    of_grammar = grammar.penalty.clone().requires_grad_()

    def finite_totals(p: torch.Tensor, s: torch.Tensor, g: torch.Tensor) -> torch.Tensor:
        total = forward(segmentation.with_penalty(s), p, grammar.with_penalty(g))
        return torch.where(total == torch.inf, 0.0, total)

    assert torch.autograd.gradcheck(finite_totals, (penalties, own, of_grammar))
    total = forward(segmentation.with_penalty(own), penalties, grammar)
    (gradient,) = torch.autograd.grad(total.sum(), penalties)
    assert torch.equal(gradient, posteriors(segmentation.with_penalty(own), penalties, grammar))


@quick
@given(cyclic(LABELS), st.integers(0, 1000))
def test_posteriors_over_a_cut_sum_to_one(grammar: Graph, seed: int) -> None:
    segmentation = lattice(6, 3)
    penalties = label_penalties(segmentation.arcs, seed)
    probability = posteriors(segmentation, penalties, grammar).sum(1)
    reached = forward(segmentation, penalties, grammar)[0] < math.inf
    for cut in range(1, 6):
        across = (segmentation.source < cut) & (segmentation.target >= cut)
        assert float(probability[across].sum()) == pytest.approx(1.0 if reached else 0.0)


def test_a_batch_of_many_equals_many_of_one() -> None:
    grammar = Graph.from_arcs(
        [(0, 1, 0, 0.5), (1, 0, 1, 0.25), (1, 1, 2, 0.0)], final=(1,), dtype=torch.float64
    )
    batch = pack(LATTICES)
    penalties = label_penalties(batch.arcs, 0)
    together = forward(batch, penalties, grammar)
    shared = forward(batch, penalties, pack([grammar] * 3))
    first = 0
    for member, segmentation in enumerate(LATTICES):
        alone = forward(segmentation, penalties[first : first + segmentation.arcs], grammar)
        assert float(alone[0]) == pytest.approx(float(together[member]), abs=1e-12)
        first += segmentation.arcs
    assert torch.allclose(together, shared)


def test_a_member_without_a_path_is_infinite_with_zero_gradient() -> None:
    segmentation = pack([lattice(2, 1), lattice(3, 1)])
    only_single_labels = Graph.from_arcs([(0, 1, 0, 0.0)], dtype=torch.float64)
    penalties = torch.zeros((3, 1), dtype=torch.float64, requires_grad=True)
    total = forward(segmentation, penalties, only_single_labels)
    assert total.tolist() == [0.0, math.inf]
    total.sum().backward()
    assert penalties.grad.tolist() == [[1.0], [0.0], [0.0]]
    best = viterbi(segmentation, penalties, only_single_labels)
    assert best.penalty.tolist() == [0.0, math.inf]
    assert best.path(1) == ([], [], [])


def test_closed_form_of_uniform_penalties() -> None:
    cuts, labels, penalty = 9, 4, 0.75
    segmentation = lattice(cuts, 1)
    anything = Graph.from_arcs(
        [(0, 0, label, 0.0) for label in range(labels)], final=(0,), dtype=torch.float64
    )
    uniform = torch.full((cuts - 1, labels), penalty, dtype=torch.float64)
    total = forward(segmentation, uniform, anything)
    assert float(total) == pytest.approx((cuts - 1) * (penalty - math.log(labels)))
    assert torch.allclose(posteriors(segmentation, uniform, anything), torch.full_like(uniform, 1 / labels))


def test_wide_penalties_neither_overflow_nor_vanish() -> None:
    segmentation = lattice(3, 1, torch.float32)
    anything = Graph.from_arcs([(0, 0, 0, 0.0), (0, 0, 1, 0.0)], final=(0,))
    penalties = torch.tensor([[2000.0, 0.0], [-3000.0, 5000.0]], requires_grad=True)
    total = forward(segmentation, penalties, anything)
    assert total.tolist() == [-3000.0]
    total.backward()
    assert penalties.grad.tolist() == [[0.0, 1.0], [1.0, 0.0]]


def test_infinite_label_penalties_close_arcs() -> None:
    segmentation = lattice(2, 1)
    anything = Graph.from_arcs([(0, 0, 0, 0.0), (0, 0, 1, 0.0)], final=(0,), dtype=torch.float64)
    penalties = torch.tensor([[math.inf, 1.0]], dtype=torch.float64, requires_grad=True)
    total = forward(segmentation, penalties, anything)
    total.backward()
    assert total.tolist() == [1.0]
    assert penalties.grad.tolist() == [[0.0, 1.0]]


def test_viterbi_gradient_is_one_along_the_path() -> None:
    segmentation = lattice(4, 2)
    anything = Graph.from_arcs(
        [(0, 0, label, 0.0) for label in range(LABELS)], final=(0,), dtype=torch.float64
    )
    penalties = label_penalties(segmentation.arcs, 3).requires_grad_()
    best = viterbi(segmentation, penalties, anything)
    best.penalty.sum().backward()
    labels, arcs, _ = best.path(0)
    expected = torch.zeros_like(penalties)
    expected[arcs, labels] = 1.0
    assert torch.equal(penalties.grad, expected)


def test_expand_lists_every_label_of_every_arc() -> None:
    segmentation = lattice(3, 2).with_penalty(torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64))
    graph = expand(segmentation, torch.tensor([[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]], dtype=torch.float64))
    assert graph.label.tolist() == [0, 1, 0, 1, 0, 1]
    assert graph.origin.tolist() == [0, 0, 1, 1, 2, 2]
    assert graph.penalty.tolist() == pytest.approx([1.1, 1.2, 2.3, 2.4, 3.5, 3.6])


@pytest.mark.parametrize("members", [1, 3])
def test_the_fused_way_equals_general_composition(members: int) -> None:
    arcs = [(0, 1, 0, 0.5), (1, 0, 1, 0.25), (1, 1, 2, 0.125), (0, 0, 2, 0.375)]
    grammar = pack([Graph.from_arcs(arcs, final=(1,), dtype=torch.float64)] * members)
    segmentation = pack(LATTICES)
    penalties = label_penalties(segmentation.arcs, 5)
    composed = compose(expand(segmentation, penalties), grammar)
    best = [min(path.penalty for path in found) for found in paths(composed)]
    assert viterbi(segmentation, penalties, grammar).penalty.tolist() == best


def test_errors_name_what_is_wrong() -> None:
    segmentation = pack([lattice(2, 1), lattice(3, 1)])
    penalties = torch.zeros((3, 2), dtype=torch.float64)
    grammar = Graph.from_arcs([(0, 1, 0, 0.0)], dtype=torch.float64)
    with pytest.raises(LabelError, match=r"grammar member 0, arc 0 .* has label 2.*2 columns"):
        forward(segmentation, penalties, Graph.from_arcs([(0, 1, 2, 0.0)], dtype=torch.float64))
    with pytest.raises(LabelError, match="remove epsilon"):
        forward(segmentation, penalties, Graph.from_arcs([(0, 1, EPSILON, 0.0)], dtype=torch.float64))
    with pytest.raises(GraphError, match="3 members for 2"):
        forward(segmentation, penalties, pack([grammar] * 3))
    with pytest.raises(GraphError, match="give \\[arcs, labels\\]"):
        forward(segmentation, penalties[:2], grammar)
    with pytest.raises(CycleError, match="member 0"):
        forward(Graph.from_arcs([(0, 0, 0, 0.0)], dtype=torch.float64), penalties[:1], grammar)
    bad = penalties.clone()
    bad[0, 0] = math.nan
    for score in (forward, viterbi, posteriors):
        with pytest.raises(PenaltyError, match=r"member 0, arc 0 \(0 -> 1\) has a NaN"):
            score(segmentation, bad, grammar)
    with pytest.raises(PenaltyError, match="member 0, arc 0"):
        forward(segmentation, penalties, grammar.with_penalty(torch.tensor([math.nan], dtype=torch.float64)))
