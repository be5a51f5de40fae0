"""CMC-7's shapes: seven bars, two wide gaps, a code for each character."""

from __future__ import annotations

import numpy as np
import pytest

from chequereader.synthetic.cmc7 import CHARACTERS, HEIGHT, WIDE_GAPS, fine_shape
from chequereader.synthetic.e13b import FINE, SQUARE
from chequereader.synthetic.magnetic_line import CMC7, draw_line


def test_codes_are_all_ways_to_make_two_of_six_gaps_wide() -> None:
    assert sorted(CHARACTERS) == sorted("0123456789ABCDE")
    assert len(set(WIDE_GAPS.values())) == 15
    assert all(1 <= a < b <= 6 for a, b in WIDE_GAPS.values())
    # digits alone leave the last gap narrow
    assert {c for c, gaps in WIDE_GAPS.items() if gaps[1] == 6} == set("ABCDE")


@pytest.mark.parametrize("character", CHARACTERS)
@pytest.mark.parametrize("cut", [0, 1, 17])
def test_gaps_between_bars_are_the_code(character: str, cut: int) -> None:
    shape = fine_shape(character, cut)
    columns = np.flatnonzero(shape.max(axis=0) > 0.5)
    begin = columns[np.diff(columns, prepend=-9) > 1]
    assert len(begin) == 7
    steps = np.diff(begin) * SQUARE / FINE * 25.4  # millimetres
    wide = WIDE_GAPS[character]
    assert np.allclose(steps, [0.5 if gap in wide else 0.3 for gap in range(1, 7)], atol=0.05)


@pytest.mark.parametrize("character", CHARACTERS)
def test_characters_stand_in_their_cell(character: str) -> None:
    y, x = np.nonzero(fine_shape(character) > 0.5)
    assert x.max() + 1 in (63, 64, 65)
    assert y.min() >= FINE and y.max() - y.min() + 1 <= HEIGHT / SQUARE * FINE + 1


def test_lines_come_from_their_seed() -> None:
    one, again = (draw_line("C12 E3A", np.random.default_rng(4), printed=CMC7) for _ in range(2))
    assert one.text == "C12E3A"
    assert (one.image == again.image).all()
