"""Zones and the wholes they were grown to, by hand."""

from __future__ import annotations

import math

import pytest

from chequereader.interpretation.testimony import FirstLook
from chequereader.interpretation.wholes import SAYS_MORE, SAYS_OTHER, settled


def look(digits: str, misfit: float = 1.0) -> FirstLook:
    return FirstLook(misfit, 0.0, int(digits or 0), digits)


@pytest.mark.parametrize(
    ("part", "whole", "most"),
    [
        ("730", "1730", SAYS_MORE),
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
        assert settled([look(part), look(whole, misfit)], [(0, 1)]) == left


def test_a_whole_without_a_reading_is_left() -> None:
    assert settled([look("1"), FirstLook()], [(0, 1)]) == {1}
    assert settled([FirstLook(math.inf), look("1")], [(0, 1)]) == {0}


def test_the_whole_of_several_parts_goes_on_if_it_explains_one() -> None:
    pairs = [(0, 3), (1, 3)]
    assert settled([look("73"), look("88"), look("5"), look("1730")], pairs) == {0}
    assert settled([look("99"), look("88"), look("5"), look("1730")], pairs) == {3}
    assert settled([look("17"), look("30"), look("5"), look("1730")], pairs) == {0, 1}


def test_other_zones_are_left_to_the_vote() -> None:
    assert settled([look("1"), look("12")], []) == set()
