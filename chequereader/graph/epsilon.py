"""Removal of epsilon arcs, for what can't take them, such as the grammars of ``fused``."""

from __future__ import annotations

import numpy as np
import torch

from chequereader.graph.compose import picked
from chequereader.graph.errors import CycleError, GraphError
from chequereader.graph.graph import EPSILON, Graph
from chequereader.graph.order import Csr
from chequereader.graph.trim import connect


def remove_epsilon(graph: Graph) -> Graph:
    """Return a graph without epsilon arcs that has the same paths otherwise, with the same penalties.

    Each arc goes on by every way of epsilons behind it; ways before the first arc lead from a new start node.
    Sums and minima over paths stay as they were. Dead ends are removed. ``origin`` int64 [arcs, k]: the arcs
    of ``graph`` in order, -1 for none. Differentiable. Raises :class:`CycleError` for a cycle of epsilons and
    :class:`GraphError` for a path of epsilons alone with a penalty, which final nodes can't carry.
    """
    return _without(connect_keeping(graph))
