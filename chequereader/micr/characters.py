"""The characters of MICR lines in transcriptions and in Unicode.

Not for what else a type is (``fonts``).
"""

from __future__ import annotations

from chequereader.alphabet import LOWERED, RAISED

TRANSIT, AMOUNT, ON_US, DASH = "ABCD"
SIGNS = TRANSIT + AMOUNT + ON_US + DASH
"""The four signs of E-13B as transcriptions write them."""

BARS_SIGNS = "ABCDE"
"""The five signs of CMC-7, SI to SV, as transcriptions write them."""

LOST = "0123456789".translate(RAISED)
"""Digits whose ink is gone: what a grammar with a check digit may put in the place of a blank."""

_SIGNS = str.maketrans(
    {
        TRANSIT: "\N{OCR BRANCH BANK IDENTIFICATION}",
        AMOUNT: "\N{OCR AMOUNT OF CHECK}",
        # Unicode's names of these two are each other's, which it has recorded as an error
        ON_US: "\N{OCR DASH}",
        DASH: "\N{OCR CUSTOMER ACCOUNT NUMBER}",
    }
)


def as_printed(text: str) -> str:
    """Return a text with the digits that stood there in place of lost ones."""
    return text.translate(LOWERED)


def to_unicode(raw: str) -> str:
    """Return a transcription of E-13B with the OCR symbols of Unicode in place of A, B, C, D."""
    return raw.translate(_SIGNS)
