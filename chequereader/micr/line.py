"""From the picture of a MICR line to a straight strip with characters of one size.

Not for finding the line on a cheque (``locate``), how it runs (``course``) or what is in it (``segmenter``).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from chequereader.micr.course import Course, course_of, usual_height
from chequereader.micr.fonts import E13B, Font
from chequereader.segmentation.components import component_stats

ROWS = 32
"""Height of a strip in pixels, as LeNet-5 takes it."""
HEIGHT = 20.0
"""Height of a digit in a strip, in pixels: 0.117 inch. It stands in the middle of the strip."""
MARGIN = 20
"""Blank columns at both ends of a strip."""

_MAX_ROWS = 96  # a picture taller than this is made smaller first
_LEAST_CONTRAST = 12.0  # grey levels
_MAX_COLUMNS = 4096
_EDGE = 1.5  # digit heights from an end of the picture within which the page's edge may show
_BRIDGES = 1.0, 0.5, 0.0  # of what strokes of a character may stand apart


@dataclass(frozen=True)
class Strip:
    """A line, straight and with digits ``HEIGHT`` tall.

    ``ink`` uint8 [ROWS, width]: 255 in the middle of a stroke, 0 on paper. ``x``, ``middle``, ``height``
    float64 [width] are in pixels of the picture, centres at whole numbers: where each column crosses the
    line's middle, and how tall digits are there.
    """

    ink: NDArray[np.uint8]
    x: NDArray[np.float64]
    middle: NDArray[np.float64]
    height: NDArray[np.float64]


def darkness(image: NDArray[np.uint8], reach: int) -> NDArray[np.uint8]:
    """Return how many grey levels each pixel is darker than the paper within ``reach`` pixels around it."""
    size = reach | 1
    paper = cv2.morphologyEx(
        image, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8), borderType=cv2.BORDER_REPLICATE
    )
    return cv2.subtract(cv2.blur(paper, (size, size), borderType=cv2.BORDER_REPLICATE), image)


def bridged(mask: NDArray[np.uint8], columns: float) -> NDArray[np.uint8]:
    """Return a mask in which ink side by side, no further apart than ``columns``, is one."""
    return np.asarray(
        cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((1, round(columns) + 1), np.uint8)), np.uint8
    )


def straighten(image: NDArray[np.uint8], font: Font = E13B, of_page: bool = False) -> Strip | None:
    """Return the strip of a line; ``image`` is grey uint8 [height, width], the line about level.

    ``of_page``: the picture may end with its page, whose edge then shows, and not within a character. None if
    nothing on it can be a line of characters.
    """
    rows, columns = image.shape
    shrink = min(1.0, _MAX_ROWS / rows, _MAX_COLUMNS / columns)
    if shrink < 1:
        size = max(round(columns * shrink), 1), max(round(rows * shrink), 1)
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    dark = darkness(image, reach=max(image.shape[0] // 2, 5))
    level, mask = cv2.threshold(dark, 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    if level < _LEAST_CONTRAST:
        mask = (dark > _LEAST_CONTRAST).astype(np.uint8)
    course = course_of(_characters(mask, font))
    if course is None:
        return None
    full = float(np.percentile(dark[mask > 0], 75))
    low = 0.3 * full
    soft = cv2.convertScaleAbs(cv2.subtract(dark, low), alpha=255 / max(full - low, 1.0))
    scale = HEIGHT / course.size
    if scale < 0.7:  # averaging first keeps thin strokes that plain interpolation may miss
        soft = cv2.GaussianBlur(soft, (0, 0), 0.4 / scale)
    x, middle, height = _columns(course, image.shape[1])
    down = (np.arange(ROWS) - (ROWS - 1) / 2)[:, None] * (height / HEIGHT)
    # characters stand upright on the line as it runs there, on a bent page too
    across = (x - np.interp(x, course.x, course.lean) * down).astype(np.float32)
    ink = cv2.remap(soft, across, (middle + down).astype(np.float32), cv2.INTER_LINEAR)
    if of_page:
        ink[:, _beyond_page(ink, x, height, image.shape[1])] = 0
    back = 0.5 / shrink - 0.5  # pixel centres of a picture that was made smaller
    return Strip(ink, x / shrink + back, middle / shrink + back, height / shrink)


def characters_together(mask: NDArray[np.uint8], size: float, font: Font) -> NDArray[np.uint8]:
    """Return a mask in which what may be one character, ``size`` pixels tall, is in one piece side by side.

    Ink that has spread is bridged less: else characters would be one too. What gives most pieces of a
    character's size counts.
    """
    if not font.bridged:
        return mask

    def alike(candidate: NDArray[np.uint8]) -> int:
        width, height = component_stats(candidate)[:, 2:4].T
        return int(np.sum((height > 0.65 * size) & (width > 0.5 * size) & (width < 1.1 * size)))

    return max((bridged(mask, share * font.bridged * size) for share in _BRIDGES), key=alike)


def _characters(mask: NDArray[np.uint8], font: Font) -> NDArray[np.uint8]:
    height, area = component_stats(mask)[:, 3:5].T.astype(np.float64)
    return characters_together(mask, usual_height(height, area), font) if len(height) else mask


def _columns(
    course: Course, width: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return x, middle and digit height of the columns of a strip over a picture of that width."""
    x = np.arange(width, dtype=np.float64)
    scale = HEIGHT / np.interp(x, course.x, course.height * course.pace)
    place = np.concatenate([[0.0], np.cumsum((scale[1:] + scale[:-1]) / 2)]) + MARGIN
    column = np.arange(int(np.ceil(place[-1])) + MARGIN, dtype=np.float64)
    at = np.interp(column, place, x)
    at += np.minimum(column - place[0], 0) / scale[0] + np.maximum(column - place[-1], 0) / scale[-1]
    middle = np.interp(at, course.x, course.middle)
    # beyond its first and last character a line goes on as it runs
    middle += course.slope * (at - np.clip(at, course.x[0], course.x[-1]))
    return at, middle, np.interp(at, course.x, course.height)


def _beyond_page(
    ink: NDArray[np.uint8], x: NDArray[np.float64], height: NDArray[np.float64], columns: int
) -> NDArray[np.bool_]:
    """Return the columns of a strip beyond the page's edge: ink above and below digits near an end."""
    beyond = (ROWS - round(HEIGHT)) // 2 - 1  # rows above a digit, and below it
    aslant = np.ones(5, bool)  # an edge is seldom upright
    above, below = (
        np.convolve(rows.max(axis=0) > 100, aslant, "same") for rows in (ink[:beyond], ink[-beyond:])
    )
    through = above & below
    left = np.flatnonzero(through & (x < _EDGE * height))
    right = np.flatnonzero(through & (x > columns - 1 - _EDGE * height))
    ended = np.zeros(len(x), bool)
    ended[: left[-1] + 1 if len(left) else 0] = True
    ended[right[0] if len(right) else len(x) :] = True
    return ended
