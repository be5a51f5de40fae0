"""The grammar of courtesy amounts of a locale (section X of the paper, where it is not printed).

Puts numbers, signs and endings together. Every text has exactly one path, so its value is certain.
"""

from __future__ import annotations

from functools import cache

import torch

from chequereader.alphabet import AMOUNTS, RUBBISH
from chequereader.grammar.acceptor import Acceptor, Arc
from chequereader.grammar.amount import Role
from chequereader.grammar.conventions import Convention, convention
from chequereader.grammar.grammar import Grammar
from chequereader.grammar.numbers import bare_cents, cent, nought, over, pointed_cents, units
from chequereader.grammar.optimise import optimised
from chequereader.grammar.surroundings import back, front
from chequereader.graph.graph import Graph

OUTER_RUBBISH_PENALTY = 1.0
"""Of a candidate skipped before the number or where it may end."""
INNER_RUBBISH_PENALTY = 2.5
"""Of a candidate skipped inside the number."""


@cache
def amounts(locale: str = "auto") -> Grammar:
    """Return the grammar of a locale, built once; ``UsageError`` for one that is not in ``LOCALES``."""
    rules = convention(locale)
    acceptor = optimised(expression(rules))
    arcs = [*acceptor.arcs, *rubbish_arcs(acceptor)]
    graph = Graph.from_arcs(
        [(arc.source, arc.target, AMOUNTS.index(arc.label), arc.penalty) for arc in arcs],
        start=sorted(acceptor.starts),
        final=sorted(acceptor.finals),
    )
    return Grammar(locale, graph, torch.tensor([arc.role for arc in arcs]), rules.signs, rules.currency)


def expression(rules: Convention) -> Acceptor:
    """Return the grammar of a convention as it is written down, without rubbish and not yet made small."""
    number = units(rules)
    behind_cents = back(rules, marks="/")
    if rules.small_cents:
        behind_cents = behind_cents | over() + back(rules)
    whole = number + back(rules, marks="/.,")
    parts = (number + pointed_cents(rules) | nought.optional + pointed_cents(rules, ".,")) + behind_cents
    if rules.small_cents:
        parts = parts | number + bare_cents() + behind_cents
        parts = parts | number.optional + cent**2 + over() + back(rules)
    return front(rules) + (whole | parts)


def rubbish_arcs(acceptor: Acceptor) -> list[Arc]:
    """Return a loop per state that skips rubbish: before, inside and after the number.

    Loops add no path to a text and never make an empty one acceptable.
    """
    outer = acceptor.starts | acceptor.finals
    return [
        Arc(
            state,
            state,
            RUBBISH,
            Role.RUBBISH,
            OUTER_RUBBISH_PENALTY if state in outer else INNER_RUBBISH_PENALTY,
        )
        for state in range(acceptor.states)
    ]
