"""Features of what stands beside, above and below candidate zones, and whether their line goes on.

Not for what is written in a zone: see ``writing``.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from chequereader.fields.groups import Components, FloatArray, IntArray
from chequereader.fields.page_ink import INCH, GreyImage
from chequereader.fields.writing import Writing

NAMES = (
    "space to the left",
    "space to the right",
    "components to the left",
    "components to the right",
    "left neighbour's height",
    "left neighbour like a sign",
    "first component like a sign",
    "sign to the left",
    "text above",
    "text below",
    "text in the column above",
    "right of all beneath it",
    "like writing to the left",
    "like writing to the right",
    "heights to the next on the left",
    "heights to the next on the right",
    "paper lighter than around",
)


def describe_surroundings(
    boxes: IntArray,
    inside: npt.NDArray[np.bool_],
    writing: Writing,
    components: Components,
    likeness: FloatArray,
    paper: GreyImage,
) -> list[FloatArray]:
    """Return the features of ``NAMES``, each [candidates], for zones ``boxes`` int32 [candidates, 4].

    ``inside`` [candidates, n] says which components are a zone's members; the rest is as for ``describe``.
    """
    return [
        *_neighbours(boxes, inside, components, likeness),
        _rightmost(boxes, components, paper.shape[1]),
        *_going_on(boxes, inside, writing, components),
        _tint(boxes, paper),
    ]


def _saturated(pixels: npt.NDArray[np.float32], inches: float) -> FloatArray:
    """Return lengths in pixels as 0..1, half of it reached at ``inches``."""
    length = np.maximum(pixels, 0).astype(np.float32) / INCH
    return (length / (length + inches)).astype(np.float32)


def _neighbours(
    boxes: IntArray, inside: npt.NDArray[np.bool_], components: Components, likeness: FloatArray
) -> list[FloatArray]:
    x0, y0, x1, y1 = (column[:, None].astype(np.float32) for column in boxes.T)
    a0, b0, a1, b1 = components.boxes.T.astype(np.float32)
    size = components.boxes[:, 3] - components.boxes[:, 1]
    shared = np.minimum(y1, b1) - np.maximum(y0, b0)
    level = (shared >= 0.5 * np.minimum(y1 - y0, b1 - b0)) & ~inside
    left, right = level & (a0 < x0), level & (a1 > x1)
    far = 3.0 * INCH
    space_left = np.where(left, x0 - a1, far)
    space_right = np.where(right, a0 - x1, far)
    nearest = space_left.argmin(axis=1)
    rows = np.arange(len(boxes))
    close = space_left[rows, nearest] < 0.6 * INCH
    own = np.maximum(boxes[:, 3] - boxes[:, 1], 1)
    over = ((a0 < x1) & (a1 > x0)) & ~inside
    above, below = over & (b1 <= y0 + 0.1 * INCH), over & (b0 >= y1 - 0.1 * INCH)
    first = np.where(inside, a0, np.inf).argmin(axis=1)
    area = components.area.astype(np.float32)
    total = max(float(area.sum()), 1.0)
    return [
        _saturated(space_left.min(axis=1), 0.25),
        _saturated(space_right.min(axis=1), 0.25),
        np.log1p(left.sum(axis=1)),
        np.log1p(right.sum(axis=1)),
        np.where(close, np.minimum(size[nearest] / own, 2.0), 0.0),
        np.where(close, likeness[nearest], 0.0),
        likeness[first],
        np.where(left & (space_left < 2.0 * INCH), likeness, 0.0).max(axis=1),
        _saturated(np.where(above, y0 - b1, far).min(axis=1), 0.2),
        _saturated(np.where(below, b0 - y1, far).min(axis=1), 0.2),
        (above @ area) / total * 5,
    ]


def _rightmost(boxes: IntArray, components: Components, page_width: int) -> FloatArray:
    """Return how much of the page's ink below and level with a zone ends left of the zone's right edge."""
    _, b0, a1, _ = components.boxes.T
    lower = b0[None, :] >= boxes[:, 1][:, None]
    ends = a1[None, :] <= boxes[:, 2][:, None] + 0.02 * page_width
    area = components.area.astype(np.float32)
    return ((lower & ends) @ area / np.maximum(lower @ area, 1.0)).astype(np.float32)


def _going_on(
    boxes: IntArray, inside: npt.NDArray[np.bool_], writing: Writing, components: Components
) -> list[FloatArray]:
    """Return how much a line that a zone is a part of goes on beside it: left, right; heights to the next.

    One where a component of the zone's own height and stroke width touches it, less for one farther off or
    unlike its own; the space to the next component of whatever kind in units of the zone's own height.
    """
    x0, y0, x1, y1 = (column[:, None].astype(np.float32) for column in boxes.T)
    a0, b0, a1, b1 = components.boxes.T.astype(np.float32)
    own = writing.height[:, None]
    shared = np.minimum(y1, b1) - np.maximum(y0, b0)
    level = (shared >= 0.6 * np.minimum(y1 - y0, b1 - b0)) & ~inside
    height = np.abs(np.log(b1 - b0) - np.log(own))
    stroke = np.abs(np.log(np.maximum(components.stroke, 0.5)) - np.log(writing.stroke[:, None]))
    alike = np.where(level, np.exp(-1.5 * height - stroke), 0.0)
    centre = (a0 + a1) / 2
    going_on, spaces = [], []
    for space, beyond in ((x0 - a1, centre < x0), (a0 - x1, centre > x1)):
        heights = np.clip(space / own, 0, 3)
        going_on.append(np.where(beyond, alike * np.exp(-heights), 0.0).max(axis=1).astype(np.float32))
        spaces.append(np.where(level & beyond, heights, 3.0).min(axis=1).astype(np.float32) / 1.5)
    return [*going_on, *spaces]


def _tint(boxes: IntArray, paper: GreyImage) -> FloatArray:
    """Return how much lighter a zone's paper is than that above and below it, 1 for 64 levels of grey."""
    height, width = paper.shape
    sums = cv2.integral(paper)
    reach = round(0.3 * INCH)

    def mean(x0: IntArray, y0: IntArray, x1: IntArray, y1: IntArray) -> FloatArray:
        left, right = np.clip(x0, 0, width), np.clip(x1, 0, width)
        top, bottom = np.clip(y0, 0, height), np.clip(y1, 0, height)
        total = sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left]
        return np.asarray(total / np.maximum((right - left) * (bottom - top), 1), np.float32)

    x0, y0, x1, y1 = boxes.T
    above, below = mean(x0, y0 - reach, x1, y0 - reach // 2), mean(x0, y1 + reach // 2, x1, y1 + reach)
    lighter = (mean(x0, y0, x1, y1) - (above + below) / 2) / 64
    return np.clip(lighter, -1, 1).astype(np.float32)
