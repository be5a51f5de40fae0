"""Segmentation graphs composed with a grammar, scored and searched without building the composition.

The hot path of reading and of training: a packed segmentation graph, a penalty for every label on every arc,
and a cyclic acceptor over the labels. Loops run over the depth of the segmentation graph alone. For graphs in
general, with epsilon or a check of one's own, see ``composition``, ``scores`` and ``paths``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from chequereader.graph.graph import Graph
from chequereader.graph.order import on_device
from chequereader.graph.trellis import Trellis, trace


@dataclass(frozen=True, eq=False)
class BestPaths:
    """The best path of each member.

    ``penalty`` [members], differentiable, +inf without a path. ``segmentation_arcs``, ``labels``,
    ``grammar_arcs``: int64 [steps], all members' paths one after the other; ``offset`` int64 [members + 1]
    says where each begins.
    """

    penalty: Tensor
    segmentation_arcs: Tensor
    labels: Tensor
    grammar_arcs: Tensor
    offset: Tensor

    @cached_property
    def _bounds(self) -> list[int]:
        return self.offset.tolist()

    def path(self, member: int) -> tuple[list[int], list[int], list[int]]:
        """Return one member's labels, segmentation arcs and grammar arcs, all empty without a path."""
        part = slice(self._bounds[member], self._bounds[member + 1])
        return (
            self.labels[part].tolist(),
            self.segmentation_arcs[part].tolist(),
            self.grammar_arcs[part].tolist(),
        )


def viterbi(segmentation: Graph, penalties: Tensor, grammar: Graph) -> BestPaths:
    """Return the path of least penalty of each member (eq. 10 over the composed graph).

    ``segmentation``: packed, acyclic; its own penalties [arcs] are added. ``penalties`` [arcs, labels]: what
    a label costs on an arc. ``grammar``: an acceptor over the labels without epsilon, of one member for all
    or of one for each. Raises :class:`CycleError`, :class:`LabelError`, :class:`PenaltyError` for NaN.
    """
    with torch.no_grad():
        trellis = Trellis(segmentation, penalties, grammar)
        values, into = trellis.best
        least = trellis.total_best(values)
        walk = trace(trellis, values, into, least)
    member, arcs, grammar_arcs = on_device(penalties.device, *walk)
    labels = grammar.label[grammar_arcs]
    offset = torch.searchsorted(member, torch.arange(segmentation.members + 1, device=member.device))
    step = penalties[arcs, labels] + segmentation.penalty[arcs] + grammar.penalty[grammar_arcs]
    total = step.new_zeros(segmentation.members).index_add(0, member, step)
    total = total.masked_fill(least == torch.inf, torch.inf)
    return BestPaths(total, arcs, labels, grammar_arcs, offset)


def forward(segmentation: Graph, penalties: Tensor, grammar: Graph) -> Tensor:
    """Return the forward penalty [members] of the composed graph (eq. 13): -log of the summed exp(-path).

    Arguments as of :func:`viterbi`. Differentiable with respect to the three kinds of penalties; +inf with
    zero gradient for a member without a path.
    """
    trellis = Trellis(segmentation, penalties, grammar)
    return _Forward.apply(trellis.emission_tracked, trellis.grammar_tracked, trellis)


def posteriors(segmentation: Graph, penalties: Tensor, grammar: Graph) -> Tensor:
    """Return how probable it is that a path takes each label on each arc, [arcs, labels].

    Arguments as of :func:`viterbi`. It is the gradient of :func:`forward`; not differentiable itself.
    """
    with torch.no_grad():
        trellis = Trellis(segmentation, penalties, grammar)
        values, into, total = trellis.logadd()
        emission, _ = trellis.gradients(values, into, total, torch.ones_like(total))
        result = torch.empty_like(emission)
        result[segmentation.schedule.arc_order] = emission
    return result


def expand(segmentation: Graph, penalties: Tensor) -> Graph:
    """Return the recognition graph: every arc becomes one arc a label (section VI-A).

    ``penalties`` [arcs, labels] are added to the segmentation graph's; ``origin`` int64 [arcs * labels] names
    the segmentation arc. Labels with an infinite penalty keep their arcs.
    """
    arcs, labels = penalties.shape
    ids = torch.arange(arcs, device=penalties.device).repeat_interleave(labels)
    return replace(
        segmentation,
        source=segmentation.source[ids],
        target=segmentation.target[ids],
        label=torch.arange(labels, device=penalties.device).repeat(arcs),
        penalty=(penalties + segmentation.penalty[:, None]).view(-1),
        origin=ids,
    )


class _Forward(torch.autograd.Function):
    """Eq. 13 and its gradient by one pass back; the pairs are formed again rather than kept."""

    @staticmethod
    def forward(ctx: Any, emission: Tensor, grammar_penalty: Tensor, trellis: Trellis) -> Tensor:
        values, into, total = trellis.logadd()
        ctx.trellis = trellis
        ctx.save_for_backward(values, into, total)
        return total

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, None]:
        values, into, total = ctx.saved_tensors
        return *ctx.trellis.gradients(values, into, total, grad), None
