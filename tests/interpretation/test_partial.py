"""Amounts read from a part of what is written, by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_pages import POSITIONS, positions

from chequereader.box import Box
from chequereader.interpretation import Answer, Lattice, WeighedZone, answers, doubted_as_parts

WHOLE, PART, BESIDE = Box(100, 10, 300, 50), Box(100, 10, 150, 50), Box(400, 10, 500, 50)


OTHER = -1
"""What no amount is."""


def whole(cost: float) -> WeighedZone:
    return WeighedZone(WHOLE, cost, OTHER)


def answer(zone: int, confidence: float) -> Answer:
    ((found, *_),) = answers([Lattice([0.0], [[positions(3)]])], [POSITIONS], 1)
    return replace(found, zone=zone, confidence=confidence)


@given(st.floats(0, 5), st.floats(0, 5))
def test_part_and_whole_share_by_their_weights(cost: float, more: float) -> None:
    (found,) = doubted_as_parts(
        [answer(0, 0.9)], [WeighedZone(PART, cost, 1)], [whole(cost + more), WeighedZone(BESIDE, 0, OTHER)]
    )
    weights = math.exp(-cost), math.exp(-cost - more)
    assert found.confidence == pytest.approx(0.9 * weights[0] / sum(weights))


def test_a_whole_that_says_the_same_doubts_nothing() -> None:
    part = answer(0, 0.9)
    same = WeighedZone(WHOLE, 0.0, part.amount.minor_units)
    assert doubted_as_parts([part], [WeighedZone(PART, 1.0, 1)], [same]) == [part]


def test_a_whole_without_a_reading_takes_nothing() -> None:
    (found,) = doubted_as_parts([answer(0, 0.9)], [WeighedZone(PART, 1.0, 1)], [whole(math.inf)])
    assert found.confidence == 0.9


def test_the_whole_is_not_doubted_for_its_parts_and_may_come_first() -> None:
    zones = [WeighedZone(PART, 1.0, OTHER), whole(1.0)]
    around = WeighedZone(PART.padded(20, 5, 999, 999), 1.0, OTHER)
    found = doubted_as_parts([answer(0, 0.5), answer(1, 0.4)], zones, [around])
    assert [(a.zone, a.confidence) for a in found] == [(1, 0.4), (0, 0.25)]
