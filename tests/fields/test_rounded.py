"""Rectangles with round corners."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from toy_page import put

from chequereader.box import Box
from chequereader.fields.groups import find_components
from chequereader.fields.page_ink import GreyImage, find_ink
from chequereader.fields.rounded import rounded_boxes
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
    page = find_ink(image)
    rules = find_rules(page)
    return rounded_boxes(page.ink, rules, printed_boxes(rules))


@pytest.mark.parametrize("radius", [22, 34])
def test_a_frame_with_round_corners(radius: int) -> None:
    image = sheet()
    rounded(image, FRAME, radius)
    page = find_ink(image)
    rules = find_rules(page)
    assert len(printed_boxes(rules)) == (radius < 30)
    for known in ([], printed_boxes(rules)):
        (found,) = rounded_boxes(page.ink, rules, known)
        assert np.abs(2 * np.array(found.inside) - np.array(FRAME)).max() <= (6 if known == [] else 12)
        assert found.radius * 2 == pytest.approx(radius, abs=8)


def test_its_corners_are_no_text_and_what_stands_in_it_is() -> None:
    image = sheet()
    rounded(image, FRAME, 34)
    ink = put(image, "1,234.56", FRAME.x0 + 60, FRAME.y1 - 28, 34, 3)
    page = find_ink(image)
    rules = find_rules(page)
    boxes = find_components(page, rules, rounded_boxes(page.ink, rules, [])).boxes
    around = FRAME.padded(8, 8, 1400, 600)
    held = [Box(*b) for b in (2 * boxes).tolist() if around.intersection(Box(*b)) == Box(*b)]
    assert held
    assert all(ink.padded(6, 6, 1400, 600).intersection(box) == box for box in held)


def test_square_corners_are_left_to_others() -> None:
    image = sheet()
    cv2.rectangle(image, (FRAME.x0, FRAME.y0), (FRAME.x1, FRAME.y1), 50, 2)
    page = find_ink(image)
    rules = find_rules(page)
    (square,) = printed_boxes(rules)
    assert rounded_boxes(page.ink, rules, [square]) == [square]
    assert rounded_boxes(page.ink, rules, []) == []


@pytest.mark.parametrize("beside", [0, 60])
def test_a_rule_may_go_on_at_one_post(beside: int) -> None:
    image = sheet()
    rounded(image, FRAME, 34)
    cv2.line(image, (FRAME.x1 - 40, FRAME.y0), (FRAME.x1 + beside, FRAME.y0), 50, 2)
    (found,) = found_in(image)
    assert np.abs(2 * np.array(found.inside) - np.array(FRAME)).max() <= 6


def test_strokes_between_two_lines_are_no_posts() -> None:
    image = sheet()
    for y in (180, 262):
        cv2.line(image, (640, y), (1240, y), 50, 2)
    for x in (800, 950, 1100):
        cv2.line(image, (x, 200), (x, 242), 40, 4)
    assert found_in(image) == []


def test_a_frame_whose_posts_touch_text_is_none() -> None:
    image = sheet()
    for y in (180, 272):
        cv2.line(image, (806, y), (1094, y), 50, 2)
    for x in (780, 1120):
        cv2.line(image, (x, 200), (x, 252), 40, 4)
    assert len(found_in(image)) == 1
    for x in (780, 1120):
        cv2.rectangle(image, (x - 14, 204), (x + 14, 248), 40, -1)
    assert found_in(image) == []


@pytest.mark.parametrize("size", [(40, 40), (3, 300), (300, 3)])
def test_pages_without_lines(size: tuple[int, int]) -> None:
    assert found_in(np.full(size, 220, np.uint8)) == []
