"""The interpretation graph: what a grammar leaves of a recognition graph, built and pruned (section X).

For reading several answers off it, for pictures and for general operations. The best path and the scores come
faster from ``fused``, which builds nothing.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from chequereader.graph.graph import Graph
from chequereader.graph.probabilities import Probabilities
from chequereader.graph.strings import nbest_paths
from chequereader.graph.trellis import Trellis

LIKELY: tuple[float, ...] = (9.0, 14.0, 28.0, 700.0)
"""The same, relative to all paths together."""

MARGINS: tuple[float, ...] = (2.0, 8.0, 32.0, float("inf"))
"""The n best are sought among paths this much worse than the best, one attempt after the other."""

Reading = tuple[float, list[int], list[int], list[int]]
"""Penalty, labels, segmentation arcs, grammar arcs."""


def interpret(
    segmentation: Graph, penalties: Tensor, grammar: Graph, margin: float | Tensor = float("inf")
) -> Graph:
    """Return segmentation graph and grammar composed, without what lies only on paths worse by ``margin``.

    Arguments as of :func:`viterbi`. An arc is kept if some path through it has a penalty of at most the
    member's best plus ``margin`` (a number or [members]; at minus infinity the member stays empty). Its
    penalty is the sum of the three penalties, differentiable; ``origin`` int64 [arcs, 2] names the
    segmentation arc and the grammar arc.
    """
    with torch.no_grad():
        trellis = Trellis(segmentation, penalties, grammar)
    return _built(trellis, penalties, margin)


def _built(trellis: Trellis, penalties: Tensor, margin: float | Tensor) -> Graph:
    segmentation, grammar = trellis.segmentation, trellis.grammar
    schedule, pairing = trellis.schedule, trellis.pairing
    allowed = torch.as_tensor(margin, dtype=penalties.dtype, device=penalties.device)
    with torch.no_grad():
        arc, grammar_arc = trellis.pairs_within(allowed.expand(segmentation.members))
    states = pairing.states
    ends = torch.stack(
        [
            schedule.node_order[schedule.source[arc]] * states + pairing.source[grammar_arc],
            schedule.node_order[schedule.target[arc]] * states + pairing.target[grammar_arc],
        ]
    )
    lonely = trellis.empty_paths(allowed)
    used = torch.cat([ends.view(-1), lonely])
    pairs = used.unique()
    source, target = torch.searchsorted(pairs, ends)
    node, state = pairs // states, pairs % states
    member = segmentation.node_member[node]
    grammar_of = member if pairing.grammars > 1 else torch.zeros_like(member)
    arc, grammar_arc = schedule.arc_order[arc], pairing.order[grammar_arc]
    label = grammar.label[grammar_arc]
    penalty = penalties[arc, label] + segmentation.penalty[arc] + grammar.penalty[grammar_arc]
    return Graph(
        *(source, target, label, penalty, member),
        segmentation.start[node] & pairing.start[grammar_of, state],
        segmentation.final[node] & pairing.final[grammar_of, state],
        segmentation.members,
        torch.stack([arc, grammar_arc], 1),
    )


def nbest(
    segmentation: Graph, penalties: Tensor, grammar: Graph, n: int, key: Tensor | None = None
) -> list[list[Reading]]:
    """Return for each member its ``n`` best readings with distinct label strings, best first.

    Arguments as of :func:`viterbi`. ``key`` int64 [labels] maps labels before strings are compared, to
    ``EPSILON`` for those that don't count (rubbish). A member has fewer readings where it has fewer strings.
    """
    readings: list[list[Reading]] = [[] for _ in range(segmentation.members)]
    wanted = torch.ones(segmentation.members, dtype=torch.bool, device=penalties.device)
    with torch.no_grad():
        trellis = Trellis(segmentation, penalties, grammar)
        for margin in MARGINS:
            allowed = torch.where(wanted, margin, -torch.inf).to(penalties)
            graph = _built(trellis, penalties, allowed)
            for index, found in _strings(graph, n, key, margin).items():
                readings[index] = found
            for index in wanted.nonzero()[:, 0].tolist():
                wanted[index] = 0 < len(readings[index]) < n
            if not wanted.any():
                break
    return readings


def nbest_likely(sums: Probabilities, n: int, key: Tensor | None = None) -> list[list[Reading]]:
    """Return the same as :func:`nbest`, from sums over the paths of one grammar for all."""
    readings: list[list[Reading]] = [[] for _ in sums.total]
    wanted = np.isfinite(sums.total)
    for margin in LIKELY:
        if not wanted.any():
            break
        graph = sums.likely(np.where(wanted, margin, -np.inf))
        for index, found in _strings(graph, n, key, margin).items():
            # beyond this there may be better ones that the margin left out
            certain = sums.total[index] + margin
            readings[index] = [reading for reading in found if reading[0] <= certain]
            wanted[index] = len(readings[index]) < n
    return readings


def _strings(graph: Graph, n: int, key: Tensor | None, margin: float) -> dict[int, list[Reading]]:
    """Readings of the members that have any, from an interpretation graph."""
    paths = nbest_paths(graph, n, key, margin)
    total, member, offset = paths.penalty.tolist(), paths.member.tolist(), paths.offset.tolist()
    labels, arcs = paths.labels.tolist(), graph.arc_map[paths.arcs].tolist()
    readings: dict[int, list[Reading]] = {}
    for path, index in enumerate(member):
        part = slice(offset[path], offset[path + 1])
        reading = total[path], labels[part], [a for a, _ in arcs[part]], [g for _, g in arcs[part]]
        readings.setdefault(index, []).append(reading)
    return readings
