"""MICR lines: check digits, orders and glyphs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chequereader.synthetic.micr import aba_check_digit, draw_micr, micr_line, routing_number


@pytest.mark.parametrize("number", ["011000015", "021000021", "121000358", "031300465"])
def test_check_digits_of_published_routing_numbers(number):
    assert aba_check_digit(number[:8]) == number[8]


@given(st.integers(0, 10_000))
def test_routing_numbers_are_valid(seed):
    number = routing_number(np.random.default_rng(seed))
    d = [int(c) for c in number]
    assert len(number) == 9 and 1 <= int(number[:2]) <= 12
    assert (3 * (d[0] + d[3] + d[6]) + 7 * (d[1] + d[4] + d[7]) + d[2] + d[5] + d[8]) % 10 == 0


@pytest.mark.parametrize("order", ["us", "us-business", "uk", "in", "fr", "br", "ar"])
def test_every_order_has_a_line_that_can_be_drawn(order):
    line = micr_line(order, "021000021", "1234567890", "1025")
    ink = draw_micr(line, 200)
    assert set(line.text) <= set("0123456789ABCDE ")
    assert ink.shape[1] >= 0.125 * 200 * len(line.text)
    for place, character in enumerate(line.text):
        cell = ink[:, int(place * 25) : int(place * 25) + 24]
        assert (cell.max() > 0.5) == (character != " ")


def test_the_glyphs_of_e13b_differ():
    glyphs = [draw_micr(micr_line("us", "0", "0", c), 200)[:, -33:] for c in "123456789"]
    assert len({g.tobytes() for g in glyphs}) == 9


def test_an_unknown_order_is_refused():
    with pytest.raises(ValueError, match="ebcdic"):
        micr_line("ebcdic", "0", "0", "0")
