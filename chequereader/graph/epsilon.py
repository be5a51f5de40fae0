"""Removal of epsilon arcs, for what can't take them, such as the grammars of ``fused``."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from chequereader.graph.composition import picked
from chequereader.graph.errors import GraphError
from chequereader.graph.graph import EPSILON, Graph, by_member
from chequereader.graph.order import Csr, on_device, on_host, schedule
from chequereader.graph.trim import connect


def remove_epsilon(graph: Graph) -> Graph:
    """Return a graph without epsilon arcs that has the same strings by as many paths of the same penalties.

    Each arc goes on by every way of epsilons behind it; ways before a path's first arc lead from a new start
    node of the member. Sums and minima over paths stay as they were; there are as many new arcs as ways, so
    this is not for long parallel runs of epsilons. Dead ends are removed. ``origin`` int64 [arcs, k]: the
    arcs of ``graph`` in their order, -1 for none. Differentiable. Raises :class:`CycleError` for a cycle of
    epsilons and :class:`GraphError` for paths of epsilons alone, unless it is one without penalty.
    """
    trimmed = connect(graph)
    source, target, label = on_host(trimmed.source, trimmed.target, trimmed.label)
    member, start, final = on_host(trimmed.node_member, trimmed.start, trimmed.final)
    silent = label == EPSILON
    chosen = torch.from_numpy(silent).to(graph.device)
    schedule(trimmed.source[chosen], trimmed.target[chosen], trimmed.node_member)
    leaving = Csr(source, trimmed.nodes, silent)
    loud = np.nonzero(~silent)[0]
    row, ends, behind = _ways(target[loud], leaving, target)
    arcs = loud[row]
    begins = source[arcs]
    first = np.nonzero(start)[0]
    row, reached, before = _ways(first, leaving, target)
    moved = (before >= 0).any(1)
    row, reached, before = row[moved], reached[moved], before[moved]
    which, lead = Csr(begins, trimmed.nodes).of(reached)
    none = np.full((arcs.shape[0], before.shape[1]), -1)
    origin = np.concatenate(
        [
            np.concatenate([none, arcs[:, None], behind], 1),
            np.concatenate([before[lead], arcs[which, None], behind[which]], 1),
        ]
    )
    fresh = trimmed.nodes + member[first[row[lead]]]
    empty = _empty_finals(trimmed, member[reached[final[reached]]], before[final[reached]])
    new_source, new_target, labels, fresh_first = on_device(
        graph.device,
        np.concatenate([begins, fresh]),
        np.concatenate([ends, ends[which]]),
        label[np.concatenate([arcs, arcs[which]])],
        np.arange(graph.members),
    )
    made = Graph(
        *(new_source, new_target, labels, _summed(trimmed.penalty, origin)),
        torch.cat([trimmed.node_member, fresh_first]),
        torch.cat([trimmed.start, torch.ones_like(empty)]),
        torch.cat([trimmed.final, empty]),
        graph.members,
    )
    result = connect(by_member(made))
    first_of_all = torch.cat([trimmed.arc_map, trimmed.arc_map.new_tensor([-1])])
    return replace(result, origin=first_of_all[torch.from_numpy(origin).to(graph.device)][result.arc_map])


def _ways(nodes: np.ndarray, leaving: Csr, target: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All ways of epsilons out of nodes [n], the empty one too: index 0..n-1, last node, arcs [ways, k]."""
    row, end, chain = np.arange(nodes.shape[0]), nodes, np.zeros((nodes.shape[0], 0), dtype=np.int64)
    found = []
    while row.shape[0]:
        found.append((row, end, chain))
        arc, way = leaving.of(end)
        row, end, chain = row[way], target[arc], np.concatenate([chain[way], arc[:, None]], 1)
    width = max((part[2].shape[1] for part in found), default=0)
    padded = [np.pad(part[2], ((0, 0), (0, width - part[2].shape[1])), constant_values=-1) for part in found]
    if not found:
        return row, end, chain
    rows, ends, _ = zip(*found, strict=True)
    return np.concatenate(rows), np.concatenate(ends), np.concatenate(padded)


def _empty_finals(graph: Graph, member: np.ndarray, chain: np.ndarray) -> Tensor:
    """Which members' fresh start ends the empty string, bool [members], from paths of epsilons alone."""
    penalty = _summed(graph.penalty.detach(), chain)
    if np.unique(member).shape[0] < member.shape[0] or bool((penalty != 0).any()):
        raise GraphError(
            f"member {member[0]} has paths of epsilons alone, several or with a penalty: "
            "final nodes can't carry that, so keep the epsilons"
        )
    result = torch.zeros(graph.members, dtype=torch.bool, device=graph.device)
    result[torch.from_numpy(member).to(graph.device)] = True
    return result


def _summed(penalty: Tensor, arcs: np.ndarray) -> Tensor:
    """Sums of the penalties of arcs [n, k], -1 for none."""
    return picked(penalty, torch.from_numpy(arcs.reshape(-1)).to(penalty.device)).view(arcs.shape).sum(1)
