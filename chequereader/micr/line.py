"""From the picture of a MICR line to a straight strip of one size: ink, character height, skew.

Not for finding the line on a cheque (``locate``) and not for what stands in it (``segmenter``).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

ROWS = 32
"""Height of a strip in pixels, as LeNet-5 takes it."""
HEIGHT = 20.0
"""Height of a digit in a strip, in pixels: 0.117 inch. It stands in the middle of the strip."""
MARGIN = 20
"""Blank columns at both ends of a strip."""

_MAX_ROWS = 96  # a picture taller than this is made smaller first
_LEAST_CONTRAST = 12.0  # grey levels
_LEAST_HEIGHT = 5.0  # pixels of a digit; smaller ones can't be told apart
_MAX_COLUMNS = 4096
_STRONG = 128  # of a strip's ink
_FIELD_GAP = 28  # blank columns between two fields: more than one cell
_LEAST_FIELD = 50  # columns; less than three characters don't tell where they stand


@dataclass(frozen=True)
class Strip:
    """A line, straight and with digits ``HEIGHT`` tall.

    ``ink`` uint8 [ROWS, width]: 255 in the middle of a stroke, 0 on paper. ``to_image`` float64 [2, 3] takes
    strip pixels (x, y, 1), centres at whole numbers, to pixels of the picture.
    """

    ink: NDArray[np.uint8]
    to_image: NDArray[np.float64]


def darkness(image: NDArray[np.uint8], reach: int) -> NDArray[np.uint8]:
    """Return how many grey levels each pixel is darker than the paper within ``reach`` pixels around it."""
    size = reach | 1
    paper = cv2.morphologyEx(
        image, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8), borderType=cv2.BORDER_REPLICATE
    )
    return cv2.subtract(cv2.blur(paper, (size, size), borderType=cv2.BORDER_REPLICATE), image)


def straighten(image: NDArray[np.uint8]) -> Strip | None:
    """Return the strip of a line; ``image`` is grey uint8 [height, width], the line about level.

    None if nothing on it can be a line of characters.
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
    found = _measure(mask)
    if found is None:
        return None
    slope, middle, height = found
    full = float(np.percentile(dark[mask > 0], 75))
    low = 0.3 * full
    soft = cv2.convertScaleAbs(cv2.subtract(dark, low), alpha=255 / max(full - low, 1.0))
    scale = HEIGHT / height
    matrix = np.array(
        [
            [scale, scale * slope, MARGIN - scale * slope * middle],
            [-scale * slope, scale, (ROWS - 1) / 2 - scale * middle],
        ]
    )
    if scale < 0.7:  # averaging first keeps thin strokes that plain interpolation may miss
        soft = cv2.GaussianBlur(soft, (0, 0), 0.4 / scale)
    width = int(np.ceil(image.shape[1] * scale)) + 2 * MARGIN
    ink = _fields_aligned(cv2.warpAffine(soft, matrix, (width, ROWS), flags=cv2.INTER_LINEAR))
    back = cv2.invertAffineTransform(matrix)
    return Strip(ink, np.array([[1.0, 0.0, 0.5], [0.0, 1.0, 0.5]])[:, :2] @ back / shrink + _half(shrink))


def _fields_aligned(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Bring every field to the middle of the strip and to its size.

    The amount is encoded later, by another machine, and often stands a little higher or lower than the rest.
    """
    inked = np.flatnonzero((ink >= _STRONG).any(axis=0))
    if not len(inked):
        return ink
    ends = np.flatnonzero(np.diff(inked) > _FIELD_GAP)
    fields = zip(inked[np.append(0, ends + 1)].tolist(), inked[np.append(ends, -1)].tolist(), strict=True)
    aligned = ink
    for first, last in fields:
        if last - first < _LEAST_FIELD:
            continue
        rows = (ink[:, first : last + 1] >= _STRONG).sum(axis=1)
        body = np.flatnonzero(rows > 0.25 * rows.max())
        size, middle = float(body[-1] - body[0] + 1), (body[-1] + body[0]) / 2
        stretch = HEIGHT / size
        if not 0.75 < stretch < 1.4 or (abs(stretch - 1) < 0.08 and abs(middle - (ROWS - 1) / 2) < 1):
            continue
        if aligned is ink:
            aligned = ink.copy()
        move = np.array([[1.0, 0.0, 0.0], [0.0, stretch, (ROWS - 1) / 2 - stretch * middle]])
        part = np.ascontiguousarray(ink[:, first - 2 : last + 3])
        aligned[:, first - 2 : last + 3] = cv2.warpAffine(part, move, (part.shape[1], ROWS))
    return aligned


def _half(shrink: float) -> NDArray[np.float64]:
    """Return what moves pixel centres when a picture is made larger by ``1 / shrink``."""
    return np.array([[0.0, 0.0, 0.5 / shrink - 0.5]] * 2)


def _measure(mask: NDArray[np.uint8]) -> tuple[float, float, float] | None:
    """Return slope, middle (y at x = 0) and height of the row of characters in a mask, in pixels."""
    stats = cv2.connectedComponentsWithStats(mask, connectivity=8)[2][1:]
    x, y, width, height, area = stats.T.astype(np.float64)
    # frames and rules are no characters; a digit stands upright
    plain = (height >= _LEAST_HEIGHT) & (width < 2.5 * height) & (area > 0.1 * height * width)
    x, y, width, height = x[plain], y[plain], width[plain], height[plain]
    if not len(x):
        return None
    usual = _weighted_quantile(height, width, 0.7)
    tall = np.abs(height / usual - 1) < 0.2
    top, bottom, centre = y[tall], (y + height)[tall], (x + width / 2)[tall]
    size = float(np.median(bottom - top))
    middle = (top + bottom - 1) / 2
    slope = 0.0
    if len(centre) >= 4:
        slope = _slope(centre, middle, size)
    return slope, float(np.median(middle - slope * centre)), max(size, _LEAST_HEIGHT)


def _slope(x: NDArray[np.float64], y: NDArray[np.float64], size: float) -> float:
    """Return the median slope between points that lie apart (Theil and Sen)."""
    i, j = np.triu_indices(len(x), 1)
    far = np.abs(x[i] - x[j]) > 2 * size
    if not far.any():
        return 0.0
    i, j = i[far], j[far]
    return float(np.clip(np.median((y[j] - y[i]) / (x[j] - x[i])), -0.2, 0.2))


def _weighted_quantile(values: NDArray[np.float64], weights: NDArray[np.float64], share: float) -> float:
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return float(values[order[np.searchsorted(total, share * total[-1])]])
