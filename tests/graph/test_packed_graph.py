"""Construction, packing and validation of packed graphs."""

from __future__ import annotations

import pytest
import torch
from graph_oracle import acyclic, quick
from hypothesis import given
from hypothesis import strategies as st

from chequereader.graph import EPSILON, Graph, GraphError, LabelError, PenaltyError, pack, unpack


def two_members() -> Graph:
    return pack([Graph.from_arcs([(0, 1, 3, 0.5)]), Graph.from_arcs([(0, 1, 1, 0.0), (1, 2, EPSILON, 2.0)])])


def test_from_arcs_counts_nodes_and_defaults_to_first_and_last() -> None:
    graph = Graph.from_arcs([(0, 2, 5, 1.5)])
    assert (graph.nodes, graph.arcs, graph.members) == (3, 1, 1)
    assert graph.start.tolist() == [True, False, False]
    assert graph.final.tolist() == [False, False, True]


def test_pack_shifts_node_ids_and_keeps_arcs() -> None:
    graph = two_members()
    assert graph.source.tolist() == [0, 2, 3]
    assert graph.target.tolist() == [1, 3, 4]
    assert graph.node_member.tolist() == [0, 0, 1, 1, 1]
    assert graph.arc_member.tolist() == [0, 1, 1]


@quick
@given(st.lists(acyclic(), min_size=1, max_size=4))
def test_unpack_undoes_pack(members: list[Graph]) -> None:
    for before, after in zip(members, unpack(pack(members)), strict=True):
        for name in ("source", "target", "label", "penalty", "start", "final", "node_member"):
            assert torch.equal(getattr(before, name), getattr(after, name))


def test_pack_of_nothing_is_refused() -> None:
    with pytest.raises(GraphError, match="at least one"):
        pack([])


@pytest.mark.parametrize(
    ("arcs", "error", "message"),
    [
        (
            [(0, 1, 0, 0.0), (0, 1, 0, float("nan"))],
            PenaltyError,
            r"member 0, arc 1 \(0 -> 1\) has a penalty",
        ),
        ([(0, 1, 0, float("-inf"))], PenaltyError, "NaN or -inf"),
        ([(0, 1, -2, 0.0)], LabelError, "below -1"),
        ([(-1, 1, 0, 0.0)], GraphError, "at least 0"),
    ],
)
def test_bad_arcs_are_named(arcs: list, error: type[GraphError], message: str) -> None:
    with pytest.raises(error, match=message):
        Graph.from_arcs(arcs)


def test_label_outside_the_alphabet_names_member_and_arc() -> None:
    with pytest.raises(LabelError, match=r"member 1, arc 0 \(0 -> 1\) has a label outside the alphabet of 1"):
        pack([Graph.from_arcs([(0, 1, 0, 0.0)]), Graph.from_arcs([(0, 1, 1, 0.0)])]).validate(labels=1)


def test_arcs_between_members_are_refused() -> None:
    graph = two_members()
    bad = Graph(
        graph.source,
        torch.tensor([2, 3, 4]),
        *(graph.label, graph.penalty, graph.node_member, graph.start, graph.final, graph.members),
    )
    with pytest.raises(GraphError, match="leads to another member"):
        bad.validate()


def test_with_penalty_keeps_the_order_and_refuses_another_length() -> None:
    graph = two_members()
    schedule = graph.schedule
    assert graph.with_penalty(torch.ones(3)).schedule is schedule
    with pytest.raises(GraphError, match="2,"):
        graph.with_penalty(torch.ones(2))


def test_to_changes_the_type_of_the_penalties_only() -> None:
    graph = two_members().to(dtype=torch.float64)
    assert graph.penalty.dtype == torch.float64
    assert graph.source.dtype == torch.int64


def test_arc_map_of_an_original_graph_is_refused() -> None:
    with pytest.raises(GraphError, match="no arc map"):
        _ = two_members().arc_map
