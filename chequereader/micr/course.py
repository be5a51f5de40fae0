"""How a line of characters runs over a picture: its middle and the height of its digits, place by place.

A line is seldom as straight and even as it was printed: the amount is encoded later by another machine, a
photo is nearer to one end, a page bends. Not for the pixels: ``line`` makes them straight.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chequereader.segmentation.components import component_stats

Floats = NDArray[np.float64]

_LEAST_HEIGHT = 5.0  # pixels of a digit; smaller ones can't be told apart
_REACH = 6.5  # digit heights within which neighbours tell how the line runs
_WHOLE = 0.65  # digit heights from which on a part is a digit, not a piece of one
_FIELD_GAP = 1.5  # digit heights between two fields: more than one blank cell
_LEAST_STEP, _MOST_STEP = 0.55, 1.35  # digit heights from character to character
_STEP_REACH = 3.5  # digit heights within which steps tell how a line is squeezed
_UNEVEN = 0.1  # of a step: characters of several widths are as uneven as that on a flat page
_USUAL_STEPS = 0.5  # steps that those around a character are averaged with
_LEAST_TALL = 3  # digits of a field that tell how it stands
_LEAST_STRETCH, _MOST_STRETCH = 0.5, 1.6  # of digits, measured by those of the whole line


@dataclass(frozen=True)
class Course:
    """A line's course, in pixels of the picture, pixel centres at whole numbers.

    At ``x`` [n], rising, its ``middle`` [n] is y, its digits are ``height`` [n] tall and it runs ``lean`` [n]
    pixels down a pixel; for their height, characters are ``pace`` [n] times as far apart as most are.
    ``slope`` of the whole line; ``size`` of most of its digits.
    """

    x: Floats
    middle: Floats
    height: Floats
    lean: Floats
    pace: Floats
    slope: float
    size: float


@dataclass(frozen=True)
class _Boxes:
    """Boxes [n] by their left and right edge, top and bottom; right and bottom exclusive."""

    x0: Floats
    x1: Floats
    top: Floats
    bottom: Floats

    @property
    def centre(self) -> Floats:
        return (self.x0 + self.x1 - 1) / 2

    @property
    def middle(self) -> Floats:
        return (self.top + self.bottom - 1) / 2

    @property
    def height(self) -> Floats:
        return self.bottom - self.top

    def only(self, kept: NDArray[np.bool_] | NDArray[np.intp]) -> _Boxes:
        return _Boxes(self.x0[kept], self.x1[kept], self.top[kept], self.bottom[kept])


def course_of(mask: NDArray[np.uint8]) -> Course | None:
    """Return the course of the line in a mask of ink, about level; None if nothing in it is a character."""
    x, y, width, height, area = component_stats(mask).T.astype(np.float64)
    solid = (width < 2.5 * height) & (area > 0.1 * height * width)
    parts = _Boxes(x, x + width, y, y + height)
    # frames and rules are no characters; a digit stands upright
    upright = parts.only(solid & (height >= _LEAST_HEIGHT))
    if not len(upright.x0):
        return None
    slope, base, size = _straight(upright)
    off = np.abs(parts.middle - slope * parts.centre - base)
    near = (off < 1.2 * size) & (height < _MOST_STRETCH * size) & (width < 2.5 * size)
    near &= np.maximum(width, height) > 0.12 * size
    characters = _joined(parts.only(near), _WHOLE * size)
    characters = characters.only(characters.height > _LEAST_STRETCH * size)
    if not len(characters.x0):
        characters = upright
    middle, tall, lean = _smoothed(characters, slope, size)
    return Course(characters.centre, middle, tall, lean, _pace(characters, tall), slope, size)


def usual_height(height: Floats, area: Floats) -> float:
    """Return the height of most characters, of components [n]; parts of broken ones are many and small."""
    return _weighted_quantile(height, area, 0.6)


def _straight(boxes: _Boxes) -> tuple[float, float, float]:
    """Return slope, middle at x = 0 and digit height of the straight line along most boxes."""
    usual = usual_height(boxes.height, boxes.height * (boxes.x1 - boxes.x0))
    tall = boxes.only(np.abs(boxes.height / usual - 1) < 0.2)
    size = float(np.median(tall.height))
    slope = _slope(tall.centre, tall.middle, size) if len(tall.x0) >= 4 else 0.0
    return slope, float(np.median(tall.middle - slope * tall.centre)), max(size, _LEAST_HEIGHT)


def _slope(x: Floats, y: Floats, size: float) -> float:
    """Return the median slope between points that lie apart (Theil and Sen)."""
    i, j = np.triu_indices(len(x), 1)
    far = np.abs(x[i] - x[j]) > 2 * size
    if not far.any():
        return 0.0
    i, j = i[far], j[far]
    return float(np.clip(np.median((y[j] - y[i]) / (x[j] - x[i])), -0.2, 0.2))


def _weighted_quantile(values: Floats, weights: Floats, share: float) -> float:
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return float(values[order[np.searchsorted(total, share * total[-1])]])


def _joined(parts: _Boxes, whole: float) -> _Boxes:
    """Join parts above each other, such as those of a sign or of a broken digit, to one box; left to right.

    Beside a part at least ``whole`` tall the others are dirt.
    """
    if not len(parts.x0):
        return parts
    order = np.argsort(parts.x0, kind="stable")
    parts = parts.only(order)
    reach = np.maximum.accumulate(parts.x1)
    first = np.append(True, parts.x0[1:] >= reach[:-1])
    start, group = np.flatnonzero(first), np.cumsum(first) - 1
    tallest = np.maximum.reduceat(parts.height, start)[group]
    shown = (tallest < whole) | (parts.height == tallest)
    return _Boxes(
        parts.x0[start],
        np.maximum.reduceat(parts.x1, start),
        np.minimum.reduceat(np.where(shown, parts.top, np.inf), start),
        np.maximum.reduceat(np.where(shown, parts.bottom, -np.inf), start),
    )


def _smoothed(boxes: _Boxes, slope: float, size: float) -> tuple[Floats, Floats, Floats]:
    """Return middle, digit height and slope at each box, by local regression over the digits around it.

    A field is measured by its own digits; one with too few of them by all.
    """
    x = boxes.centre
    field = np.cumsum(np.append(0, boxes.x0[1:] - boxes.x1[:-1] > _FIELD_GAP * size))
    own = field[:, None] == field[None]
    distance = np.abs(x[:, None] - x[None]) / (_REACH * size)
    # signs are shorter than digits: most of what stands around is no taller than this
    around = np.sort(np.where(own & (distance < 1), boxes.height[None], np.inf), axis=1)
    count = np.isfinite(around).sum(axis=1)
    usual = around[np.arange(len(x)), (0.7 * (count - 1)).astype(int)]
    tall = np.abs(boxes.height / usual - 1) < 0.15
    enough = np.bincount(field, weights=tall)[field] >= _LEAST_TALL
    tall = np.where(enough, tall, np.abs(boxes.height / size - 1) < 0.15)
    if not tall.any():  # parts were joined to heights that none of them had
        tall[:] = True
    weight = (own | ~enough[:, None]) * tall[None] * np.clip(1 - distance**3, 0, 1) ** 3
    weight = np.where(weight.sum(axis=1, keepdims=True) > 1e-3, weight, tall[None] * 1.0)
    middle, height = boxes.middle - slope * x, boxes.height
    for _ in range(2):
        fit_middle, lean = _regression(x, middle, weight, size)
        fit_height, _ = _regression(x, height, weight, size)
        # a digit with dirt on it or a part gone counts for less
        off = np.maximum(np.abs(middle - fit_middle), np.abs(height - fit_height)) / (0.2 * size)
        weight = weight * (np.clip(1 - off**2, 0, 1) ** 2 + 1e-6)[None]
    limits = _LEAST_STRETCH * size, _MOST_STRETCH * size
    return fit_middle + slope * x, np.clip(fit_height, *limits), lean + slope


def _pace(boxes: _Boxes, height: Floats) -> Floats:
    """Return how much of the line's usual step, in digit heights, the steps around each character are.

    A page that bends away squeezes a line more than it makes it smaller. ``height`` [n] of digits there: only
    steps between them tell, since signs fall into parts.
    """
    x, digit = boxes.centre, np.abs(boxes.height / height - 1) < 0.15
    step, at, size = np.diff(x), (x[1:] + x[:-1]) / 2, (height[1:] + height[:-1]) / 2
    near = digit[1:] & digit[:-1] & (step > _LEAST_STEP * size) & (step < _MOST_STEP * size)
    if near.sum() < _LEAST_TALL:
        return np.ones(len(x))
    at, ratio = at[near], (step / size)[near]
    usual = float(np.median(ratio))
    distance = np.abs(x[:, None] - at[None]) / (_STEP_REACH * height[:, None])
    weight = np.clip(1 - distance**3, 0, 1) ** 3
    sure = weight
    for _ in range(2):
        # where few steps tell, it is the usual one
        pace = (sure @ (ratio / usual) + _USUAL_STEPS) / (sure.sum(axis=1) + _USUAL_STEPS)
        off = np.abs(ratio[None] / usual - pace[:, None]) / 0.3
        sure = weight * np.clip(1 - off**2, 0, 1) ** 2
    off = pace - 1
    return 1 + np.sign(off) * np.maximum(np.abs(off) - _UNEVEN, 0)


def _regression(x: Floats, y: Floats, weight: Floats, size: float) -> tuple[Floats, Floats]:
    """Return at each x the local line through y and its slope, weighted [n, n]; few points lean it less."""
    total = weight.sum(axis=1)
    mean_x, mean_y = weight @ x / total, weight @ y / total
    dx, dy = x[None] - mean_x[:, None], y[None] - mean_y[:, None]
    spread = (weight * dx**2).sum(axis=1) + (3 * size) ** 2
    slope = (weight * dx * dy).sum(axis=1) / spread
    return mean_y + slope * (x - mean_x), slope
