from decimal import Decimal

import pytest

from chequereader.grammar.amount import MAX_UNIT_DIGITS, Amount, Role, value_of


@pytest.mark.parametrize(
    ("minor_units", "text"),
    [(0, "0.00"), (5, "0.05"), (123456, "1234.56"), (9999999999999, "99999999999.99")],
)
def test_an_amount_has_two_decimals(minor_units: int, text: str) -> None:
    assert str(Amount(minor_units)) == text
    assert Amount(minor_units).decimal == Decimal(text)


def test_only_units_and_cents_count() -> None:
    spelt = [(Role.SIGN, "$"), (Role.UNIT, "1"), (Role.RUBBISH, "?"), (Role.GROUP, ","), (Role.UNIT, "2")]
    assert value_of(spelt) == 1200
    assert value_of([*spelt, (Role.CENT, "0"), (Role.CENT, "7"), (Role.OVER, "/"), (Role.OVER, "1")]) == 1207


def test_crossed_cents_are_nought() -> None:
    assert value_of([(Role.UNIT, "3"), (Role.CENT, "x"), (Role.CENT, "x")]) == 300


def test_too_many_units_are_no_amount() -> None:
    assert value_of([(Role.UNIT, "9")] * MAX_UNIT_DIGITS) is not None
    assert value_of([(Role.UNIT, "9")] * (MAX_UNIT_DIGITS + 1)) is None
