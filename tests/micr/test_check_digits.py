"""Check digits, against python-stdnum."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.us import rtn

from chequereader.micr.check_digits import aba_valid, mod10_digit


@given(st.text("0123456789", min_size=9, max_size=9))
def test_routing_numbers_are_those_of_stdnum(number: str) -> None:
    assert aba_valid(number) == rtn.is_valid(number)


@given(st.text("0123456789", min_size=1, max_size=12))
def test_brazilian_digits_are_those_of_luhn(digits: str) -> None:
    assert mod10_digit(digits) == luhn.calc_check_digit(digits)
