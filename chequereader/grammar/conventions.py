"""How amounts are written where: one row of data per locale. Not for turning a row into a grammar.

Penalties are rough negative logarithms of how seldom something is written; training may adapt them. A
separator that isn't named can't be used that way at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chequereader.errors import UsageError


@dataclass(frozen=True)
class Convention:
    """The written form of amounts in a locale; mappings give penalties by character.

    ``signs``: currency signs and their ISO codes; ``currency``: what an amount without a sign is in, if the
    locale tells; ``behind``: the signs that may follow the number. ``group``: separators between groups of
    digits; ``point``: separators before cents. ``lakh``: penalty of a group of two digits (``2,14,00,000``),
    None where not written. ``small_cents``: whether cents may be raised or stand over 100.
    """

    signs: Mapping[str, str]
    currency: str | None
    group: Mapping[str, float]
    point: Mapping[str, float]
    behind: str = ""
    lakh: float | None = None
    small_cents: bool = True


CONVENTIONS: Mapping[str, Convention] = {
    "auto": Convention(
        signs={"$": "USD", "£": "GBP", "€": "EUR", "₹": "INR"},
        currency=None,
        group={",": 0.1, ".": 0.1},
        point={".": 0.1, ",": 0.3, "-": 1.0},
        behind="€$",
        lakh=0.3,
    ),
    "us": Convention(
        signs={"$": "USD"},
        currency="USD",
        group={",": 0.1, ".": 1.0},
        point={".": 0.1, ",": 1.0, "-": 1.0},
    ),
    "uk": Convention(
        signs={"£": "GBP"},
        currency="GBP",
        group={",": 0.1, ".": 1.0},
        point={".": 0.1, ",": 1.0, "-": 0.5},
    ),
    "in": Convention(
        signs={"₹": "INR"},
        currency="INR",
        group={",": 0.1, ".": 1.0},
        point={".": 0.1, "-": 1.0},
        lakh=0.1,
    ),
    "eu": Convention(
        signs={"€": "EUR"},
        currency="EUR",
        group={".": 0.1, ",": 1.0},
        point={",": 0.1, ".": 1.0},
        behind="€",
    ),
    "uy": Convention(
        signs={"$": "UYU"},
        currency="UYU",
        group={".": 0.1, ",": 0.5},
        point={",": 0.5},
        small_cents=False,
    ),
}
"""The conventions by locale. ``auto`` unites all: three digits after a separator are thousands and two are
cents, whatever the separator looks like. A lone ``$`` is taken there for the United States dollar."""

LOCALES: tuple[str, ...] = tuple(CONVENTIONS)
"""The names of the locales, the default first."""


def convention(locale: str) -> Convention:
    """Return the convention of a locale; ``UsageError`` with the list of locales for another name."""
    if locale not in CONVENTIONS:
        raise UsageError(f"unknown locale {locale!r}: choose one of {', '.join(LOCALES)}")
    return CONVENTIONS[locale]
