"""Zones and the wholes they were grown to, by hand."""

from __future__ import annotations

import math

import pytest

from chequereader.box import Box
from chequereader.interpretation.testimony import FirstLook
from chequereader.interpretation.wholes import (
    DEARER,
    SAYS_MORE,
    SAYS_ONE,
    SAYS_OTHER,
    is_part,
    nested,
    settled,
)

WHOLE, PART, BESIDE = Box(100, 10, 300, 50), Box(100, 10, 150, 50), Box(400, 10, 500, 50)


def look(digits: str, misfit: float = 1.0) -> FirstLook:
    return FirstLook(misfit, 0.0, int(digits or 0), digits)


@pytest.mark.parametrize(
    ("part", "whole", "most"),
    [
        ("730", "4730", SAYS_MORE),
        ("730", "1730", SAYS_ONE),
        ("730", "7301", SAYS_ONE),
        ("730", "17301", SAYS_MORE),
        ("173", "1730", SAYS_MORE),
        ("73", "1730", SAYS_MORE),
        ("730", "1780", SAYS_OTHER),
        ("730", "730", SAYS_OTHER),
        ("1730", "730", SAYS_OTHER),
        ("", "1730", SAYS_OTHER),
    ],
)
def test_a_whole_may_fit_worse_if_it_says_all_that_its_part_says(part: str, whole: str, most: float) -> None:
    for misfit, left in ((1.0 + most - 0.01, {0}), (1.0 + most + 0.01, {1})):
        assert settled([look(part), look(whole, misfit)], [(0, 1)], []) == left


def test_a_whole_without_a_reading_is_left() -> None:
    assert settled([look("1"), FirstLook()], [(0, 1)], []) == {1}
    assert settled([FirstLook(math.inf), look("1")], [(0, 1)], []) == {0}


def test_the_whole_of_several_parts_goes_on_if_it_explains_one() -> None:
    pairs = [(0, 3), (1, 3)]
    assert settled([look("73"), look("88"), look("5"), look("1730")], pairs, []) == {0}
    assert settled([look("99"), look("88"), look("5"), look("1730")], pairs, []) == {3}
    assert settled([look("17"), look("30"), look("5"), look("1730")], pairs, []) == {0, 1}


def test_other_zones_are_left_to_the_vote() -> None:
    assert settled([look("1"), look("12")], [], []) == set()


def test_a_zone_that_was_found_explains_its_parts_or_leaves_them_be() -> None:
    pair = [(0, 1)]
    assert settled([look("73"), look("1730")], [], pair) == {0}
    assert settled([look("73"), look("1730", 1.01 + SAYS_MORE)], [], pair) == set()
    assert settled([look("73", 9.0), look("88")], [], pair) == set(), "it says something else"
    assert settled([look("73"), look("173"), look("1730")], [], [(0, 1), (1, 2)]) == {0, 1}


def test_what_is_left_itself_explains_nothing() -> None:
    looks = [look("1730"), look("9"), look("17"), look("1730", 1.2)]
    assert settled(looks, [(0, 3)], [(2, 3)]) == {3}
    assert settled(looks, [(2, 3)], [(1, 2)]) == {2}


def test_parts_of_zones_no_likelier_than_they_are() -> None:
    boxes = [PART, BESIDE, WHOLE]
    assert nested(boxes, [0.0, 0.0, DEARER - 0.01]) == [(0, 2)]
    assert nested(boxes, [0.0, 0.0, DEARER + 0.01]) == []
    assert nested(boxes, [2.0, 0.0, DEARER + 0.01]) == [(0, 2)]
    assert nested([], []) == []


def test_what_is_a_part() -> None:
    assert is_part(PART, WHOLE)
    assert not is_part(WHOLE, PART)
    assert not is_part(WHOLE, WHOLE), "of the same size"
    assert not is_part(PART, BESIDE)
    assert is_part(Box(90, 10, 150, 50), WHOLE), "five sixths of it"
    assert not is_part(Box(50, 10, 150, 50), WHOLE), "half of it"
