"""Topological order of packed graphs, level by level, so that loops run over depth and never over arcs.

Only the order: what is computed along it stands in the modules that use it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from chequereader.graph.errors import CycleError


class Level(NamedTuple):
    """Slices of one level: its nodes [node:node_end] in rank order, the arcs into them [arc:arc_end]."""

    arc: int
    arc_end: int
    node: int
    node_end: int


@dataclass(frozen=True, eq=False)
class Schedule:
    """Nodes ranked by level, arcs sorted by the rank of their target.

    Every arc leads to a higher level: a node's is the number of arcs on the longest way to it, or more.
    ``arc_order`` int64 [arcs]: the arc at each sorted position. ``source``, ``target`` int64 [arcs]: ranks of
    the ends of the sorted arcs; ``place``: the target's place among the nodes of its level. ``node_order``
    int64 [nodes]: the node of each rank; ``rank`` its inverse. ``first`` int64 [nodes + 1]: where the arcs
    into each ranked node begin. ``levels``: from level 1 up. ``in_degree``: the largest number of arcs into
    one node.
    """

    arc_order: Tensor
    source: Tensor
    target: Tensor
    place: Tensor
    node_order: Tensor
    rank: Tensor
    first: Tensor
    levels: tuple[Level, ...]
    in_degree: int

    @cached_property
    def level_of_nodes(self) -> np.ndarray:
        """int64 [nodes]: the level of each node."""
        begins = [level.node for level in self.levels]
        return np.searchsorted(begins, on_host(self.rank)[0], side="right")


def schedule(source: Tensor, target: Tensor, node_member: Tensor) -> Schedule:
    """Return the topological levels; ``source`` and ``target`` int64 [arcs], ``node_member`` int64 [nodes].

    Raises :class:`CycleError` naming a member that has a cycle and an arc on the way to it.
    """
    from_, to = on_host(source, target)
    nodes = node_member.shape[0]
    node_order, level_sizes = _chains(from_, to, nodes) or _kahn(from_, to, nodes)
    if node_order.shape[0] < nodes:
        waiting = np.ones(nodes, dtype=bool)
        waiting[node_order] = False
        arc = int(np.nonzero(waiting[to] & waiting[from_])[0][0])
        member = int(node_member[from_[arc]])
        raise CycleError(
            f"member {member} has a cycle (seen at arc {arc}, {from_[arc]} -> {to[arc]}): "
            "this operation needs an acyclic graph"
        )
    return ranked(from_, to, node_order, np.repeat(np.arange(len(level_sizes)), level_sizes), source.device)


def ranked(
    source: np.ndarray, target: np.ndarray, node_order: np.ndarray, level: np.ndarray, device: torch.device
) -> Schedule:
    """Return the schedule of arcs whose nodes, in the order [nodes], have rising levels [nodes]."""
    nodes = node_order.shape[0]
    rank = np.empty(nodes, dtype=np.int64)
    rank[node_order] = np.arange(nodes)
    target_rank = rank[target]
    arc_order = stable_order(target_rank)
    target_rank = target_rank[arc_order]
    first = np.zeros(nodes + 1, dtype=np.int64)
    in_degrees = np.bincount(target_rank, minlength=nodes)
    np.cumsum(in_degrees, out=first[1:])
    bounds = np.append(np.nonzero(np.diff(level, prepend=-1))[0], nodes)
    arc_bounds = first[bounds].tolist()
    node_bounds = bounds.tolist()
    levels = tuple(
        Level(arc_bounds[i], arc_bounds[i + 1], node_bounds[i], node_bounds[i + 1])
        for i in range(1, bounds.shape[0] - 1)
    )
    place = target_rank - np.repeat(bounds[:-1], np.diff(first[bounds]))
    order, from_rank, to_rank, places, nodes_ranked, ranks, begins = on_device(
        device, arc_order, rank[source[arc_order]], target_rank, place, node_order, rank, first
    )
    degree = int(in_degrees.max(initial=0))
    return Schedule(order, from_rank, to_rank, places, nodes_ranked, ranks, begins, levels, degree)


def on_host(*tensors: Tensor) -> tuple[np.ndarray, ...]:
    """Return tensors as arrays; the structure of graphs is worked out on the CPU."""
    return tuple(tensor.detach().cpu().numpy() for tensor in tensors)


def on_device(device: torch.device, *arrays: np.ndarray) -> tuple[Tensor, ...]:
    """Return arrays as tensors on a device."""
    return tuple(torch.from_numpy(array).to(device) for array in arrays)


def stable_order(keys: np.ndarray) -> np.ndarray:
    """Return the stable sorting permutation of keys [n], int64 and at least 0.

    Cheap for keys in order, and for keys in runs, of which only one each is sorted: arcs mostly come so.
    """
    step = np.diff(keys)
    if (step >= 0).all():
        return np.arange(keys.shape[0])
    begin = np.concatenate([[0], np.nonzero(step)[0] + 1])
    if begin.shape[0] > keys.shape[0] // 4:
        return _radix_order(keys)
    order = _radix_order(keys[begin])
    return spans(begin[order], np.append(begin[1:], keys.shape[0])[order])[1]


def _radix_order(keys: np.ndarray) -> np.ndarray:
    """NumPy sorts 16-bit integers by radix, so wider keys go by in passes of 16 bits, lowest first."""
    order = np.argsort(keys.astype(np.uint16), kind="stable")
    rest = keys >> 16
    while rest.any():
        order = order[np.argsort(rest[order].astype(np.uint16), kind="stable")]
        rest >>= 16
    return order


class Csr:
    """Items grouped by an int key: ``order`` [items], group k is ``order[first[k]:first[k + 1]]``.

    With ``chosen`` (bool [items]) only those items are in it.
    """

    def __init__(self, keys: np.ndarray, groups: int, chosen: np.ndarray | None = None) -> None:
        if chosen is None or chosen.all():
            self.order = stable_order(keys)
        else:
            items = np.nonzero(chosen)[0]
            keys = keys[items]
            self.order = items[stable_order(keys)]
        self.first = np.zeros(groups + 1, dtype=np.int64)
        np.cumsum(np.bincount(keys, minlength=groups), out=self.first[1:])

    def all_of(self, keys: np.ndarray) -> np.ndarray:
        """Return the items of all groups named by keys [n]."""
        begin, counts = self.first[keys], self.first[keys + 1] - self.first[keys]
        ends = np.cumsum(counts)
        total = int(ends[-1]) if ends.shape[0] else 0
        return self.order[np.arange(total) + np.repeat(begin - ends + counts, counts)]

    def of(self, keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the items of all groups named by keys [n], and for each the index 0..n-1 it belongs to."""
        row, position = spans(self.first[keys], self.first[keys + 1])
        return self.order[position], row


