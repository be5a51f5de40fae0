"""Which languages some words may be in, by their letters three at a time, so that not all need be tried.

Not for what the words say: see ``agreement``.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from chequereader.legal.phrases import spellings
from chequereader.legal.spelling import LANGUAGES, scales, spell

_TOLD = 4
"""Threes of the likeliest language from which on a text tells languages apart."""
_LIKELY = 0.75
"""Share of these that a language has at least, to be tried too."""


def languages_of(text: str) -> list[str]:
    """Return the languages that a text in small letters, some misread, may be in; all where it tells none."""
    found = list(_threes(text.replace(" ", "")))
    known = {language: sum(three in _known(language) for three in found) for language in LANGUAGES}
    most = max(known.values())
    return [one for one in LANGUAGES if most < _TOLD or known[one] >= _LIKELY * most]


@cache
def _known(language: str) -> frozenset[str]:
    numbers = [*range(1, 102), *range(200, 1000, 100)]
    names = [name for _, scale in scales(language) for name in spellings(scale)]
    words = {word for number in numbers for word in spell(number, language).replace("-", " ").split()}
    return frozenset(three for word in words.union(names) for three in _threes(word))


def _threes(text: str) -> Iterator[str]:
    return (text[start : start + 3] for start in range(len(text) - 2))
