"""From penalties to answers: what the grammar makes of all zones of a page together, and how sure it is.

Zones compete as parallel branches of one graph. Within a zone a path weighs exp(-penalty) against all paths
of that zone; a zone weighs exp(-cost), its own penalty and how badly its best path fits on average, so that a
zone is neither better nor worse for having more characters. An answer is an amount; its confidence is the
weight of all paths that are worth it, over all zones: exp(-E_dforw), eq. (17). Not for accepting or
rejecting: see ``decision``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from chequereader.alphabet import AMOUNTS, LOWERED
from chequereader.grammar import Amount, Grammar, with_amount
from chequereader.graph import EPSILON, Graph, forward, nbest, pack, posteriors
from chequereader.segmentation.packing import pack_arcs
from chequereader.segmentation.segmenter import Segmentation

MISFIT = 0.5
"""Weight of the mean misfit of a zone's candidates beside the zone's penalty; chosen on training cheques."""


@dataclass(frozen=True)
class Answer:
    """One amount that a page may say, with its best path.

    ``arcs`` are candidates of the segmentation of zone ``zone``, ``labels`` what they are taken for, rubbish
    included; ``confidence`` the posterior of the amount.
    """

    amount: Amount
    text: str
    digits: str
    confidence: float
    zone: int
    arcs: tuple[int, ...]
    labels: tuple[int, ...]


@dataclass(frozen=True)
class Lattice:
    """A page's zones: segmentation graphs, zone penalties, and penalties float [arcs, labels] of each.

    ``penalties`` are those of the recognition graph; ``misfits`` are minus the logarithms of the labels'
    probabilities, without the penalties of places, which are no measure across zones.
    """

    segmentations: Sequence[Segmentation]
    zone_penalties: Sequence[float]
    penalties: Sequence[Tensor]
    misfits: Sequence[Tensor]


@torch.no_grad()
def answers(pages: Sequence[Lattice], grammar: Grammar, n: int) -> list[list[Answer]]:
    """Return at most ``n`` answers of each page, best first, none where no zone has a reading."""
    zones = [
        (p, z) for p, page in enumerate(pages) for z, s in enumerate(page.segmentations) if len(s.source)
    ]
    found: list[list[Answer]] = [[] for _ in pages]
    if not zones:
        return found
    graph, penalties = _packed(pages, zones)
    total = forward(graph, penalties, grammar.graph).tolist()
    start = torch.cat(
        [graph.node_member.new_zeros(1), torch.bincount(graph.node_member[graph.source])]
    ).cumsum(0)
    key = torch.arange(len(AMOUNTS.labels), device=penalties.device)
    key[AMOUNTS.rubbish] = EPSILON
    grammar_penalty = grammar.graph.penalty.tolist()
    cost = [torch.inf] * len(zones)
    best: list[dict[int, tuple[float, Answer]]] = [{} for _ in pages]
    pairs: dict[tuple[int, int], list[int]] = {}
    for member, readings in enumerate(nbest(graph, penalties, grammar.graph, n, key)):
        p, z = zones[member]
        for rank, (penalty, labels, arcs, grammar_arcs) in enumerate(readings):
            own = [a - int(start[member]) for a in arcs]
            if rank == 0:
                misfit = float(pages[p].misfits[z][own, labels].sum())
                misfit += sum(grammar_penalty[a] for a in grammar_arcs)
                cost[member] = pages[p].zone_penalties[z] + MISFIT * misfit / len(own)
            amount = grammar.value(grammar_arcs)
            if amount is None:
                continue
            text = AMOUNTS.decode(labels)
            digits = "".join(c for c in text.translate(LOWERED) if c.isdigit())
            answer = Answer(amount, text, digits, 0.0, z, tuple(own), tuple(labels))
            weight = cost[member] + penalty - total[member]
            known = best[p].get(amount.minor_units)
            if known is None or weight < known[0]:
                best[p][amount.minor_units] = weight, answer
            members = pairs.setdefault((p, amount.minor_units), [])
            if member not in members:
                members.append(member)
    everything = [
        -logsumexp([-c for c, (q, _) in zip(cost, zones, strict=True) if q == p]) for p in range(len(pages))
    ]
    offset = [c - t for c, t in zip(cost, total, strict=True)]
    worth = _worth(pages, zones, pairs, offset, grammar)
    for p, by_amount in enumerate(best):
        scored = [
            (min(math.exp(everything[p] - worth[p, minor_units]), 1.0), answer)
            for minor_units, (_, answer) in by_amount.items()
        ]
        scored.sort(key=lambda one: -one[0])
        found[p] = [replace(answer, confidence=confidence) for confidence, answer in scored[:n]]
    return found


def logsumexp(values: Sequence[float]) -> float:
    """Return log(sum(exp(v))), minus infinity for no values."""
    top = max(values, default=-math.inf)
    if top == -math.inf:
        return top
    return top + math.log(sum(math.exp(v - top) for v in values))


@torch.no_grad()
def arc_posteriors(page: Lattice, zone: int, grammar: Grammar) -> Tensor:
    """Return the posterior of every label on every candidate of a zone, [arcs, labels]."""
    graph, penalties = _packed([page], [(0, zone)])
    return posteriors(graph, penalties, grammar.graph)


def _packed(pages: Sequence[Lattice], zones: Sequence[tuple[int, int]]) -> tuple[Graph, Tensor]:
    parts = [pages[p].segmentations[z] for p, z in zones]
    penalties = torch.cat([pages[p].penalties[z] for p, z in zones])
    graph = pack_arcs(
        [s.cuts for s in parts],
        [len(s.source) for s in parts],
        np.concatenate([s.source for s in parts]),
        np.concatenate([s.target for s in parts]),
        penalties.device,
    )
    return graph, penalties


def _worth(
    pages: Sequence[Lattice],
    zones: Sequence[tuple[int, int]],
    pairs: dict[tuple[int, int], list[int]],
    offset: Sequence[float],
    grammar: Grammar,
) -> dict[tuple[int, int], float]:
    """Forward penalty of all paths worth an amount (C_cforw), over the zones that have such readings.

    ``offset`` [zones] is added to every path of a zone.
    """
    flat: list[tuple[tuple[int, int], int, Graph]] = []
    for pair, members in pairs.items():
        constrained = with_amount(grammar, pair[1])
        flat += [(pair, member, constrained) for member in members]
    worth = dict.fromkeys(pairs, math.inf)
    if not flat:
        return worth
    graph, penalties = _packed(pages, [zones[member] for _, member, _ in flat])
    scores = forward(graph, penalties, pack([constrained for _, _, constrained in flat])).tolist()
    for (pair, member, _), score in zip(flat, scores, strict=True):
        worth[pair] = -logsumexp([-worth[pair], -(score + offset[member])])
    return worth
