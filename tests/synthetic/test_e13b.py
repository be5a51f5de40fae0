"""E-13B's shapes and badly treated lines of them."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from chequereader.synthetic.e13b import CHARACTERS, fine_shape
from chequereader.synthetic.magnetic_line import draw_line


def test_shapes_are_fourteen_and_differ() -> None:
    assert sorted(CHARACTERS) == sorted("0123456789ABCD")
    for one, other in itertools.combinations(CHARACTERS, 2):
        assert np.abs(fine_shape(one) - fine_shape(other)).sum() > 4 * 64  # four squares of ink


@pytest.mark.parametrize("character", CHARACTERS)
def test_shapes_keep_to_the_grid(character: str) -> None:
    shape = fine_shape(character)
    assert shape.shape == (88, 72)
    y, x = np.nonzero(shape > 0.5)
    # right edges stand at the edge of the cell, give or take a square
    assert 56 <= x.max() + 1 <= 65 and x.min() >= 7
    assert y.max() - y.min() + 1 <= 74
    if character.isdigit():
        assert y.max() - y.min() + 1 >= 70


def test_lines_come_from_their_seed() -> None:
    one, again, other = (draw_line("A021000021A 12C", np.random.default_rng(s)) for s in (4, 4, 5))
    assert one.text == "A021000021A12C"
    assert (one.image == again.image).all()
    assert one.image.shape != other.image.shape or (one.image != other.image).any()


def test_a_smear_spoils_its_own_character_alone() -> None:
    for seed in range(8):
        plain = draw_line("0123456789", np.random.default_rng(seed)).image
        smeared = draw_line("0123456789", np.random.default_rng(seed), smeared=5).image
        assert (plain.shape != smeared.shape) or (plain != smeared).any()
