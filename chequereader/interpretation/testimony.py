"""What one recogniser says of all zones: totals, the best readings, what an amount is worth, its best path.

Zones go through the graph together. Not for weighing zones or recognisers against each other: see ``vote``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from chequereader.grammar import Amount
from chequereader.graph import Graph, forward, nbest, pack, posteriors, viterbi
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
        zones = [z for z, graph in enumerate(graphs) if len(graph.source)]
        if not zones:
            return
        graph, penalties = self._packed(zones)
        for z, total in zip(zones, forward(graph, penalties, notation.graph).tolist(), strict=True):
            self.total[z] = total
        first = np.cumsum([0] + [len(graphs[z].source) for z in zones]).tolist()
        readings = nbest(graph, penalties, notation.graph, n, notation.key)
        for z, start, found in zip(zones, first, readings, strict=False):
            for rank, (_, columns, arcs, notation_arcs) in enumerate(found):
                if rank == 0:
                    own = [arc - start for arc in arcs]
                    self.misfit[z] = _misfit(notation, graphs[z], own, columns, notation_arcs)
                amount = notation.amount(notation_arcs)
                if amount is not None:
                    self.proposed[z].setdefault(amount.minor_units, amount)

    def worth(self, pairs: Sequence[Pair]) -> list[float]:
        """Return minus the logarithm of each amount's posterior within its zone, +inf where it can't be read.

        E_dforw of eq. (17): all paths worth the amount against all paths of the zone.
        """
        worth = [math.inf] * len(pairs)
        known = [i for i, (z, _) in enumerate(pairs) if self.total[z] < math.inf]
        if known:
            graph, penalties = self._packed([pairs[i][0] for i in known])
            scores = forward(graph, penalties, self._constrained([pairs[i] for i in known]))
            for i, score in zip(known, scores.tolist(), strict=True):
                worth[i] = max(score - self.total[pairs[i][0]], 0.0)
        return worth

    def paths(self, pairs: Sequence[Pair]) -> list[Path | None]:
        """Return the best path that is worth the amount in each zone, None where there is none."""
        found: list[Path | None] = [None] * len(pairs)
        known = [i for i, (z, _) in enumerate(pairs) if self.total[z] < math.inf]
        if known:
            zones = [pairs[i][0] for i in known]
            graph, penalties = self._packed(zones)
            best = viterbi(graph, penalties, self._constrained([pairs[i] for i in known]))
            first = np.cumsum([0] + [len(self.graphs[z].source) for z in zones]).tolist()
            for member, (i, penalty) in enumerate(zip(known, best.penalty.tolist(), strict=True)):
                if penalty < math.inf:
                    columns, arcs, _ = best.path(member)
                    own = tuple(arc - first[member] for arc in arcs)
                    found[i] = Path(own, tuple(columns), self.notation.text(columns))
        return found

    def _constrained(self, pairs: Sequence[Pair]) -> Graph:
        return pack([self.notation.constrained(minor_units) for _, minor_units in pairs])

    def _packed(self, zones: Sequence[int]) -> tuple[Graph, Tensor]:
        return _packed([self.graphs[z] for z in zones])


def arc_posteriors(notation: Notation, graph: RecognitionGraph) -> Tensor:
    """Return the posterior of every column on every arc of a zone, [arcs, columns]."""
    return posteriors(*_packed([graph]), notation.graph)


def misfits(notation: Notation, graphs: Sequence[RecognitionGraph]) -> list[float]:
    """Return how badly the best path of each zone fits, a character of it on average; +inf without one."""
    found = [math.inf] * len(graphs)
    zones = [z for z, graph in enumerate(graphs) if len(graph.source)]
    if not zones:
        return found
    best = viterbi(*_packed([graphs[z] for z in zones]), notation.graph)
    first = np.cumsum([0] + [len(graphs[z].source) for z in zones]).tolist()
    for member, (z, start) in enumerate(zip(zones, first, strict=False)):
        columns, arcs, notation_arcs = best.path(member)
        if arcs:
            own = [arc - start for arc in arcs]
            found[z] = _misfit(notation, graphs[z], own, columns, notation_arcs)
    return found


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


def _packed(parts: Sequence[RecognitionGraph]) -> tuple[Graph, Tensor]:
    graph = pack_arcs(
        [part.nodes for part in parts],
        [len(part.source) for part in parts],
        np.concatenate([part.source for part in parts]),
        np.concatenate([part.target for part in parts]),
    )
    return graph, torch.cat([part.penalties for part in parts])
