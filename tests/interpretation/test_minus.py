"""A minus before an amount, on chains written down by hand."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from small_pages import POSITIONS, positions

from chequereader.alphabet import AMOUNTS
from chequereader.interpretation import Answer, Lattice, answers, doubted
from chequereader.interpretation.minus import minus_before
from chequereader.recognition.recognition_graph import RecognitionGraph

NONE = AMOUNTS.labels[AMOUNTS.rubbish]


def chain(*shares: dict[str, float]) -> RecognitionGraph:
    """A zone by the probabilities of labels at each position."""
    told = torch.full((len(shares), len(AMOUNTS.labels)), torch.inf)
    for row, some in zip(told, shares, strict=True):
        for label, share in some.items():
            row[AMOUNTS.index(label)] = -math.log(share)
    return positions(len(shares), given=told)


def read(*graphs: RecognitionGraph) -> list[Answer]:
    (found,) = answers([Lattice([0.0] * len(graphs), [list(graphs)])], [POSITIONS], 5)
    return found


@given(st.floats(0.01, 0.99))
def test_an_answer_is_as_sure_as_no_minus_is_before_it(share: float) -> None:
    graph = chain({"$": 1.0}, {"-": share, NONE: 1 - share}, {"3": 1.0})
    plain = read(graph)
    (found,) = doubted(plain, [graph])
    assert found.text == plain[0].text == "$3"
    assert found.confidence == pytest.approx(plain[0].confidence * (1 - share), rel=1e-4)


def test_a_dash_behind_the_amount_ends_it() -> None:
    graph = chain({"3": 1.0}, {NONE: 1.0}, {"-": 0.9, NONE: 0.1})
    assert minus_before(graph) == 0.0


def test_the_likeliest_place_counts() -> None:
    graph = chain({"-": 0.2, NONE: 0.8}, {"-": 0.7, NONE: 0.3}, {"4": 0.3, "5": 0.3, NONE: 0.4})
    assert minus_before(graph) == pytest.approx(0.7, rel=1e-5)


@pytest.mark.parametrize("shares", [[], [{"-": 1.0}], [{"-": 0.9, "1": 0.1}]])
def test_without_a_digit_there_is_nothing_to_doubt(shares: list[dict[str, float]]) -> None:
    assert minus_before(chain(*shares)) == 0.0


def test_another_zone_may_be_surer_then() -> None:
    negative = chain({"-": 0.95, NONE: 0.05}, {"3": 1.0})
    plain = chain({"8": 1.0})
    found = read(negative, plain)
    assert {answer.text for answer in found} == {"3", "8"}
    assert [answer.text for answer in doubted(found, [negative, plain])] == ["8", "3"]
