"""Zones and recognisers weighed against each other: the answers of a page, and how sure they are.

Zones compete as parallel branches of one graph: a zone weighs exp(-cost), its own penalty and how badly its
best path fits on average, so that a zone is neither better nor worse for having more characters. Within a
zone the recognisers' posteriors of an amount, exp(-E_dforw) of eq. (17), are multiplied, each to the power of
its share: what all find likely is likely, and a zone on which they differ loses weight. An amount's
confidence is its weight in all zones against the weight of everything. Not for which zones are asked about:
see ``choice``; nor for accepting or rejecting: see ``decision``.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from chequereader.grammar import Amount
from chequereader.interpretation.notation import CUTS, SLIDING, Notation
from chequereader.interpretation.testimony import Pair, Path, Testimony, digits_of
from chequereader.interpretation.wholes import Pairs
from chequereader.recognition.recognition_graph import RecognitionGraph

MISFIT = 0.5
"""Weight of the mean misfit of a zone's best path beside the zone's penalty; chosen on training cheques."""

SHARES = {CUTS: 0.4, SLIDING: 0.6}
"""Weight of each kind of recogniser's posteriors; where there are several of a kind, each of their networks
has an equal part of it, and where only some kinds are asked, theirs are scaled to a sum of one.

Chosen on validation among 0, 0.15, 0.3, 0.4, 0.5 and 0.7 for the cuts.
"""

_EVEN = math.log(2)  # penalty of an amount as likely as not
_LEAST = 1e-6  # posteriors are sums of single-precision numbers: less is not told from nothing


@dataclass(frozen=True)
class Answer:
    """One amount that a page may say; ``confidence`` is its posterior.

    ``path`` is the best path in zone ``zone`` by the recogniser of notation ``notation`` (a place in the
    list): the one between cuts if it finds the amount likelier than not, as its characters have boxes of
    their own; else the one that finds it likelier.
    """

    amount: Amount
    text: str
    digits: str
    confidence: float
    zone: int
    notation: int
    path: Path
    posterior: Tensor


@dataclass(frozen=True)
class Lattice:
    """A page: the penalty of each zone, and each recogniser's graph of each zone, [notations][zones].

    Pairs of zones of which the first is a part of the second one: ``grown`` where that was grown from it,
    ``nested`` where both were found.
    """

    zone_penalties: Sequence[float]
    graphs: Sequence[Sequence[RecognitionGraph]]
    grown: Pairs = ()
    nested: Pairs = ()


def answers(
    pages: Sequence[Lattice],
    notations: Sequence[Notation],
    n: int,
    also: Sequence[Sequence[int]] | None = None,
) -> list[list[Answer]]:
    """Return at most ``n`` answers of each page, best first, none where no zone has a reading.

    ``also`` are hundredths for each page that are asked for besides, wherever they can be read.
    """
    places = [(p, z) for p, page in enumerate(pages) for z in range(len(page.zone_penalties))]
    testimonies = [
        Testimony(notation, [pages[p].graphs[k][z] for p, z in places], n)
        for k, notation in enumerate(notations)
    ]
    amounts: dict[Pair, Amount] = {}
    for testimony in testimonies:
        for zone, proposed in enumerate(testimony.proposed):
            for minor_units, amount in proposed.items():
                amounts.setdefault((zone, minor_units), amount)
    wanted = also or [()] * len(pages)
    for zone, (p, _) in enumerate(places):
        for minor_units in wanted[p]:
            amounts.setdefault((zone, minor_units), Amount(minor_units, None))
    pairs = list(amounts)
    worth = [testimony.worth(pairs) for testimony in testimonies]
    shares = _shares(notations)
    # every penalty below is a negative logarithm: of an amount in a zone, and of what a zone leaves over
    penalty = dict.fromkeys(pairs, 0.0)
    rest = [0.0] * len(places)
    for testimony, share, own in zip(testimonies, shares, worth, strict=True):
        left = _left_over(testimony, pairs, own)
        for zone in range(len(places)):
            rest[zone] += share * left[zone]
        for pair, value in zip(pairs, own, strict=True):
            # what a recogniser can't read gets what it leaves over, at most
            lost = left[pair[0]] if len(testimonies) > 1 else math.inf
            penalty[pair] += share * (value if value < math.inf else lost)
    worth_of = dict(zip(pairs, zip(*worth, strict=True), strict=True))
    found: list[list[tuple[float, Pair]]] = []
    for p, page in enumerate(pages):
        zones = [zone for zone, (q, _) in enumerate(places) if q == p]
        cost = {zone: page.zone_penalties[places[zone][1]] + _misfit(testimonies, zone) for zone in zones}
        everything = [-cost[zone] - rest[zone] for zone in zones]
        by_amount: dict[int, list[tuple[float, Pair]]] = {}
        for pair in pairs:
            if pair[0] in cost:
                weight = cost[pair[0]] + penalty[pair]
                everything.append(-weight)
                by_amount.setdefault(pair[1], []).append((weight, pair))
        total = logsumexp(everything)
        scored = [
            (min(math.exp(logsumexp([-w for w, _ in weighed]) - total), 1.0), min(weighed)[1])
            for weighed in by_amount.values()
            if min(weighed)[0] < math.inf
        ]
        scored.sort(key=lambda one: -one[0])
        found.append(scored[:n] + [one for one in scored[n:] if one[1][1] in wanted[p]])
    paths = _paths([pair for scored in found for _, pair in scored], testimonies, worth_of)
    return [
        [_answer(confidence, amounts[pair], places[pair[0]][1], *paths[pair]) for confidence, pair in scored]
        for scored in found
    ]


def logsumexp(values: Sequence[float]) -> float:
    """Return log(sum(exp(v))), minus infinity for no values."""
    top = max(values, default=-math.inf)
    if top == -math.inf:
        return top
    return top + math.log(sum(math.exp(v - top) for v in values))


def _shares(notations: Sequence[Notation]) -> list[float]:
    """Return each recogniser's share of the vote."""
    networks = Counter[str]()
    for notation in notations:
        networks[notation.name] += notation.networks
    whole = sum(SHARES[name] for name in networks)
    return [SHARES[n.name] * n.networks / networks[n.name] / whole for n in notations]


