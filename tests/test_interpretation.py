"""Answers of whole pages against every path of tiny lattices, written out one by one."""

from __future__ import annotations

import math
from collections import defaultdict
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from chequereader.alphabet import AMOUNTS
from chequereader.grammar import Grammar, amounts
from chequereader.interpretation import MISFIT, Lattice, answers, arc_posteriors, logsumexp

GRAMMAR = amounts("auto")

Arcs = list[tuple[int, int]]
THREE: Arcs = [(0, 1), (0, 2), (1, 2), (1, 3), (2, 3)]
TWO: Arcs = [(0, 1), (0, 2), (1, 2)]


class Way(NamedTuple):
    """One path: its penalty, amount, (arc, label) pairs, and the penalty of the grammar's part."""

    penalty: float
    minor_units: int | None
    steps: tuple[tuple[int, int], ...]
    grammar_penalty: float


def zone(arcs: Arcs) -> SimpleNamespace:
    source, target = np.array(arcs, np.int64).reshape(-1, 2).T
    return SimpleNamespace(source=source, target=target, cuts=int(target.max(initial=0)) + 1)


def penalties(count: int, seed: int) -> torch.Tensor:
    """Random penalties of the labels on some arcs; most labels are far off, a few impossible."""
    generator = torch.Generator().manual_seed(seed)
    found = 3 + 6 * torch.rand((count, len(AMOUNTS.labels)), generator=generator)
    for arc in range(count):
        likely = torch.randperm(13, generator=generator)[:4]
        found[arc, likely] = 2 * torch.rand(4, generator=generator)
        found[arc, torch.randint(13, 33, (1,), generator=generator)] = torch.inf
    return found


def page(zones: list[tuple[Arcs, int]], costs: list[float] | None = None) -> Lattice:
    given = [penalties(len(arcs), seed) for arcs, seed in zones]
    misfits = [p.abs() / 2 for p in given]
    return Lattice([zone(a) for a, _ in zones], costs or [0.0] * len(zones), given, misfits)


def ways(lattice: Lattice, which: int, grammar: Grammar = GRAMMAR) -> list[Way]:
    """Every path of a zone that the grammar reads, by recursion over cuts and grammar nodes."""
    segmentation, penalty = lattice.segmentations[which], lattice.penalties[which].double()
    graph = grammar.graph
    rows = list(zip(graph.source.tolist(), graph.target.tolist(), graph.label.tolist(), strict=True))
    price = graph.penalty.double().tolist()
    leaving: dict[int, list[int]] = defaultdict(list)
    for arc, (source, _, _) in enumerate(rows):
        leaving[source].append(arc)
    final = graph.final.tolist()
    found: list[Way] = []

    def walk(cut: int, node: int, total: float, steps: tuple, taken: tuple[int, ...]) -> None:
        if cut == segmentation.cuts - 1:
            if final[node] and total < math.inf:
                amount = grammar.value(taken)
                own = sum(price[a] for a in taken)
                found.append(Way(total, amount and amount.minor_units, steps, own))
            return
        for arc in np.flatnonzero(segmentation.source == cut).tolist():
            for step in leaving[node]:
                label = rows[step][2]
                cost = float(penalty[arc, label]) + price[step]
                walk(
                    int(segmentation.target[arc]),
                    rows[step][1],
                    total + cost,
                    (*steps, (arc, label)),
                    (*taken, step),
                )

    for node in graph.start.nonzero()[:, 0].tolist():
        walk(0, node, 0.0, (), ())
    return found


def expected(lattice: Lattice, grammar: Grammar = GRAMMAR) -> dict[int | None, float]:
    """Confidence of every amount of a page: zones by their weight, amounts by their share of the paths."""
    shares, weights = [], []
    for which in range(len(lattice.segmentations)):
        all_ways = ways(lattice, which, grammar)
        if not all_ways:
            continue
        best = min(all_ways)
        misfit = sum(float(lattice.misfits[which][step]) for step in best.steps) + best.grammar_penalty
        cost = lattice.zone_penalties[which] + MISFIT * misfit / len(best.steps)
        weights.append(math.exp(-cost))
        share: dict[int | None, float] = defaultdict(float)
        for way in all_ways:
            share[way.minor_units] += math.exp(-way.penalty)
        shares.append({amount: worth / sum(share.values()) for amount, worth in share.items()})
    result: dict[int | None, float] = defaultdict(float)
    for share, weight in zip(shares, weights, strict=True):
        for amount, part in share.items():
            result[amount] += part * weight / sum(weights)
    return result


@pytest.mark.parametrize("arcs", [TWO, THREE])
@pytest.mark.parametrize("seed", range(4))
def test_confidence_is_the_share_of_all_paths_worth_the_amount(arcs: Arcs, seed: int) -> None:
    lattice = page([(arcs, seed)])
    truth = expected(lattice)
    (found,) = answers([lattice], GRAMMAR, 5)
    assert len(found) == 5
    assert len({answer.amount.minor_units for answer in found}) == 5
    for answer in found:
        assert answer.confidence == pytest.approx(truth[answer.amount.minor_units], rel=1e-3)
    assert [a.confidence for a in found] == sorted((a.confidence for a in found), reverse=True)


