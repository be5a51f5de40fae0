"""Removal of dead ends: only what lies on a path from a start to a final node is kept (section VIII).

Not for pruning by penalty, which keeps likely paths only: see ``prune``.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from torch import Tensor

from chequereader.graph.graph import Graph
from chequereader.graph.order import Csr, distinct, on_device, on_host, stable_order


def connect(graph: Graph) -> Graph:
    """Return the graph without nodes and arcs that lie on no path; cycles are welcome.

    Arcs keep their order; ``origin`` int64 [arcs] names the arc of ``graph`` each came from. A member without
    any path keeps no nodes.
    """
    source, target, first, last = on_host(graph.source, graph.target, graph.start, graph.final)
    useful = reachable(source, target, first) & reachable(target, source, last)
    arcs = np.nonzero(useful[source] & useful[target])[0]
    return _restricted(graph, useful, arcs)


def reachable(source: np.ndarray, target: np.ndarray, begin: np.ndarray) -> np.ndarray:
    """Return which nodes (bool [nodes]) can be reached from those marked in ``begin``."""
    leaving = Csr(source, begin.shape[0])
    seen = begin.copy()
    scratch = np.empty(begin.shape[0], dtype=np.int64)
    front = np.nonzero(seen)[0]
    while front.shape[0]:
        ahead = target[leaving.all_of(front)]
        ahead = ahead[~seen[ahead]]
        seen[ahead] = True
        front = distinct(ahead, scratch)
    return seen


def reachable_in_order(
    source: np.ndarray, target: np.ndarray, nodes: np.ndarray, level: np.ndarray, final: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return which nodes lead to those in ``final`` (bool [nodes]), and the arcs between them.

    ``nodes`` int64 [nodes] have rising levels ``level`` [nodes]; every arc leads to a higher one. The arcs
    come in the order of their targets.
    """
    place = np.empty_like(nodes)
    place[nodes] = np.arange(nodes.shape[0])
    place = place[target]
    order = stable_order(place)
    from_, to = source[order], target[order]
    levels = np.nonzero(np.diff(level, prepend=-1))[0]
    bounds = [*np.searchsorted(place[order], levels).tolist(), order.shape[0]]
    useful = final.copy()
    for begin, end in zip(reversed(bounds[:-1]), reversed(bounds[1:]), strict=True):
        useful[from_[begin:end][useful[to[begin:end]]]] = True
    return useful, order[useful[to]]


def _restricted(graph: Graph, nodes: np.ndarray, arcs: np.ndarray) -> Graph:
    number, kept, chosen = on_device(graph.device, np.cumsum(nodes) - 1, nodes, arcs)
    return Graph(
        number[graph.source[chosen]],
        number[graph.target[chosen]],
        graph.label[chosen],
        graph.penalty.index_select(0, chosen),
        graph.node_member[kept],
        graph.start[kept],
        graph.final[kept],
        graph.members,
        chosen,
    )


def subgraph(graph: Graph, arcs: Tensor) -> Graph:
    """Return the graph of the arcs named (int64 [kept]) without dead ends; ``origin`` into ``graph``."""
    part = replace(
        graph,
        source=graph.source[arcs],
        target=graph.target[arcs],
        label=graph.label[arcs],
        penalty=graph.penalty.index_select(0, arcs),
    )
    result = connect(part)
    return replace(result, origin=arcs[result.arc_map])
