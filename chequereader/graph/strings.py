"""The n best label strings of packed acyclic graphs.

Strings, not paths: of the paths with one string only the best counts. Loops run over depth. For segmentation
graphs with a grammar see ``interpretation.nbest``.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from chequereader.graph.errors import GraphError
from chequereader.graph.graph import EPSILON, Graph
from chequereader.graph.order import on_host, spans
from chequereader.graph.paths import Paths, best_remaining, best_values, paths_of

MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
"""Strings are told apart by 64-bit hashes: among a million strings two collide with probability 3e-8."""

SLACK = 1e-5
"""Share of a penalty by which sums in another order may differ; what is that close to the margin stays in."""


def nbest_paths(graph: Graph, n: int, key: Tensor | None = None, margin: Tensor | float = math.inf) -> Paths:
    """Return the best paths with the ``n`` best distinct label strings of each member, best first.

    Strings worse than the best by more than ``margin`` (a number or [members]) are left out; a small margin
    makes the search fast.

    ``key`` int64 [labels] maps labels before strings are compared, ``EPSILON`` leaving a label out (rubbish,
    say); epsilon arcs are left out always. A member has fewer paths where it has fewer strings. Raises
    :class:`CycleError`; :class:`PenaltyError` for NaN.
    """
    if n < 1:
        raise GraphError(f"{n} best paths: ask for at least one")
    graph.check_penalties()
    search = _Search(graph, n, _symbols(graph, key), margin)
    search.run()
    return search.paths()


def _symbols(graph: Graph, key: Tensor | None) -> np.ndarray:
    """What each arc adds to its string: 0 for nothing, else at least 1."""
    label = graph.label
    if key is not None:
        if graph.label_range[1] >= key.shape[0]:
            graph.validate(key.shape[0])
        label = torch.cat([key.to(label.device), label.new_tensor([EPSILON])])[label]
    return (label + 1).cpu().numpy().astype(np.uint64)


def _best(group: np.ndarray, string: np.ndarray, penalty: np.ndarray, n: int) -> np.ndarray:
    """Indices of the n best distinct strings of each group, by group and penalty."""
    if group.shape[0] == 0:
        return np.zeros(0, dtype=np.int64)
    by_penalty = np.argsort(penalty, kind="stable")
    kind = _mixed(string[by_penalty] + group[by_penalty].astype(np.uint64))
    by_kind = np.argsort(kind)
    kind = kind[by_kind]
    first = np.concatenate([[0], np.nonzero(kind[1:] != kind[:-1])[0] + 1])
    best = np.sort(np.minimum.reduceat(by_kind, first))
    kept = by_penalty[best]
    kept = kept[np.argsort(group[kept], kind="stable")]
    place = np.arange(kept.shape[0]) - np.searchsorted(group[kept], group[kept])
    return kept[place < n]


def _mixed(value: np.ndarray) -> np.ndarray:
    """Scramble uint64 hashes one to one."""
    value = value * MULTIPLIER
    return value ^ (value >> np.uint64(32))


class _Search:
    """Keeps at each node the n best distinct strings that lead to it, level by level.

    Hypotheses have a penalty, the hash of their string, their last (sorted) arc and the hypothesis before it,
    -1 at a start; those of one ranked node stand together, from ``first`` to ``end``.
    """

    def __init__(self, graph: Graph, n: int, symbols: np.ndarray, margin: Tensor | float) -> None:
        self.graph, self.n = graph, n
        schedule = graph.schedule
        allowed = best_values(graph).total + torch.as_tensor(margin, device=graph.device)
        slack = SLACK * (1 + allowed.abs()).nan_to_num(posinf=1.0)
        of_node = (allowed + slack)[graph.node_member[schedule.node_order]] - best_remaining(graph)
        # finite, so that no hypothesis of an infinite penalty is within it
        self.bound = np.minimum(on_host(of_node.double())[0], np.finfo(np.float64).max)
        self.levels = schedule.levels
        self.source, self.target, self.arc_order = on_host(
            schedule.source, schedule.target, schedule.arc_order
        )
        self.node_order, weight, start = on_host(schedule.node_order, graph.penalty, graph.start)
        self.symbol = symbols[self.arc_order]
        self.weight = weight[self.arc_order].astype(np.float64)
        self.opening = np.nonzero(start[self.node_order])[0]
        self.first = np.zeros(graph.nodes, dtype=np.int64)
        self.end = np.zeros(graph.nodes, dtype=np.int64)
        self.count = 0
        room = graph.nodes * n
        self.penalty = np.empty(room)
        self.string = np.empty(room, dtype=np.uint64)
        self.arc = np.empty(room, dtype=np.int64)
        self.previous = np.empty(room, dtype=np.int64)

    def run(self) -> None:
        """Search all levels."""
        bottom = self.levels[0].node if self.levels else self.graph.nodes
        nothing = np.zeros(0, dtype=np.int64)
        self._keep(0, bottom, nothing, nothing)
        for a, b, n, m in self.levels:
            arc, previous = spans(self.first[self.source[a:b]], self.end[self.source[a:b]])
            self._keep(n, m, arc + a, previous)

    def _keep(self, low: int, high: int, arc: np.ndarray, previous: np.ndarray) -> None:
        """Keep the best of the hypotheses that arcs lead to nodes low:high, and of those that start there."""
        penalty, node = self.penalty[previous] + self.weight[arc], self.target[arc]
        near = np.flatnonzero(penalty <= self.bound[node])
        arc, previous, penalty, node = arc[near], previous[near], penalty[near], node[near]
        before, symbol = self.string[previous], self.symbol[arc]
        string = np.where(symbol == 0, before, _mixed(before + symbol))
        opening = self.opening[slice(*np.searchsorted(self.opening, (low, high)))]
        opening = opening[self.bound[opening] >= 0.0]
        if opening.shape[0]:
            none = np.full(opening.shape[0], -1)
            penalty = np.concatenate([penalty, np.zeros(opening.shape[0])])
            string = np.concatenate([string, np.ones(opening.shape[0], np.uint64)])
            node = np.concatenate([node, opening])
            arc, previous = np.concatenate([arc, none]), np.concatenate([previous, none])
        kept = _best(node, string, penalty, self.n)
        place = slice(self.count, self.count + kept.shape[0])
        self.penalty[place], self.string[place] = penalty[kept], string[kept]
        self.arc[place], self.previous[place] = arc[kept], previous[kept]
        begin = self.count + np.searchsorted(node[kept], np.arange(low, high + 1))
        self.first[low:high], self.end[low:high] = begin[:-1], begin[1:]
        self.count = place.stop

    def paths(self) -> Paths:
        """Return the best of what leads to the final nodes, traced back."""
        graph = self.graph
        final, node_member = on_host(graph.final, graph.node_member)
        final = np.nonzero(final[self.node_order])[0]
        which, hypothesis = spans(self.first[final], self.end[final])
        member = node_member[self.node_order[final]][which]
        kept = _best(member, self.string[hypothesis], self.penalty[hypothesis], self.n)
        member, hypothesis = member[kept], hypothesis[kept]
        path = np.arange(hypothesis.shape[0])
        steps: list[tuple[np.ndarray, ...]] = []
        while True:
            going = self.arc[hypothesis] >= 0
            path, hypothesis = path[going], hypothesis[going]
            if path.shape[0] == 0:
                break
            steps.append((path, self.arc_order[self.arc[hypothesis]]))
            hypothesis = self.previous[hypothesis]
        return paths_of(graph, steps, member)
