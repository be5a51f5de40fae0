"""Cuts: the lines along which a field may come apart into characters.

A cut runs from the top of the field to its bottom, around ink where it can and through ink where that is
cheap: the line of least ink through each column, by dynamic programming from the top and from the bottom. It
is what hit and deflect (section X) approximates line by line: it follows contours, passes straight through
ink where the stroke is thin, and two lines that meet merge. Not the place for choosing among cuts: the
segmentation graph keeps all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
    # from the top and, upside down, from the bottom
    (down, up), (came_down, came_up) = _least_ink(np.stack([cost, cost[::-1]]))
    through = down + up[::-1] - cost
    rows = np.flatnonzero(mask.any(axis=1))
    levels, at = np.unique(np.quantile(rows, _LEVELS).astype(int)), []
    for row in levels:
        level = through[row] - _PAPER * height
        at.append(_minima(level, columns[0], columns[-1], limit * field.stroke, field.stroke))
    row = np.repeat(levels, [len(some) for some in at])
    x = _follow(np.concatenate(at), row, came_down, came_up[::-1])
    crossed = mask[np.arange(height)[None, :], x].sum(axis=1) / field.stroke
    keep = _apart(mask, x, crossed)
    first, last = np.zeros((1, height), np.int32), np.full((1, height), width, np.int32)
    return Cuts(
        np.concatenate([first, x[keep], last]),
        np.concatenate([[0.0], crossed[keep], [0.0]]).astype(np.float32),
    )


def _follow(
    at: NDArray[np.intp], row: NDArray[np.intp], came_down: NDArray[np.int8], came_up: NDArray[np.int8]
) -> NDArray[np.int32]:
    """Return the least inked lines through columns ``at`` of ascending rows, int32 [lines, height]."""
    height, width = came_down.shape
    x = np.empty((height, len(at)), np.int32)
    x[row, np.arange(len(at))] = at
    # lines that begin at or below a row, at or above it
    below, above = np.searchsorted(row, np.arange(height)), np.searchsorted(row, np.arange(height), "right")
    for y in range(height - 1, 0, -1):
        here = x[y, below[y] :]
        x[y - 1, below[y] :] = here + came_down[y, here]
    for y in range(height - 1):
        here = x[y, : above[y]]
        x[y + 1, : above[y]] = here + came_up[y, here]
    return np.ascontiguousarray(np.clip(x, 0, width - 1).T)


def _least_ink(cost: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.int8]]:
    """Return the least cost from the first row to each pixel, and the step (-1, 0, 1) to the pixel before.

    ``cost`` and what is returned are of shape [images, height, width].
    """
    total = cost.copy()
    for row in range(1, cost.shape[1]):
        before = total[:, row - 1]
        beside = before + np.float32(_SIDESTEP)
        least = before.copy()
        np.minimum(least[:, 1:], beside[:, :-1], out=least[:, 1:])
        np.minimum(least[:, :-1], beside[:, 1:], out=least[:, :-1])
        total[:, row] += least
    step = np.zeros(cost.shape, np.int8)
    before, beside = total[:, :-1], total[:, :-1] + np.float32(_SIDESTEP)
    least = before.copy()
    step[:, 1:, 1:][beside[..., :-1] < least[..., 1:]] = -1
    np.minimum(least[..., 1:], beside[..., :-1], out=least[..., 1:])
    step[:, 1:, :-1][beside[..., 1:] < least[..., :-1]] = 1
    return total, step


def _minima(
    cost: NDArray[np.float32], first: int, last: int, limit: float, stroke: float
) -> NDArray[np.intp]:
    """Columns of the local minima of the cost, plateaus by their middle, the cheaper of two near ones."""
    inside = cost[first : last + 1]
    if len(inside) < 3:
        return np.zeros(0, np.intp)
    low = dips(np.round(inside, 2), _DIP * stroke)
    low = low[inside[low] <= limit]
    order = low[np.argsort(inside[low], kind="stable")]
    near, kept = np.zeros(len(inside), bool), np.zeros(len(inside), bool)
    for dip in order.tolist():
        if not near[dip]:
            kept[dip] = True
            near[max(dip - _NEAR + 1, 0) : dip + _NEAR] = True
    return np.flatnonzero(kept) + first


def dips(values: NDArray[np.floating], depth: float) -> NDArray[np.intp]:
    """Return the places of the dips in ``values`` [n], plateaus by their middle.

    Towards either side the values rise by at least ``depth`` before anything lower, or the end, comes. What
    ``scipy.signal.find_peaks`` calls prominence; importing that takes longer than reading a cheque.
    """
    change = np.flatnonzero(np.diff(values)) + 1
    begin, end = np.append(0, change), np.append(change, len(values))
    level = values[begin].astype(np.float64)
    if len(level) < 3:
        return np.zeros(0, np.intp)
    lower = np.flatnonzero((level[1:-1] < level[:-2]) & (level[1:-1] < level[2:])) + 1
    # only dips and the ends can be lower than a dip; between two of them the highest level counts
    bottoms = np.concatenate([[0], lower, [len(level) - 1]])
    tops = np.maximum.reduceat(level, bottoms[:-1]).tolist()
    levels_at = level[bottoms].tolist()
    left = _highest(levels_at, tops)
    right = _highest(levels_at[::-1], tops[::-1])[::-1]
    rise = np.minimum(left, right)[1:-1] - level[lower]
    deep = lower[rise >= depth]
    return (begin[deep] + end[deep] - 1) // 2


def _highest(bottoms: Sequence[float], tops: Sequence[float]) -> list[float]:
    """Return for each bottom the highest top between it and the last lower bottom before it.

    ``tops`` are between the bottoms; the first one has its own level.
    """
    highest = [bottoms[0]]
    lower = [(bottoms[0], bottoms[0])]
    for bottom, top in zip(bottoms[1:], tops, strict=True):
        reached = top
        while lower and lower[-1][0] >= bottom:
            reached = max(reached, lower.pop()[1])
        lower.append((bottom, reached))
        highest.append(reached)
    return highest


def _apart(mask: NDArray[np.bool_], x: NDArray[np.int32], crossed: NDArray[np.float64]) -> NDArray[np.intp]:
    """Choose lines that don't cross and have ink between them, the least inked first; left to right."""
    height, width = mask.shape
    before = np.zeros((height, width + 1), np.int32)
    np.cumsum(mask, axis=1, out=before[:, 1:])
    ink = before[np.arange(height)[None, :], x]  # ink left of each line in each row
    left = ink.sum(axis=1)
    inside = (left >= _LEAST_INK) & (left <= int(mask.sum()) - _LEAST_INK)
    order = np.argsort(crossed, kind="stable")
    kept = np.zeros(len(x), np.intp)
    count = 0
    for line in order[inside[order]]:
        others = kept[:count]
        if (np.abs(left[line] - left[others]) < _LEAST_INK).any():
            continue
        apart = ink[line] - ink[others]
        if ((apart >= 0).all(axis=1) | (apart <= 0).all(axis=1)).all():
            kept[count] = line
            count += 1
    chosen = kept[:count]
    return chosen[np.argsort(left[chosen], kind="stable")]
