"""What the ink of a MICR line says where any text is as likely as another: best text, shares of texts.

The recursions of the free grammar, which has no more than "something was read" to remember, for one line at
a time. Not for other grammars (``chequereader.graph`` composes them) and not for training: no gradients.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from chequereader.micr.grammar import RUBBISH_PENALTY
from chequereader.micr.segmenter import MicrSegmentation

Floats = NDArray[np.float64]


class InkTexts:
    """All texts of at least one character that a line may say.

    ``cost`` [arcs, labels]: the penalties of the line's candidates, of which some label's is finite on each.
    Sums are taken in units of the best path to each cut, so that no logarithm is needed on the way.
    """

    def __init__(self, line: MicrSegmentation, cost: NDArray[np.float32]) -> None:
        self.line = line
        self.cost = cost.astype(np.float64)
        rubbish = line.font.labels.rubbish
        self._skipped = self.cost[:, rubbish] + RUBBISH_PENALTY
        self._characters = self.cost[:, :rubbish]
        self._arcs = list(zip(line.source.tolist(), line.target.tolist(), strict=True))

    @property
    def best(self) -> list[tuple[int, int]]:
        """The characters of the best path as candidates with their labels; none without a path."""
        return self._found[1]

    @property
    def least(self) -> float:
        """Penalty of the best path, +inf without one."""
        return self._found[0]

    @cached_property
    def total(self) -> float:
        """Forward penalty of all texts (eq. 13)."""
        skip, character = self._weight(self._skipped), self._weight(self._characters).sum(axis=1)
        return self._summed(np.stack([skip, skip + character], axis=1), character[:, None])

    def penalty(self, text: str) -> float:
        """Return the forward penalty of all paths that say a text of the type's labels, +inf without one."""
        wanted = self.cost[:, self.line.font.labels.encode(text)]
        return self._summed(self._weight(self._skipped)[:, None], self._weight(wanted))

    @cached_property
    def _found(self) -> tuple[float, list[tuple[int, int]]]:
        labels = self._characters.argmin(axis=1).tolist()
        taken, skipped = self._characters.min(axis=1).tolist(), self._skipped.tolist()
        # at each cut: the least penalty without and with a character so far, and the last one's arc
        nothing = [0.0] + [np.inf] * (self.line.cuts - 1)
        something = [np.inf] * self.line.cuts
        last = [-1] * self.line.cuts
        before = [-1] * len(taken)  # the arc of the character before an arc's own
        for arc, (source, target) in enumerate(self._arcs):
            nothing[target] = min(nothing[target], nothing[source] + skipped[arc])
            if something[source] + skipped[arc] < something[target]:
                something[target], last[target] = something[source] + skipped[arc], last[source]
            if min(nothing[source], something[source]) + taken[arc] < something[target]:
                something[target] = min(nothing[source], something[source]) + taken[arc]
                last[target] = arc
                before[arc] = last[source] if something[source] < nothing[source] else -1
        path, arc = [], last[-1]
        while arc >= 0:
            path.append((arc, labels[arc]))
            arc = before[arc]
        return something[-1], path[::-1]

    @cached_property
    def _reached(self) -> list[float]:
        """Penalty of the best path to each cut."""
        cheapest = np.minimum(self._characters.min(axis=1), self._skipped).tolist()
        least = [0.0] + [np.inf] * (self.line.cuts - 1)
        for (source, target), cost in zip(self._arcs, cheapest, strict=True):
            least[target] = min(least[target], least[source] + cost)
        return least

    def _weight(self, penalty: Floats) -> Floats:
        """Return what arcs [arcs, ...] multiply sums by that are in units of the best path to a cut."""
        least = np.array(self._reached)
        gain = least[self.line.target] - least[self.line.source]
        return np.exp((gain - penalty.T).T)

    def _summed(self, stay: Floats, advance: Floats) -> float:
        """Forward penalty of all ways from the first to the last of a chain of states.

        ``stay`` [arcs, states or 1] and ``advance`` [arcs, states - 1] weigh staying in a state and going on
        to the next.
        """
        sums = np.zeros((self.line.cuts, advance.shape[1] + 1))
        sums[0, 0] = 1.0
        for (source, target), stays, advances in zip(self._arcs, stay, advance, strict=True):
            there = sums[target]
            there += sums[source] * stays
            there[1:] += sums[source, :-1] * advances
        with np.errstate(divide="ignore"):
            return float(self._reached[-1] - np.log(sums[-1, -1]))
