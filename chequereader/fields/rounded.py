"""Printed rectangles with round corners, where no side's rule meets another's.

Two posts that stand alike hold one where rules run from one to the other, above and below, and end short of
it. Not for rectangles with square corners: see ``rules``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from chequereader.box import Box
from chequereader.fields.page_ink import INCH, dilated
from chequereader.fields.rules import (
    BOX_HEIGHTS,
    BOX_WIDTHS,
    RULE,
    Coverage,
    IntArray,
    Mask,
    PrintedBox,
    Rules,
)
from chequereader.segmentation.components import component_stats

SLACK = round(0.06 * INCH)
"""How far apart what belongs together may end."""
ROUND = 0.4
"""Largest radius of a corner, of the height of its post."""
THICKEST = round(0.09 * INCH)
BEYOND = round(0.08 * INCH), round(0.22 * INCH)
"""From where to where outside a post no rule goes on."""
BESIDE = round(0.03 * INCH)
"""How far to either side of a post is paper."""
FROM_CORNER = round(0.28 * INCH)
"""How far from its corner a rule is followed."""
COVERED = 0.7
"""Least share of the way from post to post that a rule takes."""


def rounded_boxes(ink: Mask, rules: Rules, known: Sequence[PrintedBox]) -> list[PrintedBox]:
    """Return the ``known`` rectangles and those with round corners, of a shape that can hold an amount.

    Known ones are told the radius of their corners. ``ink`` is the page's.
    """
    posts = _posts(rules)
    alike = _alike(posts)
    posts = posts[alike.any(axis=0) | alike.any(axis=1)]
    posts = posts[_free(ink, posts)]
    alike = _alike(posts)
    covered = rules.ruled
    bands = [_band(posts, top) for top in (True, False)]
    # a rule may seem to go on where something else stands beside the frame, but not at both posts
    cornered = np.zeros_like(alike)
    for band in bands:
        cornered |= _corner(covered, posts, band, 1)[:, None] | _corner(covered, posts, band, -1)
    first, second = np.nonzero(alike & cornered)
    framed = np.ones(len(first), bool)
    for band in bands:
        way = np.stack([posts[first, 2], band[first, 0], posts[second, 0], band[first, 1]], axis=1)
        framed &= covered(way) >= COVERED
    found = list(known)
    for k in np.flatnonzero(framed).tolist():
        box = _framed(rules.horizontal, posts[first[k]], posts[second[k]])
        if box is not None:
            _take_in(box, found)
    return found


def _posts(rules: Rules) -> IntArray:
    """Return the boxes of the vertical rules, int32 [n, 4]."""
    stats = component_stats(dilated(rules.vertical, 3, 1))
    x, y, width, height = stats[(stats[:, 2] <= THICKEST) & (stats[:, 3] <= BOX_HEIGHTS[1]), :4].T
    return np.stack([x, y, x + width, y + height], axis=1).astype(np.int32)


def _alike(posts: IntArray) -> npt.NDArray[np.bool_]:
    """Return which posts stand alike, the second a box's width to the right of the first, bool [n, n]."""
    apart = posts[None, :, 0] - posts[:, None, 2]
    ends = posts[:, [1, 3]]
    same = (np.abs(ends[:, None] - ends[None, :]) <= SLACK).all(axis=2)
    return np.asarray(same & (apart >= BOX_WIDTHS[0]) & (apart <= BOX_WIDTHS[1]))


def _free(ink: Mask, posts: IntArray) -> npt.NDArray[np.bool_]:
    """Return which posts have paper on both sides, as strokes of most digits don't."""
    free = np.zeros(len(posts), bool)
    for k, (x0, y0, x1, y1) in enumerate(posts.tolist()):
        end = (y1 - y0) // 4
        middle = ink[y0 + end : y1 - end]
        beside = middle[:, max(x0 - 1 - BESIDE, 0) : max(x0 - 1, 0)], middle[:, x1 + 1 : x1 + 1 + BESIDE]
        free[k] = all(part.any(axis=1).mean() <= 1 - COVERED for part in beside)
    return free


def _reach(posts: IntArray) -> IntArray:
    """Return the largest radius of each post's corners."""
    return (ROUND * (posts[:, 3] - posts[:, 1])).astype(np.int32)


def _band(posts: IntArray, top: bool) -> IntArray:
    """Return the rows from y0 to y1 in which the rule beyond each post's end lies, int32 [n, 2]."""
    reach = _reach(posts)
    if top:
        return np.stack([posts[:, 1] - reach, posts[:, 1] - 1], axis=1)
    return np.stack([posts[:, 3] + 1, posts[:, 3] + reach], axis=1)


def _corner(covered: Coverage, posts: IntArray, band: IntArray, side: int) -> npt.NDArray[np.bool_]:
    """Return at which posts a rule begins that goes to the right (``side`` 1) or to the left (-1)."""
    edge, back = (posts[:, 2], posts[:, 0]) if side > 0 else (posts[:, 0], posts[:, 2])

    def ruled(start: IntArray, end: IntArray) -> npt.NDArray[np.float32]:
        low, high = np.minimum(start, end), np.maximum(start, end)
        return covered(np.stack([low, band[:, 0], high, band[:, 1]], axis=1))

    start = edge + side * _reach(posts)
    along = ruled(start, start + side * FROM_CORNER)
    return (along >= COVERED) & (ruled(back - side * BEYOND[0], back - side * BEYOND[1]) < 1 - COVERED)


def _framed(horizontal: Mask, left: IntArray, right: IntArray) -> PrintedBox | None:
    """Return the rectangle between two posts, from rule to rule; None if an amount doesn't fit in."""
    x0, x1 = int(left[2]), int(right[0])
    top, bottom = int(max(left[1], right[1])), int(min(left[3], right[3]))
    reach = round(ROUND * (bottom - top))
    start = max(top - reach, 0)
    ruled = horizontal[start : bottom + reach, x0:x1].mean(axis=1) >= 1 - COVERED
    above = np.flatnonzero(ruled[: top + SLACK - start])
    below = np.flatnonzero(ruled[bottom - SLACK - start :])
    if not (len(above) and len(below)):
        return None
    inside = Box(x0, start + int(above[-1]) + 1, x1, bottom - SLACK + int(below[0]))
    if not (BOX_HEIGHTS[0] <= inside.height <= BOX_HEIGHTS[1] and inside.width >= 1.6 * inside.height):
        return None
    posts = (int(left[0]), x0), (x1, int(right[2]))
    return PrintedBox(inside, posts, _radius(max(top - inside.y0, inside.y1 - bottom)))


def _radius(straight: int) -> int:
    """Return the radius of a corner that a post stops short of by so many pixels.

    A circle is ``RULE`` away from its tangent at the root of 2 radius RULE from where they meet: so far a
    post is found to go on round the corner.
    """
    return round((math.sqrt(RULE / 2) + math.sqrt(RULE / 2 + straight)) ** 2) if straight >= RULE else 0


def _take_in(box: PrintedBox, found: list[PrintedBox]) -> None:
    """Add a rectangle, or its radius to the one that has the same sides."""
    for k, own in enumerate(found):
        if max(abs(a - b) for a, b in zip(box.inside, own.inside, strict=True)) <= SLACK:
            found[k] = replace(own, radius=max(own.radius, box.radius))
            return
    found.append(box)
