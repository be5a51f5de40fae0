"""The five-column text form, both ways."""

from __future__ import annotations

import pytest
import torch
from graph_oracle import acyclic, quick
from hypothesis import given
from hypothesis import strategies as st

from chequereader.graph import EPSILON, Graph, GraphError, from_text, pack, pair_label, to_text

TEXT = """\
# two members, the second a loop
0
2
0 1 a a 0.5
1 2 <eps> <eps> -1.25

0 1
0
0 0 b b inf
"""


def test_text_becomes_a_graph_and_text_again() -> None:
    graph = from_text(TEXT, symbols="ab")
    assert graph.members == 2
    assert graph.label.tolist() == [0, EPSILON, 1]
    assert graph.penalty.tolist() == [0.5, -1.25, float("inf")]
    assert graph.start.tolist() == [True, False, False, True, True]
    assert to_text(graph, "ab") == TEXT.split("\n", 1)[1]


@quick
@given(st.lists(acyclic(), min_size=1, max_size=3), st.sampled_from([torch.float32, torch.float64]))
def test_round_trip(members: list[Graph], dtype: torch.dtype) -> None:
    graph = pack(members).to(dtype=dtype)
    graph = graph.with_penalty(graph.penalty / 3)
    again = from_text(to_text(graph), dtype=dtype)
    for name in ("source", "target", "label", "penalty"):
        before, after = getattr(graph, name), getattr(again, name)
        if graph.nodes == again.nodes or name in ("label", "penalty"):
            assert torch.equal(before, after)
    assert again.members == graph.members


def test_transducers_have_two_labels() -> None:
    label = pair_label(3, EPSILON, 7)
    graph = Graph.from_arcs([(0, 1, label, 0.0)])
    text = to_text(graph, outputs=7)
    assert text.splitlines()[2] == "0 1 3 <eps> 0.0"
    assert from_text(text, outputs=7).label.tolist() == [label]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0\n1\n0 1 2", "line 3: '0 1 2' must be: source target input output penalty"),
        ("0\n1\n0 1 2 2 x", "line 3"),
        ("0\n1\n0 1 2 3 0.5", "line 3: labels 2 and 3 differ"),
        ("0\nend\n0 1 2 2 0", "line 2: 'end' must be node numbers"),
        ("", "at least one graph"),
    ],
)
def test_errors_name_the_line(text: str, message: str) -> None:
    with pytest.raises(GraphError, match=message):
        from_text(text)


@pytest.mark.parametrize("symbols", [["a", "a"], ["a b"], ["<eps>"], [""]])
def test_symbols_that_can_not_be_read_back_are_refused(symbols: list[str]) -> None:
    with pytest.raises(GraphError, match="symbol"):
        to_text(Graph.from_arcs([(0, 1, 0, 0.0)]), symbols)
