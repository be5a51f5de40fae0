"""Sums over the paths of segmentation graphs in probabilities instead of penalties: the quick way of reading.

A level of all members at once is a product with a sparse matrix, on the CPU and without gradients. Where
``fused`` adds logarithms, differences above 700 vanish here: a path that much worse than others to the same
node counts as none. For training, other devices and graphs of any shape see ``fused``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from chequereader.graph.errors import GraphError
from chequereader.graph.graph import Graph
from chequereader.graph.moves import First, Floats, Ints, Moves
from chequereader.graph.order import on_device, spans
from chequereader.graph.pairing import check_labels
from chequereader.graph.rows import Rows


class Probabilities:
    """Segmentation graphs composed with grammars, summed over their paths.

    ``segmentation``: packed; each member's nodes in a row from its only start to its only final node, at most
    one arc from one node to another, and upwards. ``penalties`` [arcs, labels]: what a label costs on an arc,
    beside the arc's own. ``grammar``: acceptors over the labels without epsilon, one for all, or several:
    ``member`` int64 [grammars] tells the segmentation graph that each is composed with. Raises
    :class:`GraphError` for graphs of another shape, and its kinds as :func:`viterbi` does.
    """

    def __init__(
        self, segmentation: Graph, penalties: Tensor, grammar: Graph, member: Ints | None = None
    ) -> None:
        check_labels(grammar, penalties.shape[1])
        grammar.check_penalties()
        self.segmentation, self.penalties, self.grammar = segmentation, penalties, grammar
        self._row = Rows(segmentation, penalties)
        copies = segmentation.members if member is None else 1
        if member is None and grammar.members != 1:
            raise GraphError(f"{grammar.members} grammars: tell the segmentation graph of each")
        self._moves = Moves(grammar, copies)
        self.member = np.arange(copies) if member is None else member
        self._last = self._row.last[self.member]
        # how many grammars, from the first, have yet to end at each level: longest first is quickest
        going = np.zeros(self._row.levels, np.int64)
        np.maximum.at(going, self._last, np.arange(1, len(self.member) + 1))
        self._going = np.maximum.accumulate(going[::-1])[::-1]
        self._column = self.member[self._moves.block] * self._row.labels + self._moves.label

    @cached_property
    def total(self) -> Floats:
        """Forward penalty of all paths of each grammar, [grammars], +inf without one (eq. 13)."""
        moves = self._moves
        values, _, unit = self._forward
        ends = values[self._last[moves.state_block], np.arange(moves.states)] * moves.final
        with np.errstate(divide="ignore"):
            mass = np.log(np.add.reduceat(ends, moves.first_state))
        return unit[self._last, np.arange(len(mass))] - mass

    def posteriors(self, member: int) -> Tensor:
        """Return how probable it is that a path of a member takes each label on each arc, [arcs, labels].

        Of one grammar for all. It is the gradient of the total.
        """
        row, own = self._row, self._moves.block == member
        slots = row.arc[row.level, row.lag, member] >= 0
        shares = self._posterior[slots][:, own]
        column = np.arange(len(shares))[:, None] * row.labels + self._moves.label[own]
        found = np.bincount(column.ravel(), shares.ravel(), len(shares) * row.labels)
        order = np.argsort(row.arc[row.level[slots], row.lag[slots], member])
        return torch.from_numpy(found.reshape(-1, row.labels)[order]).to(self.penalties)

    def likely(self, margin: float | Floats) -> Graph:
        """Return what is composed, without arcs that paths take with a probability below exp(-margin).

        Of one grammar for all; ``margin`` is a number or [members], at minus infinity the member stays
        empty. Every path is in it whose penalty is at most the total plus ``margin``. Like ``interpret``'s:
        penalties are the sum of all three kinds; ``origin`` int64 [arcs, 2] names the segmentation arc and
        the grammar arc.
        """
        row, moves = self._row, self._moves
        values, passed, _ = self._forward
        least = np.broadcast_to(np.exp(-np.asarray(margin)), len(self.member)).take(moves.block)
        slot, group = np.nonzero(self._posterior >= least)
        at, move = spans(moves.first[group], moves.first[group + 1])
        slot, group = slot[at], group[at]
        level, lag = row.level[slot], row.lag[slot]
        share = values[level - lag, moves.source[move]] * moves.weight[move] / passed[level - lag, group]
        wide = self._posterior[slot, group] * share >= least[group]
        group, move, level, lag = group[wide], move[wide], level[wide], lag[wide]
        arc, grammar_arc = row.arc[level, lag, moves.block[group]], moves.order[move]
        begin = moves.key(level - lag, moves.source[move], row.levels)
        end = moves.key(level, moves.target[group], row.levels)
        nodes = np.unique(np.concatenate([begin, end]))
        block, level, state = moves.node(nodes, row.levels)
        arcs, grammar_arcs, source, target, member, start, final = on_device(
            self.penalties.device,
            arc,
            grammar_arc,
            np.searchsorted(nodes, begin),
            np.searchsorted(nodes, end),
            block,
            (level == 0) & (moves.start[state] > 0),
            (level == row.last[block]) & (moves.final[state] > 0),
        )
        label = self.grammar.label[grammar_arcs]
        penalty = self.penalties[arcs, label] + self.segmentation.penalty[arcs]
        penalty = penalty + self.grammar.penalty[grammar_arcs]
        members, origin = self.segmentation.members, torch.stack([arcs, grammar_arcs], 1)
        return Graph(source, target, label, penalty, member, start, final, members, origin)

    @cached_property
    def _forward(self) -> tuple[Floats, Floats, Floats]:
        """Values [levels, states], what they pass on [levels, groups], minus the logarithm of their unit."""
        row, moves = self._row, self._moves
        values = np.zeros((row.levels, moves.states))
        passed = np.zeros((row.levels, moves.groups))
        unit = np.zeros((row.levels, len(self.member)))
        values[0] = moves.start
        passed[0] = moves.of_first(len(self.member)).out @ values[0]
        for level in range(1, row.levels):
            some = moves.of_first(self._going[level])
            steps = [(level - lag, level, lag) for lag in row.lags(level)]
            sums, least = self._summed(some, passed, unit, steps)
            here = some.into @ sums
            unit[level, : some.grammars] = self._scaled(some, here, least)
            values[level, : some.states] = here
            passed[level, : some.groups] = some.out @ here
        return values, passed, unit

    @cached_property
    def _backward(self) -> tuple[Floats, Floats]:
        """What lies behind each group [levels, groups], minus the logarithm of its unit."""
        row, moves = self._row, self._moves
        behind = np.zeros((row.levels, moves.groups))
        unit = np.zeros((row.levels, len(self.member)))
        for level in reversed(range(row.levels)):
            some = moves.of_first(self._going[level])
            steps = [(level + lag, level + lag, lag) for lag in row.lags_from(level)]
            sums, least = self._summed(some, behind, unit, steps)
            here = moves.back_of_first(self._going[level]) @ sums
            ends = (self._last[: some.grammars] == level).take(moves.state_block[: some.states])
            here += ends * moves.final[: some.states]
            unit[level, : some.grammars] = self._scaled(some, here, least)
            behind[level, : some.groups] = here.take(moves.target[: some.groups])
        return behind, unit

    @cached_property
    def _posterior(self) -> Floats:
        """How probable each group is on the arcs of each lag into each level, [slots, groups]."""
        row, moves = self._row, self._moves
        _, passed, unit = self._forward
        behind, unit_behind = self._backward
        found = np.zeros((len(row.level), moves.groups))
        for going in np.unique(self._going).tolist():
            slots = np.flatnonzero(self._going[row.level] == going)
            if not len(slots):
                continue
            groups = moves.of_first(going).groups
            level, lag = row.level[slots], row.lag[slots]
            paid = unit[level - lag] + row.least[level, lag] + unit_behind[level]
            possible = (paid < np.inf) & (self.total < np.inf)
            factor = np.subtract(self.total, paid, where=possible, out=np.full(paid.shape, -np.inf))
            shares = passed[level - lag, :groups] * behind[level, :groups]
            shares *= row.emission[level, lag].take(self._column[:groups], axis=1)
            shares *= np.exp(factor).take(moves.block[:groups], axis=1)
            found[slots, :groups] = shares
        return found

    def _summed(
        self, some: First, values: Floats, unit: Floats, steps: Sequence[tuple[int, int, int]]
    ) -> tuple[Floats, Floats]:
        """Sum [groups] of values at some levels, each over the arcs of a lag into a level, and its unit."""
        row, block = self._row, self._moves.block[: some.groups]
        sums, least = np.zeros(some.groups), np.zeros(some.grammars)
        if not steps:
            return sums, least
        member, column = self.member[: some.grammars], self._column[: some.groups]
        paid = np.stack(
            [unit[at, : some.grammars] + row.least[level, lag, member] for at, level, lag in steps]
        )
        least = paid.min(axis=0)
        least[least == np.inf] = 0.0
        for (at, level, lag), factor in zip(steps, np.exp(least - paid), strict=True):
            part = row.emission[level, lag].take(column)
            part *= values[at, : some.groups]
            if len(steps) > 1:
                part *= factor.take(block)
            sums += part
        return sums, least

    def _scaled(self, some: First, values: Floats, unit: Floats) -> Floats:
        """Divide values [states] in place by the largest of their grammar; return the new unit."""
        top = np.maximum.reduceat(values, self._moves.first_state[: some.grammars])
        top[top == 0.0] = 1.0
        values *= (1.0 / top).take(self._moves.state_block[: some.states])
        return unit - np.log(top)
