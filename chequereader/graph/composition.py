"""Composition of graphs by their labels or by a check of one's own (section VIII), grown from pairs of nodes.

The structure is worked out on the CPU; penalties and their gradients stay on their device. A segmentation
graph with a grammar free of epsilon is composed faster, without being built, in ``fused``.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from chequereader.graph.errors import CycleError, GraphError
from chequereader.graph.graph import EPSILON, Graph
from chequereader.graph.order import Csr, on_device, on_host, ranked, spans, stable_order
from chequereader.graph.trim import reachable, reachable_in_order

REFUSED: int = EPSILON - 1
"""What a check that gives labels gives for two arcs that don't go together."""

Check = Callable[[Tensor, Tensor], Tensor]
"""Labels of arc pairs, int64 [pairs] each, to bool [pairs] or the labels of the new arcs, int64 [pairs].

It may be asked more than once about a pair and depends on nothing but the labels."""

DENSE_PAIRS = 1 << 26
"""Pairs of nodes up to which a table of them is kept (4 bytes each); beyond, they are sorted."""


def compose(left: Graph, right: Graph, check: Check | None = None) -> Graph:
    """Return the graph whose paths are the pairs of paths with matching labels, dead ends removed.

    Two arcs match where their labels are equal, or where ``check`` says so; the new arc has the left label,
    or the one that ``check`` gives, and the sum of the penalties. An epsilon arc on either side is passed
    alone, and the order of epsilons on both sides is fixed so that no path is there twice. Both may be
    cyclic. Both have as many members, or one of them a single member that stands for all. ``origin`` int64
    [arcs, 2]: the arcs of left and right, -1 for none. Differentiable with respect to both penalties.
    """
    if left.members != right.members and 1 not in (left.members, right.members):
        raise GraphError(f"composing {left.members} members with {right.members}: give as many, or one")
    growth = _Growth(left, right, check)
    growth.run()
    return growth.graph()


class _Side:
    """One operand as arrays, its arcs grouped for lookup: silent (epsilon) and loud ones by source node."""

    def __init__(self, graph: Graph) -> None:
        self.source, self.target, self.label = on_host(graph.source, graph.target, graph.label)
        self.start, self.final = on_host(graph.start, graph.final)
        self.member, self.offset = on_host(graph.node_member, graph.node_offset)
        self.nodes = self.member.shape[0]
        self.members = graph.members
        self.local = np.arange(self.nodes) - self.offset[self.member]
        self.silent = Csr(self.source, self.nodes, self.label == EPSILON)
        self.loud = Csr(self.source, self.nodes, self.label != EPSILON)
        self.loudness = self.loud.order.shape[0] / max(self.nodes, 1)

    def sizes(self, members: int) -> np.ndarray:
        """Nodes of each of ``members`` members, a single member standing for all."""
        return np.broadcast_to(np.diff(self.offset), (members,))


