"""Which zones go on, against what follows from all paths."""

from __future__ import annotations

import math

import pytest
import torch
from small_pages import (
    BOTH,
    CUTS,
    GRAMMAR,
    THREE,
    TWO,
    beside_the_impossible,
    candidates,
    page,
    positions,
    saying,
    ways,
)

from chequereader.alphabet import AMOUNTS
from chequereader.interpretation import Choice, Lattice, Notation, seen_better, worthwhile
from chequereader.interpretation.choice import FAR_WORSE, LESS_THAN_ONE
from chequereader.interpretation.vote import MISFIT


def test_a_zone_far_worse_than_the_best_is_not_worth_another_look() -> None:
    """By its penalty and its misfit, as they weigh in the vote; a zone that can't be read never is."""
    lattice = page([(THREE, 1), (TWO, 2), (THREE, 3)])
    best = [min(ways(CUTS, graph)).misfit for graph in lattice.graphs[0]]
    level = [-MISFIT * misfit for misfit in best]
    for far, kept in ((0.98, [0, 1, 2]), (1.02, [1, 2])):
        costs = [level[0] + far * FAR_WORSE, level[1], level[2] + 0.5]
        several = [Lattice(costs, lattice.graphs), page([]), Lattice(costs[1:], [lattice.graphs[0][1:]])]
        choices = worthwhile(several, CUTS)
        assert [list(choice.kept) for choice in choices] == [kept, [], [0, 1]]
        told = [cost + MISFIT * misfit for cost, misfit in zip(costs, best, strict=True)]
        assert [list(choice.costs) for choice in choices] == [
            pytest.approx(told),
            [],
            pytest.approx(told[1:]),
        ]
    shut = beside_the_impossible(Lattice(level, lattice.graphs))
    (choice,) = worthwhile([Lattice(shut.zone_penalties, shut.graphs[:1])], CUTS)
    assert list(choice.kept) == [0, 1, 2]
    assert choice.costs[3] == math.inf, "a zone without a reading"
    assert worthwhile([], CUTS) == []


@pytest.mark.parametrize("notation", BOTH, ids=lambda notation: notation.name)
def test_a_zone_that_reads_as_a_date_too_costs_what_the_date_takes_of_it(notation: Notation) -> None:
    graphs = [saying(text, notation) for text in ("22022019", "5", "10.10.2024")]
    (choice,) = worthwhile([Lattice([0.25, 2.0, 0.0], [graphs])], notation)
    kept = choice.kept
    assert list(kept) == [0, 1], "no amount has two points"
    assert list(choice.amounts) == [2202201900, 500, None]
    # eight digits in a row are an amount at a penalty and a date at none
    arcs = GRAMMAR.path(AMOUNTS.encode("22022019"))
    assert arcs is not None
    asked = float(GRAMMAR.graph.penalty[arcs].sum())
    assert kept[0] == pytest.approx(0.25 + math.log1p(math.exp(asked)), rel=1e-4)
    assert kept[1] == 2.0
    alone = Lattice([0.25], [[graphs[0]]])
    assert worthwhile([alone], notation) == [Choice({0: 0.25}, [0.0], [None])], "there is no other zone"


@pytest.mark.parametrize("notation", BOTH, ids=lambda notation: notation.name)
def test_a_zone_that_says_cents_alone_costs_more_beside_another(notation: Notation) -> None:
    """The cents of an amount in words stand below its figures: ``One thousand 49/100``."""
    graphs = [saying(text, notation) for text in ("49/100", "1000.49", "1.00")]
    (choice,) = worthwhile([Lattice([0.0, 0.5, LESS_THAN_ONE - 0.1], [graphs])], notation)
    assert list(choice.amounts) == [49, 100049, 100]
    assert list(choice.kept) == [1], "the cents are far worse now, a whole unit is none of them"
    assert choice.costs[0] >= LESS_THAN_ONE
    (alone,) = worthwhile([Lattice([0.0], [[graphs[0]]])], notation)
    assert alone.kept == {0: 0.0}


@pytest.mark.parametrize("notation", BOTH, ids=lambda notation: notation.name)
def test_of_a_zone_and_its_whole_one_goes_on(notation: Notation) -> None:
    graphs = [saying(text, notation) for text in ("62", "1562", "7")]
    (alone,) = worthwhile([Lattice([0.1, 0.1, 0.2], [graphs])], notation)
    assert (list(alone.kept), alone.settled) == ([0, 1, 2], set())
    (choice,) = worthwhile([Lattice([0.1, 0.1, 0.2], [graphs], [(0, 1)])], notation)
    assert (list(choice.kept), choice.settled) == ([1, 2], {0})
    assert choice.costs == alone.costs
    # a zone that is left is no measure of the others
    (choice,) = worthwhile([Lattice([0.1, 2.5, 2.6], [graphs], [(0, 1)])], notation)
    assert list(choice.kept) == [1, 2]
    (choice,) = worthwhile([Lattice([0.1, 0.1, 0.2], [graphs], [(2, 1)])], notation)
    assert (list(choice.kept), choice.settled) == ([0, 2], {1}), "it says something else, no better"


@pytest.mark.parametrize("notation", BOTH, ids=lambda notation: notation.name)
def test_what_is_seen_again_is_taken_if_it_fits_no_worse(notation: Notation) -> None:
    nothing = torch.full((3, len(AMOUNTS.labels)), torch.inf)
    one, other, unreadable = (
        [candidates(THREE, 1), candidates(TWO, 2), candidates(TWO, given=nothing)]
        if notation is CUTS
        else [positions(4, 1), positions(5, 2), positions(3, given=nothing)]
    )
    better = min(ways(notation, other)).misfit <= min(ways(notation, one)).misfit
    before, after = [one, other, one, unreadable, one], [other, one, one, one, unreadable]
    assert seen_better(notation, before, after) == [better, not better, True, True, False]
    assert seen_better(notation, [], []) == []
