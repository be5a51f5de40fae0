"""Values at every (node, state) of a segmentation graph composed with a grammar, level by level.

The recursions behind ``fused`` and ``interpretation``; not an interface of its own. Nodes stand in the rank
order of the segmentation graph's schedule, arcs in its sorted order.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from chequereader.graph.errors import GraphError, PenaltyError
from chequereader.graph.graph import Graph
from chequereader.graph.order import Level, Schedule, on_host
from chequereader.graph.pairing import MemberPairing, Pairing, pairing
from chequereader.graph.scores import finite
from chequereader.graph.walk import joined, pick, window

PAIRS_AT_ONCE = 1 << 18
"""Pairs of arcs whose costs are worked out together: few levels of many members, many levels of few."""


class Trellis:
    """Values at (node, state) of the composed graph, nodes in the rank order of the segmentation graph."""

    def __init__(self, segmentation: Graph, penalties: Tensor, grammar: Graph) -> None:
        if penalties.shape[0] != segmentation.arcs or penalties.dim() != 2:
            raise GraphError(
                f"penalties {tuple(penalties.shape)} for {segmentation.arcs} arcs: give [arcs, labels]"
            )
        self.segmentation = segmentation
        self.grammar = grammar
        self.schedule: Schedule = segmentation.schedule
        order = self.schedule.arc_order
        self.emission_tracked = (penalties + segmentation.penalty[:, None]).index_select(0, order)
        self.grammar_tracked = grammar.penalty.index_select(0, grammar.incoming.order)
        self.emission, penalty = self.emission_tracked.detach(), self.grammar_tracked.detach()
        self.pairing: Pairing = pairing(grammar, penalty, segmentation.members, penalties.shape[1])
        self.member = segmentation.node_member[self.schedule.node_order]
        self.grammar_of = (
            self.member if isinstance(self.pairing, MemberPairing) else torch.zeros_like(self.member)
        )
        self.arc_grammar = self.grammar_of[self.schedule.target]
        start = segmentation.start[self.schedule.node_order]
        open_ = start[:, None] & self.pairing.start[self.grammar_of]
        self.initial = torch.where(open_, 0.0, torch.inf).to(self.emission)
        self.final_nodes = segmentation.final[self.schedule.node_order].nonzero()[:, 0]
        self.final_member = self.member[self.final_nodes]
        self.final_closed = ~self.pairing.final[self.grammar_of[self.final_nodes]]

    def _blocks(self) -> list[list[Level]]:
        """Levels in runs that together have few enough pairs for their costs to be worked out at once."""
        blocks: list[list[Level]] = []
        width = self.pairing.by_source.shape[-1]
        for level in self.schedule.levels:
            if not blocks or (level.arc_end - blocks[-1][0].arc) * width > PAIRS_AT_ONCE:
                blocks.append([])
            blocks[-1].append(level)
        return blocks

    def _steps(self, backwards: bool = False) -> Iterator[tuple[Level, Tensor, Tensor, Tensor, Tensor]]:
        """Each level, and of its arcs: source ranks, places of the targets, grammars, costs of the pairs."""
        schedule, turn = self.schedule, -1 if backwards else 1
        for block in self._blocks()[::turn]:
            low, high = block[0].arc, block[-1].arc_end
            costs = self.pairing.costs(self.emission[low:high], self.arc_grammar[low:high])
            for level in block[::turn]:
                a, b = level.arc, level.arc_end
                part = self.pairing.part(costs, a - low, b - low)
                yield level, schedule.source[a:b], schedule.place[a:b], self.arc_grammar[a:b], part

    @cached_property
    def best(self) -> tuple[Tensor, Tensor]:
        """Least penalties: values [nodes, states], and ``into`` [arcs, states] through each sorted arc."""
        grammar, values = self.pairing, self.initial.clone()
        into = values.new_empty((self.segmentation.arcs, self.pairing.states))
        for (a, b, n, m), source, target, member, costs in self._steps():
            pairs = grammar.spread(values.index_select(0, source), grammar.by_source, member).add_(costs)
            into[a:b] = grammar.smallest(pairs, grammar.by_target, member)
            index = target[:, None].expand(b - a, values.shape[1])
            values[n:m].scatter_reduce_(0, index, into[a:b], "amin")
        return values, into

    def pairs_within(self, margin: Tensor) -> tuple[Tensor, Tensor]:
        """Pairs on a path no worse than its member's best by more than ``margin`` [members].

        Gives the sorted segmentation arc and the sorted grammar arc of each.
        """
        grammar = self.pairing
        values, _ = self.best
        bound = (self.total_best(values) + margin)[self.member[self.schedule.target]]
        ahead = torch.full_like(values, torch.inf)
        closed = self.final_closed.logical_not().nonzero()
        ahead[self.final_nodes[closed[:, 0]], closed[:, 1]] = 0.0
        kept = []
        for (a, b, n, m), source, target, member, costs in self._steps(backwards=True):
            after = grammar.spread(ahead[n:m].index_select(0, target), grammar.by_target, member)
            pairs = after.add_(costs)
            least = grammar.smallest(pairs, grammar.by_source, member)
            ahead.scatter_reduce_(0, source[:, None].expand(least.shape), least, "amin")
            pairs += grammar.spread(values.index_select(0, source), grammar.by_source, member)
            arc, grammar_arc = grammar.within(pairs, bound[a:b], member)
            kept.append((arc + a, grammar_arc))
        if not kept:
            return (self.schedule.arc_order[:0],) * 2
        arcs, grammar_arcs = (torch.cat(parts) for parts in zip(*kept, strict=True))
        return arcs, grammar_arcs

    def empty_paths(self, margin: Tensor) -> Tensor:
        """Pairs ``node * states + state`` that start and end a path without arcs."""
        closed = ~self.pairing.final[self.grammar_of]
        both = (self.initial == 0.0) & ~closed
        both &= self.segmentation.final[self.schedule.node_order, None]
        both &= (margin >= 0.0).expand(self.segmentation.members)[self.member, None]
        rank, state = both.nonzero(as_tuple=True)
        return self.schedule.node_order[rank] * self.pairing.states + state

    def final_values(self, values: Tensor) -> Tensor:
        """Values [final nodes, states], +inf where the grammar may not end."""
        return values.index_select(0, self.final_nodes).masked_fill_(self.final_closed, torch.inf)

    def total_best(self, values: Tensor) -> Tensor:
        """Least penalty of each member, [members]."""
        least = values.new_full((self.segmentation.members,), torch.inf)
        least.scatter_reduce_(0, self.final_member, self.final_values(values).amin(1), "amin")
        return self._checked(least)

    def logadd(self) -> tuple[Tensor, Tensor, Tensor]:
        """Forward penalties: values [nodes, states], ``into`` [arcs, states], totals [members]."""
        grammar, values = self.pairing, self.initial.clone()
        into = values.new_empty((self.segmentation.arcs, self.pairing.states))
        for (a, b, n, m), source, target, member, costs in self._steps():
            pairs = grammar.spread(values.index_select(0, source), grammar.by_source, member).add_(costs)
            least = finite(grammar.smallest(pairs, grammar.by_target, member))
            weights = grammar.spread(least, grammar.by_target, member).sub_(pairs).exp_()
            part = least - grammar.total(weights, grammar.by_target, member, grammar.states).log()
            into[a:b] = part
            here = values[n:m]
            index = target[:, None].expand(part.shape)
            floor = finite(here.scatter_reduce(0, index, part, "amin"))
            mass = (floor - here).exp_().index_add_(0, target, (floor.index_select(0, target) - part).exp_())
            torch.sub(floor, mass.log_(), out=here)
        ends = self.final_values(values)
        floor = finite(self.total_best(values))
        mass = (floor[self.final_member, None] - ends).exp_().sum(1)
        total = floor - torch.zeros_like(floor).index_add_(0, self.final_member, mass).log_()
        return values, into, total

    def gradients(self, values: Tensor, into: Tensor, total: Tensor, grad: Tensor) -> tuple[Tensor, Tensor]:
        """Gradients for the sorted emission [arcs, labels] and grammar arcs, from grad [members]."""
        grammar, labels = self.pairing, self.emission.shape[1]
        down = torch.zeros_like(values)
        weights = (finite(total)[self.final_member, None] - self.final_values(values)).exp_()
        down[self.final_nodes] = weights.mul_(grad[self.final_member, None])
        of_emission = torch.empty_like(self.emission)
        of_grammar = torch.zeros_like(self.pairing.penalty)
        for (a, b, n, m), source, target, member, costs in self._steps(backwards=True):
            share = (finite(values[n:m]).index_select(0, target) - into[a:b]).exp_()
            share *= down[n:m].index_select(0, target)
            pairs = grammar.spread(values.index_select(0, source), grammar.by_source, member).add_(costs)
            pairs = grammar.spread(finite(into[a:b]), grammar.by_target, member).sub_(pairs).exp_()
            pairs *= grammar.spread(share, grammar.by_target, member)
            down.index_add_(0, source, grammar.total(pairs, grammar.by_source, member, grammar.states))
            of_emission[a:b] = grammar.total(pairs, grammar.by_label, member, labels)
            grammar.add_grammar_arcs(of_grammar, pairs, member)
        return of_emission, of_grammar

    def _checked(self, total: Tensor) -> Tensor:
        if not bool((total > -torch.inf).all()):
            self.segmentation.check_penalties()
            self.grammar.check_penalties()
            wrong = (self.emission.isnan() | (self.emission == -torch.inf)).any(1).nonzero()[:, 0]
            arc = int(self.schedule.arc_order[wrong].min())
            raise PenaltyError(
                f"{self.segmentation.arc_name(arc)} has a NaN or -inf among its label penalties"
            )
        return total


def trace(
    trellis: Trellis, values: Tensor, into: Tensor, total: Tensor
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Best paths backwards from the final nodes: member, segmentation arc and grammar arc of each step.

    ``values``, ``into``: what ``best`` is; ``total`` [members] what ``total_best`` did.
    """
    schedule, pairing_ = trellis.schedule, trellis.pairing
    ends = trellis.final_values(values)
    hits = ((ends == total[trellis.final_member, None]) & (ends < torch.inf)).nonzero()
    row, state, final_member, final_nodes = on_host(
        *hits.unbind(1), trellis.final_member, trellis.final_nodes
    )
    member, unique = np.unique(final_member[row], return_index=True)
    node, state = final_nodes[row[unique]], state[unique]
    value, through, emission, initial = on_host(values, into, trellis.emission, trellis.initial)
    first, source, arc_order = on_host(schedule.first, schedule.source, schedule.arc_order)
    begins, sources, labels = on_host(pairing_.first, pairing_.source, pairing_.label)
    penalty, order, offset, grammar_of = on_host(
        pairing_.penalty, pairing_.order, trellis.grammar.node_offset, trellis.grammar_of
    )
    first_state = offset[grammar_of]
    steps: list[tuple[np.ndarray, ...]] = []
    while True:
        going = initial[node, state] != value[node, state]
        if not going.all():
            member, node, state = member[going], node[going], state[going]
        if member.shape[0] == 0:
            break
        arcs, closed = window(first, node, schedule.in_degree)
        arc = pick(arcs, closed, through[arcs, state[:, None]])
        at = source[arc]
        choices, closed = window(begins, first_state[node] + state, pairing_.degree)
        cost = value[at[:, None], sources[choices]] + emission[arc[:, None], labels[choices]]
        choice = pick(choices, closed, cost + penalty[choices])
        steps.append((member, arc_order[arc], order[choice]))
        node, state = at, sources[choice]
    members, arcs, grammar_arcs = joined(steps, 3)
    return members, arcs, grammar_arcs
