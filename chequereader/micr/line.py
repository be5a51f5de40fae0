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
    ink = cv2.warpAffine(soft, matrix, (width, ROWS), flags=cv2.INTER_LINEAR)
    back = cv2.invertAffineTransform(matrix)
    return Strip(ink, np.array([[1.0, 0.0, 0.5], [0.0, 1.0, 0.5]])[:, :2] @ back / shrink + _half(shrink))


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
