"""Printed lines of a cheque, the rectangles they enclose, and rectangles of a paper of their own.

Horizontal and vertical rules are what a morphological opening with a long thin element leaves of the ink.
Not for text: a row of letters that survives the opening is told from a rule by its thickness.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt

from chequereader.box import Box
from chequereader.fields.linked import linked_groups
from chequereader.fields.page_ink import INCH, GreyImage, PageInk, dilated
from chequereader.segmentation.components import component_stats, labelled

IntArray = npt.NDArray[np.int32]
Mask = npt.NDArray[np.uint8]

HORIZONTAL = round(0.4 * INCH)
VERTICAL = round(0.17 * INCH)
THICKEST = 0.06 * INCH
RULE = 2
"""A printed rule's thickness in pixels, about."""
BROKEN = round(1.0 * INCH)
CROWDED = 0.33
RIDGE = round(0.07 * INCH)
STEP = 2
STEP_HEIGHT = 4 * STEP
TINT = 6
"""Levels of grey between the paper inside and outside a tinted field, at least."""
BOX_HEIGHTS = 0.17 * INCH, 0.9 * INCH
BOX_WIDTHS = 0.55 * INCH, 4.5 * INCH


@dataclass(frozen=True)
class Rules:
    """Printed lines on the coarse page.

    ``horizontal`` and ``vertical`` are uint8 masks [height, width] of 0 and 1, ``segments`` int32 [n, 4] the
    boxes x0, y0, x1, y1 of the horizontal rules.
    """

    horizontal: Mask
    vertical: Mask
    segments: IntArray

    @cached_property
    def ruled(self) -> Coverage:
        """What the horizontal rules cover of boxes."""
        return Coverage(self.horizontal)


def find_rules(page: PageInk) -> Rules:
    """Return the printed lines of a page; its skew should be well below a degree.

    A rule may be fainter than a stroke (its length is evidence enough), dotted, or broken by handwriting.
    """
    across, down = round(0.25 * INCH), round(0.12 * INCH)
    threshold = max(0.12 * page.strength, 7.0)
    faint = (page.darkness > threshold).astype(np.uint8)
    bridged = cv2.morphologyEx(faint, cv2.MORPH_CLOSE, np.ones((1, 7), np.uint8))
    ridges = _ridges(page.darkness, (across, 1), (1, RIDGE), threshold)
    lines = _opened(np.asarray(bridged, np.uint8) & ridges, HORIZONTAL, 1)
    horizontal, boxes = _standing_free(lines, page.ink)
    ridges = _ridges(page.darkness, (1, down), (RIDGE, 1), threshold)
    return Rules(horizontal, _opened(faint & ridges, 1, VERTICAL), boxes)


def _ridges(darkness: GreyImage, along: tuple[int, int], across: tuple[int, int], threshold: float) -> Mask:
    """Return where the darkness, averaged ``along`` a line, stands out ``across`` it.

    A row of letters and a halftone are as dark a little higher or lower, and fall away.
    """
    mean = cv2.blur(darkness, along)
    top_hat = cv2.morphologyEx(mean, cv2.MORPH_TOPHAT, np.ones(across[::-1], np.uint8))
    return (top_hat > threshold).astype(np.uint8)


