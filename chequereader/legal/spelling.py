"""Whole numbers in words, in English, Indian English, French, Spanish and Portuguese.

Spelling is that of cheques, not of grammar books: no accents, no agreement of gender. Not for what stands
around them in a legal amount: see ``phrases``, and ``synthetic.words`` for how the generator writes it.
"""

from __future__ import annotations

from collections.abc import Callable

_EN_SMALL = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_EN_TENS = ["-", "-", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_FR_SMALL = [
    "zero",
    "un",
    "deux",
    "trois",
    "quatre",
    "cinq",
    "six",
    "sept",
    "huit",
    "neuf",
    "dix",
    "onze",
    "douze",
    "treize",
    "quatorze",
    "quinze",
    "seize",
    "dix-sept",
    "dix-huit",
    "dix-neuf",
]
_FR_TENS = ["-", "-", "vingt", "trente", "quarante", "cinquante", "soixante"]
_ES_SMALL = [
    "cero",
    "uno",
    "dos",
    "tres",
    "cuatro",
    "cinco",
    "seis",
    "siete",
    "ocho",
    "nueve",
    "diez",
    "once",
    "doce",
    "trece",
    "catorce",
    "quince",
    "dieciseis",
    "diecisiete",
    "dieciocho",
    "diecinueve",
    "veinte",
    "veintiuno",
    "veintidos",
    "veintitres",
    "veinticuatro",
    "veinticinco",
    "veintiseis",
    "veintisiete",
    "veintiocho",
    "veintinueve",
]
_ES_TENS = ["-", "-", "-", "treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"]
_ES_HUNDREDS = [
    "-",
    "ciento",
    "doscientos",
    "trescientos",
    "cuatrocientos",
    "quinientos",
    "seiscientos",
    "setecientos",
    "ochocientos",
    "novecientos",
]
_PT_SMALL = [
    "zero",
    "um",
    "dois",
    "tres",
    "quatro",
    "cinco",
    "seis",
    "sete",
    "oito",
    "nove",
    "dez",
    "onze",
    "doze",
    "treze",
    "quatorze",
    "quinze",
    "dezesseis",
    "dezessete",
    "dezoito",
    "dezenove",
]
_PT_TENS = ["-", "-", "vinte", "trinta", "quarenta", "cinquenta", "sessenta", "setenta", "oitenta", "noventa"]
_PT_HUNDREDS = [
    "-",
    "cento",
    "duzentos",
    "trezentos",
    "quatrocentos",
    "quinhentos",
    "seiscentos",
    "setecentos",
    "oitocentos",
    "novecentos",
]


def _en(n: int) -> str:
    """Spell 1..999."""
    hundreds, rest = divmod(n, 100)
    parts = [f"{_EN_SMALL[hundreds]} hundred"] if hundreds else []
    if rest >= 20:
        parts.append(_EN_TENS[rest // 10])
        rest %= 10
    return " ".join(parts + ([_EN_SMALL[rest]] if rest else []))


def _fr(n: int) -> str:
    """Spell 1..999."""
    hundreds, rest = divmod(n, 100)
    parts = [] if not hundreds else ["cent"] if hundreds == 1 else [_FR_SMALL[hundreds], "cent"]
    if rest >= 80:
        parts.append("quatre-vingt" + (f"-{_FR_SMALL[rest - 80]}" if rest > 80 else "s"))
    elif rest >= 60:
        parts.append("soixante" + (f"-{_FR_SMALL[rest - 60]}" if rest > 60 else ""))
    elif rest >= 20:
        parts.append(_FR_TENS[rest // 10] + (f"-{_FR_SMALL[rest % 10]}" if rest % 10 else ""))
    elif rest:
        parts.append(_FR_SMALL[rest])
    return " ".join(parts)


def _es(n: int) -> str:
    """Spell 1..999."""
    hundreds, rest = divmod(n, 100)
    parts = ["cien"] if n == 100 else [_ES_HUNDREDS[hundreds]] if hundreds else []
    if rest >= 30:
        parts.append(_ES_TENS[rest // 10] + (f" y {_ES_SMALL[rest % 10]}" if rest % 10 else ""))
    elif rest:
        parts.append(_ES_SMALL[rest])
    return " ".join(parts)


def _pt(n: int) -> str:
    """Spell 1..999."""
    hundreds, rest = divmod(n, 100)
    parts = ["cem"] if n == 100 else [_PT_HUNDREDS[hundreds]] if hundreds else []
    if rest >= 20:
        parts.append(_PT_TENS[rest // 10])
        rest %= 10
    return " e ".join(parts + ([_PT_SMALL[rest]] if rest else []))


_Spell = Callable[[int], str]
_Scale = tuple[int, str, str]  # value, name of one of it, name of several; an empty name of one: as several
LANGUAGES = "en", "in", "fr", "es", "pt"
UNSPELLED = 10**9
"""The least whole number that isn't spelled."""
_SYSTEMS: dict[str, tuple[_Spell, str, tuple[_Scale, ...]]] = {
    "en": (
        _en,
        "zero",
        (
            (10**9, "one billion", "billion"),
            (10**6, "one million", "million"),
            (1000, "one thousand", "thousand"),
        ),
    ),
    "in": (
        _en,
        "zero",
        ((10**7, "one crore", "crore"), (10**5, "one lakh", "lakh"), (1000, "one thousand", "thousand")),
    ),
    "fr": (_fr, "zero", ((10**6, "un million", "millions"), (1000, "mille", "mille"))),
    "es": (_es, "cero", ((10**6, "un millon", "millones"), (1000, "mil", "mil"))),
    "pt": (_pt, "zero", ((10**6, "um milhao", "milhoes"), (1000, "mil", "mil"))),
}


def scales(language: str) -> list[tuple[int, str]]:
    """Return the thousand and what is larger, the largest first, each with the name of several of it."""
    return [(value, several) for value, _, several in _SYSTEMS[language][2]]


def spell(number: int, language: str) -> str:
    """Return a whole number in lower case words of ``language`` (en, in, fr, es, pt).

    ``in`` is English with lakhs and crores. ``ValueError`` for a number outside 0..999999999, ``KeyError``
    for another language.
    """
    if not 0 <= number < UNSPELLED:
        raise ValueError(f"{number} is not between 0 and 999999999")
    small, nought, scales = _SYSTEMS[language]
    if number == 0:
        return nought
    parts = []
    for value, one, several in scales:
        count, number = divmod(number, value)
        if count:
            parts.append(one if count == 1 else f"{_spell_count(count, language)} {several}")
    if number:
        parts.append(small(number))
    return " ".join(parts)


def _spell_count(count: int, language: str) -> str:
    return _SYSTEMS[language][0](count) if count < 1000 else spell(count, language)
