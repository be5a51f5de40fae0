"""Pages small enough that every path can be written out one by one, and what follows from all of them."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch

from chequereader.alphabet import AMOUNTS
from chequereader.grammar import Grammar, amounts
from chequereader.grammar.held import HOLDING, holding_penalties
from chequereader.interpretation import Lattice, Notation, between_cuts, over_positions, vote
from chequereader.recognition.recognition_graph import RecognitionGraph
from chequereader.segmentation.strip import STANDARD

GRAMMAR = amounts("auto")
CUTS, POSITIONS = between_cuts(GRAMMAR), over_positions(GRAMMAR)
BOTH = [CUTS, POSITIONS]

Arcs = list[tuple[int, int]]
THREE: Arcs = [(0, 1), (0, 2), (1, 2), (1, 3), (2, 3)]
TWO: Arcs = [(0, 1), (0, 2), (1, 2)]

LEAST = 1e-6
"""What is left over is this at least: sums of single-precision numbers tell no less from nothing."""


class Way(NamedTuple):
    """One path: what it costs and is worth, where it goes, what it says, its misfit a character."""

    penalty: float
    minor_units: int | None
    arcs: tuple[int, ...]
    columns: tuple[int, ...]
    text: str
    misfit: float


def penalties(count: int, seed: int) -> torch.Tensor:
    """Random penalties of the labels on some arcs; most labels are far off, a few impossible."""
    generator = torch.Generator().manual_seed(seed)
    found = 3 + 6 * torch.rand((count, len(AMOUNTS.labels)), generator=generator)
    for arc in range(count):
        likely = torch.randperm(13, generator=generator)[:4]
        found[arc, likely] = 2 * torch.rand(4, generator=generator)
        found[arc, torch.randint(13, 33, (1,), generator=generator)] = torch.inf
    return found


def candidates(arcs: Arcs, seed: int = 0, given: torch.Tensor | None = None) -> RecognitionGraph:
    """A graph between cuts; its misfits are half its penalties, as if the rest were of places."""
    source, target = np.array(arcs, np.int64).reshape(-1, 2).T
    found = penalties(len(arcs), seed) if given is None else given
    return RecognitionGraph(int(target.max(initial=0)) + 1, source, target, found, found.abs() / 2)


def positions(count: int, seed: int = 0, given: torch.Tensor | None = None) -> RecognitionGraph:
    """A graph over positions, where a few labels are possible each time, none among them."""
    if given is None:
        generator = torch.Generator().manual_seed(seed)
        given = torch.full((count, len(AMOUNTS.labels)), torch.inf)
        for position in range(count):
            likely = torch.cat([torch.randperm(10, generator=generator)[:3], torch.tensor([10, 13])])
            likely[-1] = torch.randint(13, 33, (1,), generator=generator)
            given[position, likely] = 3 * torch.rand(5, generator=generator)
        given[:, AMOUNTS.rubbish] = torch.rand(count, generator=generator)
    source = np.arange(count)
    both = holding_penalties(given)
    return RecognitionGraph(count + 1, source, source + 1, both, both / 2, STANDARD)


@lru_cache(maxsize=64)
def ways(notation: Notation, graph: RecognitionGraph) -> list[Way]:
    """Every path of a zone that the grammar reads."""
    if not len(graph.source):
        return []
    find = _between_cuts if notation.name == "cuts" else _over_positions
    return find(graph, notation.grammar)


def _between_cuts(graph: RecognitionGraph, grammar: Grammar) -> list[Way]:
    """By recursion over cuts and grammar nodes."""
    own = grammar.graph
    rows = list(zip(own.source.tolist(), own.target.tolist(), own.label.tolist(), strict=True))
    price = own.penalty.double().tolist()
    leaving: dict[int, list[int]] = defaultdict(list)
    for arc, (source, _, _) in enumerate(rows):
        leaving[source].append(arc)
    penalty, misfit = graph.penalties.tolist(), graph.misfits.tolist()
    final = own.final.tolist()
    found: list[Way] = []

    def walk(cut: int, node: int, arcs: tuple[int, ...], taken: tuple[int, ...]) -> None:
        if cut == graph.nodes - 1:
            columns = tuple(rows[step][2] for step in taken)
            paid = sum(price[step] for step in taken)
            total = paid + sum(penalty[a][c] for a, c in zip(arcs, columns, strict=True))
            if final[node] and total < math.inf:
                amount = grammar.value(taken)
                fit = paid + sum(misfit[a][c] for a, c in zip(arcs, columns, strict=True))
                minor_units = amount and amount.minor_units
                text = AMOUNTS.decode(list(columns))
                found.append(Way(total, minor_units, arcs, columns, text, fit / len(arcs)))
            return
        for arc in np.flatnonzero(graph.source == cut).tolist():
            for step in leaving[node]:
                walk(int(graph.target[arc]), rows[step][1], (*arcs, arc), (*taken, step))

    for node in own.start.nonzero()[:, 0].tolist():
        walk(0, node, (), ())
    return found


def _over_positions(graph: RecognitionGraph, grammar: Grammar) -> list[Way]:
    """Every row of possible labels; a run of one is one character, and none stands between any two."""
    given = graph.penalties[:, :HOLDING].double()
    fits = graph.misfits[:, :HOLDING].double()
    possible = [torch.isfinite(row).nonzero()[:, 0].tolist() for row in given]
    found = []
    for row in itertools.product(*possible):
        runs = [label for label, _ in itertools.groupby(row)]
        says = [label for label in runs if label != AMOUNTS.rubbish]
        path = grammar.path(says)
        if path is None or any(AMOUNTS.rubbish not in pair for pair in itertools.pairwise(runs)):
            continue
        paid = float(grammar.graph.penalty[path].double().sum())
        amount = grammar.value(path)
        before = (AMOUNTS.rubbish, *row)
        held_on = [now == last != AMOUNTS.rubbish for last, now in itertools.pairwise(before)]
        at = list(range(len(row)))
        found.append(
            Way(
                paid + float(given[at, row].sum()),
                amount and amount.minor_units,
                tuple(at),
                tuple(label + HOLDING * held for label, held in zip(row, held_on, strict=True)),
                AMOUNTS.decode(says),
                (paid + float(fits[at, row].sum())) / max(len(says), 1),
            )
        )
    return found


def posteriors(found: Sequence[Way]) -> dict[int | None, float]:
    """Each amount's share of all paths."""
    share: dict[int | None, float] = defaultdict(float)
    for way in found:
        share[way.minor_units] += math.exp(-way.penalty)
    whole = sum(share.values())
    return {minor_units: part / whole for minor_units, part in share.items()}


