"""Characters of an answer: which they are, where they stand on the image, how sure each is."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
import torch
from drawn_fields import PAPER, Drawn, draw, overlap
from hypothesis import given
from hypothesis import strategies as st

from chequereader.alphabet import AMOUNTS
from chequereader.grammar import amounts
from chequereader.grammar.held import HOLDING, holding_penalties
from chequereader.interpretation import Path, over_positions, testimony
from chequereader.recognition.recognition_graph import RecognitionGraph
from chequereader.segmentation.normalise import Field, normalise
from chequereader.segmentation.segmenter import segment
from chequereader.segmentation.strip import (
    REACH,
    STANDARD,
    STRIDE,
    Scale,
    positions,
    rescaled,
    strip,
    strip_transform,
)
from chequereader.symbols import boxes, boxes_over_positions, confidences, spoken

NONE = AMOUNTS.rubbish


def held_path(runs: list[tuple[str, int, int]]) -> Path:
    """A path over positions: each character with its first and last position, none elsewhere."""
    columns = [NONE] * (max((last for _, _, last in runs), default=0) + 2)
    for character, first, last in runs:
        label = AMOUNTS.index(character)
        columns[first : last + 1] = [label] + [HOLDING + label] * (last - first)
    return Path(tuple(range(len(columns))), tuple(columns), "".join(character for character, _, _ in runs))


def chain_of(penalties: torch.Tensor) -> RecognitionGraph:
    source, both = np.arange(len(penalties)), holding_penalties(penalties)
    return RecognitionGraph(len(penalties) + 1, source, source + 1, both, both, STANDARD)


@given(st.lists(st.tuples(st.sampled_from("0159.,-/€⁰⁵"), st.integers(1, 4), st.integers(1, 3)), max_size=6))
def test_a_character_is_spoken_once_however_long_it_holds_on(parts: list[tuple[str, int, int]]) -> None:
    runs, at = [], 1
    for character, length, gap in parts:
        runs.append((character, at, at + length - 1))
        at += length + gap
    path = held_path(runs)
    assert spoken(path) == [(AMOUNTS.index(character), first, last) for character, first, last in runs]
    assert AMOUNTS.decode([label for label, _, _ in spoken(path)]) == path.text


def test_between_cuts_each_candidate_speaks_for_itself() -> None:
    """Two alike in a row are two characters; rubbish is none; arcs are those of the graph."""
    one, seven = AMOUNTS.encode("17")
    path = Path((0, 4, 5, 9, 11), (one, one, NONE, seven, NONE), "117")
    assert spoken(path) == [(one, 0, 0), (one, 4, 4), (seven, 9, 9)]


def test_nothing_said_has_no_characters() -> None:
    segmentation = segment(draw("4").image)
    silent = Path((0, 1), (NONE, NONE), "")
    assert spoken(silent) == spoken(Path((), (), "")) == []
    assert confidences(silent, torch.zeros(2, 2 * HOLDING)) == []
    assert boxes(silent, segmentation) == boxes_over_positions(silent, segmentation.field, STANDARD) == []


def test_between_cuts_a_character_has_the_box_of_its_candidate() -> None:
    drawn = draw("2480", height=40, gap=10)
    segmentation = segment(drawn.image)
    arcs, at = [], 0
    for box in drawn.boxes:  # the candidates that hold the characters, one after the other
        mine = [
            arc
            for arc in np.flatnonzero(segmentation.source == at).tolist()
            if overlap(segmentation.image_box(arc), box) > 0.7
        ]
        assert mine, "a character was cut up: nothing is tested"
        arcs.append(mine[-1])
        at = int(segmentation.target[arcs[-1]])
    path = Path(tuple(arcs), tuple(AMOUNTS.encode("2480")), "2480")
    assert boxes(path, segmentation) == [segmentation.image_box(a) for a in arcs]


def test_the_box_of_a_field_of_one_candidate() -> None:
    """A 1 that nothing cuts, at the edge of a wide field."""
    image = np.full((90, 500), PAPER, np.uint8)
    cv2.rectangle(image, (440, 25), (446, 65), 30, -1)
    segmentation = segment(image)
    assert len(segmentation.source) == 1
    (box,) = boxes(Path((0,), (AMOUNTS.index("1"),), "1"), segmentation)
    assert box == segmentation.image_box(0)
    assert abs(box.x0 - 440) <= 3 and abs(box.x1 - 447) <= 3


def named_in_the_middle(drawn: Drawn, text: str, stay: int, scale: Scale = STANDARD) -> tuple[Path, Field]:
    """A path that names each drawn character around the position that has it in its middle."""
    field = normalise(drawn.image)
    to_field, to_strip = cv2.invertAffineTransform(field.to_image), strip_transform(field)
    runs = []
    for character, box in zip(text, drawn.boxes, strict=True):
        in_field = to_field @ [(box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2, 1]
        middle = ((to_strip @ [*in_field, 1])[0] * scale.across - REACH / 2) / STRIDE
        runs.append((character, round(middle) - stay, round(middle) + stay))
    path = held_path(runs)
    assert len(path.arcs) <= positions(rescaled(strip(field), scale).shape[1])
    return path, field


@pytest.mark.parametrize(("text", "gap"), [("2480", 12), ("$66", 9), ("8", 0)])
@pytest.mark.parametrize("stay", [0, 1])
@pytest.mark.parametrize("scale", [STANDARD, Scale(0.75), Scale(1.3)])
def test_over_positions_a_character_has_the_ink_around_its_middle(
    text: str, gap: int, stay: int, scale: Scale
) -> None:
    """Every box overlaps that of its character, and of no other half as much."""
    drawn = draw(text, height=44, gap=gap + 8 * stay, pen=4)
    path, field = named_in_the_middle(drawn, text, stay, scale)
    found = boxes_over_positions(path, field, scale)
    assert len(found) == len(text)
    for place, box in enumerate(found):
        shares = [overlap(box, truth) for truth in drawn.boxes]
        assert shares[place] > 0.6
        assert all(share < 0.3 for other, share in enumerate(shares) if other != place)


def test_narrow_signs_between_wide_digits_are_held_by_their_boxes() -> None:
    """Half way to its neighbours' middles a comma's box reaches into them: theirs lose as much."""
    drawn = draw("1,750.00", height=44, gap=14, pen=4)
    path, field = named_in_the_middle(drawn, "1,750.00", 0)
    found = boxes_over_positions(path, field, STANDARD)
    assert [box.x0 for box in found] == sorted(box.x0 for box in found)
    for place, (box, truth) in enumerate(zip(found, drawn.boxes, strict=True)):
        assert box.intersection(truth).area > 0.6 * truth.area, path.text[place]
        neighbours = drawn.boxes[max(place - 1, 0) : place] + drawn.boxes[place + 1 : place + 2]
        assert all(box.intersection(other).area < 0.6 * other.area for other in neighbours)


@pytest.mark.parametrize("shear", [-0.3, 0.4])
def test_boxes_over_positions_of_slanted_writing(shear: float) -> None:
    """On the image a box of slanted writing is wider than the character, but holds it in its middle."""
    drawn = draw("2480", height=40, gap=16, shear=shear, slope=0.04)
    path, field = named_in_the_middle(drawn, "2480", 0)
    found = boxes_over_positions(path, field, STANDARD)
    for box, truth in zip(found, drawn.boxes, strict=True):
        assert (box.x0 + box.x1) / 2 == pytest.approx((truth.x0 + truth.x1) / 2, abs=10)
        assert (box.y0 + box.y1) / 2 == pytest.approx((truth.y0 + truth.y1) / 2, abs=6)
        assert box.intersection(truth).area > 0.8 * truth.area
    assert [box.x0 for box in found] == sorted(box.x0 for box in found)


def test_a_character_named_where_there_is_no_ink_has_a_box_all_the_same() -> None:
    drawn = draw("1", height=40)
    (box,) = boxes_over_positions(held_path([("7", 0, 0)]), normalise(drawn.image), STANDARD)
    height, width = drawn.image.shape
    assert box.area > 0
    assert 0 <= box.x0 < box.x1 <= width + 1 and 0 <= box.y0 < box.y1 <= height + 1
    assert box.x1 < drawn.boxes[0].x0


def test_between_cuts_a_character_is_as_sure_as_its_label_on_its_candidate() -> None:
    posterior = torch.rand((6, HOLDING), generator=torch.Generator().manual_seed(0))
    path = Path((0, 3, 5), (*AMOUNTS.encode("4"), NONE, *AMOUNTS.encode("⁵")), "4⁵")
    expected = [float(posterior[0, AMOUNTS.index("4")]), float(posterior[5, AMOUNTS.index("⁵")])]
    assert confidences(path, posterior) == pytest.approx(expected)


def test_over_positions_a_character_is_as_sure_as_where_it_is_surest() -> None:
    """Whether it begins there or holds on; not where another of its kind stands."""
    four = AMOUNTS.index("4")
    posterior = torch.zeros(9, 2 * HOLDING)
    posterior[:, NONE] = 0.1
    posterior[[1, 2, 3, 6, 7], four] = torch.tensor([0.2, 0.5, 0.05, 0.9, 0.0])
    posterior[[1, 2, 3, 6, 7], HOLDING + four] = torch.tensor([0.0, 0.15, 0.4, 0.0, 0.95])
    path = held_path([("4", 1, 3), ("4", 6, 6)])
    assert confidences(path, posterior) == pytest.approx([0.65, 0.9])


def test_no_character_is_surer_than_sure() -> None:
    """Sums of single-precision posteriors can be a little more than one."""
    posterior = torch.full((3, 2 * HOLDING), 0.50001)
    assert confidences(held_path([("4", 1, 1)]), posterior) == [1.0]
    assert confidences(Path((1,), (4,), "4"), torch.full((3, HOLDING), 1.00001)) == [1.0]


def test_a_character_of_uncertain_place_is_sure_all_the_same() -> None:
    """A 7 that is certain, and stands at one position or the next with even odds."""
    seven = AMOUNTS.index("7")
    penalties = torch.full((6, HOLDING), 30.0)
    penalties[:, NONE] = 0.0
    penalties[2, seven] = penalties[3, seven] = -20.0
    penalties[2, NONE] = penalties[3, NONE] = 0.0
    graph = chain_of(penalties)
    posterior = testimony.Testimony(over_positions(amounts("auto")), [graph], 1).posterior(0)
    (sure,) = confidences(held_path([("7", 2, 3)]), posterior)
    assert sure == pytest.approx(1.0, abs=1e-4)
    penalties[2, AMOUNTS.index("1")] = penalties[3, AMOUNTS.index("1")] = -20.0
    posterior = testimony.Testimony(over_positions(amounts("auto")), [chain_of(penalties)], 1).posterior(0)
    (sure,) = confidences(held_path([("7", 2, 3)]), posterior)
    assert sure == pytest.approx(0.5, abs=0.01), "as likely a 1"
    assert math.isfinite(sure)
