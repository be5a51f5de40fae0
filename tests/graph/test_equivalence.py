"""Whether graphs give the same strings the same penalties."""

from __future__ import annotations

import numpy as np
import torch
from graph_oracle import acyclic, language, logadd, paths, quick, strings
from hypothesis import given

from chequereader.graph import Graph, equivalent, pack, remove_epsilon, union


def same(left: Graph, right: Graph, best: bool = False) -> list[bool]:
    return equivalent(left, right, 1e-6, np.random.default_rng(0), best=best).tolist()


@quick
@given(acyclic(), acyclic())
def test_agrees_with_the_languages(left: Graph, right: Graph) -> None:
    assert same(left, right) == [language(left) == language(right)]
    least = [{s: min(p) for s, p in strings(paths(graph)[0]).items()} for graph in (left, right)]
    assert same(left, right, best=True) == [least[0] == least[1]]


@quick
@given(acyclic(epsilon=False))
def test_twice_the_same_path_is_log_two_better_in_sum_and_no_better_at_best(graph: Graph) -> None:
    twice = union([graph, graph])
    some = bool(paths(graph)[0])
    assert same(graph, twice) == [not some]
    assert same(graph, twice, best=True) == [True]
    if some:
        total = [logadd([path.penalty for path in paths(g)[0]]) for g in (graph, twice)]
        assert abs(total[0] - total[1] - np.log(2)) < 1e-9


def test_each_member_is_judged() -> None:
    first = Graph.from_arcs([(0, 1, -1, 0.5), (1, 2, 0, 0.0), (0, 2, 1, 0.0)])
    other = Graph.from_arcs([(0, 1, 0, 0.5), (0, 1, 1, 0.25)])
    assert same(pack([first, first]), pack([remove_epsilon(first), other])) == [True, False]


def test_a_string_far_worse_than_the_best_still_counts() -> None:
    left = Graph.from_arcs([(0, 1, 0, 0.0), (0, 1, 1, 25.0)], dtype=torch.float64)
    right = Graph.from_arcs([(0, 1, 0, 0.0), (0, 1, 1, 26.0)], dtype=torch.float64)
    assert same(left, right) == [False]


def test_the_empty_string_is_missed_by_no_trial() -> None:
    arcs = [(0, 1, 0, 0.0), (1, 2, 1, 0.0)]
    without, with_empty = (Graph.from_arcs(arcs, final=f, dtype=torch.float64) for f in ((2,), (0, 2)))
    assert same(without, with_empty, best=True) == [False]
