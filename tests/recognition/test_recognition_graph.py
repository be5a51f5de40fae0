"""Recognition graphs of many zones in one call: each as its recogniser scores it alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from drawn_fields import PAPER, draw
from tiny_reader import chance_recogniser, chance_sliding

from chequereader.alphabet import AMOUNTS
from chequereader.recognition import recognition_graph
from chequereader.recognition.recogniser import Recogniser
from chequereader.recognition.recognition_graph import RecognitionGraph, from_candidates, from_strips
from chequereader.recognition.sliding import SlidingRecogniser
from chequereader.segmentation.segmenter import Segmentation, segment
from chequereader.segmentation.strip import Scale, positions, rescaled, strip

CPU = torch.device("cpu")
LABELS = len(AMOUNTS.labels)
TEXTS = ["8,050", "2", "£66", "417"]


@pytest.fixture(scope="module")
def zones() -> list[Segmentation]:
    """Fields of several widths, the widest first, a blank one among them."""
    made = [segment(draw(text, height=36, gap=5).image) for text in TEXTS]
    made.insert(2, segment(np.full((40, 90), PAPER, np.uint8)))
    return made


@pytest.fixture(scope="module", params=[2048, 7])
def between_cuts(request: pytest.FixtureRequest, zones: list[Segmentation]) -> list[RecognitionGraph]:
    """Graphs of all zones, in calls of many crops and of few."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recognition_graph, "_CROPS_A_CALL", request.param)
        return from_candidates(placed(), zones, CPU)


@pytest.fixture(scope="module", params=[16, 2])
def over_positions(request: pytest.FixtureRequest, zones: list[Segmentation]) -> list[RecognitionGraph]:
    """Graphs of all zones, in calls of many strips and of few."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recognition_graph, "_STRIPS_A_CALL", request.param)
        return from_strips(chance_sliding(), [zone.field for zone in zones], CPU)


def placed() -> Recogniser:
    """A recogniser with penalties of places, as training leaves them."""
    recogniser = chance_recogniser()
    with torch.no_grad():
        recogniser.place[-1].weight.fill_(0.3)
    return recogniser


def test_candidates_are_scored_as_each_zone_alone(
    zones: list[Segmentation], between_cuts: list[RecognitionGraph]
) -> None:
    recogniser = placed()
    assert len(between_cuts) == len(zones)
    for zone, graph in zip(zones, between_cuts, strict=True):
        assert graph.nodes == zone.cuts
        assert np.array_equal(graph.source, zone.source)
        assert np.array_equal(graph.target, zone.target)
        assert graph.penalties.shape == graph.misfits.shape == (len(zone.source), LABELS)
        with torch.no_grad():
            alone = recogniser(torch.from_numpy(zone.crops), torch.from_numpy(zone.geometry))
        assert torch.allclose(graph.penalties, alone, atol=1e-4)


def test_misfits_leave_out_the_penalties_of_places(
    zones: list[Segmentation], between_cuts: list[RecognitionGraph]
) -> None:
    """Probabilities of labels, with room for none of the classes; a place costs every label the same."""
    for zone, graph in zip(zones, between_cuts, strict=True):
        assert (torch.exp(-graph.misfits).sum(dim=1) < 1.0).all()
        place = graph.penalties - graph.misfits
        assert place[:, AMOUNTS.rubbish] == pytest.approx(0.0, abs=1e-5)
        others = [label for label in range(LABELS) if label != AMOUNTS.rubbish]
        assert torch.allclose(place[:, others], place[:, :1].expand(-1, len(others)), atol=1e-5)
        assert len(zone.source) == 0 or place.abs().max() > 0.05


def test_strips_are_scored_as_each_alone(
    zones: list[Segmentation], over_positions: list[RecognitionGraph]
) -> None:
    """Side by side for the network, they come back in the order of the zones."""
    recogniser = chance_sliding()
    assert len({len(graph.source) for graph in over_positions}) == len(zones), "all of another width"
    for zone, graph in zip(zones, over_positions, strict=True):
        if not len(zone.source):
            continue
        picture = strip(zone.field)
        count = positions(picture.shape[1])
        with torch.no_grad():
            alone = recogniser(torch.from_numpy(picture)[None])[0]
        assert graph.nodes == count + 1
        assert graph.source.tolist() == list(range(count))
        assert graph.target.tolist() == list(range(1, count + 1))
        assert graph.chain
        assert graph.penalties.shape == (count, 2 * LABELS)
        assert torch.allclose(graph.penalties[:, :LABELS], alone, atol=1e-4)
        assert torch.equal(graph.penalties[:, LABELS:], graph.penalties[:, :LABELS]), "to hold on"
        assert torch.equal(graph.misfits, graph.penalties)


def test_strips_are_seen_at_the_recognisers_scale(zones: list[Segmentation]) -> None:
    recogniser = SlidingRecogniser(AMOUNTS, "lenet5", scale=Scale(0.75)).eval()
    graphs = from_strips(recogniser, [zone.field for zone in zones], CPU)
    for zone, graph in zip(zones, graphs, strict=True):
        assert graph.scale == Scale(0.75) and graph.chain
        if not len(zone.source):
            continue
        seen = rescaled(strip(zone.field), Scale(0.75))
        with torch.no_grad():
            alone = recogniser(torch.from_numpy(seen)[None])[0]
        assert torch.allclose(graph.penalties[:, :LABELS], alone, atol=1e-4)


def test_a_zone_without_ink_has_no_arcs(
    between_cuts: list[RecognitionGraph], over_positions: list[RecognitionGraph]
) -> None:
    for graph, columns in ((between_cuts[2], LABELS), (over_positions[2], 2 * LABELS)):
        assert len(graph.source) == len(graph.target) == 0
        assert graph.penalties.shape == graph.misfits.shape == (0, columns)


def test_nothing_but_blank_zones() -> None:
    blank = segment(np.full((40, 90), PAPER, np.uint8))
    for zones in ([], [blank], [blank, blank]):
        assert [len(g.source) for g in from_candidates(chance_recogniser(), zones, CPU)] == [0] * len(zones)
        fields = [zone.field for zone in zones]
        assert [len(g.source) for g in from_strips(chance_sliding(), fields, CPU)] == [0] * len(zones)


def test_candidates_are_no_chain_of_positions(between_cuts: list[RecognitionGraph]) -> None:
    assert not any(graph.chain for graph in between_cuts if len(graph.source))


def test_one_candidate_alone_is_no_chain_of_positions() -> None:
    """A 1 that nothing cuts: one arc between two cuts."""
    segmentation = segment(draw("1", height=40).image)
    (graph,) = from_candidates(chance_recogniser(), [segmentation], CPU)
    assert len(graph.source) == 1
    assert not graph.chain
