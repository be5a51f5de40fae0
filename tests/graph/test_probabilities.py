"""Sums over paths in probabilities against those by logarithms, and against what is composed and pruned."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from chequereader.graph import (
    EPSILON,
    Graph,
    GraphError,
    LabelError,
    PenaltyError,
    Probabilities,
    arc_posteriors,
    forward,
    forward_penalty,
    interpret,
    nbest,
    nbest_likely,
    pack,
    posteriors,
    unpack,
)

LABELS = 3


def row(nodes: int, reach: int, seed: int) -> Graph:
    """Nodes in a row, an arc to each of the next ``reach``; some of the longer ones are missing."""
    rng = np.random.default_rng(seed)
    ends = [(i, j) for i in range(nodes) for j in range(i + 1, min(i + reach, nodes - 1) + 1)]
    kept = [(i, j) for i, j in ends if j == i + 1 or rng.random() < 0.7]
    return Graph.from_arcs([(i, j, 0, float(rng.random())) for i, j in kept], start=[0], final=[nodes - 1])


def acceptor(seed: int, states: int = 4) -> Graph:
    """A cyclic grammar, penalties of both signs, several starts and ends, a state that nothing leads to."""
    rng = np.random.default_rng(seed)
    arcs = [
        (s, t, label, float(rng.normal()))
        for s in range(states)
        for t in range(1, states)
        for label in range(LABELS)
        if rng.random() < 0.5
    ]
    return Graph.from_arcs([*arcs, (0, states - 1, 0, 0.5)], start=[0, 1], final=[1, states - 1])


def packed(seed: int) -> tuple[Graph, torch.Tensor]:
    """Rows of several lengths and reaches with penalties of their labels, a few of them impossible."""
    graph = pack([row(nodes, reach, seed + nodes) for nodes, reach in ((5, 1), (2, 1), (7, 3), (4, 2))])
    generator = torch.Generator().manual_seed(seed)
    penalties = 4 * torch.randn((graph.arcs, LABELS), generator=generator)
    penalties[torch.rand(penalties.shape, generator=generator) < 0.1] = torch.inf
    return graph, penalties


@pytest.mark.parametrize("seed", range(8))
def test_totals_and_posteriors_are_those_by_logarithms(seed: int) -> None:
    graph, penalties = packed(seed)
    grammar = acceptor(seed)
    sums = Probabilities(graph, penalties, grammar)
    assert torch.allclose(torch.from_numpy(sums.total).float(), forward(graph, penalties, grammar), atol=1e-4)
    truth = posteriors(graph, penalties, grammar)
    for member in range(graph.members):
        own = truth[graph.arc_member == member]
        assert torch.allclose(sums.posteriors(member), own, atol=1e-4)


@pytest.mark.parametrize("seed", range(4))
def test_several_grammars_for_one_graph(seed: int) -> None:
    graph, penalties = packed(seed)
    member = np.array([2, 0, 2, 2, 3])
    grammars = [acceptor(seed + i, states=3 + i) for i in range(len(member))]
    found = Probabilities(graph, penalties, pack(grammars), member).total
    parts = unpack(graph)
    first = graph.arc_member.bincount().cumsum(0).tolist()
    for one, grammar, total in zip(member, grammars, found, strict=True):
        own = penalties[first[one] - parts[one].arcs : first[one]]
        assert total == pytest.approx(float(forward(parts[one], own, grammar)), abs=1e-4)


@pytest.mark.parametrize("margin", [0.5, 3.0, 700.0])
@pytest.mark.parametrize("seed", range(4))
def test_what_is_likely_is_what_most_paths_take(seed: int, margin: float) -> None:
    graph, penalties = packed(seed)
    grammar = acceptor(seed)
    sums = Probabilities(graph, penalties, grammar)
    likely = sums.likely(margin)
    likely.validate()
    everything = interpret(graph, penalties, grammar)
    share = arc_posteriors(everything).tolist()
    origins = [tuple(pair) for pair in everything.arc_map.tolist()]
    found = {tuple(pair) for pair in likely.arc_map.tolist()}
    assert {o for o, p in zip(origins, share, strict=True) if p > np.exp(-margin) * 1.01} <= found
    assert found <= {o for o, p in zip(origins, share, strict=True) if p > np.exp(-margin) * 0.99}
    if margin == 700.0:
        total = torch.from_numpy(sums.total).float()
        assert torch.allclose(forward_penalty(likely), total, atol=1e-4)


@pytest.mark.parametrize("key", [None, torch.tensor([0, EPSILON, 1])], ids=["plain", "key"])
@pytest.mark.parametrize("seed", range(6))
def test_the_best_readings_are_the_same(seed: int, key: torch.Tensor | None) -> None:
    graph, penalties = packed(seed)
    grammar = acceptor(seed)
    found = nbest_likely(Probabilities(graph, penalties, grammar), 4, key)
    truth = nbest(graph, penalties, grammar, 4, key)
    for own, expected in zip(found, truth, strict=True):
        assert [reading[1:] for reading in own] == [reading[1:] for reading in expected]
        assert [reading[0] for reading in own] == pytest.approx(
            [reading[0] for reading in expected], abs=1e-4
        )


def test_a_member_without_a_path() -> None:
    graph, penalties = packed(0)
    penalties[graph.arc_member == 1] = torch.inf
    sums = Probabilities(graph, penalties, acceptor(0))
    assert np.isinf(sums.total).tolist() == [False, True, False, False]
    assert not sums.posteriors(1).any()
    assert nbest_likely(sums, 3)[1] == []


def test_a_long_row_keeps_its_scale() -> None:
    """Far more than a number in double precision can hold as a product."""
    graph = row(4000, 1, 0)
    penalties = torch.full((graph.arcs, LABELS), 9.0)
    grammar = Graph.from_arcs([(0, 0, label, 0.0) for label in range(LABELS)], start=[0], final=[0])
    total = Probabilities(graph, penalties, grammar).total[0]
    expected = float(graph.penalty.double().sum()) + graph.arcs * (9.0 - np.log(LABELS))
    assert total == pytest.approx(expected, rel=1e-5)


def test_other_graphs_are_refused() -> None:
    grammar = acceptor(0)
    for arcs, final in (
        ([(0, 1, 0, 0.0), (0, 1, 0, 0.0)], [1]),
        ([(1, 0, 0, 0.0)], [1]),
        ([(0, 1, 0, 0.0), (1, 2, 0, 0.0)], [1]),
    ):
        graph = Graph.from_arcs(arcs, start=[0], final=final)
        with pytest.raises(GraphError):
            Probabilities(graph, torch.zeros(graph.arcs, LABELS), grammar)
    graph, penalties = packed(0)
    with pytest.raises(GraphError, match="tell"):
        Probabilities(graph, penalties, pack([grammar, grammar]))
    with pytest.raises(LabelError):
        Probabilities(graph, penalties[:, :2], grammar)
    penalties[3, 1] = torch.nan
    with pytest.raises(PenaltyError, match="arc 3"):
        Probabilities(graph, penalties, grammar)
