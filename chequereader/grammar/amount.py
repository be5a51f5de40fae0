"""The value of an amount, and what a character stands for in it. Not for how amounts are written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum

MAX_UNIT_DIGITS = 11
"""A number with more digits before the cents is no amount of a cheque."""


class Role(IntEnum):
    """What a character of an amount is there for."""

    UNIT = 0
    """A digit of the whole units."""
    CENT = 1
    """A digit of the cents; an ``x`` stands for nought."""
    SIGN = 2
    """The currency sign."""
    GROUP = 3
    """A separator between groups of unit digits."""
    POINT = 4
    """The separator before the cents."""
    OVER = 5
    """The bar and denominator of ``45/100`` or ``45/xx``."""
    ENDING = 6
    """What closes the amount: ``/-``, ``.-``, ``=``."""
    FILL = 7
    """What keeps others from adding digits: ``***`` or ``##``."""
    RUBBISH = 8
    """No character at all."""


@dataclass(frozen=True)
class Amount:
    """A sum of money: ``minor_units`` hundredths, and the ISO code of the currency where it is known."""

    minor_units: int
    currency: str | None = None

    @property
    def decimal(self) -> Decimal:
        """The amount in whole units, with two decimals."""
        return Decimal(self.minor_units).scaleb(-2)

    def __str__(self) -> str:
        """Return the amount like ``1234.56``, without the currency."""
        return f"{self.decimal:.2f}"


def value_of(symbols: Iterable[tuple[int, str]]) -> int | None:
    """Return the hundredths that (role, character) pairs in reading order spell.

    Cents are written with two digits or not at all; raised digits count like others. None if there are more
    than ``MAX_UNIT_DIGITS`` unit digits.
    """
    units, cents = "", ""
    for role, character in symbols:
        if role == Role.UNIT:
            units += character
        elif role == Role.CENT:
            cents += "0" if character == "x" else character
    if len(units) > MAX_UNIT_DIGITS:
        return None
    return int(units or "0") * 100 + int(cents or "0")
