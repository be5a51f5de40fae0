"""The graph of slots has their texts and no others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chequereader.legal.slots import LABELS, Part, graph_of, texts

CHOICES = st.lists(st.text("abc", max_size=3), min_size=1, max_size=3).map(tuple)

PARTS = st.builds(
    Part, st.lists(CHOICES, min_size=1, max_size=2).map(tuple), st.lists(CHOICES, max_size=1).map(tuple)
)


def all_texts(graph):
    """Return every text of an acyclic acceptor of one member, by following all paths."""
    found, waiting = set(), [(0, "")]
    while waiting:
        node, text = waiting.pop()
        if graph.final[node]:
            found.add(text)
        for arc in (graph.source == node).nonzero()[:, 0].tolist():
            waiting.append((int(graph.target[arc]), text + LABELS.labels[int(graph.label[arc])]))
    return found


@given(st.lists(st.one_of(CHOICES, PARTS), min_size=1, max_size=3))
def test_the_graph_has_the_texts_of_its_slots_and_no_others(slots):
    graph = graph_of(slots)
    graph.validate(labels=len(LABELS.labels))
    assert all_texts(graph) == set(texts(slots))


def test_arcs_know_the_choice_they_belong_to():
    graph = graph_of([("a", "bc"), Part((("", "d"),), (("e",),))])
    by_choice = {}
    for choice, label in zip(graph.arc_map.tolist(), graph.label.tolist(), strict=True):
        by_choice.setdefault(choice, set()).add(LABELS.labels[label])
    assert by_choice == {0: {"a"}, 1: {"b", "c"}, 3: {"d"}, 4: {"e"}}


def test_a_character_that_is_none_of_the_labels():
    with pytest.raises(KeyError):
        graph_of([("A",)])
