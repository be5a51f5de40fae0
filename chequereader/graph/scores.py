"""Scores of packed acyclic graphs: forward penalty, expected cost, posteriors (section VI-C).

One recursion over the levels of the graph gives them all, with a gradient of its own. Not for paths: see
``paths`` and ``strings``; not for segmentation graphs with a grammar, which ``fused`` scores faster.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from chequereader.graph.errors import GraphError, LabelError, UnreachableFinalError
from chequereader.graph.graph import Graph
from chequereader.graph.order import Schedule


def forward_penalty(graph: Graph) -> Tensor:
    """Return -log of the sum of exp(-penalty) over all paths of each member, [members] (eq. 13).

    Differentiable with respect to ``graph.penalty``; +inf with zero gradient for a member without a path.
    Raises :class:`CycleError`, and :class:`PenaltyError` for NaN.
    """
    total, _ = _Expectation.apply(graph.penalty, None, graph)
    return total


def expected_cost(graph: Graph, cost: Tensor) -> Tensor:
    """Return the mean over all paths of the sum of ``cost`` [arcs] along them, [members].

    A path counts exp(-penalty). Differentiable with respect to ``graph.penalty`` and ``cost``; with a cost
    that marks some arcs it is their posterior, differentiable. Raises :class:`UnreachableFinalError` where a
    member has no path.
    """
    if cost.shape != graph.penalty.shape:
        raise GraphError(f"{tuple(cost.shape)} costs for {graph.arcs} arcs")
    total, mean = _Expectation.apply(graph.penalty, cost, graph)
    require_paths(total)
    return mean


def arc_posteriors(graph: Graph) -> Tensor:
    """Return the probability [arcs] that a path passes each arc; zeros where there is no path."""
    with torch.no_grad():
        recursion = Recursion(graph, graph.penalty)
        return recursion.original(recursion.passed(torch.ones_like(recursion.total))[0])


def label_posteriors(graph: Graph, labels: int) -> Tensor:
    """Return how often each label but epsilon is expected on a path, [members, labels]."""
    if graph.label_range[1] >= labels:
        graph.validate(labels)
        raise LabelError(f"a label outside the alphabet of {labels}")
    counts = graph.penalty.new_zeros((graph.members, labels + 1))
    slot = graph.arc_member * (labels + 1) + graph.label + 1
    return counts.view(-1).index_add_(0, slot, arc_posteriors(graph)).view(counts.shape)[:, 1:]


def require_paths(total: Tensor) -> None:
    """Raise :class:`UnreachableFinalError` naming the first member whose total [members] is +inf."""
    missing = (total == torch.inf).nonzero()
    if missing.shape[0]:
        raise UnreachableFinalError(f"member {int(missing[0, 0])} has no path from a start to a final node")


class Recursion:
    """Forward values [nodes] in rank order and, for each sorted arc, its share in the value of its target."""

    def __init__(self, graph: Graph, penalty: Tensor) -> None:
        self.graph = graph
        self.schedule: Schedule = graph.schedule
        schedule = self.schedule
        weight = penalty.index_select(0, schedule.arc_order)
        start = graph.start[schedule.node_order]
        initial = torch.where(start, 0.0, torch.inf).to(weight)
        values = initial.clone()
        for a, b, n, m in schedule.levels:
            target = schedule.place[a:b]
            ways = values.index_select(0, schedule.source[a:b]) + weight[a:b]
            here = values[n:m]
            floor = finite(here.scatter_reduce(0, target, ways, "amin"))
            mass = (floor - here).exp_().index_add_(0, target, (floor.index_select(0, target) - ways).exp_())
            torch.sub(floor, mass.log_(), out=here)
        self.values = values
        ways = values.index_select(0, schedule.source) + weight
        self.share = (finite(values).index_select(0, schedule.target) - ways).exp_()
        self.final = graph.final[schedule.node_order].nonzero()[:, 0]
        self.final_member = graph.node_member[schedule.node_order[self.final]]
        ends = values.index_select(0, self.final)
        floor = ends.new_full((graph.members,), torch.inf).scatter_reduce_(0, self.final_member, ends, "amin")
        floor = finite(floor)
        mass = torch.zeros_like(floor).index_add_(
            0, self.final_member, (floor[self.final_member] - ends).exp_()
        )
        self.total = floor - mass.log_()
        self.final_share = (finite(self.total)[self.final_member] - ends).exp_()
        if not bool((self.total > -torch.inf).all()):
            graph.check_penalties()

    def original(self, of_sorted: Tensor) -> Tensor:
        """Bring something of each sorted arc, [arcs, ...], into the graph's order of arcs."""
        result = torch.empty_like(of_sorted)
        result[self.schedule.arc_order] = of_sorted
        return result

    def means(self, cost: Tensor) -> tuple[Tensor, Tensor]:
        """Mean cost of the ways to each ranked node [nodes], and of the paths of each member [members]."""
        schedule = self.schedule
        mean = torch.zeros_like(self.values)
        for a, b, _, _ in schedule.levels:
            ways = mean.index_select(0, schedule.source[a:b]) + cost[a:b]
            mean.index_add_(0, schedule.target[a:b], ways * self.share[a:b])
        total = torch.zeros_like(self.total)
        total.index_add_(0, self.final_member, mean.index_select(0, self.final) * self.final_share)
        return mean, total

    def passed(self, grad: Tensor) -> tuple[Tensor, Tensor]:
        """Gradient of grad [members] times the totals: at each sorted arc [arcs] and ranked node [nodes]."""
        schedule = self.schedule
        down = torch.zeros_like(self.values)
        down[self.final] = self.final_share * grad.index_select(0, self.final_member)
        at_arc = torch.empty_like(self.share)
        for a, b, _, _ in reversed(schedule.levels):
            at_arc[a:b] = down.index_select(0, schedule.target[a:b]) * self.share[a:b]
            down.index_add_(0, schedule.source[a:b], at_arc[a:b])
        return at_arc, down

    def passed_mean(
        self, cost: Tensor, mean: Tensor, total: Tensor, passes: Tensor, factor: Tensor
    ) -> Tensor:
        """Gradient of ``factor`` [members] times the mean costs at each sorted arc's penalty, [arcs].

        ``mean``, ``total``: what :meth:`means` gave; ``passes``: what :meth:`passed` gave for the factor.
        """
        schedule = self.schedule
        down = torch.zeros_like(self.values)
        excess = mean.index_select(0, self.final) - total.index_select(0, self.final_member)
        # what ends here, not what passes through on to other final nodes
        down[self.final] = -self.final_share * factor.index_select(0, self.final_member) * excess
        excess = mean.index_select(0, schedule.source) + cost - mean.index_select(0, schedule.target)
        at_arc = -passes * excess
        for a, b, _, _ in reversed(schedule.levels):
            at_arc[a:b] += down.index_select(0, schedule.target[a:b]) * self.share[a:b]
            down.index_add_(0, schedule.source[a:b], at_arc[a:b])
        return at_arc


