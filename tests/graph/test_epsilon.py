"""Removal of epsilon arcs."""

from __future__ import annotations

import pytest
import torch
from graph_oracle import acyclic, paths, quick
from hypothesis import assume, given
from hypothesis import strategies as st

from chequereader.graph import (
    EPSILON,
    CycleError,
    Graph,
    GraphError,
    closure,
    forward,
    forward_penalty,
    pack,
    remove_epsilon,
)


def every_path(graph: Graph) -> list[list[tuple]]:
    return [sorted((path.string, path.penalty) for path in found) for found in paths(graph)]


@quick
@given(st.lists(acyclic(), min_size=1, max_size=3).map(pack))
def test_the_same_paths_stay(graph: Graph) -> None:
    silent = [[path for path in found if path.string == () and path.arcs] for found in paths(graph)]
    assume(not any(silent))
    result = remove_epsilon(graph)
    assert EPSILON not in result.label.tolist()
    assert every_path(result) == every_path(graph)
    for arc, made_of in enumerate(result.arc_map.tolist()):
        own = [i for i in made_of if i >= 0]
        assert float(result.penalty[arc]) == float(graph.penalty[own].sum())
        assert [label for label in graph.label[own].tolist() if label != EPSILON] == [int(result.label[arc])]


def test_a_closure_becomes_a_grammar() -> None:
    word = Graph.from_arcs([(0, 1, 0, 0.5), (1, 2, 1, 0.25)])
    grammar = remove_epsilon(closure(word))
    chain = Graph.from_arcs([(i, i + 1, 0, 0.0) for i in range(4)])
    penalties = torch.tensor([[0.0, 9.0], [9.0, 0.0]] * 2)
    assert forward(chain, penalties, grammar).tolist() == [1.5]


def test_one_free_path_of_epsilons_lets_the_start_end() -> None:
    graph = Graph.from_arcs([(0, 1, EPSILON, 0.0), (1, 1, 0, 1.0)], final=(1,))
    result = remove_epsilon(graph)
    assert bool((result.start & result.final).any())


def test_gradient_passes_through_the_sums() -> None:
    arcs = [(0, 1, EPSILON, 0.1), (1, 2, 0, 0.2), (2, 3, EPSILON, 0.3), (2, 4, 1, 0.4), (3, 4, 1, 0.5)]
    graph = Graph.from_arcs(arcs, dtype=torch.float64)
    leaf = graph.penalty.clone().requires_grad_()
    assert torch.autograd.gradcheck(lambda p: forward_penalty(remove_epsilon(graph.with_penalty(p))), (leaf,))


def test_errors() -> None:
    with pytest.raises(CycleError, match="member 0"):
        remove_epsilon(Graph.from_arcs([(0, 1, EPSILON, 0.0), (1, 0, EPSILON, 0.0)], final=(1,)))
    with pytest.raises(GraphError, match="member 1 has paths of epsilons alone"):
        remove_epsilon(pack([Graph.from_arcs([(0, 1, 0, 0.0)]), Graph.from_arcs([(0, 1, EPSILON, 0.5)])]))
