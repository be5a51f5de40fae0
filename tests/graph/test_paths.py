"""Best and random paths."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from graph_oracle import acyclic, paths, quick
from hypothesis import given
from hypothesis import strategies as st

from chequereader.graph import (
    Graph,
    PenaltyError,
    UnreachableFinalError,
    arc_posteriors,
    best_path,
    pack,
    random_paths,
)


@quick
@given(st.lists(acyclic(), min_size=1, max_size=3).map(pack))
def test_the_best_path_is_the_best_of_all(graph: Graph) -> None:
    best = best_path(graph)
    for member, found in enumerate(paths(graph)):
        least = min((path.penalty for path in found), default=math.inf)
        assert float(best.penalty[member]) == least
        chosen = tuple(best.path(member))
        if found:
            assert any(path.arcs == chosen and path.penalty == least for path in found)
            assert best.string(member) in [list(path.string) for path in found if path.arcs == chosen]
        else:
            assert chosen == ()


def test_the_penalty_of_the_best_path_has_gradient_one_on_its_arcs() -> None:
    graph = Graph.from_arcs([(0, 1, 0, 1.0), (0, 1, 1, 0.5), (1, 2, 0, 0.0)])
    leaf = graph.penalty.clone().requires_grad_()
    best_path(graph.with_penalty(leaf)).penalty.sum().backward()
    assert leaf.grad.tolist() == [0.0, 1.0, 1.0]


def test_random_paths_come_as_often_as_their_posteriors_say() -> None:
    generator = np.random.default_rng(4)
    arcs = [(i, j, 0, float(generator.exponential())) for i in range(6) for j in range(i + 1, 7)]
    graph = pack([Graph.from_arcs(arcs), Graph.from_arcs(arcs[:9], start=(0, 1), final=(2, 3))])
    drawn = random_paths(graph, 4000, generator)
    assert drawn.member.tolist() == [0] * 4000 + [1] * 4000
    frequency = torch.bincount(drawn.arcs, minlength=graph.arcs) / 4000
    assert torch.allclose(frequency, arc_posteriors(graph), atol=0.035)
    known = [{path.arcs: path.penalty for path in found} for found in paths(graph)]
    for index in range(0, 8000, 400):
        penalty = known[index // 4000][tuple(drawn.path(index))]
        assert float(drawn.penalty[index]) == pytest.approx(penalty, rel=1e-5)


def test_random_paths_need_a_path_and_depend_on_the_generator_alone() -> None:
    graph = Graph.from_arcs([(0, 1, 0, 0.0), (0, 1, 1, 0.0)])
    first, second = (random_paths(graph, 20, np.random.default_rng(7)).arcs for _ in range(2))
    assert torch.equal(first, second)
    with pytest.raises(UnreachableFinalError, match="member 1"):
        random_paths(pack([graph, Graph.from_arcs([], final=(1,))]), 1, np.random.default_rng(0))


def test_nan_is_named() -> None:
    graph = Graph.from_arcs([(0, 1, 0, 0.0)])
    with pytest.raises(PenaltyError, match=r"arc 0 \(0 -> 1\)"):
        best_path(graph.with_penalty(torch.tensor([math.nan])))
