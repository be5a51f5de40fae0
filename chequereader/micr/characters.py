"""The fourteen characters of E-13B, in transcriptions and in Unicode.

Not for their shapes: the drawn ones are in ``synthetic``, the RBF codes in ``recognition``.
"""

from __future__ import annotations

from chequereader.alphabet import LOWERED, RAISED, RUBBISH, Alphabet

TRANSIT, AMOUNT, ON_US, DASH = "ABCD"
SIGNS = TRANSIT + AMOUNT + ON_US + DASH
"""The four signs as transcriptions write them."""

E13B = Alphabet("0123456789" + SIGNS + RUBBISH)
"""What the network tells apart."""

LOST = "0123456789".translate(RAISED)
"""Digits whose ink is gone: what a grammar with a check digit may put in the place of a blank."""

LABELS = Alphabet(E13B.classes, raised=LOST)
"""What stands on the arcs of the graph."""

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
    """Return a text of ``LABELS`` with the digits that stood there in place of lost ones."""
    return text.translate(LOWERED)


def to_unicode(raw: str) -> str:
    """Return a transcription with the OCR symbols of Unicode in place of A, B, C, D."""
    return raw.translate(_SIGNS)
