"""Union, concatenation, closure, reversal and relabelling of packed graphs, member by member.

Nodes and arcs are copied and joined by epsilon arcs without penalty; nothing is minimised. Penalties keep
their gradients. Composition stands in ``composition``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from chequereader.graph.errors import GraphError
from chequereader.graph.graph import EPSILON, Graph, by_member, pack
from chequereader.graph.order import on_device, on_host, spans


def union(graphs: Sequence[Graph]) -> Graph:
    """Return the graph that has all paths of all graphs, member by member.

    All have as many members. Nodes are those of the first graph's member, then the second's and so on;
    ``origin`` int64 [arcs, 2]: which graph, and which of its arcs.
    """
    members = _members(graphs)
    packed = pack([replace(graph, origin=None) for graph in graphs])
    return by_member(
        replace(
            packed,
            node_member=packed.node_member % members,
            members=members,
            origin=torch.cat([_numbered(graph, index) for index, graph in enumerate(graphs)]),
        )
    )


def concatenation(graphs: Sequence[Graph]) -> Graph:
    """Return the graph whose paths are a path of each graph one after the other, member by member.

    All have as many members. Finals of one are joined to starts of the next by epsilon arcs. ``origin`` int64
    [arcs, 2]: which graph, and which of its arcs; (-1, -1) for the joints.
    """
    _members(graphs)
    return _chained(graphs, stop_early=False)


def closure(graph: Graph, most: int | None = None) -> Graph:
    """Return the graph of any number of paths of ``graph`` one after the other, none included.

    With ``most`` at most so many, by copies, which keeps an acyclic graph acyclic; without it by epsilon arcs
    back from the finals to the starts. ``origin`` int64 [arcs, 2]: which copy (0 without ``most``) and which
    arc of ``graph``; (-1, -1) for the joints.
    """
    if most is not None:
        if most < 1:
            raise GraphError(f"a closure of at most {most}: give at least 1")
        once_or_more = _chained([graph] * most, stop_early=True)
        result = union([once_or_more, _empty_paths(graph)])
        return replace(result, origin=once_or_more.arc_map[result.arc_map[:, 1]])
    closed = _joined(graph, graph.final, graph.start, _numbered(graph, 0))
    result = union([closed, _empty_paths(graph)])
    return replace(result, origin=closed.arc_map[result.arc_map[:, 1]])


def reverse(graph: Graph) -> Graph:
    """Return the graph with every arc turned round, starts and finals exchanged; arcs keep their order."""
    return Graph(
        *(graph.target, graph.source, graph.label, graph.penalty, graph.node_member),
        *(graph.final, graph.start, graph.members),
        torch.arange(graph.arcs, device=graph.device),
    )


def relabel(graph: Graph, labels: Tensor) -> Graph:
    """Return the graph with each label l replaced by ``labels[l]`` (int64 [old labels], EPSILON allowed).

    Epsilon stays epsilon. Raises :class:`LabelError` for a label without an entry.
    """
    graph.validate(labels.shape[0])
    table = torch.cat([labels.to(graph.label), graph.label.new_tensor([EPSILON])])
    return replace(graph, label=table[graph.label], origin=torch.arange(graph.arcs, device=graph.device))


def _members(graphs: Sequence[Graph]) -> int:
    counts = {graph.members for graph in graphs}
    if len(counts) != 1:
        raise GraphError(f"graphs of {sorted(counts)} members: give at least one graph, all with as many")
    return counts.pop()


def _chained(graphs: Sequence[Graph], stop_early: bool) -> Graph:
    """One graph after the other; with ``stop_early`` a path may also end with any of them."""
    result = replace(graphs[0], origin=_numbered(graphs[0], 0))
    last = result.final
    for index, graph in enumerate(graphs[1:], start=1):
        both = union([result, graph])
        came_from = torch.cat([result.arc_map, _numbered(graph, index)])
        left, ends = _on_left(result, graph, last)
        chained = replace(
            both, start=both.start & left, final=both.final if stop_early else both.final & ~left
        )
        origin = came_from[both.arc_map[:, 0] * result.arcs + both.arc_map[:, 1]]
        last = both.final & ~left
        result = _joined(chained, ends, both.start & ~left, origin)
    return result


def _numbered(graph: Graph, index: int) -> Tensor:
    arcs = torch.arange(graph.arcs, device=graph.device)
    return torch.stack([torch.full_like(arcs, index), arcs], 1)


def _empty_paths(graph: Graph) -> Graph:
    """One node a member, start and final."""
    nothing = graph.source[:0]
    every = torch.ones(graph.members, dtype=torch.bool, device=graph.device)
    member = torch.arange(graph.members, device=graph.device)
    return Graph(nothing, nothing, nothing, graph.penalty[:0], member, every, every, graph.members)


def _on_left(left: Graph, right: Graph, marked: Tensor) -> tuple[Tensor, Tensor]:
    """Which nodes of the union come from ``left``, and which of them are ``marked`` (bool [left nodes])."""
    order = torch.argsort(torch.cat([left.node_member, right.node_member]), stable=True)
    side = torch.arange(order.shape[0], device=order.device) < left.nodes
    return side[order], torch.cat([marked, torch.zeros_like(right.final)])[order]


def _joined(graph: Graph, ends: Tensor, begins: Tensor, origin: Tensor) -> Graph:
    """Add epsilon arcs from all nodes ``ends`` to all nodes ``begins`` (bool [nodes]) of the same member."""
    tails, heads = ends.nonzero()[:, 0], begins.nonzero()[:, 0]
    head_member, member = on_host(graph.node_member[heads], graph.node_member[tails])
    pairs = spans(head_member.searchsorted(member), head_member.searchsorted(member, side="right"))
    tail, head = on_device(graph.device, *pairs)
    source, target = tails[tail], heads[head]
    return replace(
        graph,
        source=torch.cat([graph.source, source]),
        target=torch.cat([graph.target, target]),
        label=torch.cat([graph.label, torch.full_like(source, EPSILON)]),
        penalty=torch.cat([graph.penalty, graph.penalty.new_zeros(source.shape[0])]),
        origin=torch.cat([origin, origin.new_full((source.shape[0], 2), -1)]),
    )
