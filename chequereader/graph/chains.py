"""Forward penalties of many chains with grammars, all of them a position at a time; for training on a GPU.

A chain is a segmentation graph without alternatives: what a network says at successive positions (section
VII). Gives what ``fused.forward`` gives for such graphs, in fewer and larger steps. Not for graphs that
branch, for paths, or for gradients to a grammar's own penalties.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from chequereader.graph.errors import GraphError, LabelError, PenaltyError
from chequereader.graph.graph import Graph

_LEAST = 1e-290
"""Mass from which on a chain counts as having no path: float64 holds little less."""


def chain_forward(penalties: Tensor, counts: Tensor, grammar: Graph) -> Tensor:
    """Return the forward penalty [chains] of each chain composed with its grammar (eq. 13).

    ``penalties`` [chains, positions, labels] of each label at each position, of which chain m has the first
    ``counts`` [m] (int64 [chains]); ``grammar`` has one member, or one for each chain. Differentiable with
    respect to the penalties; +inf with zero gradient for a chain without a path. A path that is less probable
    than the others at some position by more than e^-660 counts as none, an arc's penalty above 700 too.
    Raises :class:`GraphError` for shapes that don't fit, :class:`LabelError` for arcs without a label,
    :class:`PenaltyError` for penalties that are NaN or minus infinity.
    """
    chains, _, labels = penalties.shape
    if counts.shape != (chains,) or grammar.members not in (1, chains):
        raise GraphError(f"{tuple(counts.shape)} counts and {grammar.members} grammars for {chains} chains")
    low, high = grammar.label_range
    if low < 0 or high >= labels:
        raise LabelError(f"labels {low} to {high} in a grammar over {labels} labels a position")
    grammar.check_penalties()
    if not bool((penalties.detach() > -torch.inf).all()):
        wrong = (~(penalties.detach() > -torch.inf)).nonzero()[0].tolist()
        raise PenaltyError(f"chain {wrong[0]}, position {wrong[1]}, label {wrong[2]} has NaN or -inf")
    return _ChainForward.apply(penalties, counts, _Arcs(grammar, chains))


class _Arcs:
    """A grammar's arcs side by side: ``source``, ``target``, ``label``, ``weight`` [chains, arcs].

    Padding has no weight; ``start`` and ``final`` float64 [chains, states] are 1 where a path may do so.
    """

    def __init__(self, grammar: Graph, chains: int) -> None:
        member, device = grammar.arc_member, grammar.device
        count = torch.bincount(member, minlength=grammar.members)
        first = count.cumsum(0) - count
        order = member.argsort(stable=True)
        row = member[order]
        column = torch.arange(grammar.arcs, device=device) - first[row]
        shape = grammar.members, max(int(count.max()), 1)

        def laid(values: Tensor) -> Tensor:
            table = values.new_zeros(shape)
            table[row, column] = values[order]
            return table.expand(chains, -1)

        state = torch.arange(grammar.nodes, device=device) - grammar.node_offset[grammar.node_member]
        self.source = laid(state[grammar.source])
        self.target = laid(state[grammar.target])
        self.label = laid(grammar.label)
        self.weight = laid((-grammar.penalty.detach().double()).exp())
        flags = torch.zeros((2, grammar.members, int(state.max()) + 1), dtype=torch.float64, device=device)
        flags[0, grammar.node_member, state] = grammar.start.double()
        flags[1, grammar.node_member, state] = grammar.final.double()
        self.start, self.final = flags.expand(2, chains, -1).unbind(0)


class _ChainForward(torch.autograd.Function):
    """The recursion in probabilities, float64, scaled at every position so that they sum to one."""

    @staticmethod
    def forward(ctx: Any, penalties: Tensor, counts: Tensor, arcs: _Arcs) -> Tensor:
        chains, positions, _ = penalties.shape
        least = penalties.detach().amin(dim=2, keepdim=True).double()
        least.masked_fill_(least == torch.inf, 0.0)  # where nothing may be said
        said = (least - penalties.detach()).exp_()  # [chains, positions, labels], at most 1
        mass = said.new_zeros((positions + 1, chains, arcs.start.shape[1]))
        scale = said.new_ones((positions + 1, chains, 1))
        mass[0] = arcs.start
        for t in range(positions):
            passed = mass[t].gather(1, arcs.source) * said[:, t].gather(1, arcs.label) * arcs.weight
            mass[t + 1].scatter_add_(1, arcs.target, passed)
            torch.clamp(mass[t + 1].sum(dim=1, keepdim=True), min=_LEAST, out=scale[t + 1])
            mass[t + 1].div_(scale[t + 1])
        rows = torch.arange(chains, device=penalties.device)
        end = (mass[counts, rows] * arcs.final).sum(dim=1)
        heard = torch.arange(positions, device=penalties.device)[:, None] < counts
        spent = (heard * (least[:, :, 0].t() - scale[1:, :, 0].log())).sum(dim=0)
        possible = (end > _LEAST) & (torch.where(heard, scale[1:, :, 0], 1.0) > _LEAST).all(dim=0)
        ctx.arcs = arcs
        ctx.save_for_backward(said, mass, scale, end, counts, possible)
        total = torch.where(possible, spent - end.clamp(min=_LEAST).log(), torch.inf)
        return total.to(penalties.dtype)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None]:
        arcs: _Arcs = ctx.arcs
        said, mass, scale, end, counts, possible = ctx.saved_tensors
        positions = said.shape[1]
        closing = arcs.final / end.clamp(min=_LEAST)[:, None]
        ahead = torch.zeros_like(closing)
        posterior = torch.zeros_like(said)
        for t in reversed(range(positions)):
            ahead = torch.where((counts == t + 1)[:, None], closing, ahead)
            arc = ahead.gather(1, arcs.target) * said[:, t].gather(1, arcs.label) * arcs.weight
            arc /= scale[t + 1]
            posterior[:, t].scatter_add_(1, arcs.label, arc * mass[t].gather(1, arcs.source))
            ahead = torch.zeros_like(closing).scatter_add_(1, arcs.source, arc)
        factor = torch.where(possible, grad.double(), 0.0)
        wanted = posterior.nan_to_num_(0.0, 0.0, 0.0) * factor[:, None, None]
        return wanted.to(grad.dtype), None, None