@pytest.mark.parametrize("seed", range(4))
def test_an_answer_shows_its_best_path(seed: int) -> None:
    lattice = page([(THREE, seed)])
    all_ways = ways(lattice, 0)
    (found,) = answers([lattice], GRAMMAR, 4)
    readable = [way for way in all_ways if way.minor_units is not None]
    assert min(readable).minor_units in {a.amount.minor_units for a in found}
    for answer in found:
        best = min(way for way in readable if way.minor_units == answer.amount.minor_units)
        assert tuple(zip(answer.arcs, answer.labels, strict=True)) == best.steps
        assert answer.text == AMOUNTS.decode([label for _, label in best.steps])
        assert answer.digits == "".join(
            str("0123456789⁰¹²³⁴⁵⁶⁷⁸⁹".index(c) % 10) for c in answer.text if c.isdigit()
        )
        assert answer.zone == 0


@pytest.mark.parametrize("costs", [[0.0, 0.0], [0.3, 1.1], [4.0, 0.0]])
@pytest.mark.parametrize("seed", range(3))
def test_zones_add_up_by_their_weights(costs: list[float], seed: int) -> None:
    lattice = page([(THREE, seed), (TWO, seed + 50)], costs)
    truth = expected(lattice)
    (found,) = answers([lattice], GRAMMAR, 40)
    singles = [answers([page([z])], GRAMMAR, 40)[0] for z in [(THREE, seed), (TWO, seed + 50)]]
    amounts_of = [{a.amount.minor_units for a in single} for single in singles]
    assert amounts_of[0] & amounts_of[1], "no amount stands in both zones: nothing is tested"
    for answer in found:
        minor_units = answer.amount.minor_units
        if minor_units in amounts_of[0] ^ amounts_of[1]:  # elsewhere it may be worse than the 40 best
            assert answer.confidence <= truth[minor_units] * (1 + 1e-3)
        else:
            assert answer.confidence == pytest.approx(truth[minor_units], rel=1e-3)


def test_the_same_field_twice_is_no_surer_than_once() -> None:
    once, twice = page([(THREE, 1)]), page([(THREE, 1), (THREE, 1)])
    (single,), (double,) = answers([once], GRAMMAR, 5), answers([twice], GRAMMAR, 5)
    assert [a.amount for a in double] == [a.amount for a in single]
    assert [a.confidence for a in double] == pytest.approx([a.confidence for a in single], rel=1e-4)


def test_a_zone_with_a_better_penalty_wins() -> None:
    lattice = page([(TWO, 3), (TWO, 4)])
    for cheap in (0, 1):
        costs = [50.0, 50.0]
        costs[cheap] = 0.0
        (found,) = answers(
            [Lattice(lattice.segmentations, costs, lattice.penalties, lattice.misfits)], GRAMMAR, 3
        )
        (alone,) = answers([page([(TWO, 3 + cheap)])], GRAMMAR, 3)
        assert found[0].zone == cheap
        assert found[0].amount == alone[0].amount
        assert found[0].confidence == pytest.approx(alone[0].confidence, rel=1e-4)


def test_pages_do_not_meddle_with_each_other() -> None:
    pages = [page([(THREE, 5)]), page([]), page([(TWO, 6), (THREE, 7)], [0.5, 0.0])]
    together = answers(pages, GRAMMAR, 4)
    alone = [answers([one], GRAMMAR, 4)[0] for one in pages]
    for a, b in zip(together, alone, strict=True):
        assert [(x.amount, x.text, x.zone, x.arcs) for x in a] == [
            (x.amount, x.text, x.zone, x.arcs) for x in b
        ]
        assert [x.confidence for x in a] == pytest.approx([x.confidence for x in b], rel=1e-4)


def test_nothing_to_read_gives_no_answer() -> None:
    assert answers([], GRAMMAR, 3) == []
    assert answers([page([]), page([([], 0)])], GRAMMAR, 3) == [[], []]


def impossible(lattice: Lattice) -> Lattice:
    """The page with a second zone, in which every label is ruled out."""
    nothing = torch.full((len(TWO), len(AMOUNTS.labels)), torch.inf)
    return Lattice(
        [*lattice.segmentations, zone(TWO)],
        [*lattice.zone_penalties, 0.0],
        [*lattice.penalties, nothing],
        [*lattice.misfits, nothing],
    )


def test_a_zone_without_a_reading_leaves_the_page_to_the_others() -> None:
    lattice = page([(THREE, 8)])
    (alone,), (beside) = answers([lattice], GRAMMAR, 3), answers([impossible(lattice)], GRAMMAR, 3)[0]
    assert [a.amount for a in beside] == [a.amount for a in alone]
    assert [a.confidence for a in beside] == pytest.approx([a.confidence for a in alone], rel=1e-5)
    assert answers([impossible(page([]))], GRAMMAR, 3) == [[]]


@pytest.mark.parametrize("seed", range(3))
def test_posteriors_of_labels_on_candidates(seed: int) -> None:
    lattice = page([(TWO, 90), (THREE, seed)])
    all_ways = ways(lattice, 1)
    total = sum(math.exp(-way.penalty) for way in all_ways)
    truth = torch.zeros(len(THREE), len(AMOUNTS.labels), dtype=torch.float64)
    for way in all_ways:
        for step in way.steps:
            truth[step] += math.exp(-way.penalty) / total
    found = arc_posteriors(lattice, 1, GRAMMAR).double()
    assert torch.allclose(found, truth, atol=1e-4)


@given(st.lists(st.floats(-700, 700) | st.just(-math.inf), max_size=8))
def test_logsumexp(values: list[float]) -> None:
    assert logsumexp(values) == pytest.approx(float(np.logaddexp.reduce(values)) if values else -math.inf)
