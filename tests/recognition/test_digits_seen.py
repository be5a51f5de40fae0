"""What a first look at a strip tells of the size, slant and line of its digits."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch
from drawn_fields import PAPER, draw
from numpy.typing import NDArray

from chequereader.alphabet import AMOUNTS
from chequereader.recognition.digits_seen import unfitting_digits
from chequereader.recognition.recognition_graph import RecognitionGraph
from chequereader.segmentation.components import component_stats
from chequereader.segmentation.normalise import Field, normalise
from chequereader.segmentation.strip import REACH, STANDARD, STRIDE, Scale, positions, strip, strip_transform


def framed(text: str, rule: bool = False) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Return small digits in a high frame, and their boxes; all but two stand on a ``rule``."""
    image = cv2.copyMakeBorder(
        draw(text, height=20, gap=8, pen=2).image, 40, 40, 60, 30, cv2.BORDER_CONSTANT, value=PAPER
    )
    boxes = component_stats((image < 0.5 * PAPER).astype(np.uint8)).astype(np.float64)
    boxes = boxes[np.argsort(boxes[:, 0])]
    height, width = image.shape
    cv2.rectangle(image, (4, 4), (width - 5, height - 5), 40, 4)
    if rule:
        foot = int((boxes[:, 1] + boxes[:, 3]).max()) - 1
        cv2.line(image, (int(boxes[2, 0]), foot), (width - 20, foot), 40, 3)
    return image, boxes


def seeing(
    field: Field, text: str, boxes: NDArray[np.float64], sure: float = 0.9, scale: Scale = STANDARD
) -> RecognitionGraph:
    """Return the graph of a network that sees each character of ``text`` in the middle of its box."""
    count = positions(round(strip(field).shape[1] * scale.across))
    shares = np.full((count, len(AMOUNTS.labels)), (1 - sure) / (len(AMOUNTS.labels) - 1))
    said = np.full(count, AMOUNTS.rubbish)
    to_field = cv2.invertAffineTransform(field.to_image)
    for character, (x, y, width, height, _) in zip(text, boxes, strict=True):
        middle = to_field @ [x + width / 2, y + height / 2, 1.0]
        column = (strip_transform(field) @ [*middle, 1.0])[0] * scale.across
        said[round((column - REACH / 2) / STRIDE)] = AMOUNTS.index(character)
    shares[np.arange(count), said] = sure
    misfits = -torch.from_numpy(np.concatenate([shares, shares], axis=1)).log()
    source = np.arange(count)
    return RecognitionGraph(count + 1, source, source + 1, misfits, misfits, scale)


@pytest.mark.parametrize("scale", [STANDARD, Scale(across=0.75)])
def test_digits_that_a_frame_makes_small_are_told_by_their_ink(scale: Scale) -> None:
    image, boxes = framed("2480")
    found = unfitting_digits(field := normalise(image), seeing(field, "2480", boxes, scale=scale))
    assert found is not None
    assert found[np.argsort(found[:, 0]), :4] == pytest.approx(boxes[:, :4], abs=3.0)
    again = normalise(image, found)
    assert strip_transform(again)[1, 1] / again.to_image[1, 1] > 1.5 * (
        strip_transform(field)[1, 1] / field.to_image[1, 1]
    ), "pixels of the strip for one of the image"
    assert unfitting_digits(again, seeing(again, "2480", boxes, scale=scale)) is None, "large enough now"


def test_a_field_of_the_right_size_is_left_as_it_is() -> None:
    drawn = draw("2480", height=30, gap=10, pen=3)
    boxes = component_stats((drawn.image < 0.5 * PAPER).astype(np.uint8)).astype(np.float64)
    field = normalise(drawn.image)
    assert unfitting_digits(field, seeing(field, "2480", boxes[np.argsort(boxes[:, 0])])) is None


@pytest.mark.parametrize(("shear", "slope"), [(0.6, 0.0), (0.0, 0.12)])
def test_a_field_gets_the_slant_and_the_line_of_its_digits(shear: float, slope: float) -> None:
    """Upright bars on a level line behind the digits, of the same height, have more ink than they have."""
    digits, bars = (
        draw("2480", height=30, gap=10, pen=3, shear=shear, slope=slope),
        draw("1111111", height=30, gap=4, pen=5),
    )
    boxes = component_stats((digits.image < 0.5 * PAPER).astype(np.uint8)).astype(np.float64)
    boxes = boxes[np.argsort(boxes[:, 0])]
    rows = max(digits.image.shape[0], bars.image.shape[0])
    sides = [
        cv2.copyMakeBorder(one.image, 0, rows - one.image.shape[0], 0, 0, cv2.BORDER_CONSTANT, value=PAPER)
        for one in (digits, bars)
    ]
    image = np.concatenate(sides, axis=1)
    field = normalise(image)
    found = unfitting_digits(field, seeing(field, "2480", boxes))
    assert found is not None
    again, alone = normalise(image, found), normalise(digits.image)
    lean, leant, other = (one.to_image[0, 1] / one.to_image[1, 1] for one in (again, alone, field))
    assert abs(lean - leant) < 0.2
    assert again.baseline[0] == pytest.approx(alone.baseline[0], abs=0.02)
    assert abs(other - leant) > 0.4 or abs(field.baseline[0] - alone.baseline[0]) > 0.05


def test_signs_and_doubtful_digits_tell_nothing() -> None:
    image, boxes = framed("2480")
    field = normalise(image)
    assert unfitting_digits(field, seeing(field, "$=£-", boxes)) is None
    assert unfitting_digits(field, seeing(field, "2480", boxes, sure=0.4)) is None
    blank = normalise(np.full((50, 170), PAPER, np.uint8))
    assert unfitting_digits(blank, seeing(blank, "", boxes[:0])) is None


def test_digits_on_a_rule_are_left_to_those_that_stand_alone() -> None:
    image, boxes = framed("248066", rule=True)
    field = normalise(image)
    found = unfitting_digits(field, seeing(field, "248066", boxes))
    assert found is not None
    assert found[np.argsort(found[:, 0]), :4] == pytest.approx(boxes[:2, :4], abs=3.0)
