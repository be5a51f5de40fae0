"""Union, concatenation, closure, reversal and relabelling of packed graphs, member by member.

Nodes and arcs are copied and joined by epsilon arcs without penalty; nothing is minimised. Penalties keep their
gradients. Composition stands in ``compose``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from chequereader.graph.errors import GraphError
from chequereader.graph.graph import EPSILON, Graph, pack
from chequereader.graph.order import spans


def union(graphs: Sequence[Graph]) -> Graph:
    """Return the graph that has all paths of all graphs, member by member.

    All have as many members. Nodes are those of the first graph's member, then the second's and so on;
    ``origin`` int64 [arcs, 2]: which graph, and which of its arcs.
    """
    members = _members(graphs)
    packed = pack([replace(graph, origin=None) for graph in graphs])
    return _regrouped(
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
    result = replace(graphs[0], origin=_numbered(graphs[0], 0))
    for index, graph in enumerate(graphs[1:], start=1):
        both = union([result, graph])
        first_of_both = torch.cat([result.origin, _numbered(graph, index)])
        came_from = both.origin[:, 0] * result.arcs + both.origin[:, 1]
        from_left = _node_is_left(result, graph)
        ends = both.final & from_left
        begins = both.start & ~from_left
        result = _joined(
            replace(both, start=both.start & from_left, final=both.final & ~from_left),
            ends,
            begins,
            first_of_both[came_from],
        )
    return result


def closure(graph: Graph, most: int | None = None) -> Graph:
    """Return the graph of any number of paths of ``graph`` one after the other, none included.

    With ``most`` at most so many, by copies, which keeps an acyclic graph acyclic; without it by epsilon arcs
    back from the finals to the starts. ``origin`` int64 [arcs, 2]: which copy (0 without ``most``) and which
    arc of ``graph``; (-1, -1) for the joints.
    """
    if most is not None:
        if most < 1:
            raise GraphError(f"a closure of at most {most}: give at least 1")
        empty = _empty_paths(graph)
        copies = [graph, *[union([graph, empty]) for _ in range(most - 1)]]
        once_or_more = concatenation([replace(copy, origin=None) for copy in copies])
        result = union([once_or_more, empty])
        return replace(result, origin=once_or_more.origin[result.origin[:, 1]])
    closed = _joined(graph, graph.final, graph.start, _numbered(graph, 0))
    result = union([closed, _empty_paths(graph)])
    return replace(result, origin=closed.origin[result.origin[:, 1]])


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


def _numbered(graph: Graph, index: int) -> Tensor:
    arcs = torch.arange(graph.arcs, device=graph.device)
    return torch.stack([torch.full_like(arcs, index), arcs], 1)


def _empty_paths(graph: Graph) -> Graph:
    """One node a member, start and final."""
    nothing = graph.source[:0]
    every = torch.ones(graph.members, dtype=torch.bool, device=graph.device)
    member = torch.arange(graph.members, device=graph.device)
    return Graph(nothing, nothing, nothing, graph.penalty[:0], member, every, every, graph.members)


def _node_is_left(left: Graph, right: Graph) -> Tensor:
    member = torch.cat([left.node_member, right.node_member])
    side = torch.arange(member.shape[0], device=member.device) < left.nodes
    return side[torch.argsort(member, stable=True)]


def _regrouped(graph: Graph) -> Graph:
    """Bring the nodes into the order of their members."""
    order = torch.argsort(graph.node_member, stable=True)
    number = torch.empty_like(order)
    number[order] = torch.arange(order.shape[0], device=order.device)
    return replace(
        graph,
        source=number[graph.source],
        target=number[graph.target],
        node_member=graph.node_member[order],
        start=graph.start[order],
        final=graph.final[order],
    )


def _joined(graph: Graph, ends: Tensor, begins: Tensor, origin: Tensor) -> Graph:
    """Add epsilon arcs from all nodes ``ends`` to all nodes ``begins`` (bool [nodes]) of the same member."""
    tails, heads = ends.nonzero()[:, 0], begins.nonzero()[:, 0]
    head_member = graph.node_member[heads].cpu().numpy()
    member = graph.node_member[tails].cpu().numpy()
    row, position = spans(head_member.searchsorted(member), head_member.searchsorted(member, side="right"))
    source = tails[torch.from_numpy(row).to(tails.device)]
    target = heads[torch.from_numpy(position).to(heads.device)]
    return replace(
        graph,
        source=torch.cat([graph.source, source]),
        target=torch.cat([graph.target, target]),
        label=torch.cat([graph.label, torch.full_like(source, EPSILON)]),
        penalty=torch.cat([graph.penalty, graph.penalty.new_zeros(source.shape[0])]),
        origin=torch.cat([origin, origin.new_full((source.shape[0], 2), -1)]),
    )