class _Lookup:
    """Arcs of one side by source node and label."""

    def __init__(self, side: _Side) -> None:
        self.labels = int(side.label.max(initial=-1)) + 1
        loud = side.loud.order
        key = side.source[loud] * self.labels + side.label[loud]
        by_key = stable_order(key)
        self.arcs = loud[by_key]
        self.keys = key[by_key]
        slots = side.nodes * self.labels
        self.first = None
        if slots <= DENSE_PAIRS:
            self.first = np.zeros(slots + 1, dtype=np.int64)
            np.cumsum(np.bincount(key, minlength=slots), out=self.first[1:])

    def of(self, nodes: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Arcs out of nodes [n] with labels [n], after the index 0..n-1 that each answers."""
        asked = np.nonzero(labels < self.labels)[0]
        key = nodes[asked] * self.labels + labels[asked]
        if self.first is None:
            begin, end = (np.searchsorted(self.keys, key, side) for side in ("left", "right"))
        else:
            begin, end = self.first[key], self.first[key + 1]
        row, position = spans(begin, end)
        return asked[row], self.arcs[position]


class _PairIds:
    """Numbers pairs of nodes in the order in which they are met."""

    def __init__(self, size: int) -> None:
        self.count = 0
        self.table = np.full(size, -1, dtype=np.int32) if size <= DENSE_PAIRS else None
        self.keys = np.zeros(0, dtype=np.int64)
        self.ids = np.zeros(0, dtype=np.int64)

    def add(self, keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the number of each key [n], and where in keys those stand that are new, in their order."""
        if self.table is None:
            return self._add_sorted(keys)
        ids = self.table[keys]
        unknown = np.nonzero(ids < 0)[0]
        self.table[keys[unknown]] = unknown
        fresh = unknown[self.table[keys[unknown]] == unknown]
        self.table[keys[fresh]] = np.arange(self.count, self.count + fresh.shape[0])
        self.count += fresh.shape[0]
        ids[unknown] = self.table[keys[unknown]]
        return ids.astype(np.int64), fresh

    def _add_sorted(self, keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        unique, where = np.unique(keys, return_index=True)
        fresh = where[~np.isin(unique, self.keys, assume_unique=True)]
        self.keys = np.concatenate([self.keys, keys[fresh]])
        self.ids = np.concatenate([self.ids, np.arange(self.count, self.count + fresh.shape[0])])
        order = np.argsort(self.keys)
        self.keys, self.ids = self.keys[order], self.ids[order]
        self.count += fresh.shape[0]
        return self.ids[np.searchsorted(self.keys, keys)], fresh


class _Growth:
    """Grows the composed graph from the pairs of start nodes, one front of new pairs after the other.

    A pair of nodes carries whether an epsilon of the right side was passed since the last match: from then on
    none of the left side is, which leaves one order of the epsilons between two matches.
    """

    def __init__(self, left: Graph, right: Graph, check: Check | None) -> None:
        self.left_graph, self.right_graph, self.check = left, right, check
        self.left, self.right = _Side(left), _Side(right)
        self.members = max(left.members, right.members)
        # the side with fewer arcs a node asks the other one for those that match
        self.left_asks = self.left.loudness <= self.right.loudness
        asked = self.right if self.left_asks else self.left
        self.lookup = None if check is not None else _Lookup(asked)
        left_leads = left.members == self.members
        self.major, self.minor = (self.left, self.right) if left_leads else (self.right, self.left)
        self.left_leads = left_leads
        width = self.minor.sizes(self.members)
        pairs = self.major.sizes(self.members) * width
        base = np.cumsum(pairs) - pairs
        self.row = base[self.major.member] + self.major.local * width[self.major.member]
        self.filtered = bool(self.left.silent.order.shape[0]) and bool(self.right.silent.order.shape[0])
        self.pairs = int(pairs.sum())
        self.ids = _PairIds(self.pairs * (2 if self.filtered else 1))
        self.nodes: list[tuple[np.ndarray, np.ndarray]] = []
        self.arcs: list[tuple[np.ndarray, ...]] = []

    def _keys(self, left: np.ndarray, right: np.ndarray, passed: np.ndarray) -> np.ndarray:
        major, minor = (left, right) if self.left_leads else (right, left)
        key = self.row[major] + self.minor.local[minor]
        return key + passed * self.pairs if self.filtered else key

    def run(self) -> None:
        """Grow until no new pair of nodes is met."""
        starts = Csr(self.minor.member, self.minor.members, self.minor.start)
        major = np.nonzero(self.major.start)[0]
        minor, row = starts.of(self.major.member[major] if self.minor.members > 1 else np.zeros_like(major))
        left, right = (major[row], minor) if self.left_leads else (minor, major[row])
        passed = np.zeros(left.shape[0], dtype=bool)
        ids, fresh = self.ids.add(self._keys(left, right, passed))
        self.first_ids = ids
        while fresh.shape[0] or not self.nodes:
            left, right, passed, ids = left[fresh], right[fresh], passed[fresh], ids[fresh]
            self.nodes.append((left, right))
            moves = [self._matches(left, right)]
            if self.left.silent.order.shape[0]:
                moves.append(self._left_alone(left, right, passed))
            if self.right.silent.order.shape[0]:
                moves.append(self._right_alone(left, right))
            row, left_arc, right_arc, left, right, passed = (
                np.concatenate(parts) if len(moves) > 1 else parts[0] for parts in zip(*moves, strict=True)
            )
            source = ids[row]
            ids, fresh = self.ids.add(self._keys(left, right, passed))
            self.arcs.append((source, ids, left_arc, right_arc))

    def _matches(self, left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, ...]:
        if self.lookup is not None and not self.left_asks:
            right_arc, row = self.right.loud.of(right)
            which, left_arc = self.lookup.of(left[row], self.right.label[right_arc])
            row, right_arc = row[which], right_arc[which]
        elif self.lookup is not None:
            left_arc, row = self.left.loud.of(left)
            which, right_arc = self.lookup.of(right[row], self.left.label[left_arc])
            row, left_arc = row[which], left_arc[which]
        else:
            left_arc, row = self.left.loud.of(left)
            right_arc, which = self.right.loud.of(right[row])
            row, left_arc = row[which], left_arc[which]
            kept = np.nonzero(self._labels(left_arc, right_arc) >= EPSILON)[0]
            row, left_arc, right_arc = row[kept], left_arc[kept], right_arc[kept]
        passed = np.zeros(row.shape[0], dtype=bool)
        return row, left_arc, right_arc, self.left.target[left_arc], self.right.target[right_arc], passed

    def _left_alone(self, left: np.ndarray, right: np.ndarray, passed: np.ndarray) -> tuple[np.ndarray, ...]:
        free = np.nonzero(~passed)[0]
        arc, row = self.left.silent.of(left[free])
        row = free[row]
        none = np.full(row.shape[0], -1)
        return row, arc, none, self.left.target[arc], right[row], np.zeros(row.shape[0], dtype=bool)

    def _right_alone(self, left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, ...]:
        arc, row = self.right.silent.of(right)
        none = np.full(row.shape[0], -1)
        return row, none, arc, left[row], self.right.target[arc], np.full(row.shape[0], self.filtered)

    def _labels(self, left_arc: np.ndarray, right_arc: np.ndarray) -> np.ndarray:
        """Labels of the arcs that pairs of arcs make, epsilon where one of the two is -1."""
        if self.check is None:
            return np.append(self.left.label, EPSILON)[left_arc]
        labels = np.full(left_arc.shape[0], EPSILON)
        both = np.nonzero((left_arc >= 0) & (right_arc >= 0))[0]
        left, right = self.left.label[left_arc[both]], self.right.label[right_arc[both]]
        (result,) = on_host(self.check(*on_device(self.left_graph.device, left, right)))
        if result.shape != left.shape:
            raise GraphError(f"the check gave {result.shape} for {left.shape} pairs: give one answer a pair")
        labels[both] = np.where(result, left, REFUSED) if result.dtype == bool else result
        return labels

    def graph(self) -> Graph:
        """Return what has grown, without dead ends, nodes in the order of the members."""
        left, right = (np.concatenate(parts) for parts in zip(*self.nodes, strict=True))
        source, target, left_arc, right_arc = (np.concatenate(p) for p in zip(*self.arcs, strict=True))
        self.arcs.clear()  # memory that what follows can use: fresh pages cost as much as the work itself
        final = self.left.final[left] & self.right.final[right]
        member = self.left.member[left] if self.left_leads else self.right.member[right]
        order = stable_order(member)
        level = self._levels(left, right)
        if level is None:
            useful = reachable(target, source, final)
            kept = np.nonzero(useful[target])[0]
        else:
            rising = order[stable_order(level[order])]
            useful, kept = reachable_in_order(source, target, rising, level[rising], final)
        order = order[useful[order]]
        number = np.empty(useful.shape[0], dtype=np.int64)
        number[order] = np.arange(order.shape[0])
        start = np.zeros(useful.shape[0], dtype=bool)
        start[self.first_ids] = True
        device = self.left_graph.device
        made_of = np.stack([left_arc[kept], right_arc[kept]])
        source, target = number[source[kept]], number[target[kept]]
        begins, ends, labels, origin = on_device(device, source, target, self._labels(*made_of), made_of)
        node_member, starts, finals = on_device(device, member[order], start[order], final[order])
        penalty = picked(self.left_graph.penalty, origin[0]) + picked(self.right_graph.penalty, origin[1])
        composed = Graph(begins, ends, labels, penalty, node_member, starts, finals, self.members, origin.t())
        if level is not None:
            rising = rising[useful[rising]]
            composed.__dict__["schedule"] = ranked(source, target, number[rising], level[rising], device)
        return composed

    def _levels(self, left: np.ndarray, right: np.ndarray) -> np.ndarray | None:
        """Levels of the pairs of nodes such that each arc leads to a higher one, None if none are known.

        Where one side has no epsilon, every arc takes one of the other side: it orders all if it is acyclic.
        """
        sides = ((self.left_graph, left, self.right), (self.right_graph, right, self.left))
        for graph, nodes, other in sides:
            if not other.silent.order.shape[0]:
                try:
                    return graph.schedule.level_of_nodes[nodes]
                except CycleError:
                    continue
        return None


def picked(penalty: Tensor, arcs: Tensor) -> Tensor:
    """Penalties of arcs, 0 for the arc -1 that stands for none."""
    if bool((arcs < 0).any()):
        penalty = torch.cat([penalty, penalty.new_zeros(1)])
        arcs = torch.where(arcs < 0, penalty.shape[0] - 1, arcs)
    return penalty.index_select(0, arcs)
