"""Parts of a group that may be the amount by itself: without what is printed before it or stamped behind it.

A group along a line holds all that stands close together there: a currency word before the amount, a stamp's
or a barcode's edge behind it. Only proposes where to divide a group; groups of one line are ``groups``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from chequereader.fields.groups import Components, FloatArray, IntArray

SIGN = 5
"""Components that a sign or a word at either end of a group has at most, where a space divides it off."""
SPACE = 0.3
"""Least space that divides, in units of the group's median height."""
NARROW_SPACE = 0.08
"""Least space where another kind of writing begins, in the same units."""
CHANGED = 0.1
"""Share of the variance, in typical spreads, that a change of writing has to explain."""
SPREADS = 0.25, 0.3, 0.25
"""Typical spreads within one writing: of log height, log stroke width and darkness."""


def parts_of(components: Components, groups: Sequence[IntArray]) -> list[IntArray]:
    """Return parts of groups, each the rows of components, ascending; some may come twice.

    Of each group: what follows the widest space near its start, what precedes the widest near its end, and
    both sides of the place where height, stroke and darkness change most, a printed word against a pen.
    """
    if not groups:
        return []
    size = np.array([len(group) for group in groups])
    owner = np.repeat(np.arange(len(groups)), size)
    rows = np.concatenate(groups)
    rows = rows[np.lexsort((components.boxes[rows, 0], owner))]
    starts = np.cumsum(size) - size
    x0, y0, x1, y1 = components.boxes[rows].T.astype(np.float32)
    height = y1 - y0
    median = height[np.lexsort((height, owner))][starts + size // 2][owner]
    space = spaces_before(x0, x1, owner) / median
    place = np.arange(len(rows)) - starts[owner]
    left = size[owner] - place
    wide = space >= SPACE
    kind = np.stack([np.log(height), np.log(np.maximum(components.stroke[rows], 0.5)), components.dark[rows]])
    change = _change(kind / np.array(SPREADS)[:, None], components.area[rows], owner, starts)
    changed = (space >= NARROW_SPACE) & (change >= CHANGED)
    after_sign = _largest(np.where(wide & (place <= SIGN), space, 0.0), owner, starts, size)
    before_end = _largest(np.where(wide & (left <= SIGN), space, 0.0), owner, starts, size)
    at_change = _largest(np.where(changed, change, 0.0), owner, starts, size)
    ends = starts + size
    found = [rows[cut:end] for cut, end in zip(after_sign, ends, strict=True) if cut >= 0]
    found += [rows[start:cut] for start, cut in zip(starts, before_end, strict=True) if cut >= 0]
    for start, cut, end in zip(starts, at_change, ends, strict=True):
        if cut >= 0:
            found += [rows[start:cut], rows[cut:end]]
    return [np.sort(part).astype(np.int32) for part in found]


def spaces_before(x0: FloatArray, x1: FloatArray, owner: npt.NDArray[np.int64]) -> FloatArray:
    """Return the space between each component and its owner's before it, float32 [n], nought at the first.

    Components are sorted by owner, then by ``x0``.
    """
    # Each owner's columns are moved beyond the last one's, so that one running maximum serves all.
    beyond = owner * (float(x1.max(initial=0.0)) + 1)
    reached = np.maximum.accumulate(x1 + beyond)
    space = np.zeros(len(x0), np.float32)
    space[1:] = np.where(owner[1:] == owner[:-1], x0[1:] + beyond[1:] - reached[:-1], 0)
    return space


def _change(
    kind: npt.NDArray[np.float64], area: IntArray, owner: npt.NDArray[np.int64], starts: npt.NDArray[np.int64]
) -> FloatArray:
    """Return how much of the variance of ``kind`` [features, n] a division before each component explains.

    The variance between both sides, by ink; nought at an owner's first component.
    """
    ends = np.append(starts[1:], len(area)) - 1

    def before(values: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return the sums over an owner's components up to each one, without it, and over all of them."""
        running = np.cumsum(values, axis=-1)
        first = (running - values)[..., starts]
        return running - values - first[..., owner], (running[..., ends] - first)[..., owner]

    weight, whole = before(area.astype(np.float64))
    summed, everything = before(kind * area)
    rest = np.maximum(whole - weight, 1)
    apart = (everything - summed) / rest - summed / np.maximum(weight, 1)
    return np.asarray((apart**2).sum(axis=0) * weight * rest / whole**2, np.float32)


def _largest(
    values: FloatArray,
    owner: npt.NDArray[np.int64],
    starts: npt.NDArray[np.int64],
    size: npt.NDArray[np.int64],
) -> list[int]:
    """Return the index of each owner's largest value, -1 where none is above nought."""
    last = np.lexsort((values, owner))[starts + size - 1]
    return np.where(values[last] > 0, last, -1).tolist()
