"""How graphs of one kind spell amounts: labels on candidates between cuts, or at positions of a strip.

The one place that knows the two apart; what is done with them is the same. Not for penalties or for answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import torch
from torch import Tensor

from chequereader.alphabet import AMOUNTS
from chequereader.grammar import Amount, Grammar, with_amount
from chequereader.grammar.dates import dates
from chequereader.grammar.held import held, spoken_labels
from chequereader.graph import EPSILON, Graph, pack

CUTS, SLIDING = "cuts", "sliding"


@dataclass(frozen=True, eq=False)
class Notation:
    """A grammar as graphs of one kind are composed with it.

    ``graph``: acceptor over the columns of the graphs' penalties; ``grammar_arc`` int [arcs]: the arc of
    ``grammar`` that each arc takes, -1 for none. ``key`` int64 [columns]: the label of ``AMOUNTS`` that a
    column says, ``EPSILON`` for nothing. ``rival``: an acceptor of the same kind, of what is no amount.
    ``networks``: how many of them made the graphs' penalties together.
    """

    name: str
    grammar: Grammar
    graph: Graph
    grammar_arc: tuple[int, ...]
    key: Tensor
    rival: Graph
    networks: int = 1

    def constrained(self, amounts: Sequence[int]) -> Graph:
        """Return the texts worth so many hundredths, a member each; ``UsageError`` as of ``with_amount``."""
        graph = pack([_texts_worth(self.grammar, minor_units) for minor_units in amounts])
        return held(graph) if self.name == SLIDING else graph

    def amount(self, arcs: Sequence[int]) -> Amount | None:
        """Return the amount that a path through ``graph`` spells, None if it is longer than any."""
        taken = [self.grammar_arc[arc] for arc in arcs]
        return self.grammar.value([arc for arc in taken if arc >= 0])

    def text(self, columns: Sequence[int]) -> str:
        """Return what a path's columns say."""
        says = self.key[torch.as_tensor(columns, dtype=torch.int64)].tolist()
        return AMOUNTS.decode([label for label in says if label != EPSILON])


def between_cuts(grammar: Grammar) -> Notation:
    """Return the notation of segmentation graphs: one label a candidate, rubbish among them."""
    key = torch.arange(len(AMOUNTS.labels))
    key[AMOUNTS.rubbish] = EPSILON
    return Notation(CUTS, grammar, grammar.graph, tuple(range(grammar.graph.arcs)), key, dates())


def over_positions(grammar: Grammar, networks: int = 1) -> Notation:
    """Return the notation of strips: a character holds on over several positions."""
    graph = held(grammar.graph)
    arcs = tuple(graph.arc_map.tolist())
    return Notation(SLIDING, grammar, graph, arcs, spoken_labels(), _held_dates(), networks)


@cache
def _held_dates() -> Graph:
    return held(dates())


@lru_cache(maxsize=2048)
def _texts_worth(grammar: Grammar, minor_units: int) -> Graph:
    return with_amount(grammar, minor_units)
