"""Printed lines and rectangles, told from text."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from toy_page import put, toy_page

from chequereader.box import Box
from chequereader.fields.page_ink import find_ink
from chequereader.fields.rules import BOX_WIDTHS, Coverage, find_rules, printed_boxes, tinted_boxes

SHEET = 600, 1400


def sheet() -> np.ndarray:
    return np.full(SHEET, 235, np.uint8)


@pytest.mark.parametrize("grey", [40, 150])
@pytest.mark.parametrize("dotted", [False, True])
def test_a_long_line_is_a_rule(grey: int, dotted: bool) -> None:
    image = sheet()
    put(image, "Some text", 60, 100, 30, 3)
    for x in range(200, 1200, 8):
        cv2.line(image, (x, 300), (x + (4 if dotted else 8), 300), grey, 2)
    (segment,) = find_rules(find_ink(image)).segments.tolist()
    assert segment[0] * 2 == pytest.approx(200, abs=20)
    assert segment[2] * 2 == pytest.approx(1200, abs=20)
    assert segment[1] * 2 <= 300 <= segment[3] * 2


def test_a_row_of_letters_is_no_rule() -> None:
    image = sheet()
    for y in (100, 200, 300):
        put(image, "Two THOUSAND eight hundred 1025", 60, y, 34, 4)
    assert len(find_rules(find_ink(image)).segments) == 0


def test_the_printed_box_is_found_where_it_was_drawn() -> None:
    page = toy_page()
    (found,) = printed_boxes(find_rules(find_ink(page.image)))
    drawn = np.array(page.frame) / 2
    assert np.abs(np.array(found.inside) - drawn).max() <= 4


def test_a_row_of_cells_gives_the_whole_and_what_follows_a_narrow_first_cell() -> None:
    image = sheet()
    cv2.rectangle(image, (700, 200), (1200, 270), 50, 2)
    cv2.line(image, (780, 200), (780, 270), 50, 2)
    lefts = sorted(round(box.inside.x0 * 2, -1) for box in printed_boxes(find_rules(find_ink(image))))
    assert lefts == [700, 780]


def test_two_lines_without_posts_are_no_box() -> None:
    image = sheet()
    for y in (200, 270):
        cv2.line(image, (300, y), (800, y), 50, 2)
    assert printed_boxes(find_rules(find_ink(image))) == []


def test_a_box_as_wide_as_the_page_is_no_amount_box() -> None:
    image = sheet()
    cv2.rectangle(image, (20, 200), (1380, 270), 50, 2)
    boxes = printed_boxes(find_rules(find_ink(image)))
    assert all(box.inside.width <= BOX_WIDTHS[1] for box in boxes)
    assert boxes == []


@pytest.mark.parametrize("inside", [190, 245])
def test_a_field_of_another_tint_is_found_without_any_line(inside: int) -> None:
    image = np.full((400, 1400), 220, np.uint8)
    field = Box(800, 180, 1180, 260)
    cv2.rectangle(image, (field.x0, field.y0), (field.x1 - 1, field.y1 - 1), inside, -1)
    put(image, "**1,234.50", 830, 235, 34, 3)
    page = find_ink(image)
    assert printed_boxes(find_rules(page)) == []
    (found,) = tinted_boxes(page)
    assert np.abs(2 * np.array(found.inside) - np.array(field)).max() <= 12


def test_neither_text_nor_a_shadow_is_a_tinted_field() -> None:
    image = toy_page(boxed=False).image
    shadow = np.linspace(0.6, 1.0, image.shape[1])
    assert tinted_boxes(find_ink((image * shadow).astype(np.uint8))) == []


def test_coverage_counts_columns_as_brute_force_does() -> None:
    rng = np.random.default_rng(4)
    mask = (rng.random((30, 40)) < 0.04).astype(np.uint8)
    boxes = np.array([[0, 0, 40, 30], [5, 3, 9, 4], [-4, -2, 8, 9], [30, 20, 60, 50], [7, 7, 7, 9]], np.int32)
    for box, share in zip(boxes.tolist(), Coverage(mask)(boxes), strict=True):
        inside = Box(*box).intersection(Box(0, 0, 40, 30))
        columns = [mask[inside.y0 : inside.y1, x].any() for x in range(inside.x0, inside.x1)]
        assert share == pytest.approx(sum(columns) / len(columns) if columns else 0.0)
