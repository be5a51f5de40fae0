"""What the spotter's logits say: regions that may hold the amount, and features of candidate zones.

Not for making the logits (``spotter``) or for what else a zone's penalty is computed from (``features``).
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
from scipy.special import expit

from chequereader.box import Box
from chequereader.fields.groups import FloatArray, IntArray
from chequereader.fields.page_ink import INCH
from chequereader.fields.spotter import PICTURE_DPI, STRIDE

NAMES = (
    "spotted inside",
    "share of what is spotted on the page",
    "spotted left of it",
    "spotted right of it",
    "spotted above",
    "spotted below",
    "spotted at its left end",
    "spotted at its right end",
    "its best place beside the page's best",
    "its best place",
    "log of places spotted on the page",
)

_Reals = npt.NDArray[np.float64]

PLACE = INCH * STRIDE / PICTURE_DPI
"""Coarse pixels from one place to the next."""
LEAST_LOGITS = 0.0, -1.5
"""Logits from which on places belong to a region that may hold the amount."""
MOST_REGIONS = 3
"""Regions of a page for each of these, the likeliest ones."""
_MARGIN = 0.05 * INCH / PLACE  # places around a candidate's ink that belong to its zone, as in ``locate``
_BESIDE = 1.5  # how far beside a zone is looked, in its heights, and in places above and below it
_FADED = 0.5  # places: less than that spotted on a page is as good as nothing
_LEAST = 0.25  # places: no rectangle is taken for smaller
_LOGIT = 4.0  # a logit's unit among the features


def regions(logits: FloatArray) -> list[Box]:
    """Return boxes, in coarse pixels, around connected places that are likely to hold the amount.

    Half a place is added on either side, since a digit's edge makes its place no likely one.
    """
    found: list[Box] = []
    for least in LEAST_LOGITS:
        likely = (logits >= least).astype(np.uint8)
        count, labels, stats, _ = cv2.connectedComponentsWithStats(likely, connectivity=4)
        best = [float(logits[labels == k].max()) for k in range(1, count)]
        for k in np.argsort(best)[::-1][:MOST_REGIONS]:
            x, y, width, height, _ = (int(v) for v in stats[k + 1])
            edges = (x - 0.5, y - 0.5, x + width + 0.5, y + height + 0.5)
            found.append(Box(*(max(round(edge * PLACE), 0) for edge in edges)))
    return list(dict.fromkeys(found))


def describe_spotted(boxes: IntArray, logits: FloatArray) -> list[FloatArray]:
    """Return columns of ``NAMES``, [n] each, for boxes [n, 4] in coarse pixels; logits [rows, columns]."""
    chances = expit(logits.astype(np.float64))
    whole = max(float(chances.sum()), _FADED)
    sums = np.pad(chances.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    x0, y0, x1, y1 = (boxes / PLACE + (-_MARGIN, -_MARGIN, _MARGIN, _MARGIN)).T
    tall = y1 - y0
    beside = _BESIDE * tall

    def mean(left: _Reals, top: _Reals, right: _Reals, bottom: _Reals) -> _Reals:
        held, area = _within(sums, left, top, right, bottom)
        return held / area

    best = np.array([_highest(logits, box) for box in zip(x0, y0, x1, y1, strict=True)])
    columns = [
        mean(x0 + _MARGIN, y0 + _MARGIN / 2, x1 - _MARGIN, y1 - _MARGIN / 2),
        _within(sums, x0, y0, x1, y1)[0] / whole,
        mean(x0 - beside, y0, x0, y1),
        mean(x1, y0, x1 + beside, y1),
        mean(x0, y0 - _BESIDE, x1, y0),
        mean(x0, y1, x1, y1 + _BESIDE),
        mean(x0, y0, x0 + tall, y1),
        mean(x1 - tall, y0, x1, y1),
        (best - logits.max()) / _LOGIT,
        best / _LOGIT,
        np.full(len(boxes), np.log(whole)),
    ]
    return [column.astype(np.float32) for column in columns]


def _within(sums: _Reals, left: _Reals, top: _Reals, right: _Reals, bottom: _Reals) -> tuple[_Reals, _Reals]:
    """Return what rectangles hold, edges anywhere between places, and how large they are on the page."""
    height, width = sums.shape[0] - 1, sums.shape[1] - 1
    x0, x1 = left.clip(0, width), right.clip(0, width)
    y0, y1 = top.clip(0, height), bottom.clip(0, height)

    def up_to(y: _Reals, x: _Reals) -> _Reals:
        row = np.minimum(y.astype(np.intp), height - 1)
        column = np.minimum(x.astype(np.intp), width - 1)
        down, across = y - row, x - column
        upper = sums[row, column] * (1 - across) + sums[row, column + 1] * across
        lower = sums[row + 1, column] * (1 - across) + sums[row + 1, column + 1] * across
        found: _Reals = upper * (1 - down) + lower * down
        return found

    held = up_to(y1, x1) - up_to(y0, x1) - up_to(y1, x0) + up_to(y0, x0)
    return held, np.maximum((x1 - x0) * (y1 - y0), _LEAST)


def _highest(logits: FloatArray, box: tuple[float, float, float, float]) -> float:
    x0, y0, x1, y1 = box
    height, width = logits.shape
    top, left = min(max(int(y0), 0), height - 1), min(max(int(x0), 0), width - 1)
    return float(logits[top : max(int(np.ceil(y1)), top + 1), left : max(int(np.ceil(x1)), left + 1)].max())
