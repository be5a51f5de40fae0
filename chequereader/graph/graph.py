"""The packed graph: any number of disjoint graphs (members) in flat tensors.

Not for what is done with graphs: construction from arcs, packing and validation only; every operation has a
module of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from chequereader.graph.errors import GraphError, LabelError, PenaltyError
from chequereader.graph.order import Incoming, Schedule, incoming, schedule

EPSILON: int = -1
"""The null label (section VIII): the arc is passed without consuming or emitting anything."""

Arc = tuple[int, int, int, float]
"""Source node, target node, label, penalty."""


@dataclass(frozen=True, eq=False)
class Graph:
    """Disjoint weighted acceptors packed over members; lower penalties are better.

    ``source``, ``target``: int64 [arcs], node ids that count through all members. ``label``: int64 [arcs], at
    least 0 or ``EPSILON``. ``penalty``: float [arcs], may require gradients; infinity closes an arc.
    ``node_member``: int64 [nodes], non-decreasing, the member of each node. ``start``, ``final``: bool
    [nodes]; a path leads from any start to any final node. ``members``: how many graphs. ``origin``: int64
    [arcs] or [arcs, k] or None, the arc map: which arc of the graph(s) an arc was made from, -1 for none.

    Cycles are allowed; operations that need an order of the nodes raise :class:`CycleError`.
    """

    source: Tensor
    target: Tensor
    label: Tensor
    penalty: Tensor
    node_member: Tensor
    start: Tensor
    final: Tensor
    members: int
    origin: Tensor | None = None

    @classmethod
    def from_arcs(
        cls,
        arcs: Sequence[Arc],
        *,
        start: Sequence[int] = (0,),
        final: Sequence[int] | None = None,
        dtype: torch.dtype = torch.float32,
    ) -> Graph:
        """Return the one-member graph of ``(source, target, label, penalty)`` rows.

        Nodes are counted from 0 up to the largest id named; ``final`` is the last node unless given. Raises
        :class:`GraphError` and its kinds for negative nodes, labels below ``EPSILON`` and NaN penalties.
        """
        ends = np.array([arc[:3] for arc in arcs], dtype=np.int64).reshape(-1, 3)
        penalty = torch.tensor([arc[3] for arc in arcs], dtype=dtype)
        named = [*start, *(final or ())]
        nodes = int(max(ends[:, :2].max(initial=0), max(named, default=0))) + 1
        if min(int(ends[:, :2].min(initial=0)), min(named, default=0)) < 0:
            raise GraphError("member 0: node ids must be at least 0")
        flags = np.zeros((2, nodes), dtype=bool)
        flags[0, list(start)] = True
        flags[1, list(final) if final is not None else [nodes - 1]] = True
        source, target, label = torch.from_numpy(np.ascontiguousarray(ends.T))
        first, last = torch.from_numpy(flags)
        graph = cls(source, target, label, penalty, torch.zeros(nodes, dtype=torch.int64), first, last, 1)
        graph.validate()
        return graph

    @property
    def arcs(self) -> int:
        """How many arcs all members have together."""
        return self.source.shape[0]

    @property
    def nodes(self) -> int:
        """How many nodes all members have together."""
        return self.node_member.shape[0]

    @property
    def device(self) -> torch.device:
        """Where the tensors are."""
        return self.penalty.device

    @property
    def dtype(self) -> torch.dtype:
        """Type of the penalties."""
        return self.penalty.dtype

    @property
    def arc_map(self) -> Tensor:
        """The ``origin`` of a graph that has one; :class:`GraphError` otherwise."""
        if self.origin is None:
            raise GraphError("the graph was not made from another one: it has no arc map")
        return self.origin

    @cached_property
    def arc_member(self) -> Tensor:
        """int64 [arcs]: the member of each arc."""
        return self.node_member[self.source]

    @cached_property
    def node_offset(self) -> Tensor:
        """int64 [members + 1]: where each member's nodes begin."""
        return _offsets(self.node_member, self.members)

    @cached_property
    def schedule(self) -> Schedule:
        """Topological levels; :class:`CycleError` if a member has a cycle."""
        return schedule(self.source, self.target, self.node_member)

    @cached_property
    def incoming(self) -> Incoming:
        """Arcs grouped by their target node."""
        return incoming(self.target, self.nodes)

    @cached_property
    def label_range(self) -> tuple[int, int]:
        """Smallest and largest label; (0, -1) without arcs."""
        if self.arcs == 0:
            return (0, -1)
        low, high = torch.aminmax(self.label)
        return int(low), int(high)

    def arc_name(self, arc: int) -> str:
        """Return ``member m, arc i (source -> target)`` with ids inside the member, for messages."""
        member = int(self.arc_member[arc])
        index = int((self.arc_member[:arc] == member).sum())
        first = int(self.node_offset[member])
        source, target = int(self.source[arc]) - first, int(self.target[arc]) - first
        return f"member {member}, arc {index} ({source} -> {target})"

    def validate(self, labels: int | None = None) -> None:
        """Raise if a penalty is NaN or -inf, an arc leaves its member or a label is out of range.

        ``labels`` is the size of the alphabet; without it any label from ``EPSILON`` up will do.
        """
        if self.arcs == 0:
            return
        low = min(int(self.source.min()), int(self.target.min()))
        high = max(int(self.source.max()), int(self.target.max()))
        if low < 0 or high >= self.nodes:
            raise GraphError(f"an arc names a node outside 0..{self.nodes - 1}")
        self._refuse(self.node_member[self.target] != self.arc_member, GraphError, "leads to another member")
        self._refuse(self.label < EPSILON, LabelError, f"has a label below {EPSILON} (epsilon)")
        if labels is not None:
            self._refuse(self.label >= labels, LabelError, f"has a label outside the alphabet of {labels}")
        self.check_penalties()

    def check_penalties(self) -> None:
        """Raise :class:`PenaltyError` naming the first arc whose penalty is NaN or minus infinity."""
        wrong = self.penalty.isnan() | (self.penalty == -torch.inf)
        self._refuse(wrong, PenaltyError, "has a penalty that is NaN or -inf")

    def _refuse(self, wrong: Tensor, error: type[GraphError], what: str) -> None:
        if bool(wrong.any()):
            arc = int(wrong.nonzero()[0, 0])
            raise error(f"{self.arc_name(arc)} {what}")

    def with_penalty(self, penalty: Tensor) -> Graph:
        """Return the same graph with other penalties [arcs]; what is known of its order is kept."""
        if penalty.shape != self.penalty.shape:
            raise GraphError(f"{tuple(penalty.shape)} penalties for {self.arcs} arcs")
        graph = replace(self, penalty=penalty)
        if self.penalty.device == penalty.device:
            for name in ("arc_member", "node_offset", "schedule", "incoming", "label_range"):
                if name in self.__dict__:
                    graph.__dict__[name] = self.__dict__[name]
        return graph

    def to(self, device: torch.device | str | None = None, dtype: torch.dtype | None = None) -> Graph:
        """Return the graph on another device or with penalties of another floating type."""
        return Graph(
            source=self.source.to(device),
            target=self.target.to(device),
            label=self.label.to(device),
            penalty=self.penalty.to(device=device, dtype=dtype),
            node_member=self.node_member.to(device),
            start=self.start.to(device),
            final=self.final.to(device),
            members=self.members,
            origin=None if self.origin is None else self.origin.to(device),
        )


