"""What one recogniser says of all zones: totals, the best readings, what an amount is worth, its best path.

Zones go through the graph together. Not for weighing zones or recognisers against each other: see ``vote``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import torch
from torch import Tensor

from chequereader.alphabet import LOWERED
from chequereader.grammar import Amount
from chequereader.graph import Graph, Probabilities, nbest_likely, viterbi
from chequereader.interpretation.notation import Notation
from chequereader.recognition.recognition_graph import RecognitionGraph
from chequereader.segmentation.packing import pack_arcs

Pair = tuple[int, int]
"""A zone and hundredths."""


@dataclass(frozen=True)
class Path:
    """A path through a recognition graph: arcs, columns taken on them, and the text they say."""

    arcs: tuple[int, ...]
    columns: tuple[int, ...]
    text: str


class Testimony:
    """One recogniser's graphs of several zones, without arcs where it has nothing to say.

    ``total`` [zones]: forward penalty of all that the grammar can read, +inf for nothing. ``misfit`` [zones]:
    of the best path, a character of it on average. ``proposed``: the amounts among the ``n`` best readings
    of each zone.
    """

    def __init__(self, notation: Notation, graphs: Sequence[RecognitionGraph], n: int) -> None:
        self.notation = notation
        self.graphs = graphs
        self.total = [math.inf] * len(graphs)
        self.misfit = [math.inf] * len(graphs)
        self.proposed: list[dict[int, Amount]] = [{} for _ in graphs]
        self._best: dict[Pair, Path] = {}
        self._zones = self._longest_first([z for z, graph in enumerate(graphs) if len(graph.source)])
        if not self._zones:
            return
        self._sums = Probabilities(*_packed([graphs[z] for z in self._zones]), notation.graph)
        readings = nbest_likely(self._sums, n, notation.key)
        for z, start, total, found in zip(
            self._zones, _starts(graphs, self._zones), self._sums.total.tolist(), readings, strict=True
        ):
            self.total[z] = total
            for rank, (_, columns, arcs, notation_arcs) in enumerate(found):
                own = [arc - start for arc in arcs]
                if rank == 0:
                    self.misfit[z] = _misfit(notation, graphs[z], own, columns, notation_arcs)
                amount = notation.amount(notation_arcs)
                if amount is not None and amount.minor_units not in self.proposed[z]:
                    self.proposed[z][amount.minor_units] = amount
                    # no better text says the amount, or it would be among the readings
                    self._best[z, amount.minor_units] = self._path(own, columns)

    def posterior(self, zone: int) -> Tensor:
        """Return the posterior of every column on every arc of a zone that has any, [arcs, columns]."""
        return self._sums.posteriors(self._zones.index(zone))

    def worth(self, pairs: Sequence[Pair]) -> list[float]:
        """Return minus the logarithm of each amount's posterior within its zone, +inf where it can't be read.

        E_dforw of eq. (17): all paths worth the amount against all paths of the zone.
        """
        worth = [math.inf] * len(pairs)
        known = [i for i, (z, _) in enumerate(pairs) if self.total[z] < math.inf]
        known.sort(key=lambda i: self._zones.index(pairs[i][0]))
        if known:
            asked = [pairs[i] for i in known]
            zones = list(dict.fromkeys(z for z, _ in asked))
            graph, penalties = self._packed(zones)
            member = np.array([zones.index(z) for z, _ in asked])
            sums = Probabilities(graph, penalties, self._constrained(asked), member)
            for i, (z, _), score in zip(known, asked, sums.total.tolist(), strict=True):
                worth[i] = max(score - self.total[z], 0.0)
        return worth

    def paths(self, pairs: Sequence[Pair]) -> list[Path | None]:
        """Return the best path that is worth the amount in each zone, None where there is none."""
        found = [self._best.get(pair) for pair in pairs]
        known = [i for i, (z, _) in enumerate(pairs) if found[i] is None and self.total[z] < math.inf]
        if known:
            zones = [pairs[i][0] for i in known]
            graph, penalties = self._packed(zones)
            best = viterbi(graph, penalties, self._constrained([pairs[i] for i in known]))
            starts = _starts(self.graphs, zones)
            for member, (i, penalty) in enumerate(zip(known, best.penalty.tolist(), strict=True)):
                if penalty < math.inf:
                    columns, arcs, _ = best.path(member)
                    found[i] = self._path([arc - starts[member] for arc in arcs], columns)
        return found

    def _longest_first(self, zones: Sequence[int]) -> list[int]:
        """Order zones so that those which end early are quickly left behind."""
        return sorted(zones, key=lambda z: -self.graphs[z].nodes)

    def _path(self, arcs: Sequence[int], columns: Sequence[int]) -> Path:
        return Path(tuple(arcs), tuple(columns), self.notation.text(columns))

    def _constrained(self, pairs: Sequence[Pair]) -> Graph:
        return self.notation.constrained([minor_units for _, minor_units in pairs])

    def _packed(self, zones: Sequence[int]) -> tuple[Graph, Tensor]:
        return _packed([self.graphs[z] for z in zones])


@dataclass(frozen=True)
class FirstLook:
    """What the best path of a zone tells: its misfit, a character's on average, +inf without a path.

    ``doubt`` is a penalty: minus the logarithm of the best amount's share beside the best path through
    ``notation.rival``. ``amount``: what the path is worth, in minor units, None without one. ``digits``: the
    digits it says.
    """

    misfit: float = math.inf
    doubt: float = 0.0
    amount: int | None = None
    digits: str = ""


def first_look(notation: Notation, graphs: Sequence[RecognitionGraph]) -> list[FirstLook]:
    """Return what one recogniser makes of each zone at a glance."""
    looks = [FirstLook()] * len(graphs)
    zones = [z for z, graph in enumerate(graphs) if len(graph.source)]
    if not zones:
        return looks
    packed = _packed([graphs[z] for z in zones])
    best, rival = viterbi(*packed, notation.graph), viterbi(*packed, notation.rival).penalty.tolist()
    for member, (z, start) in enumerate(zip(zones, _starts(graphs, zones), strict=True)):
        columns, arcs, notation_arcs = best.path(member)
        if arcs:
            own = [arc - start for arc in arcs]
            amount = notation.amount(notation_arcs)
            looks[z] = FirstLook(
                _misfit(notation, graphs[z], own, columns, notation_arcs),
                float(np.logaddexp(0.0, float(best.penalty[member]) - rival[member])),
                None if amount is None else amount.minor_units,
                digits_of(notation.text(columns)),
            )
    return looks


def digits_of(text: str) -> str:
    """Return the digits of a text, raised ones among them."""
    return "".join(c for c in text.translate(LOWERED) if c.isdigit())


def _misfit(
    notation: Notation,
    graph: RecognitionGraph,
    arcs: list[int],
    columns: list[int],
    notation_arcs: list[int],
) -> float:
    """Misfit and grammar penalty of a path, by its candidates; over positions by its characters."""
    grammar_penalty = notation.graph.penalty[notation_arcs].sum()
    whole = float(graph.misfits[arcs, columns].sum() + grammar_penalty)
    taken = len(notation.text(columns)) if graph.chain else len(arcs)
    return whole / max(taken, 1)


def _starts(graphs: Sequence[RecognitionGraph], zones: Sequence[int]) -> list[int]:
    """Return where the arcs of each zone begin when they are packed."""
    sizes = [len(graphs[z].source) for z in zones]
    return [end - size for end, size in zip(accumulate(sizes), sizes, strict=True)]


def _packed(parts: Sequence[RecognitionGraph]) -> tuple[Graph, Tensor]:
    graph = pack_arcs(
        [part.nodes for part in parts],
        [len(part.source) for part in parts],
        np.concatenate([part.source for part in parts]),
        np.concatenate([part.target for part in parts]),
    )
    return graph, torch.cat([part.penalties for part in parts])