def proposed(found: Sequence[Way], n: int) -> set[int]:
    """The amounts among the ``n`` texts with the best paths."""
    best: dict[str, Way] = {}
    for way in found:
        best[way.text] = min(way, best.get(way.text, way), key=lambda one: one.penalty)
    chosen = sorted(best.values(), key=lambda one: one.penalty)[:n]
    return {way.minor_units for way in chosen if way.minor_units is not None}


def expected(page: Lattice, notations: Sequence[Notation], n: int) -> dict[int, float]:
    """Confidence of every amount of a page, by the definition and in double precision."""
    whole = sum(vote.SHARES[notation.name] for notation in notations)
    shares = [vote.SHARES[notation.name] / whole for notation in notations]
    weights: dict[int, float] = defaultdict(float)
    everything = 0.0
    for zone, zone_penalty in enumerate(page.zone_penalties):
        told = [ways(notation, page.graphs[k][zone]) for k, notation in enumerate(notations)]
        misfits = [min(found, key=lambda way: way.penalty).misfit for found in told if found]
        if not misfits:
            continue
        weight = math.exp(-zone_penalty - vote.MISFIT * sum(misfits) / len(misfits))
        posterior = [posteriors(found) for found in told]
        known = set().union(*(proposed(found, n) for found in told))
        left = [max(1 - sum(one.get(amount, 0.0) for amount in known), LEAST) for one in posterior]
        everything += weight * math.prod(rest**share for rest, share in zip(left, shares, strict=True))
        for amount in known:
            parts = zip(posterior, left, shares, strict=True)
            own = weight * math.prod((one.get(amount) or rest) ** share for one, rest, share in parts)
            weights[amount] += own
            everything += own
    return {amount: weight / everything for amount, weight in weights.items()}


def page(zones: list[tuple[Arcs, int]], costs: list[float] | None = None) -> Lattice:
    """A page with graphs between cuts alone."""
    return Lattice(costs or [0.0] * len(zones), [[candidates(arcs, seed) for arcs, seed in zones]])


def saying(text: str, notation: Notation) -> RecognitionGraph:
    """A zone that says a text for certain."""
    labels = AMOUNTS.encode(text)
    if notation is POSITIONS:  # none between any two
        labels = [label for spoken in labels for label in (spoken, AMOUNTS.rubbish)]
    given = torch.full((len(labels), len(AMOUNTS.labels)), torch.inf)
    given[torch.arange(len(labels)), labels] = 0.0
    if notation is POSITIONS:
        return positions(len(labels), given=given)
    return candidates([(k, k + 1) for k in range(len(labels))], given=given)


IMPOSSIBLE = torch.full((len(TWO), len(AMOUNTS.labels)), torch.inf)


def beside_the_impossible(lattice: Lattice) -> Lattice:
    """The page with a second zone, in which every label is ruled out."""
    zone = candidates(TWO, given=IMPOSSIBLE), positions(len(TWO), given=IMPOSSIBLE)
    graphs = [[*graphs, other] for graphs, other in zip(lattice.graphs, zone, strict=False)]
    return Lattice([*lattice.zone_penalties, 0.0], graphs)
