"""How people write an amount in words: slots to fill one after the other.

Spellings are those found on cheques, mistakes among them; what may stand around the number may also be
missing. Not for spelling numbers (``spelling``) or for all amounts together (``numbers``).
"""

from __future__ import annotations

from chequereader.legal.slots import Slot
from chequereader.legal.spelling import spell

_SPACE = ("", " ")
SPELLINGS = {
    "forty": ("forty", "fourty"),
    "fourteen": ("fourteen", "forteen"),
    "ninety": ("ninety", "ninty"),
    "lakh": ("lakh", "lakhs", "lac", "lacs", "lack", "lacks"),
    "crore": ("crore", "crores", "core", "cores"),
    "hundred": ("hundred", "hundreds"),
    "thousand": ("thousand", "thousands"),
    "million": ("million", "millions"),
}
_ENGLISH = "en", "in"
_AND = ("", " ", " and ", " & ")
_LARGE = frozenset({"hundred", "thousand", "lakh", "crore", "million", "billion"})
BEFORE = {language: ("", "rupees ") for language in _ENGLISH}
UNITS = {
    "en": ("", " dollars", " rupees"),
    "in": ("", " rupees", " dollars"),
    "fr": (" euros", "", " dirhams"),
    "es": (" pesos", ""),
    "pt": (" reais", ""),
}
CENTS = {
    "en": (" and ", " & ", " ", ""),
    "in": (" and ", " & ", " ", ""),
    "fr": (" et ", " ", ""),
    "es": (" con ", " ", ""),
    "pt": (" e ", " ", ""),
}
"""What stands before the hundredths."""
_WITHOUT = "", "00/100", "0/100", "no/100", "xx/100"
AFTER = {language: ("", " only") for language in _ENGLISH}


def spellings(words: str) -> list[str]:
    """Return the ways to spell some words of a language, with and without spaces between them."""
    found = [""]
    for number, word in enumerate(words.replace("-", " ").split()):
        joints = _SPACE if number else ("",)
        found = [
            text + joint + way for text in found for joint in joints for way in SPELLINGS.get(word, (word,))
        ]
    return found


def phrases(minor_units: int, language: str) -> list[Slot]:
    """Return how so many hundredths are written in a language of ``spelling.LANGUAGES``.

    ``ValueError`` for amounts that can't be spelled.
    """
    units, cents = divmod(minor_units, 100)
    words = spell(units, language).replace("-", " ").split()
    slots: list[Slot] = [BEFORE[language]] if language in BEFORE else []
    for number, word in enumerate(words):
        if number:
            after_large = language in _ENGLISH and words[number - 1] in _LARGE
            slots.append(_AND if after_large else _SPACE)
        slots.append(SPELLINGS.get(word, (word,)))
    slots.append(UNITS[language])
    slots.append(CENTS[language])
    slots.append((f"{cents:02d}/100", *[f"{cents}/100"] * (cents < 10)) if cents else _WITHOUT)
    if language in AFTER:
        slots.append(AFTER[language])
    return slots
