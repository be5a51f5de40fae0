"""Answers of whole pages against every path of tiny lattices, written out one by one."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from small_pages import (
    BOTH,
    CUTS,
    POSITIONS,
    THREE,
    TWO,
    Arcs,
    beside_the_impossible,
    candidates,
    expected,
    page,
    positions,
    posteriors,
    proposed,
    ways,
)

from chequereader.alphabet import AMOUNTS
from chequereader.interpretation import Answer, Lattice, Notation, answers, vote
from chequereader.interpretation.vote import logsumexp
from chequereader.recognition.recognition_graph import RecognitionGraph


def page_of_both(zones: list[tuple[Arcs, int]], costs: list[float] | None = None, count: int = 5) -> Lattice:
    """A page with graphs of both kinds, which know nothing of each other."""
    between = [candidates(arcs, seed) for arcs, seed in zones]
    over = [positions(count, seed + 100) for _, seed in zones]
    return Lattice(costs or [0.0] * len(zones), [between, over])


def one(lattice: Lattice, n: int, notations: list[Notation] | None = None) -> list[Answer]:
    (found,) = answers([lattice], notations or [CUTS], n)
    return found


def check_best_path(answer: Answer, graph: RecognitionGraph, notation: Notation) -> None:
    best = min(way for way in ways(notation, graph) if way.minor_units == answer.amount.minor_units)
    assert (answer.path.arcs, answer.path.columns) == (best.arcs, best.columns)
    assert answer.text == answer.path.text == best.text
    assert answer.digits == "".join(
        str("0123456789⁰¹²³⁴⁵⁶⁷⁸⁹".index(c) % 10) for c in best.text if c.isdigit()
    )


@pytest.mark.parametrize("arcs", [TWO, THREE])
@pytest.mark.parametrize("seed", range(4))
def test_confidence_is_the_share_of_all_paths_worth_the_amount(arcs: Arcs, seed: int) -> None:
    lattice = page([(arcs, seed)])
    truth = posteriors(ways(CUTS, lattice.graphs[0][0]))
    found = one(lattice, 5)
    assert len(found) == 5
    assert len({answer.amount.minor_units for answer in found}) == 5
    for answer in found:
        assert answer.confidence == pytest.approx(truth[answer.amount.minor_units], rel=1e-3)
    assert [a.confidence for a in found] == sorted((a.confidence for a in found), reverse=True)


@pytest.mark.parametrize("seed", range(4))
def test_over_positions_it_is_the_share_of_all_ways_to_name_them(seed: int) -> None:
    lattice = Lattice([0.0], [[positions(5, seed)]])
    all_ways = ways(POSITIONS, lattice.graphs[0][0])
    truth = posteriors(all_ways)
    found = one(lattice, 5, [POSITIONS])
    assert {a.amount.minor_units for a in found} == proposed(all_ways, 5)
    for answer in found:
        assert answer.confidence == pytest.approx(truth[answer.amount.minor_units], rel=1e-3)
        check_best_path(answer, lattice.graphs[0][0], POSITIONS)


@pytest.mark.parametrize("seed", range(4))
def test_an_answer_shows_its_best_path(seed: int) -> None:
    lattice = page([(THREE, seed)])
    readable = [way for way in ways(CUTS, lattice.graphs[0][0]) if way.minor_units is not None]
    found = one(lattice, 4)
    assert min(readable).minor_units in {a.amount.minor_units for a in found}
    for answer in found:
        check_best_path(answer, lattice.graphs[0][0], CUTS)
        assert (answer.zone, answer.notation) == (0, 0)


@pytest.mark.parametrize("costs", [[0.0, 0.0], [0.3, 1.1], [4.0, 0.0]])
@pytest.mark.parametrize("seed", range(3))
def test_zones_add_up_by_their_weights(costs: list[float], seed: int) -> None:
    lattice = page([(THREE, seed), (TWO, seed + 50)], costs)
    truth = expected(lattice, [CUTS], 40)
    told = [proposed(ways(CUTS, graph), 40) for graph in lattice.graphs[0]]
    assert told[0] & told[1], "no amount stands in both zones: nothing is tested"
    found = one(lattice, 40)
    assert {a.amount.minor_units for a in found} & told[0] & told[1]
    for answer in found:
        assert answer.confidence == pytest.approx(truth[answer.amount.minor_units], rel=1e-3)


def test_amounts_that_are_asked_for_are_weighed_whatever_their_rank() -> None:
    lattice = page([(THREE, 5), (TWO, 6)], [0.5, 0.0])
    everything = one(lattice, 40)
    rare = everything[-1]
    assert rare.amount.minor_units not in {answer.amount.minor_units for answer in one(lattice, 2)}
    (found,) = answers([lattice], [CUTS], 2, [[rare.amount.minor_units, 987_654_321]])
    told = {answer.amount.minor_units: answer.confidence for answer in found}
    assert told[rare.amount.minor_units] == pytest.approx(rare.confidence, rel=1e-3)
    assert 987_654_321 not in told, "it can't be read anywhere"
    assert [answer.amount for answer in found[:2]] == [answer.amount for answer in one(lattice, 2)]


def test_the_same_field_twice_is_no_surer_than_once() -> None:
    single, double = one(page([(THREE, 1)]), 5), one(page([(THREE, 1), (THREE, 1)]), 5)
    assert [a.amount for a in double] == [a.amount for a in single]
    assert [a.confidence for a in double] == pytest.approx([a.confidence for a in single], rel=1e-4)


def test_a_zone_with_a_better_penalty_wins() -> None:
    for cheap in (0, 1):
        costs = [50.0, 50.0]
        costs[cheap] = 0.0
        found = one(page([(TWO, 3), (TWO, 4)], costs), 3)
        alone = one(page([(TWO, 3 + cheap)]), 3)
        assert found[0].zone == cheap
        assert found[0].amount == alone[0].amount
        assert found[0].confidence == pytest.approx(alone[0].confidence, rel=1e-4)


@pytest.mark.parametrize("notations", [[CUTS], BOTH], ids=len)
def test_pages_do_not_meddle_with_each_other(notations: list[Notation]) -> None:
    zones: list[list[tuple[Arcs, int]]] = [[(THREE, 5)], [], [(TWO, 6), (THREE, 7)]]
    pages = [page_of_both(given, [0.5, 0.0][: len(given)]) for given in zones]
    together = answers(pages, notations, 4)
    alone = [one(single, 4, notations) for single in pages]
    for a, b in zip(together, alone, strict=True):
        assert [(x.amount, x.text, x.zone, x.notation, x.path) for x in a] == [
            (x.amount, x.text, x.zone, x.notation, x.path) for x in b
        ]
        assert [x.confidence for x in a] == pytest.approx([x.confidence for x in b], rel=1e-4)


def test_nothing_to_read_gives_no_answer() -> None:
    assert answers([], [CUTS], 3) == answers([], BOTH, 3) == []
    assert answers([page([]), page([([], 0)])], [CUTS], 3) == [[], []]
    silent = Lattice([0.0], [[candidates([])], [positions(0)]])
    assert answers([page_of_both([]), silent], BOTH, 3) == [[], []]


@pytest.mark.parametrize("notations", [[CUTS], BOTH], ids=len)
def test_a_zone_without_a_reading_leaves_the_page_to_the_others(notations: list[Notation]) -> None:
    lattice = page_of_both([(THREE, 8)])
    alone, beside = one(lattice, 3, notations), one(beside_the_impossible(lattice), 3, notations)
    assert [a.amount for a in beside] == [a.amount for a in alone]
    assert [a.confidence for a in beside] == pytest.approx([a.confidence for a in alone], rel=1e-5)
    assert one(beside_the_impossible(page_of_both([])), 3, notations) == []


@pytest.mark.parametrize("n", [2, 6])
@pytest.mark.parametrize("seed", range(4))
def test_two_recognisers_multiply_their_posteriors(seed: int, n: int) -> None:
    lattice = page_of_both([(THREE, seed)])
    truth = expected(lattice, BOTH, n)
    posterior = [posteriors(ways(notation, lattice.graphs[k][0])) for k, notation in enumerate(BOTH)]
    found = one(lattice, n, BOTH)
    assert len(found) == n
    assert {a.amount.minor_units for a in found} == set(sorted(truth, key=truth.__getitem__)[-n:])
    for answer in found:
        minor_units = answer.amount.minor_units
        assert answer.confidence == pytest.approx(truth[minor_units], rel=5e-3)
        likelier = max((0, 1), key=lambda k: posterior[k].get(minor_units, 0.0))
        assert answer.notation == likelier, "the path is by who finds the amount likelier"
        check_best_path(answer, lattice.graphs[likelier][0], BOTH[likelier])


@pytest.mark.parametrize("shares", [(0.8, 0.2), (3.0, 1.0), (0.1, 0.9)])
def test_shares_say_whose_posterior_counts_how_much(
    monkeypatch: pytest.MonkeyPatch, shares: tuple[float, float]
) -> None:
    """In proportion: a recogniser that is asked alone has the whole vote, whatever its share."""
    lattice = page_of_both([(TWO, 3), (THREE, 4)], [0.4, 0.0])
    equal = one(lattice, 3, BOTH)
    alone = one(lattice, 3, [CUTS])
    monkeypatch.setitem(vote.SHARES, CUTS.name, shares[0])
    monkeypatch.setitem(vote.SHARES, POSITIONS.name, shares[1])
    truth = expected(lattice, BOTH, 3)
    found = one(lattice, 3, BOTH)
    for answer in found:
        assert answer.confidence == pytest.approx(truth[answer.amount.minor_units], rel=5e-3)
    assert [a.confidence for a in found] != pytest.approx([a.confidence for a in equal], rel=1e-2)
    assert [a.confidence for a in one(lattice, 3, [CUTS])] == pytest.approx([a.confidence for a in alone])


@pytest.mark.parametrize("seed", range(3))
def test_recognisers_of_one_kind_divide_its_share(seed: int) -> None:
    """Two that say the same count as one of them does."""
    lattice = page_of_both([(TWO, seed), (THREE, seed + 9)], [0.4, 0.0])
    between, over = lattice.graphs
    once = one(lattice, 3, BOTH)
    twice = one(Lattice(lattice.zone_penalties, [between, over, over]), 3, [*BOTH, BOTH[1]])
    assert [a.amount for a in twice] == [a.amount for a in once]
    # what recognisers misfit by is a mean of them all
    assert [a.confidence for a in twice] == pytest.approx([a.confidence for a in once], rel=0.2)
    uneven = [CUTS, replace(BOTH[1], networks=3), BOTH[1]]
    assert vote._shares(uneven) == pytest.approx([0.4, 0.45, 0.15])
    assert vote._shares(uneven[1:]) == pytest.approx([0.75, 0.25])
    alone = [one(Lattice([0.0], [[g[1]] for g in [over] * n]), 3, [BOTH[1]] * n) for n in (1, 3)]
    assert [a.confidence for a in alone[1]] == pytest.approx([a.confidence for a in alone[0]], rel=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_two_recognisers_over_two_zones(seed: int) -> None:
    """A zone counts by its penalty and by the mean misfit of both; one is silent about the second zone."""
    lattice = page_of_both([(THREE, seed), (TWO, seed + 20), (TWO, seed + 40)], [0.2, 0.5, 0.0])
    between = [lattice.graphs[0][0], candidates([]), lattice.graphs[0][2]]
    over = [*lattice.graphs[1][:2], positions(0)]
    lattice = Lattice(lattice.zone_penalties, [between, over])
    truth = expected(lattice, BOTH, 4)
    found = one(lattice, 4, BOTH)
    assert len(found) == 4
    for answer in found:
        assert answer.confidence == pytest.approx(truth[answer.amount.minor_units], rel=5e-3)


@pytest.mark.parametrize("seed", range(3))
def test_the_same_evidence_twice_is_no_surer_than_once(seed: int) -> None:
    lattice = page([(THREE, seed), (TWO, seed + 9)], [0.3, 0.0])
    twice = Lattice(lattice.zone_penalties, [*lattice.graphs, *lattice.graphs])
    single, double = one(lattice, 5), one(twice, 5, [CUTS, CUTS])
    assert [(a.amount, a.path) for a in double] == [(a.amount, a.path) for a in single]
    assert [a.confidence for a in double] == pytest.approx([a.confidence for a in single], rel=1e-3)


def shares_of(labels: dict[str, float]) -> torch.Tensor:
    """Penalties of one arc by the labels' probabilities."""
    found = torch.full((1, len(AMOUNTS.labels)), torch.inf)
    for label, probability in labels.items():
        found[0, AMOUNTS.index(label)] = -math.log(probability)
    return found


