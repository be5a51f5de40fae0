"""Union, concatenation, closure, reversal and relabelling."""

from __future__ import annotations

import itertools

import pytest
import torch
from graph_oracle import acyclic, language, logadd, paths, quick, strings
from hypothesis import given
from hypothesis import strategies as st

from chequereader.graph import (
    EPSILON,
    Graph,
    GraphError,
    LabelError,
    closure,
    compose,
    concatenation,
    forward_penalty,
    pack,
    relabel,
    reverse,
    union,
)

pairs = st.lists(acyclic(), min_size=2, max_size=2).map(pack)


def merged(found: list[list]) -> dict[tuple[int, ...], float]:
    return {s: round(logadd(p), 6) for s, p in strings(list(itertools.chain(*found))).items()}


@quick
@given(st.lists(pairs, min_size=1, max_size=3))
def test_union_has_all_paths_of_all(graphs: list[Graph]) -> None:
    every = [paths(graph) for graph in graphs]
    result = union(graphs)
    assert language(result) == [merged([found[member] for found in every]) for member in range(2)]
    for arc, (which, own) in enumerate(result.arc_map.tolist()):
        assert float(result.penalty[arc]) == float(graphs[which].penalty[own])


@quick
@given(st.lists(pairs, min_size=1, max_size=3))
def test_concatenation_joins_every_path_with_every_next(graphs: list[Graph]) -> None:
    result = concatenation(graphs)
    expected = []
    for member in range(2):
        every = [paths(graph)[member] for graph in graphs]
        joined = [
            every[0][0]._replace(penalty=sum(p.penalty for p in way), string=sum((p.string for p in way), ()))
            for way in itertools.product(*every)
        ]
        expected.append(merged([joined]))
    assert language(result) == expected
    for arc, (which, own) in enumerate(result.arc_map.tolist()):
        assert (which, own) == (-1, -1) or float(result.penalty[arc]) == float(graphs[which].penalty[own])


@quick
@given(acyclic(nodes=3), st.integers(1, 3))
def test_bounded_closure_is_the_union_of_powers(graph: Graph, most: int) -> None:
    empty = Graph.from_arcs([], start=(0,), final=(0,), dtype=torch.float64)
    powers = [empty, *[concatenation([graph] * count) for count in range(1, most + 1)]]
    assert language(closure(graph, most)) == language(union(powers))


def test_closure_without_a_bound_repeats_for_ever() -> None:
    ab = Graph.from_arcs([(0, 1, 0, 0.5), (1, 2, 1, 0.25)])
    text = [0, 1] * 3
    chain = Graph.from_arcs([(i, i + 1, label, 0.0) for i, label in enumerate(text)])
    assert forward_penalty(compose(chain, closure(ab))).tolist() == [2.25]
    assert forward_penalty(compose(Graph.from_arcs([(0, 1, 0, 0.0)]), closure(ab))).tolist() == [float("inf")]


@quick
@given(pairs)
def test_reverse_reads_backwards(graph: Graph) -> None:
    backwards = [{s[::-1]: p for s, p in own.items()} for own in language(graph)]
    assert language(reverse(graph)) == backwards


def test_relabel_maps_and_refuses_what_has_no_entry() -> None:
    graph = Graph.from_arcs([(0, 1, 0, 0.0), (0, 1, 2, 0.0), (0, 1, EPSILON, 0.0)])
    assert relabel(graph, torch.tensor([5, 6, EPSILON])).label.tolist() == [5, EPSILON, EPSILON]
    with pytest.raises(LabelError, match="member 0, arc 1"):
        relabel(graph, torch.tensor([5, 6]))


def test_gradients_pass() -> None:
    graph = Graph.from_arcs([(0, 1, 0, 0.5), (0, 1, 1, 0.25)], dtype=torch.float64)
    leaf = graph.penalty.clone().requires_grad_()

    def score(penalty: torch.Tensor) -> torch.Tensor:
        own = graph.with_penalty(penalty)
        return forward_penalty(union([concatenation([own, own]), closure(own, 2)]))

    assert torch.autograd.gradcheck(score, (leaf,))


def test_errors() -> None:
    graph = Graph.from_arcs([(0, 1, 0, 0.5)])
    with pytest.raises(GraphError, match=r"\[1, 2\] members"):
        union([graph, pack([graph, graph])])
    with pytest.raises(GraphError, match="at least 1"):
        closure(graph, 0)
