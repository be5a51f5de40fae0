"""The grammar as the reader uses it: a graph to compose with, and the value of a path through it.

Not for how amounts are written (``amounts.py`` and what it imports).
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from torch import Tensor

from chequereader.alphabet import AMOUNTS, LOWERED
from chequereader.errors import UsageError
from chequereader.grammar.amount import MAX_UNIT_DIGITS, Amount, Role, value_of
from chequereader.graph.graph import Graph

DASHES = str.maketrans({dash: "-" for dash in "\N{EN DASH}\N{EM DASH}\N{MINUS SIGN}\N{HYPHEN}"} | {"X": "x"})
"""Characters that texts of amounts have for a ``-`` or ``x``."""


@dataclass(frozen=True, eq=False)
class Grammar:
    """A stochastic grammar of courtesy amounts.

    ``graph``: one cyclic member over the labels of ``AMOUNTS``, with penalties that training may adapt;
    ``roles``: int64 [arcs], the ``Role`` of each arc's character; ``signs``: ISO codes by currency sign;
    ``currency``: ISO code of an amount without a sign, None where the locale doesn't tell.
    """

    locale: str
    graph: Graph
    roles: Tensor
    signs: Mapping[str, str]
    currency: str | None

    def with_penalty(self, penalty: Tensor) -> Grammar:
        """Return the same grammar with other penalties [arcs], which may require gradients."""
        return replace(self, graph=self.graph.with_penalty(penalty))

    def value(self, arcs: Sequence[int]) -> Amount | None:
        """Return the amount that a path spells, given as arcs of ``graph`` from a start to a final node.

        None if the number is longer than any amount. Two different signs tell no currency.
        """
        symbols = [self._symbols[arc] for arc in arcs]
        minor_units = value_of(symbols)
        if minor_units is None:
            return None
        signs = {character for role, character in symbols if role == Role.SIGN}
        if not signs:
            return Amount(minor_units, self.currency)
        return Amount(minor_units, self.signs[signs.pop()] if len(signs) == 1 else None)

    def path(self, labels: Sequence[int]) -> list[int] | None:
        """Return the arcs of the best path that reads exactly these labels, None if there is none."""
        best: dict[int, tuple[float, tuple[int, ...]]] = {state: (0.0, ()) for state in self._ends[0]}
        penalty = self.graph.penalty.tolist()
        for label in labels:
            further: dict[int, tuple[float, tuple[int, ...]]] = {}
            for arc, source, target in self._arcs_of_label[label]:
                if source in best:
                    total = best[source][0] + penalty[arc]
                    if target not in further or total < further[target][0]:
                        further[target] = total, (*best[source][1], arc)
            best = further
        ends = [best[state] for state in self._ends[1] if state in best]
        return list(min(ends)[1]) if ends else None

    def interpret(self, labels: Sequence[int]) -> Amount | None:
        """Return the amount that labels of ``AMOUNTS`` spell, rubbish among them; None if they spell none."""
        arcs = self.path(labels)
        return None if arcs is None else self.value(arcs)

    def parse(self, text: str) -> Amount:
        """Return the amount written in a text, such as ``88,00,000/-``; spaces don't matter.

        ``UsageError`` if the text has a character that amounts aren't written with, or isn't an amount.
        """
        shown = text if len(text) <= 40 else text[:37] + "..."
        characters = "".join(c for c in text.translate(DASHES) if unicodedata.category(c) != "Zs")
        try:
            labels = AMOUNTS.encode(characters)
        except KeyError as missing:
            known = AMOUNTS.classes[: AMOUNTS.rubbish]
            raise UsageError(f"amount {shown!r}: {missing} is not among the characters {known}") from None
        arcs = self.path(labels)
        if arcs is None:
            raise UsageError(f"{shown!r} is not written as an amount of locale {self.locale!r}, like 1234.56")
        amount = self.value(arcs)
        if amount is None:
            raise UsageError(f"amount {shown!r} has more than {MAX_UNIT_DIGITS} digits of whole units")
        return amount

    @cached_property
    def _symbols(self) -> list[tuple[int, str]]:
        """Each arc's role and character, raised digits lowered."""
        characters = AMOUNTS.labels.translate(LOWERED)
        return [
            (role, characters[label])
            for role, label in zip(self.roles.tolist(), self.graph.label.tolist(), strict=True)
        ]

    @cached_property
    def _ends(self) -> tuple[list[int], list[int]]:
        return self.graph.start.nonzero().flatten().tolist(), self.graph.final.nonzero().flatten().tolist()

    @cached_property
    def _arcs_of_label(self) -> Mapping[int, list[tuple[int, int, int]]]:
        arcs: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
        ends = zip(self.graph.source.tolist(), self.graph.target.tolist(), strict=True)
        for arc, (label, (source, target)) in enumerate(zip(self.graph.label.tolist(), ends, strict=True)):
            arcs[label].append((arc, source, target))
        return arcs