@pytest.fixture
def equal_shares(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of the vote each, so that what is worked out by hand are square roots."""
    monkeypatch.setitem(vote.SHARES, CUTS.name, 0.5)
    monkeypatch.setitem(vote.SHARES, POSITIONS.name, 0.5)


@pytest.mark.usefixtures("equal_shares")
def test_what_two_think_of_one_digit() -> None:
    """By hand: the geometric mean of what each gives it, against that of what each gives to others."""
    between = candidates([(0, 1)], given=shares_of({"1": 0.6, "2": 0.4}))
    over = positions(1, given=shares_of({"1": 0.55, "3": 0.45}))
    (found,) = one(Lattice([0.0], [[between], [over]]), 1, BOTH)
    agreed, others = math.sqrt(0.6 * 0.55), math.sqrt(0.4 * 0.45)
    assert found.amount.minor_units == 100
    assert found.confidence == pytest.approx(agreed / (agreed + others), rel=1e-3)


@pytest.mark.usefixtures("equal_shares")
def test_what_one_can_not_read_gets_what_it_leaves_over() -> None:
    """Nobody proposes 2: of what the first can't read, 3, it says that it may be another one."""
    between = candidates([(0, 1)], given=shares_of({"1": 0.6, "2": 0.4}))
    over = positions(1, given=shares_of({"3": 0.55, "1": 0.45}))
    lattice = Lattice([0.0], [[between], [over]])
    one_digit, other_digit = math.sqrt(0.6 * 0.45), math.sqrt(0.4 * 0.55)
    (found,) = one(lattice, 1, BOTH)
    assert found.amount.minor_units == 100
    assert found.confidence == pytest.approx(one_digit / (one_digit + other_digit), rel=2e-3)
    # once 2 is proposed as well, the first has nothing left for 3
    assert [a.amount.minor_units for a in one(lattice, 5, BOTH)] == [100, 300, 200]
    assert one(lattice, 5, BOTH)[0].confidence > 0.99


def test_an_answer_is_shown_where_it_weighs_most() -> None:
    """Each amount stands in both zones, and each zone finds another one likelier."""
    graphs = [candidates([(0, 1)], given=shares_of({"1": p, "2": 1 - p})) for p in (0.6, 0.9)]
    found = one(Lattice([0.0, 0.0], [graphs]), 2)
    assert [(answer.text, answer.zone) for answer in found] == [("1", 1), ("2", 0)]


@pytest.mark.parametrize(("between", "shown"), [(0.6, 1), (0.4, 0)])
def test_cuts_show_the_path_of_what_they_find_likelier_than_not(between: float, shown: int) -> None:
    """Though the other is surer: candidates have boxes of their own."""
    slid = positions(1, given=shares_of({"1": 0.9, "2": 0.1}))
    cut = candidates([(0, 1)], given=shares_of({"1": between, "2": 1 - between}))
    found = one(Lattice([0.0], [[slid], [cut]]), 2, [POSITIONS, CUTS])
    assert (found[0].text, found[0].notation) == ("1", shown)


def test_a_zone_on_which_recognisers_differ_loses_weight() -> None:
    """Both agree on the second zone; on the first each is as sure, but of another digit."""
    sure = [shares_of({digit: 0.9, "7": 0.1}) for digit in "123"]
    between = [candidates([(0, 1)], given=sure[0]), candidates([(0, 1)], given=sure[2])]
    over = [positions(1, given=sure[1]), positions(1, given=sure[2])]
    found = one(Lattice([0.0, 0.0], [between, over]), 5, BOTH)
    assert found[0].amount.minor_units == 300
    assert found[0].zone == 1
    assert found[0].confidence > 0.7
    alone = one(Lattice([0.0, 0.0], [between]), 5)
    assert alone[0].confidence == pytest.approx(0.45, rel=1e-3), "one recogniser can't tell the zones apart"


@given(st.lists(st.floats(-700, 700) | st.just(-math.inf), max_size=8))
def test_logsumexp(values: list[float]) -> None:
    assert logsumexp(values) == pytest.approx(float(np.logaddexp.reduce(values)) if values else -math.inf)