def _left_over(testimony: Testimony, pairs: Sequence[Pair], worth: Sequence[float]) -> list[float]:
    """Minus the logarithm of the posterior that each zone leaves for amounts that nobody proposed."""
    left = [1.0] * len(testimony.total)
    for (zone, _), value in zip(pairs, worth, strict=True):
        left[zone] -= math.exp(-value)
    return [-math.log(max(part, _LEAST)) for part in left]


def _misfit(testimonies: Sequence[Testimony], zone: int) -> float:
    told = [testimony.misfit[zone] for testimony in testimonies if testimony.misfit[zone] < math.inf]
    return MISFIT * sum(told) / len(told) if told else math.inf


def _paths(
    pairs: Sequence[Pair], testimonies: Sequence[Testimony], worth: dict[Pair, tuple[float, ...]]
) -> dict[Pair, tuple[int, Path, Tensor]]:
    """Return who shows each amount best, with its best path and the posterior of the whole zone."""

    def preference(pair: Pair) -> list[int]:
        values = worth[pair]
        return sorted(
            range(len(testimonies)),
            key=lambda k: (testimonies[k].notation.name != CUTS or values[k] > _EVEN, values[k]),
        )

    preferred = {pair: preference(pair) for pair in pairs}
    found: dict[Pair, tuple[int, Path]] = {}
    for turn in range(len(testimonies)):
        for k, testimony in enumerate(testimonies):
            asked = [pair for pair in pairs if pair not in found and preferred[pair][turn] == k]
            for pair, path in zip(asked, testimony.paths(asked), strict=True):
                if path is not None:
                    found[pair] = k, path
    shown = {(k, zone) for (zone, _), (k, _) in found.items()}
    posteriors = {(k, zone): testimonies[k].posterior(zone) for k, zone in shown}
    return {pair: (k, path, posteriors[k, pair[0]]) for pair, (k, path) in found.items()}


def _answer(
    confidence: float, amount: Amount, zone: int, notation: int, path: Path, posterior: Tensor
) -> Answer:
    return Answer(amount, path.text, digits_of(path.text), confidence, zone, notation, path, posterior)
