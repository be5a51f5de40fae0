"""Text of a page that its background would drown."""

import cv2
import numpy as np

from chequereader.fields.page_ink import GreyImage
from chequereader.fields.page_text import find_text

ROWS, COLUMNS = 5, 14


def page(rings: int) -> GreyImage:
    """Return a page full of large digits, over rings that are so many levels of grey darker than paper."""
    image = np.full((600, 1400), 230, np.uint8)
    for y in range(12, 600, 24):
        for x in range(12, 1400, 24):
            cv2.circle(image, (x, y), 8, (230 - rings,), 2)
    for k in range(ROWS * COLUMNS):
        row, column = divmod(k, COLUMNS)
        place = 60 + 90 * column, 100 + 105 * row
        cv2.putText(image, str(k % 10), place, cv2.FONT_HERSHEY_SIMPLEX, 2.5, (30,), 7)
    return image


def test_text_on_plain_paper() -> None:
    text = find_text(page(rings=0))
    assert not text.drowned
    assert len(text.components.boxes) == ROWS * COLUMNS


def test_rings_as_dark_as_a_faint_pen_are_no_text() -> None:
    text = find_text(page(rings=85))
    assert not text.drowned
    # a piece between two rings and a digit may stay
    assert ROWS * COLUMNS <= len(text.components.boxes) <= ROWS * COLUMNS + 3