def pack(graphs: Sequence[Graph]) -> Graph:
    """Return all members of all graphs as one graph, in order.

    Arc maps go along only if every graph has one; they keep pointing into the graphs they came from.
    """
    if not graphs:
        raise GraphError("nothing to pack: give at least one graph")
    nodes = np.cumsum([0] + [graph.nodes for graph in graphs]).tolist()
    members = np.cumsum([0] + [graph.members for graph in graphs]).tolist()
    origins = [graph.origin for graph in graphs if graph.origin is not None]
    return Graph(
        torch.cat([graph.source + first for graph, first in zip(graphs, nodes, strict=False)]),
        torch.cat([graph.target + first for graph, first in zip(graphs, nodes, strict=False)]),
        torch.cat([graph.label for graph in graphs]),
        torch.cat([graph.penalty for graph in graphs]),
        torch.cat([graph.node_member + first for graph, first in zip(graphs, members, strict=False)]),
        torch.cat([graph.start for graph in graphs]),
        torch.cat([graph.final for graph in graphs]),
        members[-1],
        torch.cat(origins) if len(origins) == len(graphs) else None,
    )


def unpack(graph: Graph) -> list[Graph]:
    """Return the members as graphs of one member each, arcs in their order."""
    order = torch.argsort(graph.arc_member, stable=True)
    arc_offset = _offsets(graph.arc_member[order], graph.members).tolist()
    node_offset = graph.node_offset.tolist()
    result = []
    for member in range(graph.members):
        arcs = order[arc_offset[member] : arc_offset[member + 1]]
        nodes = slice(node_offset[member], node_offset[member + 1])
        result.append(
            Graph(
                graph.source[arcs] - node_offset[member],
                graph.target[arcs] - node_offset[member],
                graph.label[arcs],
                graph.penalty[arcs],
                torch.zeros_like(graph.node_member[nodes]),
                graph.start[nodes],
                graph.final[nodes],
                1,
                None if graph.origin is None else graph.origin[arcs],
            )
        )
    return result


def by_member(graph: Graph) -> Graph:
    """Return a graph whose ``node_member`` is in any order with its nodes brought into the members' order."""
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


def _offsets(sorted_members: Tensor, members: int) -> Tensor:
    return torch.searchsorted(sorted_members, torch.arange(members + 1, device=sorted_members.device))
