"""The four criteria of section VI, as sums of scores of graphs; one number a member, lower is better.

Each takes the packed segmentation graph, the penalties [arcs, labels] of its recognition graph, the grammar
constrained to the correct text (one member a member of the segmentation graph, or one for all) and the free
grammar, and gives [members], differentiable with respect to all penalties. Where the correct text can't be
found in the graph the criterion is +inf and its gradient zero: leave such members out of a mean. Not for
batching, optimisers or regularisers.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from chequereader import graph
from chequereader.graph import Graph

Criterion = Callable[[Graph, Tensor, Graph, Graph], Tensor]
"""Segmentation graph, penalties [arcs, labels], correct grammar, free grammar -> [members]."""


def viterbi(segmentation: Graph, penalties: Tensor, correct: Graph, grammar: Graph) -> Tensor:
    """Penalty of the best correct path, eq. 11: C_cvit.

    The free grammar has no part in it, which is why it can collapse: nothing keeps the penalties of wrong
    paths up.
    """
    return graph.viterbi(segmentation, penalties, correct).penalty


def discriminative_viterbi(segmentation: Graph, penalties: Tensor, correct: Graph, grammar: Graph) -> Tensor:
    """Best correct path against the best of all, eq. 12: C_cvit - C_vit, zero where the best is correct.

    The gradient is +1 on what only the correct path passes and -1 on what only the best one does.
    """
    best = graph.viterbi(segmentation, penalties, grammar).penalty
    return _difference(viterbi(segmentation, penalties, correct, grammar), best)


def forward(segmentation: Graph, penalties: Tensor, correct: Graph, grammar: Graph) -> Tensor:
    """Forward penalty of all correct paths, eq. 13: C_cforw. The free grammar has no part in it."""
    return graph.forward(segmentation, penalties, correct)


def discriminative_forward(segmentation: Graph, penalties: Tensor, correct: Graph, grammar: Graph) -> Tensor:
    """Correct paths against all, eq. 17: C_cforw - C_forw, which is -log of the correct text's posterior.

    At least zero if the correct grammar's paths are among the free one's. The gradient is the posterior in
    the constrained graph minus that in the free one.
    """
    free = graph.forward(segmentation, penalties, grammar)
    return _difference(forward(segmentation, penalties, correct, grammar), free)


CRITERIA: dict[str, Criterion] = {
    "viterbi": viterbi,
    "discriminative-viterbi": discriminative_viterbi,
    "forward": forward,
    "discriminative-forward": discriminative_forward,
}
"""The criteria by name."""


def _difference(correct: Tensor, free: Tensor) -> Tensor:
    """Correct minus free; +inf, and no gradient to either, where there is no correct path."""
    return torch.where(correct == torch.inf, torch.inf, correct - free)
