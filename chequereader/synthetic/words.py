"""The legal amount as the generator writes it: the units in words, the hundredths as a fraction.

Not for spelling numbers (``legal.spelling``) nor for figures (``amounts_text``).
"""

from __future__ import annotations

from chequereader.legal.spelling import spell

_UNITS = {"fr": "euros", "es": "pesos", "pt": "reais"}
_AND = {"en": "and", "in": "and", "fr": "et", "es": "con", "pt": "e"}


def legal_amount(minor_units: int, language: str) -> str:
    """Return the legal amount, such as ``two hundred and 45/100``; hundredths only if there are any."""
    units, cents = divmod(minor_units, 100)
    text = spell(units, language)
    if language in _UNITS:
        text += f" {_UNITS[language]}"
    return f"{text} {_AND[language]} {cents:02d}/100" if cents else text
