"""Check digits of MICR lines: the rules of banks, as arithmetic on digits.

Not for where in a line they stand: see ``fields`` and ``grammar``.
"""

from __future__ import annotations

ABA_WEIGHTS = (3, 7, 1, 3, 7, 1, 3, 7, 1)
"""A routing number's digits, weighted so, add up to a multiple of ten."""


def aba_valid(number: str) -> bool:
    """Tell whether the weighted digits of a routing number add up to a multiple of ten."""
    return sum(w * int(d) for w, d in zip(ABA_WEIGHTS, number, strict=True)) % 10 == 0


def mod10_digit(digits: str) -> str:
    """Return the check digit that Brazilian banks put behind ``digits``.

    Weights are 2 and 1 from the right, and the digits of the products are added.
    """
    products = (int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(digits)))
    return str(-sum(sum(divmod(product, 10)) for product in products) % 10)
