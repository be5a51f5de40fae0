"""Paths of packed acyclic graphs: the best one of each member, and random ones.

For the n best see ``strings``; for scores that sum over all paths see ``scores``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from chequereader.graph.graph import EPSILON, Graph
from chequereader.graph.order import on_device, on_host
from chequereader.graph.scores import Recursion, finite, require_paths
from chequereader.graph.walk import draw, joined, pick, window


@dataclass(frozen=True, eq=False)
class Paths:
    """Paths one after the other: path i is ``arcs[offset[i]:offset[i + 1]]``.

    ``penalty`` [paths], differentiable, +inf where there is none; ``arcs``, ``labels`` int64 [steps];
    ``offset`` int64 [paths + 1]; ``member`` int64 [paths].
    """

    penalty: Tensor
    arcs: Tensor
    labels: Tensor
    offset: Tensor
    member: Tensor

    def path(self, index: int) -> list[int]:
        """Return the arcs of one path."""
        return self.arcs[self.offset[index] : self.offset[index + 1]].tolist()

    def string(self, index: int) -> list[int]:
        """Return the labels of one path without epsilon."""
        labels = self.labels[self.offset[index] : self.offset[index + 1]]
        return labels[labels != EPSILON].tolist()


class BestValues(NamedTuple):
    """Least penalties of the ways to the ranked nodes; ``weight`` [arcs] is that of the sorted arcs."""

    values: Tensor
    initial: Tensor
    weight: Tensor
    final: Tensor
    final_member: Tensor
    total: Tensor


@torch.no_grad()
def best_values(graph: Graph) -> BestValues:
    """Return the least penalties at the nodes and ``total`` [members] (eq. 10), without gradients.

    Raises :class:`CycleError`, and :class:`PenaltyError` for NaN.
    """
    schedule = graph.schedule
    weight = graph.penalty.index_select(0, schedule.arc_order)
    initial = torch.where(graph.start[schedule.node_order], 0.0, torch.inf).to(weight)
    values = initial.clone()
    for a, b, n, m in schedule.levels:
        ways = values.index_select(0, schedule.source[a:b]) + weight[a:b]
        values[n:m].scatter_reduce_(0, schedule.place[a:b], ways, "amin")
    final = graph.final[schedule.node_order].nonzero()[:, 0]
    member = graph.node_member[schedule.node_order[final]]
    total = values.new_full((graph.members,), torch.inf)
    total.scatter_reduce_(0, member, values[final], "amin")
    if not bool((total > -torch.inf).all()):
        graph.check_penalties()
    return BestValues(values, initial, weight, final, member, total)


@torch.no_grad()
def best_remaining(graph: Graph) -> Tensor:
    """Return the least penalty of the ways from each ranked node to a final one, [nodes]."""
    schedule = graph.schedule
    weight = graph.penalty.index_select(0, schedule.arc_order)
    ahead = torch.where(graph.final[schedule.node_order], 0.0, torch.inf).to(weight)
    for a, b, _, _ in reversed(schedule.levels):
        ways = ahead.index_select(0, schedule.target[a:b]) + weight[a:b]
        ahead.scatter_reduce_(0, schedule.source[a:b], ways, "amin")
    return ahead


def best_path(graph: Graph) -> Paths:
    """Return the path of least penalty of each member (eq. 10); +inf and no arcs where there is none.

    Raises :class:`CycleError`, and :class:`PenaltyError` for NaN.
    """
    best = best_values(graph)
    schedule, values, total = graph.schedule, best.values, best.total
    ends, member = best.final, best.final_member
    hit = ((values[ends] == total[member]) & (total[member] < torch.inf)).nonzero()[:, 0]
    hit_member, hit_node = on_host(member[hit], ends[hit])
    members, unique = np.unique(hit_member, return_index=True)
    node = hit_node[unique]
    value, opening, cost = on_host(values, best.initial, best.weight)
    source, first, order = on_host(schedule.source, schedule.first, schedule.arc_order)
    steps: list[tuple[np.ndarray, ...]] = []
    while True:
        going = opening[node] != value[node]
        members, node = members[going], node[going]
        if node.shape[0] == 0:
            break
        ways, closed = window(first, node, schedule.in_degree)
        arc = pick(ways, closed, value[source[ways]] + cost[ways])
        steps.append((members, order[arc]))
        node = source[arc]
    paths = paths_of(graph, steps, np.arange(graph.members))
    return replace(paths, penalty=paths.penalty.masked_fill(total == torch.inf, torch.inf))


def random_paths(graph: Graph, count: int, generator: np.random.Generator) -> Paths:
    """Return ``count`` paths of each member, drawn with probability proportional to exp(-penalty).

    Paths of a member stand together. Raises :class:`UnreachableFinalError` where a member has no path.
    """
    with torch.no_grad():
        recursion = Recursion(graph, graph.penalty.detach())
    require_paths(recursion.total)
    schedule = recursion.schedule
    share, final_share = on_host(recursion.share.double(), recursion.final_share.double())
    source, first, order = on_host(schedule.source, schedule.first, schedule.arc_order)
    opening = finite(recursion.values).exp() * graph.start[schedule.node_order]
    final, final_member, opens = on_host(recursion.final, recursion.final_member, opening)
    by_member = np.argsort(final_member, kind="stable")
    bound = np.searchsorted(final_member[by_member], np.arange(graph.members + 1))
    member = np.repeat(np.arange(graph.members), count)
    ends = draw(np.cumsum(final_share[by_member]), bound[member], bound[member + 1], generator)
    node = final[by_member[ends]]
    summed = np.cumsum(share)
    path = np.arange(member.shape[0])
    steps: list[tuple[np.ndarray, ...]] = []
    while True:
        going = generator.random(node.shape[0]) >= opens[node]
        path, node = path[going], node[going]
        if node.shape[0] == 0:
            break
        arc = draw(summed, first[node], first[node + 1], generator)
        steps.append((path, order[arc]))
        node = source[arc]
    return paths_of(graph, steps, member)


def paths_of(graph: Graph, steps: list[tuple[np.ndarray, ...]], member: np.ndarray) -> Paths:
    """Return the paths of a walk back: steps of (path, arc) arrays, and the member [paths] of each path."""
    path, arcs, members = on_device(graph.device, *joined(steps, 2), member)
    offset = torch.searchsorted(path, torch.arange(member.shape[0] + 1, device=graph.device))
    penalty = graph.penalty.new_zeros(member.shape[0])
    penalty = penalty.index_add(0, path, graph.penalty.index_select(0, arcs))
    return Paths(penalty, arcs, graph.label[arcs], offset, members)
