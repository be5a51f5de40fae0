"""Transducers: coded pairs of labels, projections and transduction."""

from __future__ import annotations

import itertools

import pytest
import torch
from graph_oracle import acyclic, logadd, paths, quick
from hypothesis import given
from hypothesis import strategies as st

from chequereader.graph import (
    EPSILON,
    Graph,
    LabelError,
    forward_penalty,
    input_projection,
    output_projection,
    pair_label,
    transduce,
)

OUTPUTS = 2


@quick
@given(st.integers(-1, 9), st.integers(-1, OUTPUTS - 1))
def test_projections_undo_the_code(read: int, written: int) -> None:
    graph = Graph.from_arcs([(0, 1, pair_label(read, written, OUTPUTS), 0.0)])
    assert input_projection(graph, OUTPUTS).label.tolist() == [read]
    assert output_projection(graph, OUTPUTS).label.tolist() == [written]


def test_epsilon_to_epsilon_is_epsilon_and_others_are_refused() -> None:
    assert pair_label(EPSILON, EPSILON, OUTPUTS) == EPSILON
    with pytest.raises(LabelError, match="0:2"):
        pair_label(0, 2, OUTPUTS)


@quick
@given(acyclic(labels=3), acyclic(labels=11))
def test_transduction_pairs_the_paths_that_read_alike(graph: Graph, transducer: Graph) -> None:
    def side(path_arcs: tuple[int, ...], projected: Graph) -> tuple[int, ...]:
        return tuple(label for label in projected.label[list(path_arcs)].tolist() if label != EPSILON)

    read, written = input_projection(transducer, OUTPUTS), output_projection(transducer, OUTPUTS)
    ways = [
        own.penalty + path.penalty
        for own, path in itertools.product(paths(graph)[0], paths(transducer)[0])
        if own.string == side(path.arcs, read)
    ]
    result = transduce(graph, transducer, OUTPUTS)
    assert forward_penalty(result).tolist() == pytest.approx([logadd(ways)])
    outputs = {side(path.arcs, written) for path in paths(transducer)[0]}
    assert {path.string for path in paths(result)[0]} <= outputs


def test_repeats_are_merged_as_by_a_character_model() -> None:
    blank, a = 0, 1
    once = [
        (0, 0, pair_label(blank, EPSILON, 2), 0.0),
        (0, 1, pair_label(a, a, 2), 0.0),
        (1, 1, pair_label(a, EPSILON, 2), 0.0),
        (1, 0, pair_label(blank, EPSILON, 2), 0.0),
    ]
    model = Graph.from_arcs(once, final=(0, 1))
    seen = [blank, a, a, a, blank, blank, a]
    chain = Graph.from_arcs([(i, i + 1, label, 0.0) for i, label in enumerate(seen)])
    assert [path.string for path in paths(transduce(chain, model, 2))[0]] == [(a, a)]
    assert transduce(chain, model, 2).penalty.dtype == torch.float32
