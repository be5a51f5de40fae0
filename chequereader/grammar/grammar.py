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

from chequereader.alphabet import AMOUNTS, LOWERED, RUBBISH
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
        """Return the arcs of the path that reads exactly these labels, None if there is none.

        There are never two: no text has two meanings.
        """
        paths: dict[int, tuple[int, ...]] = {node: () for node in self._ends[0]}
        for label in labels:
            paths = {
                target: (*paths[source], arc)
                for arc, source, target in self._arcs_of_label.get(label, ())
                if source in paths
            }
        complete = [paths[node] for node in self._ends[1] if node in paths]
        return list(complete[0]) if complete else None

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
        known = AMOUNTS.labels.replace(RUBBISH, "")
        for character in characters:
            if character not in known:
                raise UsageError(f"amount {shown!r}: {character!r} is not among the characters {known}")
        arcs = self.path(AMOUNTS.encode(characters))
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
