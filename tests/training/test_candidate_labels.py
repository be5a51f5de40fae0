"""What candidates are called where the truth of the pixels is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from drawn_fields import PAPER, draw, overlap
from toy_lattices import example, owners

from chequereader.alphabet import AMOUNTS
from chequereader.box import Box
from chequereader.segmentation.segmenter import Segmentation, segment
from chequereader.training.alignment import (
    OTHER,
    SHARED,
    UNKNOWN,
    candidate_labels,
    owners_from_boxes,
    read_character_boxes,
    without_ink,
)


def arcs_called(segmentation: Segmentation, labels: np.ndarray, character: str) -> list[Box]:
    return [segmentation.image_box(int(arc)) for arc in np.flatnonzero(labels == AMOUNTS.index(character))]


@pytest.mark.parametrize("shear", [0.0, 0.3])
def test_the_characters_of_a_string_are_called_by_their_names(shear: float) -> None:
    text = "47,901"
    drawn = draw(text, height=40, gap=8, shear=shear)
    segmentation = segment(drawn.image)
    labels = candidate_labels(segmentation, owners(drawn), text, AMOUNTS)
    assert labels.shape == segmentation.source.shape
    for character, box in zip(text, drawn.boxes, strict=True):
        found = arcs_called(segmentation, labels, character)
        assert found, f"no candidate is {character}"
        middles = [((one.x0 + one.x1) / 2, (one.y0 + one.y1) / 2) for one in found]
        assert all(box.x0 <= x <= box.x1 and box.y0 <= y <= box.y1 for x, y in middles)
    reached = {0}  # candidates of the characters, one after the other, lead from the first cut to the last
    for character in text:
        mine = labels == AMOUNTS.index(character)
        reached = set(segmentation.target[mine & np.isin(segmentation.source, list(reached))].tolist())
    assert segmentation.cuts - 1 in reached


def test_wrong_cuts_are_rubbish() -> None:
    drawn = draw("80", height=40, gap=3)
    segmentation = segment(drawn.image)
    labels = candidate_labels(segmentation, owners(drawn), "80", AMOUNTS)
    ink = segmentation.field.ink.mask.sum()
    share = np.array([segmentation.mask(arc).sum() for arc in range(len(labels))]) / ink
    assert (share > 0.95).any()
    assert (labels[share > 0.95] == AMOUNTS.rubbish).all(), "two characters are none"
    assert (share < 0.2).any()
    assert (labels[share < 0.2] == AMOUNTS.rubbish).all(), "a piece of a character is none"


def test_a_strange_character_is_rubbish() -> None:
    drawn = draw("3", height=40)
    segmentation = segment(drawn.image)
    assert AMOUNTS.index("3") in candidate_labels(segmentation, owners(drawn), "3", AMOUNTS)
    assert set(candidate_labels(segmentation, owners(drawn), "B", AMOUNTS).tolist()) <= {
        AMOUNTS.rubbish,
        UNKNOWN,
    }


def test_ink_of_which_nothing_is_known_stays_unknown() -> None:
    drawn = draw("6$", height=40, gap=15)
    segmentation = segment(drawn.image)
    owner = owners_from_boxes(drawn.image.shape, drawn.boxes[:1])
    labels = candidate_labels(segmentation, owner, "6", AMOUNTS)
    assert any(overlap(box, drawn.boxes[0]) > 0.7 for box in arcs_called(segmentation, labels, "6"))
    for arc, label in enumerate(labels):
        if segmentation.image_box(arc).x0 >= drawn.boxes[1].x0 - 2:
            assert label == UNKNOWN


def test_no_ink_no_labels() -> None:
    segmentation = segment(np.full((40, 90), PAPER, np.uint8))
    labels = candidate_labels(segmentation, np.zeros((40, 90), np.int16), "1", AMOUNTS)
    assert labels.shape == (0,)
    assert labels.dtype == np.int64


def test_owners_of_boxes_pixel_by_pixel() -> None:
    """Boxes reach a pixel further on each side; where two meet, the pixel counts for neither."""
    owner = owners_from_boxes((8, 12), [Box(1, 2, 4, 6), Box(5, 1, 12, 7)])
    for y in range(8):
        for x in range(12):
            first = 0 <= x <= 4 and 1 <= y <= 6
            second = 4 <= x <= 11 and 0 <= y <= 7
            assert owner[y, x] == (SHARED if first and second else 0 if first else 1 if second else OTHER)


def test_reading_boxes_of_digits(tmp_path: Path) -> None:
    path = tmp_path / "digit_boxes.csv"
    path.write_text(
        "file,digit,x0,y0,x1,y1\na.png,7,1,2,3,4\nb.png,0,5,6,7,8\na.png,1,9,2,12,4\n", encoding="utf-8"
    )
    assert read_character_boxes(path) == {
        "a.png": [("7", Box(1, 2, 3, 4)), ("1", Box(9, 2, 12, 4))],
        "b.png": [("0", Box(5, 6, 7, 8))],
    }


def test_paper_without_its_ink() -> None:
    drawn = draw("520", height=40)
    paper = without_ink(drawn.image, segment(drawn.image))
    assert paper.shape == drawn.image.shape
    assert paper.min() > PAPER - 15
    assert drawn.image.min() < PAPER - 150


def test_a_toy_example_knows_all_its_characters() -> None:
    _, labels, digits = example("1,204", 3)
    assert digits == "1204"
    assert set(AMOUNTS.encode("1,204")) <= set(labels.tolist())
