"""Rectangles told by their posts: round corners, and a rule that writing hides."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from toy_page import put

from chequereader.box import Box
from chequereader.fields.groups import find_components
from chequereader.fields.page_ink import GreyImage, find_ink
from chequereader.fields.posts import framed_by_posts
from chequereader.fields.rules import PrintedBox, find_rules, printed_boxes

FRAME = Box(760, 180, 1180, 286)


def sheet() -> GreyImage:
    image = np.full((600, 1400), 235, np.uint8)
    put(image, "Some text beside", 60, 100, 30, 3)
    return image


def rounded(image: GreyImage, frame: Box, radius: int) -> None:
    x0, y0, x1, y1 = frame
    for y in (y0, y1):
        cv2.line(image, (x0 + radius, y), (x1 - radius, y), 50, 2)
    for x in (x0, x1):
        cv2.line(image, (x, y0 + radius), (x, y1 - radius), 50, 2)
    for x, y, angle in (
        (x0 + radius, y0 + radius, 180),
        (x1 - radius, y0 + radius, 270),
        (x1 - radius, y1 - radius, 0),
        (x0 + radius, y1 - radius, 90),
    ):
        cv2.ellipse(image, (x, y), (radius, radius), angle, 0, 90, 50, 2)


def found_in(image: GreyImage) -> list[PrintedBox]:
    rules = find_rules(find_ink(image))
    return framed_by_posts(rules, printed_boxes(rules))


@pytest.mark.parametrize("radius", [22, 34])
def test_a_frame_with_round_corners(radius: int) -> None:
    image = sheet()
    rounded(image, FRAME, radius)
    rules = find_rules(find_ink(image))
    assert len(printed_boxes(rules)) == (radius < 30)
    for known in ([], printed_boxes(rules)):
        (found,) = framed_by_posts(rules, known)
        assert np.abs(2 * np.array(found.inside) - np.array(FRAME)).max() <= (6 if known == [] else 12)
        assert found.radius * 2 == pytest.approx(radius, abs=8)
        assert found.hidden == ()


def test_its_corners_are_no_text_and_what_stands_in_it_is() -> None:
    image = sheet()
    rounded(image, FRAME, 34)
    ink = put(image, "1,234.56", FRAME.x0 + 60, FRAME.y1 - 28, 34, 3)
    page = find_ink(image)
    rules = find_rules(page)
    boxes = find_components(page, rules, framed_by_posts(rules, [])).boxes
    around = FRAME.padded(8, 8, 1400, 600)
    held = [Box(*b) for b in (2 * boxes).tolist() if around.intersection(Box(*b)) == Box(*b)]
    assert held
    assert all(ink.padded(6, 6, 1400, 600).intersection(box) == box for box in held)


@pytest.mark.parametrize("hidden", ["upper", "lower"])
def test_a_rule_that_writing_hides(hidden: str) -> None:
    image = sheet()
    cv2.rectangle(image, (FRAME.x0, FRAME.y0), (FRAME.x1, FRAME.y1), 50, 2)
    row = FRAME.y0 if hidden == "upper" else FRAME.y1
    for x in range(FRAME.x0 + 20, FRAME.x1 - 30, 26):
        put(image, "8", x, row + 10 + (x % 9), 34, 5)
    rules = find_rules(find_ink(image))
    assert printed_boxes(rules) == []
    (found,) = framed_by_posts(rules, [])
    assert np.abs(2 * np.array(found.inside) - np.array(FRAME)).max() <= 10
    (line,) = found.hidden
    assert abs(2 * line - row) <= 10


def test_a_hidden_rule_joins_no_characters() -> None:
    image = sheet()
    cv2.rectangle(image, (FRAME.x0, FRAME.y0), (FRAME.x1, FRAME.y1), 50, 2)
    for x in range(FRAME.x0 + 20, FRAME.x1 - 40, 40):
        put(image, "8", x, FRAME.y1 + 4, 34, 4)
    page = find_ink(image)
    rules = find_rules(page)
    widths = {}
    for name, boxes in (("without", []), ("with", framed_by_posts(rules, []))):
        components = find_components(page, rules, boxes).boxes
        below = components[components[:, 3] * 2 >= FRAME.y1 - 4]
        widths[name] = int((below[:, 2] - below[:, 0]).max(initial=0))
    assert widths["with"] * 2 < 60 < widths["without"] * 2


def test_what_is_known_is_not_told_twice() -> None:
    image = sheet()
    cv2.rectangle(image, (FRAME.x0, FRAME.y0), (FRAME.x1, FRAME.y1), 50, 2)
    rules = find_rules(find_ink(image))
    assert len(printed_boxes(rules)) == 1
    assert framed_by_posts(rules, printed_boxes(rules)) == printed_boxes(rules)
    assert len(framed_by_posts(rules, [])) == 1


def test_strokes_of_digits_under_a_rule_are_no_posts() -> None:
    image = sheet()
    cv2.line(image, (700, 180), (1240, 180), 50, 2)
    for x in (800, 950, 1100):
        cv2.line(image, (x, 190), (x, 240), 40, 4)
    assert found_in(image) == []


def test_posts_of_different_height_hold_nothing() -> None:
    image = sheet()
    cv2.line(image, (FRAME.x0, FRAME.y0), (FRAME.x1, FRAME.y0), 50, 2)
    cv2.line(image, (FRAME.x0, FRAME.y0), (FRAME.x0, FRAME.y1), 50, 2)
    cv2.line(image, (FRAME.x1, FRAME.y0), (FRAME.x1, FRAME.y1 + 60), 50, 2)
    assert found_in(image) == []


@pytest.mark.parametrize("size", [(40, 40), (3, 300), (300, 3)])
def test_pages_without_lines(size: tuple[int, int]) -> None:
    assert found_in(np.full(size, 220, np.uint8)) == []
