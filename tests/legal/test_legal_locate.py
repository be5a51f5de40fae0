"""Lines of the legal amount from what a spotter says, place by place."""

import numpy as np

from chequereader.box import Box
from chequereader.legal.locate import MOST_LINES, legal_lines

STEP = 16
"""Pixels of the page from one place to the next."""


def logits(*regions: tuple[int, int, int, float]) -> np.ndarray:
    """Return places [40, 100], unlikely but for regions: a row, its first and last column, their logit."""
    made = np.full((40, 100), -8.0, np.float32)
    for row, first, last, logit in regions:
        made[row, first:last] = logit
    return made


def holds(box: Box, row: int, first: int, last: int) -> bool:
    middle = (row + 0.5) * STEP
    return box.x0 <= first * STEP and last * STEP <= box.x1 and box.y0 < middle < box.y1


def test_two_lines_from_the_upper_one_on() -> None:
    upper, lower = (12, 30, 70, 3.0), (16, 20, 40, 2.0)
    boxes = legal_lines(logits(lower, upper))
    assert len(boxes) == 2
    assert holds(boxes[0], *upper[:3]) and holds(boxes[1], *lower[:3])


def test_words_far_apart_are_one_line() -> None:
    (box,) = legal_lines(logits((12, 20, 35, 3.0), (12, 50, 70, 3.0)))
    assert holds(box, 12, 20, 70)


def test_what_is_faint_beside_the_best_is_no_line() -> None:
    (box,) = legal_lines(logits((12, 20, 60, 4.0), (25, 40, 43, 1.0)))
    assert holds(box, 12, 20, 60)


def test_a_page_without_a_likely_place_is_looked_at_again() -> None:
    (box,) = legal_lines(logits((12, 20, 60, -1.0)))
    assert holds(box, 12, 20, 60)
    assert legal_lines(logits()) == []


def test_boxes_stay_on_the_page_and_are_few() -> None:
    boxes = legal_lines(logits(*((row, 0, 100, 3.0) for row in range(0, 40, 4))))
    assert len(boxes) == MOST_LINES
    assert all(0 <= b.x0 < b.x1 <= 100 * STEP and 0 <= b.y0 < b.y1 <= 40 * STEP for b in boxes)
