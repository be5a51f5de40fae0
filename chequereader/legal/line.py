"""A line of words as one picture for the sliding network: level, upright, and of one size.

The size is taken from how far ink spreads around the middle of the line, which long letters hardly change.
Not for digits, whose base line and top line are known: see ``segmentation.normalise``.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from chequereader.segmentation.ink import Ink, find_ink
from chequereader.segmentation.normalise import slant
from chequereader.segmentation.strip import REACH, STRIP

LETTER = 24.0
"""Height in pixels of the page that capitals are taken to have, for rules and strokes."""
SPREAD = 5.0
"""Standard deviation of the ink's height in a strip, pixels: small letters are some ten high."""
STRETCH = 1.25
"""Wider than tall, so that narrow neighbours lie more than a position apart."""
MOST = 2048
"""Pixels; a longer line is cut off."""

_LEAST = 20  # pixels of ink
_LONG, _THICK = 48, 6  # pixels: a rule is at least that long, and less than that thick
_STEEPEST = 0.12
_SCALES = 0.2, 3.0
_FAR = 2.5  # spreads from the middle: ink from there on is another line's


def words_strip(image: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Return the strip of a line, uint8 [32, width], ink 255 on 0; ``None`` without ink.

    ``image`` grey uint8 [height, width] holds the line with a margin, at about 200 dots per inch.
    """
    ink = _without_rules(find_ink(image, height=LETTER))
    y, x = np.nonzero(ink.mask)
    if len(y) < _LEAST:
        return None
    level, middle, spread = _line(x.astype(np.float64), y.astype(np.float64), image.shape[0])
    scale = float(np.clip(SPREAD / spread, *_SCALES))
    lean = slant(ink.mask)
    across = scale * STRETCH
    near = np.abs(y - middle - level * x) < _FAR * spread
    left, right = np.percentile(x[near] + lean * (y[near] - middle), (0.2, 99.8))
    width = min(int(np.ceil(across * (right - left))) + REACH, MOST)
    # the middle of the line becomes the strip's, its first ink stands half a reach from the left end
    matrix = np.array(
        [
            [across, across * lean, REACH / 2 - across * (left + lean * middle)],
            [-scale * level, scale, STRIP / 2 - scale * middle],
        ]
    )
    soft = cv2.convertScaleAbs(ink.soft, alpha=255.0)
    if scale < 0.5:
        soft = np.asarray(cv2.GaussianBlur(soft, (0, 0), 0.4 / scale), np.uint8)
    return np.asarray(cv2.warpAffine(soft, matrix, (width, STRIP), flags=cv2.INTER_LINEAR), np.uint8)


def _without_rules(ink: Ink) -> Ink:
    """Return the ink without long thin level strokes, as far as no other stroke crosses them."""
    mask = ink.mask.view(np.uint8)
    long = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((1, _LONG), np.uint8))
    if not long.any():
        return ink
    thick = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((_THICK, 1), np.uint8))
    rules = (cv2.dilate(long, np.ones((5, 3), np.uint8)) > 0) & (thick == 0)
    return Ink(np.where(rules, np.float32(0.0), ink.soft), ink.mask & ~rules)


def _line(x: NDArray[np.float64], y: NDArray[np.float64], rows: int) -> tuple[float, float, float]:
    """Return slope and intercept of the line through the ink's middle, and the ink's spread around it."""
    slope, middle, spread = 0.0, rows / 2, rows / 4
    near = np.abs(y - middle) < spread
    if near.sum() < _LEAST:
        near[:] = True
    for _ in range(3):
        some_x, some_y = x[near], y[near]
        mean_x, mean_y = some_x.mean(), some_y.mean()
        across = max(float(((some_x - mean_x) ** 2).mean()), 1.0)
        slope = float(((some_x - mean_x) * (some_y - mean_y)).mean()) / across
        slope = float(np.clip(slope, -_STEEPEST, _STEEPEST)) if across > (4 * spread) ** 2 else 0.0
        middle = float(mean_y - slope * mean_x)
        off = y - middle - slope * x
        spread = max(float(np.sqrt((off[near] ** 2).mean())), 1.0)
        closer = np.abs(off) < _FAR * spread
        if not closer.any() or (closer == near).all():
            break
        near = closer
    return slope, middle, spread
