"""What one recogniser says of its zones, against every path written out."""

from __future__ import annotations

import dataclasses
import math

import pytest
import torch
from small_pages import CUTS, POSITIONS, THREE, TWO, candidates, positions, posteriors, proposed, ways
from torch.nn import functional as F

from chequereader.alphabet import AMOUNTS, RUBBISH
from chequereader.grammar.amounts import OUTER_RUBBISH_PENALTY
from chequereader.grammar.held import HOLDING
from chequereader.grammar.surroundings import DASH_PENALTY
from chequereader.interpretation import Notation, testimony
from chequereader.recognition.recognition_graph import RecognitionGraph

KINDS = pytest.mark.parametrize("notation", [CUTS, POSITIONS], ids=lambda notation: notation.name)
UNREADABLE = 98_765_432_10
"""Hundredths with more digits than the zones here have places."""


def zones(notation: Notation) -> list[RecognitionGraph]:
    """Four zones, the third one without ink."""
    if notation is CUTS:
        return [candidates(THREE, 1), candidates(TWO, 2), candidates([]), candidates(THREE, 3)]
    return [positions(5, 1), positions(3, 2), positions(0), positions(4, 3)]


@KINDS
def test_all_paths_of_each_zone_are_summed(notation: Notation) -> None:
    graphs = zones(notation)
    found = testimony.Testimony(notation, graphs, 3)
    for graph, total in zip(graphs, found.total, strict=True):
        weights = [math.exp(-way.penalty) for way in ways(notation, graph)]
        assert total == pytest.approx(-math.log(sum(weights)) if weights else math.inf, abs=1e-4)
    assert [math.isinf(total) for total in found.total] == [False, False, True, False]


@KINDS
def test_the_misfit_is_the_best_paths_by_its_characters(notation: Notation) -> None:
    """A candidate of it on average between cuts; over positions a character, however long it holds on."""
    graphs = zones(notation)
    found = testimony.Testimony(notation, graphs, 1)
    assert [look.misfit for look in testimony.first_look(notation, graphs)] == pytest.approx(found.misfit)
    for graph, misfit in zip(graphs, found.misfit, strict=True):
        all_ways = ways(notation, graph)
        truth = min(all_ways, key=lambda way: way.penalty).misfit if all_ways else math.inf
        assert misfit == pytest.approx(truth, abs=1e-4)


@KINDS
def test_misfits_by_hand(notation: Notation) -> None:
    """Rubbish, a 5 that holds on over positions, a dash: what the grammar asks for each is a misfit too."""
    row = AMOUNTS.encode(f"{RUBBISH}5-" if notation is CUTS else f"{RUBBISH}55{RUBBISH}-")
    given = torch.full((len(row), HOLDING), torch.inf)
    given[torch.arange(len(row)), row] = torch.tensor([0.2, 0.4, 0.6, 0.8, 1.0])[: len(row)]
    if notation is CUTS:
        arcs = [(0, 1), (1, 2), (2, 3)]
        made = dataclasses.replace(
            candidates([*arcs, (1, 3)]), penalties=F.pad(given, (0, 0, 0, 1), value=9.0)
        )
        made = dataclasses.replace(made, misfits=made.penalties / 2)
        expected = (0.1 + 0.2 + 0.3 + OUTER_RUBBISH_PENALTY + DASH_PENALTY) / 3
    else:
        made = positions(len(row), given=given)
        expected = (0.1 + 0.2 + 0.3 + 0.4 + 0.5 + DASH_PENALTY) / 2
    found = testimony.Testimony(notation, [made], 1)
    assert found.misfit == pytest.approx([expected])
    assert [look.misfit for look in testimony.first_look(notation, [made])] == pytest.approx([expected])


@pytest.mark.parametrize("n", [1, 2, 7])
@KINDS
def test_proposed_are_the_amounts_of_the_best_texts(notation: Notation, n: int) -> None:
    graphs = zones(notation)
    found = testimony.Testimony(notation, graphs, n)
    for graph, amounts in zip(graphs, found.proposed, strict=True):
        assert set(amounts) == proposed(ways(notation, graph), n)
        assert all(amount.minor_units == minor_units for minor_units, amount in amounts.items())


@KINDS
def test_an_amount_is_worth_its_share_of_the_paths(notation: Notation) -> None:
    """In any order, a zone asked for several times, amounts of one zone asked of another."""
    graphs = zones(notation)
    told = testimony.Testimony(notation, graphs, 3)
    asked = sorted({amount for known in told.proposed for amount in known})
    pairs = [(zone, amount) for amount in [*asked, UNREADABLE] for zone in (3, 0, 2, 1)]
    worth = told.worth(pairs)
    truth = [posteriors(ways(notation, graph)) for graph in graphs]
    for (zone, amount), found in zip(pairs, worth, strict=True):
        share = truth[zone].get(amount, 0.0)
        assert found == pytest.approx(-math.log(share) if share else math.inf, abs=2e-4)
    assert math.inf in worth and min(worth) < 3, "both that can be read and that can't"
    assert told.worth([]) == []


@KINDS
def test_the_best_path_of_an_amount(notation: Notation) -> None:
    graphs = zones(notation)
    told = testimony.Testimony(notation, graphs, 3)
    asked = sorted({amount for known in told.proposed for amount in known})
    pairs = [(zone, amount) for amount in [*asked, UNREADABLE] for zone in (3, 0, 2, 1)]
    for (zone, amount), path in zip(pairs, told.paths(pairs), strict=True):
        own = [way for way in ways(notation, graphs[zone]) if way.minor_units == amount]
        if not own:
            assert path is None
            continue
        best = min(own, key=lambda way: way.penalty)
        assert path is not None
        assert (path.arcs, path.columns, path.text) == (best.arcs, best.columns, best.text)
    assert told.paths([]) == []


@KINDS
def test_no_zones_and_no_readings(notation: Notation) -> None:
    nothing = testimony.Testimony(notation, [], 3)
    assert (nothing.total, nothing.misfit, nothing.proposed) == ([], [], [])
    assert testimony.first_look(notation, []) == []
    impossible = torch.full((3, HOLDING), torch.inf)
    made = candidates(TWO, given=impossible) if notation is CUTS else positions(3, given=impossible)
    shut = testimony.Testimony(notation, [made], 3)
    assert (shut.total, shut.misfit, shut.proposed) == ([math.inf], [math.inf], [{}])
    assert testimony.first_look(notation, [made]) == [testimony.FirstLook(math.inf, 0.0, None)]
    assert shut.worth([(0, 100)]) == [math.inf]
    assert shut.paths([(0, 100)]) == [None]


@pytest.mark.parametrize("seed", range(3))
@KINDS
def test_posteriors_of_columns_on_arcs(notation: Notation, seed: int) -> None:
    cuts = notation is CUTS
    graph = candidates(THREE, seed) if cuts else positions(5, seed)
    other = candidates(TWO, seed + 7) if cuts else positions(3, seed + 7)
    all_ways = ways(notation, graph)
    total = sum(math.exp(-way.penalty) for way in all_ways)
    truth = torch.zeros(graph.penalties.shape, dtype=torch.float64)
    for way in all_ways:
        for step in zip(way.arcs, way.columns, strict=True):
            truth[step] += math.exp(-way.penalty) / total
    found = testimony.Testimony(notation, [other, graph], 1).posterior(1).double()
    assert torch.allclose(found, truth, atol=1e-4)
