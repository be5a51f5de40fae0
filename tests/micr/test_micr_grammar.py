"""Grammars of lines: what they accept, against python-stdnum and against the patterns of the fields."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.us import rtn

from chequereader.graph import Graph, unpack, viterbi
from chequereader.micr.characters import LOST, as_printed
from chequereader.micr.check_digits import aba_valid
from chequereader.micr.fields import form_of
from chequereader.micr.fonts import CMC7, E13B, Font, Form
from chequereader.micr.grammar import FREE_PENALTY, LOST_PENALTY, free_grammar, micr_grammar, spelled

LINES = {
    "A021000021A1234567890C0101": Form.US,
    "C001974CA122016066A001464159C": Form.US,
    "A122016066A001464159CB0000012500B": Form.US,
    "A123456789A001464159C": Form.FREE,
    "C00003CA12345D678A1234D567890D110C": Form.CA,
    "C083654C500025033A290062C31": Form.IN,
    "C603212C000029000AC31": Form.IN,
    "C158545C90D3365A99940333C06": Form.UK,
    "C83654C500025033A290062C31": Form.FREE,
    "B0000012500B": Form.FREE,
    "7": Form.FREE,
}


BARS = {
    "C0000001C012345678901E012345678901A": Form.FR,
    "C0000001C012345678901E012345678901AB0000012500": Form.FR,
    "C12345674C7890001235E412345678903A": Form.BR,
    "C12345674C7890001235E412345678903AB000000012500": Form.BR,
    "C000001C012345678901E012345678901A": Form.FREE,
    "D": Form.FREE,
}


def chain(text: str, font: Font = E13B) -> tuple[Graph, torch.Tensor]:
    """A line that can be read in one way only."""
    graph = Graph.from_arcs([(i, i + 1, i, 0.0) for i in range(len(text))])
    costs = torch.full((len(text), len(font.labels.labels)), torch.inf)
    costs[range(len(text)), font.labels.encode(text)] = 0.0
    return graph, costs


def read(text: str, font: Font = E13B) -> tuple[float, Form | None]:
    grammar = micr_grammar(font)
    best = viterbi(*chain(text, font), grammar.graph)
    arcs = best.path(0)[2]
    return float(best.penalty[0]), grammar.form(arcs) if arcs else None


@pytest.mark.parametrize(("text", "form"), LINES.items())
def test_lines_are_told_apart(text: str, form: Form) -> None:
    assert read(text) == (FREE_PENALTY if form == Form.FREE else 0.0, form)
    assert form_of(text) == form


@pytest.mark.parametrize(("text", "form"), BARS.items())
def test_lines_of_bars_are_told_apart(text: str, form: Form) -> None:
    assert read(text, CMC7) == (FREE_PENALTY if form == Form.FREE else 0.0, form)
    assert form_of(text, CMC7) == form


@settings(max_examples=100, deadline=None)
@given(st.text("0123456789", min_size=9, max_size=9))
def test_routing_numbers_are_those_of_stdnum(number: str) -> None:
    valid = rtn.is_valid(number)
    assert (read(f"A{number}A")[1] == Form.US) == valid
    assert aba_valid(number) == valid


@given(st.text("0123456789", min_size=8, max_size=8))
def test_every_eight_digits_have_one_check_digit(number: str) -> None:
    fitting = [d for d in "0123456789" if form_of(f"A{number}{d}A") == Form.US]
    assert fitting == [rtn.calc_check_digit(number)]


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([E13B, CMC7]))
def test_graphs_and_patterns_accept_the_same(seed: int, font: Font) -> None:
    # walk at random through the grammars, then damage the text a little, or not
    rng = np.random.default_rng(seed)
    grammar = micr_grammar(font).graph
    starts, finals = grammar.start.nonzero()[:, 0].tolist(), set(grammar.final.nonzero()[:, 0].tolist())
    node, text = int(rng.choice(starts)), ""
    while len(text) < 60 and not (node in finals and rng.random() < 0.3):
        leaving = ((grammar.source == node) & (grammar.label != font.labels.rubbish)).nonzero()[:, 0]
        if not len(leaving):
            break
        arc = int(leaving[rng.integers(len(leaving))])
        text, node = text + as_printed(font.labels.labels[grammar.label[arc]]), int(grammar.target[arc])
    if rng.random() < 0.5:
        place = int(rng.integers(len(text)))
        text = text[:place] + str(rng.choice(list("0123456789" + font.signs))) + text[place + 1 :]
    assert read(text, font)[1] == form_of(text, font)


def test_a_digit_beyond_reading_is_restored_by_the_check_digit() -> None:
    text = "C001974CA122016066A001464159C"
    start = text.index("A") + 1
    for place in range(start, start + 9):
        graph, costs = chain(text)
        costs[place, :10] = 0.0
        labels = viterbi(graph, costs, micr_grammar(E13B).graph).path(0)[0]
        assert E13B.labels.decode(labels) == text


@given(st.text("0123456789", min_size=8, max_size=8), st.integers(0, 8))
def test_a_lost_digit_of_a_routing_number_is_the_one_that_stdnum_accepts(eight: str, place: int) -> None:
    number = eight + rtn.calc_check_digit(eight)
    lost = LOST[int(number[place])]
    text = f"A{number[:place]}{lost}{number[place + 1 :]}A"
    assert as_printed(text) == f"A{number}A"
    assert read(text) == (LOST_PENALTY, Form.US)


def test_digits_are_lost_in_routing_numbers_alone() -> None:
    grammar = micr_grammar(E13B)
    lost = torch.tensor([label in LOST for label in E13B.labels.labels])[grammar.graph.label]
    assert set(grammar.forms[lost].tolist()) == {Form.US}
    assert read(f"A021000021A{LOST[1]}234C")[1] is None


def test_rubbish_may_stand_anywhere() -> None:
    for made, font in ((free_grammar, E13B), (micr_grammar, E13B), (micr_grammar, CMC7)):
        grammar = made(font).graph
        loops = (grammar.source == grammar.target) & (grammar.label == font.labels.rubbish)
        assert sorted(grammar.source[loops].tolist()) == list(range(len(grammar.start)))


def test_a_spelled_text_accepts_itself_alone() -> None:
    texts = ["A12A", "7", "B0000012500B"]
    graphs = unpack(spelled(texts, E13B))
    for graph, text in zip(graphs, texts, strict=True):
        for other in texts:
            assert bool(viterbi(*chain(other), graph).penalty.isfinite().all()) == (other == text)
