"""Cuts: the lines along which a field may come apart into characters.

A cut runs from the top of the field to its bottom, around ink where it can and through ink where that is
cheap: the line of least ink through each column, by dynamic programming from the top and from the bottom. It
is what hit and deflect (section X) approximates line by line: it follows contours, passes straight through
ink where the stroke is thin, and two lines that meet merge. Not the place for choosing among cuts: the
segmentation graph keeps all of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import find_peaks

from chequereader.segmentation.normalise import Field

_SIDESTEP = 0.12  # penalty of one pixel sideways, in pixels of ink
_PAPER = 0.02  # penalty of one pixel of paper: the shorter way where neither meets ink
_LEVELS = (0.15, 0.35, 0.5, 0.65, 0.85)  # heights within the ink at which columns are tried
_DIP = 0.1  # stroke widths of ink by which a minimum has to be better than what is around it
_NEAR = 4  # columns closer than this many pixels are one
_LEAST_INK = 14  # pixels of ink between two cuts


@dataclass(frozen=True)
class Cuts:
    """Cuts of a field, left to right; the first lies before all ink, the last behind it.

    ``x`` int32 [cuts, height]: the column of each cut in each row; a pixel left of it (column < x) lies on
    its left. ``crossed`` float32 [cuts]: ink crossed, in stroke widths.
    """

    x: NDArray[np.int32]
    crossed: NDArray[np.float32]


def find_cuts(field: Field, limit: float = 3.0) -> Cuts:
    """Return the cuts of a field that cross at most ``limit`` stroke widths of ink."""
    mask = field.ink.mask
    height, width = mask.shape
    columns = np.flatnonzero(mask.any(axis=0))
    if not len(columns):
        return Cuts(np.zeros((0, height), np.int32), np.zeros(0, np.float32))
    cost = np.where(mask, 0.5 + 0.5 * field.ink.soft, _PAPER).astype(np.float32)
    down, came_down = _least_ink(cost)
    up, came_up = _least_ink(cost[::-1])
    through = down + up[::-1] - cost
    rows = np.flatnonzero(mask.any(axis=1))
    seams = []
    for row in np.unique(np.quantile(rows, _LEVELS).astype(int)):
        at = _minima(
            through[row] - _PAPER * height, columns[0], columns[-1], limit * field.stroke, field.stroke
        )
        seams.append(_follow(at, row, came_down, came_up[::-1]))
    x = np.concatenate(seams)
    crossed = mask[np.arange(height)[None, :], x].sum(axis=1) / field.stroke
    keep = _apart(mask, x, crossed)
    first, last = np.zeros((1, height), np.int32), np.full((1, height), width, np.int32)
    return Cuts(
        np.concatenate([first, x[keep], last]),
        np.concatenate([[0.0], crossed[keep], [0.0]]).astype(np.float32),
    )


def _follow(
    at: NDArray[np.intp], row: int, came_down: NDArray[np.int8], came_up: NDArray[np.int8]
) -> NDArray[np.int32]:
    """Return the least inked lines through columns ``at`` of a row, int32 [lines, height]."""
    height, width = came_down.shape
    x = np.empty((len(at), height), np.int32)
    x[:, row] = at
    for y in range(row, 0, -1):
        x[:, y - 1] = x[:, y] + came_down[y, x[:, y]]
    for y in range(row, height - 1):
        x[:, y + 1] = x[:, y] + came_up[y, x[:, y]]
    return np.clip(x, 0, width - 1)


def _least_ink(cost: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.int8]]:
    """Return the least cost from the first row to each pixel, and the step (-1, 0, 1) to the pixel before."""
    height, width = cost.shape
    total = np.empty_like(cost)
    step = np.zeros((height, width), np.int8)
    total[0] = cost[0]
    options = np.full((3, width), np.inf, np.float32)
    for row in range(1, height):
        before = total[row - 1]
        options[0] = before
        options[1, 1:] = before[:-1] + _SIDESTEP
        options[2, :-1] = before[1:] + _SIDESTEP
        choice = options.argmin(axis=0)
        total[row] = np.take_along_axis(options, choice[None], 0)[0] + cost[row]
        step[row] = np.array([0, -1, 1], np.int8)[choice]
    return total, step


def _minima(
    cost: NDArray[np.float32], first: int, last: int, limit: float, stroke: float
) -> NDArray[np.intp]:
    """Columns of the local minima of the cost, plateaus by their middle, the cheaper of two near ones."""
    inside = cost[first : last + 1]
    if len(inside) < 3:
        return np.zeros(0, np.intp)
    peaks, _ = find_peaks(-np.round(inside, 2), plateau_size=1, prominence=_DIP * stroke)
    peaks = peaks[inside[peaks] <= limit]
    order = peaks[np.argsort(inside[peaks], kind="stable")]
    kept: list[int] = []
    for peak in order:
        if all(abs(peak - other) >= _NEAR for other in kept):
            kept.append(int(peak))
    return np.sort(np.array(kept, np.intp)) + first


def _apart(mask: NDArray[np.bool_], x: NDArray[np.int32], crossed: NDArray[np.float64]) -> NDArray[np.intp]:
    """Choose lines that don't cross and have ink between them, the least inked first; left to right."""
    height, width = mask.shape
    before = np.zeros((height, width + 1), np.int32)
    np.cumsum(mask, axis=1, out=before[:, 1:])
    ink = before[np.arange(height)[None, :], x]  # ink left of each line in each row
    total = int(mask.sum())
    kept: list[int] = []
    for line in np.argsort(crossed, kind="stable"):
        left = int(ink[line].sum())
        if not _LEAST_INK <= left <= total - _LEAST_INK:
            continue
        if kept:
            apart = ink[line] - ink[kept]
            if not ((apart >= 0).all(axis=1) | (apart <= 0).all(axis=1)).all():
                continue
            if (np.abs(apart.sum(axis=1)) < _LEAST_INK).any():
                continue
        kept.append(int(line))
    return np.array(sorted(kept, key=lambda line: int(ink[line].sum())), np.intp)
