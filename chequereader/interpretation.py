"""From penalties to answers: what the grammar makes of all zones of a page together, and how sure it is.

Zones compete as parallel branches of one graph: a reading's penalty is its zone's plus its path's. An answer is
an amount; its confidence is the share of all paths, over all zones, that are worth it: exp(-E_dforw), eq. (17).
Not for accepting or rejecting: see ``decision``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from chequereader.alphabet import AMOUNTS, LOWERED
from chequereader.errors import UsageError
from chequereader.grammar import Amount, Grammar, with_amount
from chequereader.graph import EPSILON, Graph, forward, nbest, pack, posteriors
from chequereader.segmentation.packing import pack_arcs
from chequereader.segmentation.segmenter import Segmentation


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
    """A page's zones: segmentation graphs, zone penalties, and the labels' penalties [arcs, labels] of each."""

    segmentations: Sequence[Segmentation]
    zone_penalties: Sequence[float]
    penalties: Sequence[Tensor]


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
    total = forward(graph, penalties, grammar.graph)
    everything = torch.full((len(pages),), torch.inf, dtype=total.dtype)
    for (p, z), score in zip(zones, total.cpu(), strict=True):
        everything[p] = -torch.logaddexp(-everything[p], -(score + pages[p].zone_penalties[z]))
    start = torch.cat(
        [graph.node_member.new_zeros(1), torch.bincount(graph.node_member[graph.source])]
    ).cumsum(0)
    key = torch.arange(len(AMOUNTS.labels), device=penalties.device)
    key[AMOUNTS.rubbish] = EPSILON
    best: list[dict[int, tuple[float, Answer]]] = [{} for _ in pages]
    pairs: dict[tuple[int, int], list[int]] = {}
    for member, readings in enumerate(nbest(graph, penalties, grammar.graph, n, key)):
        p, z = zones[member]
        for penalty, labels, arcs, grammar_arcs in readings:
            amount = grammar.value(grammar_arcs)
            if amount is None:
                continue
            cost = penalty + pages[p].zone_penalties[z]
            text = AMOUNTS.decode(labels)
            digits = "".join(c for c in text.translate(LOWERED) if c.isdigit())
            own = tuple(a - int(start[member]) for a in arcs)
            answer = Answer(amount, text, digits, 0.0, z, own, tuple(labels))
            known = best[p].get(amount.minor_units)
            if known is None or cost < known[0]:
                best[p][amount.minor_units] = cost, answer
            members = pairs.setdefault((p, amount.minor_units), [])
            if member not in members:
                members.append(member)
    worth = _worth(pages, zones, pairs, grammar)
    for p, by_amount in enumerate(best):
        scored = []
        for minor_units, (_, answer) in by_amount.items():
            confidence = float(torch.exp(everything[p] - worth[p, minor_units]).clamp(0, 1))
            scored.append((confidence, answer))
        scored.sort(key=lambda one: -one[0])
        found[p] = [Answer(**{**vars(a), "confidence": c}) for c, a in scored[:n]]
    return found


@torch.no_grad()
def arc_posteriors(page: Lattice, zone: int, grammar: Grammar) -> Tensor:
    """Return the posterior of every label on every candidate of a zone, [arcs, labels]."""
    graph, penalties = _packed([page], [(0, zone)])
    return posteriors(graph, penalties, grammar.graph)


def _packed(pages: Sequence[Lattice], zones: Sequence[tuple[int, int]]) -> tuple[Graph, Tensor]:
    import numpy as np

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
    grammar: Grammar,
) -> dict[tuple[int, int], Tensor]:
    """Forward penalty of all paths worth an amount, over the zones that have such readings (C_cforw)."""
    flat: list[tuple[tuple[int, int], int, Graph]] = []
    for (page, minor_units), members in pairs.items():
        try:
            constrained = with_amount(grammar, minor_units)
        except UsageError:
            continue
        flat += [((page, minor_units), member, constrained) for member in members]
    worth = {pair: torch.tensor(torch.inf) for pair in pairs}
    if not flat:
        return worth
    graph, penalties = _packed(pages, [zones[member] for _, member, _ in flat])
    scores = forward(graph, penalties, pack([constrained for _, _, constrained in flat])).cpu()
    for (pair, member, _), score in zip(flat, scores, strict=True):
        p, z = zones[member]
        worth[pair] = -torch.logaddexp(-worth[pair], -(score + pages[p].zone_penalties[z]))
    return worth
