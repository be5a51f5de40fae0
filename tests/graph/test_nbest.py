"""The n best distinct strings, of graphs in general and of segmentation graphs with a grammar."""

from __future__ import annotations

import pytest
import torch
from graph_oracle import acyclic, cyclic, lattice, paths, quick, strings
from hypothesis import given
from hypothesis import strategies as st

from chequereader.graph import (
    EPSILON,
    Graph,
    GraphError,
    LabelError,
    compose,
    expand,
    interpret,
    nbest,
    nbest_paths,
    pack,
    viterbi,
)


def best_strings(graph: Graph, n: int, dropped: int | None = None) -> list[list[float]]:
    """Least penalties of the n best strings of each member."""
    result = []
    for found in paths(graph):
        least: dict[tuple[int, ...], float] = {}
        for string, penalties in strings(found).items():
            short = tuple(label for label in string if label != dropped)
            least[short] = min(least.get(short, float("inf")), *penalties)
        result.append(sorted(least.values())[:n])
    return result


@quick
@given(st.lists(acyclic(), min_size=1, max_size=3).map(pack), st.integers(1, 6), st.booleans())
def test_paths_of_the_best_distinct_strings(graph: Graph, n: int, drop: bool) -> None:
    key = torch.tensor([0, 1, EPSILON]) if drop else None
    found = nbest_paths(graph, n, key)
    expected = best_strings(graph, n, dropped=2 if drop else None)
    assert found.penalty.tolist() == [penalty for penalties in expected for penalty in penalties]
    assert found.member.tolist() == [m for m, penalties in enumerate(expected) for _ in penalties]
    known = {path.arcs for member in paths(graph) for path in member}
    texts = set()
    for index, member in enumerate(found.member.tolist()):
        assert tuple(found.path(index)) in known
        texts.add((member, tuple(label for label in found.string(index) if not drop or label != 2)))
    assert len(texts) == found.member.shape[0]


@quick
@given(cyclic(3), st.integers(1, 5), st.integers(0, 99), st.sampled_from([1.0, 8.0, 40.0]))
def test_readings_of_a_segmentation_graph(grammar: Graph, n: int, seed: int, spread: float) -> None:
    segmentation = pack([lattice(4, 2), lattice(2, 1), lattice(5, 3)])
    penalties = spread * torch.rand(
        (segmentation.arcs, 3), dtype=torch.float64, generator=torch.Generator().manual_seed(seed)
    )
    readings = nbest(segmentation, penalties, grammar, n)
    expected = best_strings(compose(expand(segmentation, penalties), grammar), n)
    for found, totals in zip(readings, expected, strict=True):
        assert [penalty for penalty, *_ in found] == pytest.approx(totals)
        for penalty, labels, arcs, grammar_arcs in found:
            assert grammar.label[grammar_arcs].tolist() == labels
            cost = penalties[arcs, labels].sum() + grammar.penalty[grammar_arcs].sum()
            assert float(cost) == pytest.approx(penalty)
    best = viterbi(segmentation, penalties, grammar)
    for member, found in enumerate(readings):
        assert (found[0][0] if found else float("inf")) == pytest.approx(float(best.penalty[member]))


def test_rubbish_does_not_make_a_string_distinct() -> None:
    digit, rubbish = 0, 1
    grammar = Graph.from_arcs([(0, 0, digit, 0.0), (0, 0, rubbish, 0.0)], final=(0,), dtype=torch.float64)
    segmentation = lattice(4, 1)
    penalties = torch.tensor([[0.0, 1.0]] * 3, dtype=torch.float64)
    readings = nbest(segmentation, penalties, grammar, 9, key=torch.tensor([0, EPSILON]))[0]
    assert [reading[0] for reading in readings] == [0.0, 1.0, 2.0, 3.0]
    assert [reading[1].count(digit) for reading in readings] == [3, 2, 1, 0]


def test_errors() -> None:
    graph = Graph.from_arcs([(0, 1, 4, 0.0)])
    with pytest.raises(GraphError, match="at least one"):
        nbest_paths(graph, 0)
    with pytest.raises(LabelError, match="alphabet of 2"):
        nbest_paths(graph, 1, torch.tensor([0, 1]))


@quick
@given(cyclic(3), st.integers(0, 99), st.sampled_from([0.0, 1.0, 4.0, float("inf")]))
def test_interpretation_keeps_exactly_what_is_within_the_margin(
    grammar: Graph, seed: int, margin: float
) -> None:
    segmentation = pack([lattice(4, 2), lattice(2, 1)])
    generator = torch.Generator().manual_seed(seed)
    penalties = torch.randint(0, 24, (segmentation.arcs, 3), generator=generator).double() / 8
    graph = interpret(segmentation, penalties, grammar, margin)
    composed = compose(expand(segmentation, penalties), grammar)
    kept = {tuple(pair) for pair in graph.arc_map.tolist()}
    expected = set()
    for found in paths(composed):
        least = min((path.penalty for path in found), default=0.0)
        for path in found:
            if path.penalty <= least + margin:
                pairs = composed.arc_map[list(path.arcs)].tolist()
                expected |= {(row // 3, grammar_arc) for row, grammar_arc in pairs}
    assert kept == expected