def _opened(mask: Mask, width: int, height: int) -> Mask:
    # The border counts as paper: otherwise every mark that touches the page's edge would reach outside for
    # ever and be a rule.
    element = np.ones((height, width), np.uint8)
    opened = cv2.morphologyEx(mask, cv2.MORPH_OPEN, element, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    return np.asarray(opened, np.uint8)


def _standing_free(lines: Mask, ink: Mask) -> tuple[Mask, IntArray]:
    """Return the horizontal lines that are rules, and their boxes, [n, 4].

    Text that stands on a rule inks few pixels close to it; the edge of a row of letters has their strokes
    along half its length on one side.
    """
    labels, stats = labelled(lines)
    area = stats[:, cv2.CC_STAT_AREA]
    inside = np.flatnonzero(lines)
    owner = labels.reshape(-1)[inside]
    beside = beside_ink(ink & (1 - lines)).reshape(-1)[inside]
    crowded = np.bincount(owner, beside, len(stats)) / np.maximum(area, 1)
    keep = (area <= THICKEST * stats[:, cv2.CC_STAT_WIDTH]) & (crowded <= CROWDED)
    keep[0] = False
    kept = np.zeros_like(lines)
    kept.reshape(-1)[inside] = keep[owner]
    x0, y0, width, height = stats[keep, :4].T
    return kept, np.stack([x0, y0, x0 + width, y0 + height], axis=1).astype(np.int32)


def beside_ink(ink: Mask) -> Mask:
    """Return for each pixel how many of the two pixels a rule's thickness above and below are ink."""
    reach = round(0.04 * INCH)
    padded = np.pad(ink, ((reach, reach), (0, 0)))
    return padded[2 * reach :] + padded[: -2 * reach]


@dataclass(frozen=True)
class PrintedBox:
    """A printed rectangle on the coarse page: its interior and the columns x0 to x1 of its vertical rules.

    ``radius``: of its corners, nought where they are square.
    """

    inside: Box
    posts: tuple[tuple[int, int], ...]
    radius: int = 0


def printed_boxes(rules: Rules) -> list[PrintedBox]:
    """Return the rectangles of a shape that can hold an amount, each side's rule outside ``inside``.

    Two horizontal rules that lie above each other hold a rectangle where verticals run from one to the other;
    one of the two ends may be open. A row of cells gives the whole, the whole without a narrow first cell
    (a printed currency sign's), and each wide cell.
    """
    segments = _joined(rules.segments)
    x0, y0, x1, y1 = segments.T
    drop = (y0 + y1)[None, :] / 2 - (y0 + y1)[:, None] / 2
    shared = np.minimum(x1[:, None], x1[None, :]) - np.maximum(x0[:, None], x0[None, :])
    pairs = np.argwhere((drop >= BOX_HEIGHTS[0]) & (drop <= BOX_HEIGHTS[1]) & (shared >= BOX_WIDTHS[0]))
    # A rule that leans by a pixel still stands in one column.
    vertical = dilated(rules.vertical, 3, 1)
    found: dict[Box, PrintedBox] = {}
    for upper, lower in pairs:
        for box in _between(rules.horizontal, vertical, segments[upper], segments[lower]):
            found.setdefault(box.inside, box)
    return list(found.values())


def tinted_boxes(page: PageInk) -> list[PrintedBox]:
    """Return the rectangles of lighter or darker paper of a shape that can hold an amount.

    Their sides are steps in the grey of the paper, straight like rules.
    """
    across, down = round(0.25 * INCH), round(0.12 * INCH)
    level = _opened(_steps(cv2.blur(page.paper, (across, 1)), 0), HORIZONTAL, 1)
    upright = _opened(_steps(cv2.blur(page.paper, (1, down)), 1), 1, VERTICAL)
    stats = component_stats(level)
    x0, y0, width, height = stats[:, :4].T
    segments = np.stack([x0, y0, x0 + width, y0 + height], axis=1).astype(np.int32)
    return printed_boxes(Rules(level, upright, segments[height <= STEP_HEIGHT]))


def _steps(paper: GreyImage, axis: int) -> Mask:
    """Return where the grey of the paper changes by ``TINT`` across ``STEP`` pixels, down or across it."""
    before, after = np.roll(paper, STEP, axis), np.roll(paper, -STEP, axis)
    return (cv2.absdiff(before, after) >= TINT).astype(np.uint8)


def _joined(segments: IntArray) -> IntArray:
    """Return horizontal rules [n, 4] with those made one that lie in line, less than ``BROKEN`` apart.

    Writing that stands on a rule breaks it.
    """
    if len(segments) == 0:
        return segments
    x0, y0, x1, y1 = segments.T
    level = (np.maximum(y0[:, None], y0) - np.minimum(y1[:, None], y1)) <= 1
    near = (np.maximum(x0[:, None], x0) - np.minimum(x1[:, None], x1)) <= BROKEN
    first, second = np.nonzero(level & near)
    groups = linked_groups(first, second, len(segments))
    return hulls(segments, groups)


def hulls(boxes: IntArray, groups: Sequence[IntArray]) -> IntArray:
    """Return the box around the boxes [n, 4] of each group, int32 [groups, 4]."""
    members = boxes[np.concatenate(groups)]
    starts = np.cumsum([0, *(len(group) for group in groups)])[:-1]
    low = np.minimum.reduceat(members[:, :2], starts)
    return np.concatenate([low, np.maximum.reduceat(members[:, 2:], starts)], axis=1)


def _between(horizontal: Mask, vertical: Mask, upper: IntArray, lower: IntArray) -> list[PrintedBox]:
    """Return the rectangles between two horizontal rules, given as x0, y0, x1, y1."""
    slack = round(0.06 * INCH)
    left, right = max(int(upper[0]), int(lower[0])), min(int(upper[2]), int(lower[2]))
    # A long rule that still leans is lower at one end: only its rows here count.
    above = np.flatnonzero(horizontal[upper[1] : upper[3], left:right].any(axis=1))
    beneath = np.flatnonzero(horizontal[lower[1] : lower[3], left:right].any(axis=1))
    if len(above) == 0 or len(beneath) == 0:
        return []
    top, bottom = int(upper[1] + above[-1]) + 1, int(lower[1] + beneath[0])
    if bottom - top < BOX_HEIGHTS[0]:
        return []
    start = max(left - slack, 0)
    between = vertical[top:bottom, start : right + slack]
    # A post runs from rule to rule; a tall stroke of a digit seldom meets both.
    covered = (between.mean(axis=0) >= 0.8) & between[:slack].any(axis=0) & between[-slack:].any(axis=0)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], covered.astype(np.int8), [0]])))
    posts = [(start + int(a), start + int(b)) for a, b in edges.reshape(-1, 2)]
    if not posts:
        return []
    # An open end still shows where both rules stop together.
    if abs(int(upper[0]) - int(lower[0])) <= slack and posts[0][0] - left > BOX_WIDTHS[0]:
        posts.insert(0, (left, left))
    if abs(int(upper[2]) - int(lower[2])) <= slack and right - posts[-1][1] > BOX_WIDTHS[0]:
        posts.append((right, right))
    spans = {(0, len(posts) - 1), *((i, i + 1) for i in range(len(posts) - 1))}
    if len(posts) > 2 and posts[1][0] - posts[0][1] < 1.0 * INCH:
        spans.add((1, len(posts) - 1))
    boxes = []
    for first, last in sorted(spans):
        inside = Box(posts[first][1], top, posts[last][0], bottom)
        if BOX_WIDTHS[0] <= inside.width <= BOX_WIDTHS[1] and inside.width >= 1.6 * inside.height:
            boxes.append(PrintedBox(inside, tuple(posts[first : last + 1])))
    return boxes


class Coverage:
    """What a mask uint8 [height, width] covers of boxes; asked often, it is counted once."""

    def __init__(self, mask: Mask) -> None:
        self.height, self.width = mask.shape
        # by columns, so that each one's count of pixels from the top runs along memory
        self._above = np.zeros((self.width, self.height + 1), np.int16)
        np.cumsum(np.ascontiguousarray(mask.T), axis=1, dtype=np.int16, out=self._above[:, 1:])

    def __call__(self, boxes: IntArray) -> npt.NDArray[np.float32]:
        """Return for each box [n, 4] the share of its columns that hold a set pixel, float32 [n]."""
        x0, y0, x1, y1 = np.clip(boxes, 0, [self.width, self.height, self.width, self.height]).T
        column = x0[:, None] + np.arange((x1 - x0).max(initial=0))
        inside = column < x1[:, None]
        counts = np.minimum(column, self.width - 1) * (self.height + 1)
        above = self._above.reshape(-1)
        held = above.take(counts + y1[:, None]) > above.take(counts + y0[:, None])
        return (np.count_nonzero(held & inside, axis=1) / np.maximum(x1 - x0, 1)).astype(np.float32)
