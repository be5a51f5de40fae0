"""Which zones of a page go on, by the first recogniser's look at them; the others need not look at the rest.

Not for what the zones say in the end: see ``vote``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import islice

from chequereader.interpretation.notation import Notation
from chequereader.interpretation.testimony import first_look
from chequereader.interpretation.vote import MISFIT, Lattice
from chequereader.interpretation.wholes import settled
from chequereader.recognition.recognition_graph import RecognitionGraph

FAR_WORSE = 1.0
"""Zones of a cost worse by more than this than the best zone's are left after the first recogniser."""

LESS_THAN_ONE = 3.0
"""Penalty of a zone that says less than one unit, as the ``49/100`` behind an amount in words does; cheques
of cents alone are rare."""

_UNIT = 100  # hundredths


@dataclass(frozen=True)
class Choice:
    """Zones of a page, by their places: those that go on, with penalties, and all as they were found.

    ``costs`` and ``amounts`` are of every zone; an amount, in minor units, is that of the first recogniser's
    best path, None where nobody looked. ``settled``: parts whose whole goes on in their place, and grown
    wholes of parts that do.
    """

    kept: Mapping[int, float]
    costs: Sequence[float]
    amounts: Sequence[int | None]
    settled: Set[int] = frozenset()


def worthwhile(pages: Sequence[Lattice], notation: Notation) -> list[Choice]:
    """Return which zones of each page a first recogniser doesn't find far worse than the best one.

    In their order, with their penalties, to which is added what speaks for a date or for the cents of an
    amount in words; a page's only zone stays as it is. ``pages`` have the graphs of that recogniser alone.
    The others need not look at the rest: a zone weighs exp(-cost). Of a zone and what it was grown to one is
    left.
    """
    choices = [page for page in pages if len(page.zone_penalties) > 1]
    looks = iter(first_look(notation, [graph for page in choices for graph in page.graphs[0]]))
    choice = []
    for page in pages:
        penalty, cost = list(page.zone_penalties), [0.0] * len(page.zone_penalties)
        says: list[int | None] = [None] * len(penalty)
        left: set[int] = set()
        if len(penalty) > 1:
            found = list(islice(looks, len(penalty)))
            left = settled(found, page.grown, page.nested)
            for zone, look in enumerate(found):
                penalty[zone] += look.doubt
                if look.amount is not None and look.amount < _UNIT:
                    penalty[zone] += LESS_THAN_ONE
                cost[zone] = penalty[zone] + MISFIT * look.misfit
                says[zone] = look.amount
        least = min((value for z, value in enumerate(cost) if z not in left), default=0.0)
        kept = {z: penalty[z] for z, value in enumerate(cost) if value <= least + FAR_WORSE and z not in left}
        choice.append(Choice(kept, cost, says, left))
    return choice


def seen_better(
    notation: Notation, before: Sequence[RecognitionGraph], after: Sequence[RecognitionGraph]
) -> list[bool]:
    """Tell of each zone whether a recogniser reads it better ``after`` it was brought to another size.

    By the misfit of its best path, a character of it on average, as zones of different size are compared.
    """
    looks = first_look(notation, [*before, *after])
    first, second = looks[: len(before)], looks[len(before) :]
    return [b.misfit <= a.misfit for a, b in zip(first, second, strict=True)]