class _Expectation(torch.autograd.Function):
    """Forward penalty and, with a cost, its expectation; each differentiated in one pass back."""

    @staticmethod
    def forward(ctx: Any, penalty: Tensor, cost: Tensor | None, graph: Graph) -> tuple[Tensor, Tensor | None]:
        recursion = Recursion(graph, penalty.detach())
        ctx.recursion = recursion
        if cost is None:
            return recursion.total, None
        ctx.cost = cost.detach().index_select(0, recursion.schedule.arc_order)
        ctx.mean, total = recursion.means(ctx.cost)
        ctx.mean_total = total
        return recursion.total, total

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, of_total: Tensor, of_mean: Tensor | None) -> tuple[Tensor, Tensor | None, None]:
        recursion = ctx.recursion
        gradient, _ = recursion.passed(of_total)
        if of_mean is None:
            return recursion.original(gradient), None, None
        passes, _ = recursion.passed(of_mean)
        gradient = gradient + recursion.passed_mean(ctx.cost, ctx.mean, ctx.mean_total, passes, of_mean)
        return recursion.original(gradient), recursion.original(passes), None


def finite(values: Tensor) -> Tensor:
    """+inf replaced by 0, so that differences to it stay defined where there is no path."""
    return values.masked_fill(values == torch.inf, 0.0)