def distinct(keys: np.ndarray, scratch: np.ndarray) -> np.ndarray:
    """Return each of the keys once, ascending; ``scratch`` int64 has a place for every key and is written to.

    Most keys stand there many times: the last of each kind is found by writing, and only those are sorted.
    """
    index = np.arange(keys.shape[0])
    scratch[keys] = index
    return np.sort(keys[scratch[keys] == index])


def spans(begin: np.ndarray, end: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return all integers of the ranges [begin, end) one after the other, each after its range's index."""
    counts = end - begin
    ends = np.cumsum(counts)
    row = np.repeat(np.arange(counts.shape[0]), counts)
    return row, np.arange(row.shape[0]) + (begin - ends + counts)[row]


def _chains(from_: np.ndarray, to: np.ndarray, nodes: int) -> tuple[np.ndarray, list[int]] | None:
    """Levels where arcs lead upwards and each node has one to the next, as in segmentation graphs.

    A node without an arc from the one before begins a new chain; chains must not be joined otherwise. None if
    the graphs are not like that.
    """
    step = to - from_
    if (step <= 0).any():
        return None
    linked = np.zeros(nodes, dtype=bool)
    linked[to[step == 1]] = True
    chain = np.cumsum(~linked)
    if (chain[from_] != chain[to]).any():
        return None
    begin = np.nonzero(~linked)[0]
    level = np.arange(nodes) - begin[chain - 1]
    return stable_order(level), np.bincount(level).tolist()


def _kahn(from_: np.ndarray, to: np.ndarray, nodes: int) -> tuple[np.ndarray, list[int]]:
    """Nodes level by level (those on or behind a cycle are left out) and the size of each level."""
    leaving = Csr(from_, nodes)
    waiting_for = np.bincount(to, minlength=nodes)
    ready = np.nonzero(waiting_for == 0)[0]
    scratch = np.empty(nodes, dtype=np.int64)
    found = []
    while ready.shape[0]:
        found.append(ready)
        reached = to[leaving.all_of(ready)]
        np.subtract.at(waiting_for, reached, 1)
        ready = distinct(reached[waiting_for[reached] == 0], scratch)
    return (np.concatenate(found) if found else np.zeros(0, dtype=np.int64)), [len(part) for part in found]


@dataclass(frozen=True, eq=False)
class Incoming:
    """Arcs grouped by target: ``order`` int64 [arcs], ``first`` int64 [nodes + 1], largest ``degree``."""

    order: Tensor
    first: Tensor
    degree: int


def incoming(target: Tensor, nodes: int) -> Incoming:
    """Group arcs by their target node; ``target`` int64 [arcs]."""
    groups = Csr(on_host(target)[0], nodes)
    degree = int(np.diff(groups.first).max(initial=0))
    order, first = on_device(target.device, groups.order, groups.first)
    return Incoming(order, first, degree)
