"""Zones that end among what is written, grown to all of it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from chequereader.box import Box
from chequereader.fields.grown import wholes
from chequereader.fields.page_ink import GreyImage

DIGIT = 30
ADVANCE = 28
LINE = 200, 120
"""Where the first digit starts and the digits stand."""


def page(text: str, paper: int = 230) -> GreyImage:
    image = np.full((240, 700), paper, np.uint8)
    for k, character in enumerate(text):
        if character != " ":
            place = LINE[0] + k * ADVANCE, LINE[1] + DIGIT
            cv2.putText(image, character, place, cv2.FONT_HERSHEY_SIMPLEX, DIGIT / 22, 40, 3, cv2.LINE_AA)
    return image


def around(first: int, last: int) -> Box:
    """The zone from one character to another, both among it."""
    return Box(
        LINE[0] + first * ADVANCE - 2, LINE[1] - 10, LINE[0] + (last + 1) * ADVANCE, LINE[1] + DIGIT + 10
    )


def grown(image: GreyImage, zone: Box) -> list[Box]:
    return wholes(image, [zone])[0]


@pytest.mark.parametrize(("first", "last"), [(1, 5), (0, 4), (2, 3), (3, 5)])
def test_a_part_grows_to_the_whole(first: int, last: int) -> None:
    (found,) = grown(page("374625"), around(first, last))
    every = around(0, 5)
    assert found.x0 <= every.x0 + 5
    assert found.x1 >= every.x1 - 8
    assert found.area < 1.6 * every.area


def test_what_is_whole_stays_as_it_is() -> None:
    for zone in (around(0, 5), around(0, 5).padded(12, 4, 700, 240)):
        assert grown(page("374625"), zone) == []


def test_across_a_space_nothing_goes_on() -> None:
    assert grown(page("37  4625"), around(4, 7)) == []


def test_what_is_much_taller_or_on_another_line_does_not_go_on() -> None:
    image = page("374625")
    cv2.rectangle(image, (LINE[0] - 16, LINE[1] - 25), (LINE[0] - 12, LINE[1] + 60), 40, -1)
    cv2.putText(image, "88", (LINE[0] + 6 * ADVANCE, 190), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 40, 3)
    assert grown(image, around(0, 5)) == []


def test_a_frame_around_a_zone_is_another_whole_and_measures_no_digits() -> None:
    image = page("374625")
    every = around(0, 5)
    frame = Box(every.x0 - 10, every.y0 - 6, every.x1 + 40, every.y1 + 4)
    cv2.rectangle(image, frame[:2], (frame.x1 - 1, frame.y1 - 1), 40, 2)
    found = grown(image, around(1, 4))
    assert len(found) == 2
    line, framed = found
    assert every.intersection(line).area > 0.9 * every.area
    assert line.x1 < framed.x1
    assert framed.intersection(frame) == frame
    assert framed.area < 1.3 * frame.area


def test_an_empty_zone_and_one_at_the_edge() -> None:
    assert grown(page(""), around(0, 2)) == []
    image = page("374625")[:, LINE[0] + ADVANCE :]
    zone = Box(ADVANCE, LINE[1] - 10, 5 * ADVANCE, LINE[1] + DIGIT + 10)
    (found,) = grown(image, zone)
    assert (found.x0, found.y0) == (0, zone.y0)
    assert found.x1 <= image.shape[1]


def test_parts_of_one_whole_share_it_and_zones_found_are_not_proposed_again() -> None:
    image = page("374625")
    elsewhere = Box(20, 200, 100, 230)
    found, pairs = wholes(image, [around(1, 5), elsewhere, around(2, 5)])
    assert len(found) == 1
    assert pairs == [(0, 3), (2, 3)]
    assert wholes(image, [around(1, 5), found[0]]) == ([], [])
    assert wholes(image, []) == ([], [])
