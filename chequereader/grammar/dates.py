"""The grammar of dates in figures: what else stands on a cheque and could be read as an amount.

``11.10.2024`` with its last point overlooked is eleven thousand and more. A zone that reads better as a date
than as an amount is likely none. Not for amounts, and not for what a date means.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, reduce
from operator import add

from chequereader.alphabet import AMOUNTS
from chequereader.grammar.acceptor import Acceptor, one_of, union
from chequereader.grammar.amount import Role
from chequereader.grammar.amounts import rubbish_arcs
from chequereader.grammar.numbers import FIGURES
from chequereader.grammar.optimise import optimised
from chequereader.graph.graph import Graph

SEPARATORS = "./-,"
CENTURIES = "19", "20"
SHORT_PENALTY = 2.0
"""Of six figures in a row: one such number in sixteen is a date too."""


@cache
def dates() -> Graph:
    """Return an acceptor over the labels of ``AMOUNTS``, built once; rubbish may stand anywhere.

    Day, month and year in any usual order: with separators, of which one may be missing if all figures are
    there, or in boxes without any.
    """
    acceptor = optimised(union(_orders()))
    return Graph.from_arcs(
        [
            (arc.source, arc.target, AMOUNTS.index(arc.label), arc.penalty)
            for arc in (*acceptor.arcs, *rubbish_arcs(acceptor))
        ],
        start=sorted(acceptor.starts),
        final=sorted(acceptor.finals),
    )


def _orders() -> Iterator[Acceptor]:
    digit = one_of(FIGURES, Role.UNIT)
    short = digit**2
    year = union(_text(century) for century in CENTURIES) + short
    day, month = _numbers(31, short=True), _numbers(12, short=True)
    for character in SEPARATORS:
        mark = _text(character)
        yield (day + mark + month | month + mark + day) + mark + (year | short)
        yield year + mark + month + mark + day
    day, month = _numbers(31, short=False), _numbers(12, short=False)
    mark = one_of(SEPARATORS, Role.GROUP).optional
    yield (day + mark + month | month + mark + day) + mark + year
    yield year + mark + month + mark + day
    yield ((day + month | month + day) + short).weighted(SHORT_PENALTY)


def _numbers(last: int, *, short: bool) -> Acceptor:
    """Accept 01 up to ``last``, and without the nought if they may be ``short``."""
    texts = [f"{number:02d}" for number in range(1, last + 1)]
    return union(_text(text) for text in [*texts, *(t[1] for t in texts if short and t < "10")])


def _text(text: str) -> Acceptor:
    return reduce(add, (one_of(character, Role.UNIT) for character in text))
