"""Printed rectangles told by their posts: round corners, and a side that handwriting runs over.

``rules`` finds the rectangles whose four sides meet. Here two posts that stand alike hold one where a rule
runs from one to the other at one of their ends. Not for lines without posts or for tints.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import cv2
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
"""From where to where outside a post no rule goes on; a second frame may lie closer."""
FROM_CORNER = round(0.28 * INCH)
"""How far from its corner a rule is followed."""
COVERED = 0.7
"""Least share of the way from post to post that a rule takes."""


def framed_by_posts(rules: Rules, known: Sequence[PrintedBox]) -> list[PrintedBox]:
    """Return the ``known`` rectangles, and those between posts of a shape that can hold an amount.

    Known ones are told the radius of their corners.

    At a square corner a rule begins where a post ends; one of the two posts may then have no corner, as a
    second frame's rule goes on there. Where corners are round both posts have to have one.
    """
    posts = _posts(rules)
    alike = _alike(posts)
    posts = posts[alike.any(axis=0) | alike.any(axis=1)]
    alike = _alike(posts)
    covered = Coverage(rules.horizontal)
    found = list(known)
    for top in (True, False):
        for is_round in (False, True):
            bands = _bands(posts, top, is_round)
            opens, closes = (_corner(covered, posts, bands, side, is_round) for side in (1, -1))
            corner = opens[:, None] & closes if is_round else opens[:, None] | closes
            first, second = np.nonzero(alike & corner)
            band = bands[np.where(opens[first], first, second)]
            way = np.stack([posts[first, 2], band[:, 0], posts[second, 0], band[:, 1]], axis=1)
            for k in np.flatnonzero(covered(way) >= COVERED).tolist():
                box = _framed(rules.horizontal, posts[first[k]], posts[second[k]])
                if box is not None:
                    _take_in(box, found)
    return found


def _posts(rules: Rules) -> IntArray:
    """Return the boxes of the vertical rules that have a horizontal one near an end, int32 [n, 4]."""
    stats = component_stats(dilated(rules.vertical, 3, 1))
    x, y, width, height = stats[stats[:, 2] <= THICKEST, :4].T
    posts = np.stack([x, y, x + width, y + height], axis=1).astype(np.int32)
    summed = cv2.integral(rules.horizontal)
    rows, columns = rules.horizontal.shape
    left, right = (posts[:, [0, 2]] + np.array([-FROM_CORNER, FROM_CORNER])).clip(0, columns).T
    near = np.zeros(len(posts), bool)
    for top in (True, False):
        for is_round in (False, True):
            y0, y1 = _bands(posts, top, is_round).clip(0, rows).T
            inked = summed[y1, right] - summed[y0, right] - summed[y1, left] + summed[y0, left]
            near |= inked >= COVERED * FROM_CORNER / 2
    return posts[near]


def _reach(posts: IntArray) -> IntArray:
    """Return the largest radius of each post's corners."""
    return (ROUND * np.minimum(posts[:, 3] - posts[:, 1], BOX_HEIGHTS[1])).astype(np.int32)


def _bands(posts: IntArray, top: bool, is_round: bool) -> IntArray:
    """Return the rows from y0 to y1 in which the rule at each post's end lies, int32 [n, 2]."""
    out, back = (_reach(posts), -1) if is_round else (SLACK, SLACK)
    end = posts[:, 1] if top else posts[:, 3]
    return np.stack([end - out, end + back] if top else [end - back, end + out], axis=1).astype(np.int32)


def _corner(
    covered: Coverage, posts: IntArray, bands: IntArray, side: int, is_round: bool
) -> npt.NDArray[np.bool_]:
    """Return at which posts a rule begins that goes to the right (``side`` 1) or to the left (-1)."""
    edge, back = (posts[:, 2], posts[:, 0]) if side > 0 else (posts[:, 0], posts[:, 2])

    def ruled(start: IntArray, end: IntArray) -> npt.NDArray[np.float32]:
        low, high = np.minimum(start, end), np.maximum(start, end)
        return covered(np.stack([low, bands[:, 0], high, bands[:, 1]], axis=1))

    start = edge + side * _reach(posts) if is_round else edge
    along = ruled(start, start + side * FROM_CORNER)
    return (along >= COVERED) & (ruled(back - side * BEYOND[0], back - side * BEYOND[1]) < 1 - COVERED)


def _alike(posts: IntArray) -> npt.NDArray[np.bool_]:
    """Return which posts stand alike, the second a box's width to the right of the first, bool [n, n]."""
    apart = posts[None, :, 0] - posts[:, None, 2]
    ends = posts[:, [1, 3]]
    same = (np.abs(ends[:, None] - ends[None, :]) <= SLACK).all(axis=2)
    return np.asarray(same & (apart >= BOX_WIDTHS[0]) & (apart <= BOX_WIDTHS[1]))


def _framed(horizontal: Mask, left: IntArray, right: IntArray) -> PrintedBox | None:
    """Return the rectangle between two posts, from rule to rule, or to the posts' ends; None if too high."""
    x0, x1 = int(left[2]), int(right[0])
    top, bottom = int(max(left[1], right[1])), int(min(left[3], right[3]))
    reach = round(ROUND * (bottom - top))
    start = max(top - reach, 0)
    share = horizontal[start : bottom + reach, x0:x1].mean(axis=1)
    above = np.flatnonzero(share[: top + SLACK - start] >= 1 - COVERED)
    below = np.flatnonzero(share[bottom - SLACK - start :] >= 1 - COVERED)
    # a rule that writing hides lies where the posts end
    y0 = start + int(above[-1]) + 1 if len(above) else top + RULE
    y1 = bottom - SLACK + int(below[0]) if len(below) else bottom - RULE
    inside = Box(x0, y0, x1, y1)
    if not (BOX_HEIGHTS[0] <= inside.height <= BOX_HEIGHTS[1] and inside.width >= 1.6 * inside.height):
        return None
    rules = (y0 - RULE, y0), (y1, y1 + RULE)
    hidden = tuple(a for a, b in rules if share[max(a - start, 0) : b - start].max(initial=0) < COVERED)
    posts = (int(left[0]), x0), (x1, int(right[2]))
    return PrintedBox(inside, posts, _radius(max(top - y0, y1 - bottom)), hidden)


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
