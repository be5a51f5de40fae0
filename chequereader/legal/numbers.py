"""A grammar of all legal amounts of a language, and what its paths are worth: for what no figures propose.

It lets more through than people write, such as ``twenty fifteen``. Not for the ways to write one amount: see
``phrases``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from chequereader.grammar.held import held, holding_penalties
from chequereader.graph import EPSILON, Graph, Probabilities, nbest_paths
from chequereader.legal.phrases import AFTER, BEFORE, CENTS, UNITS, spellings
from chequereader.legal.slots import ANYTHING, BESIDE, LABELS, Part, Slot, graph_of
from chequereader.legal.spelling import UNSPELLED, scales, spell
from chequereader.recognition.sliding import chain

_NOTHING = ("",)
_LIKELY = 9.0  # readings are looked for where paths are as probable as exp(-9) at least
_LARGEST = 10**7  # a scale of which nobody writes a thousand
_SPACE, _AND = ("", " "), ("", " ", " and ", " & ")
_JOINTS: dict[str, tuple[Slot, Slot]] = {
    "en": (_AND, _SPACE),
    "in": (_AND, _SPACE),
    "fr": (_SPACE, (*_SPACE, " et ")),
    "es": (_SPACE, (*_SPACE, " y ")),
    "pt": ((*_SPACE, " e "), (*_SPACE, " e ")),
}
"""What stands behind hundreds and scales, and between tens and ones."""

_Valued = list[tuple[str, int]]
"""A slot's texts, each with the number it adds."""


@dataclass(frozen=True, eq=False)
class Numbers:
    """All amounts of a language: ``graph`` over positions, of the labels of ``LABELS``.

    ``choice`` int64 [arcs] tells the choice that an arc begins a letter of, -1 for other arcs; ``worth``
    int64 [choices] is in hundredths.
    """

    graph: Graph
    choice: NDArray[np.int64]
    worth: NDArray[np.int64]

    def value(self, arcs: Sequence[int]) -> int:
        """Return what a path through the graph is worth, in hundredths."""
        taken = np.unique(self.choice[list(arcs)])
        return int(self.worth[taken[taken >= 0]].sum())


@cache
def numbers(language: str) -> Numbers:
    """Return the grammar of a language of ``spelling.LANGUAGES``, built once."""
    made: list[Slot | Part] = []
    worth: list[int] = []

    def slot(choices: _Valued, unit: int) -> Slot:
        worth.extend(unit * number for _, number in choices)
        return tuple(text for text, _ in choices)

    def plain(choices: Slot) -> Slot:
        return slot([(text, 0) for text in choices], 0)

    made += [plain(BESIDE), plain(BEFORE.get(language, _NOTHING))]
    for scale, name in scales(language):
        if scale > _LARGEST:
            continue
        unit = 100 * scale
        counted = tuple(slot(choices, unit) for choices in _below_thousand(language))
        made.append(Part(counted, (plain(_SPACE), plain(tuple(spellings(name))))))
        # one of a scale may have a name of its own, such as ``mille`` or ``un millon``
        one = spell(scale, language)
        own = one != f"{spell(1, language)} {name}"
        alone = [("", 0), *((text, 1) for text in spellings(one) if own)]
        made += [slot(alone, unit), plain(_JOINTS[language][0])]
    made += [slot(choices, 100) for choices in _below_thousand(language)]
    made += [plain(UNITS[language]), plain(CENTS[language])]
    tens = slot([("", 0), *((str(digit), 10 * digit) for digit in range(10))], 1)
    ones = slot([("", 0), ("no", 0), ("xx", 0), *((str(digit), digit) for digit in range(10))], 1)
    made.append(Part((tens, ones), (plain(("/100",)),)))
    made += [plain(AFTER.get(language, _NOTHING)), plain(BESIDE)]
    texts = graph_of(made)
    positions = held(texts, LABELS, touching=True)
    arc = positions.arc_map.numpy()
    choice = np.where(arc >= 0, texts.arc_map.numpy()[arc], -1)
    return Numbers(positions, choice, np.array(worth, np.int64))


def proposed(penalties: Tensor, language: str, readings: int) -> list[int]:
    """Return the amounts among the best readings of some words, best first, in hundredths.

    ``penalties`` [positions, labels] of ``LABELS``; readings count as one where they differ in spaces alone.
    """
    grammar = numbers(language)
    sums = Probabilities(chain([len(penalties)]), holding_penalties(penalties), grammar.graph)
    likely = sums.likely(_LIKELY)
    paths = nbest_paths(likely, readings, _key(), _LIKELY)
    arcs, bounds = likely.arc_map[paths.arcs, 1].tolist(), paths.offset.tolist()
    values = dict.fromkeys(grammar.value(arcs[start:end]) for start, end in pairwise(bounds))
    return [minor_units for minor_units in values if 0 < minor_units < 100 * UNSPELLED]


def _key() -> Tensor:
    """Return what each label says that tells readings apart."""
    key = torch.arange(2 * len(LABELS.labels))
    key[len(LABELS.labels) :] = EPSILON
    key[[LABELS.index(" "), LABELS.index(ANYTHING), LABELS.rubbish]] = EPSILON
    return key


def _below_thousand(language: str) -> list[_Valued]:
    """Return the slots of 1 to 999, each text with its number."""
    large, small = _JOINTS[language]
    least_ten = 30 if language == "es" else 20  # smaller numbers are one word
    hundreds = _named(range(100, 1000, 100), language)
    tens = _named(range(least_ten, 100, 10), language)
    ones = _named(range(1, least_ten), language)
    return [hundreds, [(text, 0) for text in large], tens, [(text, 0) for text in small], ones]


def _named(counted: range, language: str) -> _Valued:
    """Return the names of some numbers, and those they have before a one, with none of them first."""
    found: dict[str, int] = {"": 0}
    for number in counted:
        names = [spell(number, language)]
        if counted.step > 1:
            before_one = spell(number + 1, language).replace("-", " ")
            endings = (f"{joint}{spell(1, language)}" for joint in (" e ", " y ", " "))
            names += [before_one.removesuffix(end) for end in endings if before_one.endswith(end)][:1]
        for name in names:
            found.update(dict.fromkeys(spellings(name), number))
    return list(found.items())
