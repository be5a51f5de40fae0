"""The same answers as OpenFst gives, through kaldifst and, where it is installed, pynini."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from chequereader.graph import Graph, best_path, compose, forward_penalty


def random_graph(seed: int, nodes: int, arcs: int, cyclic: bool) -> Graph:
    """Labels 0..4, a quarter of them epsilon where the graph is acyclic."""
    generator = np.random.default_rng(seed)
    rows = []
    while len(rows) < arcs:
        source, target = generator.integers(0, nodes, 2)
        if cyclic or source < target:
            label = generator.integers(0, 5) if cyclic or generator.random() < 0.75 else -1
            rows.append((int(source), int(target), int(label), float(generator.exponential())))
    return Graph.from_arcs(rows, dtype=torch.float64)


PAIRS = [(random_graph(seed, 7, 18, False), random_graph(seed + 100, 4, 22, True)) for seed in range(12)]


def att_text(graph: Graph) -> str:
    """The AT&T text form: labels from 1, epsilon 0, the first line's source is the start."""
    rows = zip(*(t.tolist() for t in (graph.source, graph.target, graph.label, graph.penalty)), strict=True)
    lines = sorted((s, t, label + 1, penalty) for s, t, label, penalty in rows)
    assert lines[0][0] == 0
    text = "".join(f"{s} {t} {label} {label} {penalty}\n" for s, t, label, penalty in lines)
    return text + "".join(f"{node} 0\n" for node in graph.final.nonzero()[:, 0].tolist())


@pytest.mark.parametrize("left,right", PAIRS)
def test_kaldifst_composes_to_the_same_scores(left: Graph, right: Graph) -> None:
    kaldifst = pytest.importorskip("kaldifst", reason="kaldifst is in the test extra")
    fsts = [kaldifst.compile(att_text(graph)) for graph in (left, right)]
    kaldifst.arcsort(fsts[0], sort_type="olabel")
    composed = kaldifst.compose(fsts[0], fsts[1])
    ours = best_path(compose(left, right))
    if composed.start < 0:
        assert ours.penalty.tolist() == [math.inf]
        return
    best = kaldifst.shortest_path(composed)
    ok, read, _, weight = kaldifst.get_linear_symbol_sequence(best)
    assert ok
    assert ours.penalty.tolist() == pytest.approx([weight.value], rel=1e-5)
    assert [label + 1 for label in ours.string(0)] == list(read)


@pytest.mark.parametrize("left,right", PAIRS)
def test_pynini_sums_to_the_same_forward_penalty(left: Graph, right: Graph) -> None:
    pynini = pytest.importorskip("pynini", reason="pynini is optional")
    fsts = []
    for graph in (left, right):
        fst = pynini.Fst(arc_type="log")
        fst.add_states(graph.nodes)
        fst.set_start(0)
        for node in graph.final.nonzero()[:, 0].tolist():
            fst.set_final(node, pynini.Weight.one("log"))
        for arc in range(graph.arcs):
            label = int(graph.label[arc]) + 1
            target = int(graph.target[arc])
            weight = pynini.Weight("log", float(graph.penalty[arc]))
            fst.add_arc(int(graph.source[arc]), pynini.Arc(label, label, weight, target))
        fsts.append(fst.arcsort(sort_type="olabel" if graph is left else "ilabel"))
    composed = pynini.compose(*fsts)
    ours = float(forward_penalty(compose(left, right)))
    if composed.start() < 0:
        assert ours == math.inf
        return
    theirs = pynini.shortestdistance(composed, reverse=True)[composed.start()]
    assert ours == pytest.approx(float(theirs), abs=1e-4)
