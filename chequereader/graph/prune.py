"""Pruning: only what is likely, or not much worse than the best, is kept; ``trim`` removes dead ends."""

from __future__ import annotations

import torch

from chequereader.graph.errors import GraphError
from chequereader.graph.graph import Graph
from chequereader.graph.paths import best_remaining, best_values
from chequereader.graph.scores import arc_posteriors
from chequereader.graph.trim import subgraph


def prune_posterior(graph: Graph, threshold: float) -> Graph:
    """Return the graph of the arcs that a path passes with probability ``threshold`` or more.

    Dead ends that this leaves go too, so a member without a likely path ends up empty; at most 1. ``origin``
    int64 [arcs]: the arcs of ``graph``. Raises :class:`CycleError`.
    """
    if not 0.0 <= threshold <= 1.0:
        raise GraphError(f"a posterior of {threshold}: give a probability from 0 to 1")
    return subgraph(graph, (arc_posteriors(graph) >= threshold).nonzero()[:, 0])


def prune_margin(graph: Graph, margin: float) -> Graph:
    """Return the graph of the arcs on some path at most ``margin`` worse than its member's best path.

    ``origin`` int64 [arcs]: the arcs of ``graph``. Raises :class:`CycleError`.
    """
    if not margin >= 0.0:
        raise GraphError(f"a margin of {margin}: give 0 or more")
    schedule = graph.schedule
    best = best_values(graph)
    through = best.values[schedule.source] + best.weight + best_remaining(graph)[schedule.target]
    bound = (best.total + margin)[graph.node_member[schedule.node_order[schedule.target]]]
    kept = schedule.arc_order[(through <= bound) & (through < torch.inf)]
    return subgraph(graph, kept.sort().values)
