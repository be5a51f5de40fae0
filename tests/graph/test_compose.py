"""Composition: against nested walks, with epsilon on either side, a check of one's own, many members."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
import torch
from graph_oracle import acyclic, cyclic, language, logadd, paths, quick, strings
from hypothesis import given
from hypothesis import strategies as st

from chequereader.graph import (
    EPSILON,
    REFUSED,
    CycleError,
    Graph,
    GraphError,
    compose,
    connect,
    forward_penalty,
    pack,
    union,
)
from chequereader.graph.composition import _Lookup, _PairIds, _Side


def expected(left: Graph, right: Graph) -> list[dict[tuple[int, ...], float]]:
    """Every pair of paths with the same string counts once."""
    result = []
    members = max(left.members, right.members)
    lefts, rights = (paths(graph) * (members // graph.members) for graph in (left, right))
    for first, second in zip(lefts, rights, strict=True):
        one, other = strings(first), strings(second)
        result.append(
            {
                string: round(logadd([a + b for a, b in itertools.product(one[string], other[string])]), 6)
                for string in one.keys() & other.keys()
            }
        )
    return result


@quick
@given(acyclic(), acyclic())
def test_no_pair_of_paths_is_lost_or_doubled(left: Graph, right: Graph) -> None:
    assert language(compose(left, right)) == expected(left, right)


@quick
@given(st.lists(acyclic(), min_size=3, max_size=3).map(pack), acyclic(), st.booleans())
def test_one_member_stands_for_all(many: Graph, one: Graph, swapped: bool) -> None:
    left, right = (one, many) if swapped else (many, one)
    result = compose(left, right)
    assert result.members == 3
    assert bool((result.node_member.diff() >= 0).all())
    assert language(result) == expected(left, right)


@quick
@given(st.lists(st.tuples(acyclic(), acyclic()), min_size=2, max_size=3))
def test_members_are_composed_one_by_one(pairs: list[tuple[Graph, Graph]]) -> None:
    together = compose(*(pack(list(side)) for side in zip(*pairs, strict=True)))
    assert language(together) == [language(compose(left, right))[0] for left, right in pairs]


@quick
@given(acyclic(), cyclic(), acyclic())
def test_composition_is_associative(first: Graph, second: Graph, third: Graph) -> None:
    assert language(compose(compose(first, second), third)) == language(
        compose(first, compose(second, third))
    )


@quick
@given(acyclic(), acyclic())
def test_origin_names_the_arcs_that_made_an_arc(left: Graph, right: Graph) -> None:
    result = compose(left, right)
    assert result.origin is not None
    for arc, (a, b) in enumerate(result.origin.tolist()):
        labels = {int(graph.label[i]) for graph, i in ((left, a), (right, b)) if i >= 0}
        assert labels == {int(result.label[arc])}
        penalty = sum(float(graph.penalty[i]) for graph, i in ((left, a), (right, b)) if i >= 0)
        assert float(result.penalty[arc]) == penalty
        assert (a >= 0 and b >= 0) or labels == {EPSILON}


@quick
@given(acyclic(), acyclic())
def test_nothing_is_left_that_is_on_no_path(left: Graph, right: Graph) -> None:
    result = compose(left, right)
    assert connect(result).arcs == result.arcs
    assert connect(result).nodes == result.nodes


@quick
@given(acyclic(), cyclic(), st.booleans())
def test_the_order_that_comes_along_is_one(left: Graph, right: Graph, swapped: bool) -> None:
    result = compose(right, left) if swapped else compose(left, right)
    try:
        order = result.schedule
    except CycleError:
        assert EPSILON in right.label  # only what is passed alone can go round
        return
    level = torch.from_numpy(order.level_of_nodes)
    assert bool((level[result.source] < level[result.target]).all())
    assert torch.equal(order.rank[result.target[order.arc_order]], order.target)
    assert torch.equal(order.rank[result.source[order.arc_order]], order.source)
    assert sorted(order.node_order.tolist()) == list(range(result.nodes))
    plain = replace(result)  # works its order out by itself
    assert torch.equal(forward_penalty(plain), forward_penalty(result))


def test_gradient_reaches_both_operands() -> None:
    left = Graph.from_arcs([(0, 1, 0, 0.2), (0, 1, 1, 0.4), (1, 2, EPSILON, 0.1)], dtype=torch.float64)
    right = Graph.from_arcs([(0, 0, 0, 0.3), (0, 0, 1, 0.6)], final=(0,), dtype=torch.float64)
    leaves = [graph.penalty.clone().requires_grad_() for graph in (left, right)]

    def score(p: torch.Tensor, q: torch.Tensor) -> torch.Tensor:
        return forward_penalty(compose(left.with_penalty(p), right.with_penalty(q)))

    assert torch.autograd.gradcheck(score, tuple(leaves))


def test_cyclic_grammar_with_a_cyclic_acceptor_stays_cyclic() -> None:
    even = Graph.from_arcs([(0, 1, 0, 1.0), (1, 0, 0, 1.0)], start=(0,), final=(0,))
    threes = Graph.from_arcs([(0, 1, 0, 0.0), (1, 2, 0, 0.0), (2, 0, 0, 0.0)], start=(0,), final=(0,))
    result = compose(even, threes)
    assert (result.nodes, result.arcs) == (6, 6)


def test_a_check_may_give_a_mask_or_labels() -> None:
    left = Graph.from_arcs([(0, 1, 3, 0.5), (0, 1, 5, 1.0)])
    right = Graph.from_arcs([(0, 1, 4, 0.25), (0, 1, 9, 2.0)])
    below = compose(left, right, lambda a, b: a < b)
    assert sorted(below.label.tolist()) == [3, 3, 5]
    summed = compose(left, right, lambda a, b: torch.where(b == 4, a + b, REFUSED))
    assert sorted(zip(summed.label.tolist(), summed.penalty.tolist(), strict=True)) == [(7, 0.75), (9, 1.25)]


@quick
@given(acyclic(), acyclic())
def test_a_check_for_equality_is_plain_composition(left: Graph, right: Graph) -> None:
    assert language(compose(left, right, torch.eq)) == language(compose(left, right))


def test_a_check_of_another_shape_is_refused() -> None:
    graph = Graph.from_arcs([(0, 1, 3, 0.5)])
    with pytest.raises(GraphError, match="one answer a pair"):
        compose(graph, graph, lambda a, b: torch.ones(2, dtype=torch.bool))


def test_members_that_do_not_pair_are_refused() -> None:
    graph = Graph.from_arcs([(0, 1, 0, 0.0)])
    with pytest.raises(GraphError, match="2 members with 3"):
        compose(pack([graph] * 2), pack([graph] * 3))


def test_no_common_string_leaves_members_empty() -> None:
    result = compose(*(pack([Graph.from_arcs([(0, 1, label, 0.0)])] * 2) for label in (0, 1)))
    assert (result.members, result.nodes, result.arcs) == (2, 0, 0)


@quick
@given(st.lists(acyclic(), min_size=2, max_size=2), st.lists(acyclic(), min_size=2, max_size=2))
def test_composition_distributes_over_union(left: list[Graph], right: list[Graph]) -> None:
    whole = compose(union(left), union(right))
    parts = union([compose(a, b) for a, b in itertools.product(left, right)])
    assert language(whole) == language(parts)


def test_tables_too_large_to_keep_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(0)
    arcs = [
        (int(a), int(a) + int(b), int(c), 0.125 * int(d)) for a, b, c, d in generator.integers(1, 9, (60, 4))
    ]
    left, right = (Graph.from_arcs(part, start=(1, 2), final=range(2, 9)) for part in (arcs[:30], arcs[30:]))
    with_tables = language(compose(left, right))
    monkeypatch.setattr("chequereader.graph.composition.DENSE_PAIRS", 0)
    assert _PairIds(10).table is None
    assert _Lookup(_Side(right)).first is None
    assert language(compose(left, right)) == with_tables != [{}]
