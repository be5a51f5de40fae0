"""Segmentation graphs whose nodes stand in a row: their arcs by where they end and how far back they began.

The layout behind ``probabilities``, where all members advance by a level at a time; see ``order`` for graphs
of any shape.
"""

from __future__ import annotations

import numpy as np
from torch import Tensor

from chequereader.graph.errors import GraphError, PenaltyError
from chequereader.graph.graph import Graph
from chequereader.graph.order import on_host


class Rows:
    """Arcs of segmentation graphs by level and lag: the place of their target, and how far back they began.

    ``arc`` int64 [levels, lags, members], -1 for none; ``emission`` [levels, lags, members * labels] is
    exp(least - penalty), nought for none, with ``least`` [levels, lags, members]. ``level``, ``lag`` int64
    [slots]: those that have arcs. ``last`` int64 [members]: of each one's last node.
    """

    def __init__(self, segmentation: Graph, penalties: Tensor) -> None:
        source, target, offset, start, final = on_host(
            segmentation.source,
            segmentation.target,
            segmentation.node_offset,
            segmentation.start,
            segmentation.final,
        )
        (cost,) = on_host(penalties + segmentation.penalty[:, None])
        member = on_host(segmentation.node_member)[0][source]
        self.last = np.diff(offset) - 1
        self.labels = cost.shape[1]
        level, lag = target - offset[member], target - source
        self.levels, lags = int(self.last.max()) + 1, int(lag.max(initial=1)) + 1
        self.arc = np.full((self.levels, lags, segmentation.members), -1)
        ends = np.zeros_like(start), np.zeros_like(final)
        ends[0][offset[:-1]], ends[1][offset[1:] - 1] = True, True
        in_a_row = (self.last >= 0).all() and (lag > 0).all()
        if not in_a_row or (start != ends[0]).any() or (final != ends[1]).any():
            raise GraphError("nodes don't stand in a row from one start to one final node: see fused")
        self.arc[level, lag, member] = np.arange(len(source))
        if np.count_nonzero(self.arc >= 0) != len(source):
            raise GraphError("two arcs lead from one node to another: see fused")
        wrong = ~(cost > -np.inf).all(axis=1)
        if wrong.any():
            name = segmentation.arc_name(int(wrong.argmax()))
            raise PenaltyError(f"{name} has a NaN or -inf among its penalties")
        least = cost.min(axis=1, initial=np.inf)
        self.least = np.full(self.arc.shape, np.inf)
        self.least[level, lag, member] = least
        emission = np.zeros((*self.arc.shape, self.labels))
        open_ = least < np.inf
        emission[level[open_], lag[open_], member[open_]] = np.exp(least[open_, None] - cost[open_])
        self.emission = emission.reshape(self.levels, lags, -1)
        # where any member has an arc
        self.level, self.lag = np.nonzero((self.arc >= 0).any(axis=2))
        self._lags: list[list[int]] = [[] for _ in range(self.levels)]
        for level_, lag_ in zip(self.level.tolist(), self.lag.tolist(), strict=True):
            self._lags[level_].append(lag_)

    def lags(self, level: int) -> list[int]:
        """How far back the arcs into a level began."""
        return self._lags[level]

    def lags_from(self, level: int) -> list[int]:
        """How far the arcs from a level lead."""
        ahead = range(1, min(self.arc.shape[1], self.levels - level))
        return [lag for lag in ahead if lag in self._lags[level + lag]]
