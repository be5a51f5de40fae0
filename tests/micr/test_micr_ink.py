"""The texts of a line by its ink alone, against the free grammar composed with its graph."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from toy_lines import line_of

from chequereader.graph import forward, viterbi
from chequereader.micr.characters import LOST
from chequereader.micr.fonts import E13B
from chequereader.micr.grammar import free_grammar, spelled
from chequereader.micr.ink import InkTexts
from chequereader.micr.segmenter import MicrSegmentation
from chequereader.segmentation.packing import pack_arcs


def random_line(seed: int) -> tuple[MicrSegmentation, NDArray[np.float32]]:
    """Runs of up to three pieces and a few arcs beside others, with labels that are out of the question."""
    rng = np.random.default_rng(seed)
    nodes = int(rng.integers(2, 12))
    arcs = [
        (i, j)
        for i in range(nodes)
        for j in range(i + 1, min(i + 4, nodes))
        if j == i + 1 or rng.random() < 0.5
    ]
    arcs += [arcs[k] for k in rng.integers(0, len(arcs), 2)]
    cost = rng.normal(0, 4, (len(arcs), len(E13B.labels.labels))).astype(np.float32)
    cost[:, len(E13B.classes.labels) :] = np.where(rng.random((len(arcs), len(LOST))) < 0.9, np.inf, 0.0)
    cost[rng.random(cost.shape) < 0.2] = np.inf
    cost[:, E13B.labels.rubbish] = rng.normal(0, 4, len(arcs))
    return line_of(arcs), cost


@pytest.mark.parametrize("seed", range(20))
def test_sums_and_best_path_are_those_of_the_free_grammar(seed: int) -> None:
    line, cost = random_line(seed)
    graph = pack_arcs([line.cuts], [len(cost)], line.source, line.target)
    penalties = torch.from_numpy(cost).double()
    free = free_grammar(E13B).graph
    ink = InkTexts(line, cost)

    expected_best = viterbi(graph, penalties, free)
    labels, arcs, _ = expected_best.path(0)
    steps = [step for step in zip(arcs, labels, strict=True) if step[1] != E13B.labels.rubbish]
    assert ink.best == steps
    assert ink.least == pytest.approx(float(expected_best.penalty), abs=1e-9)
    assert ink.total == pytest.approx(float(forward(graph, penalties, free)), abs=1e-9)
    for text in (E13B.labels.decode(labels), "7", f"A{LOST[3]}"):
        expected = float(forward(graph, penalties, spelled([text], E13B)))
        assert ink.penalty(text) == pytest.approx(expected, abs=1e-9)


def test_far_worse_and_impossible_texts() -> None:
    line = line_of([(0, 1), (1, 2)])
    cost = np.full((2, len(E13B.labels.labels)), 500.0, np.float32)
    cost[:, E13B.labels.index("1")] = 0.0
    ink = InkTexts(line, cost)
    assert E13B.labels.decode([label for _, label in ink.best]) == "11"
    assert ink.total == pytest.approx(0.0) and ink.penalty("11") == 0.0
    assert ink.penalty("12") == pytest.approx(500.0)
    assert ink.penalty("111") == math.inf


def test_a_line_without_characters_has_no_path() -> None:
    cost = np.full((1, len(E13B.labels.labels)), np.inf, np.float32)
    cost[:, E13B.labels.rubbish] = 0.0
    ink = InkTexts(line_of([(0, 1)]), cost)
    assert ink.best == []
    assert ink.total == math.inf
