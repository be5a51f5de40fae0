"""Connected components of the page's text, and the groups they form along text lines.

Not for cutting or reading: a component here may be a digit, a word in cursive or a piece of a signature.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from chequereader.fields.linked import linked_groups
from chequereader.fields.page_ink import INCH, PageInk, dilated
from chequereader.fields.rules import IntArray, PrintedBox, Rules, beside_ink
from chequereader.segmentation.components import labelled

FloatArray = npt.NDArray[np.float32]

SMALLEST = 0.05 * INCH
TALLEST = 1.0 * INCH
MOST = 600
ROUND_INSIDE = 0.75
"""Share of a round corner's radius up to which what lies in it is text."""
GAPS = 0.3, 0.45, 0.65, 0.9, 1.2, 1.7, 2.4
"""Widest gap inside a group, in units of the taller neighbour's height; one grouping for each."""


@dataclass(frozen=True)
class Components:
    """Pieces of text on the coarse page, printed rules taken out.

    ``boxes`` int32 [n, 4] as x0, y0, x1, y1; ``area`` int32 [n]: pixels of ink; ``stroke`` float32 [n]: mean
    stroke width, pixels; ``dark`` float32 [n]: mean darkness relative to the page's good strokes; ``ink``
    uint8 [height, width]: the text's mask of 0 and 1; ``label`` int32 [height, width]: row of the component
    that a pixel belongs to, -1 for none.
    """

    boxes: IntArray
    area: IntArray
    stroke: FloatArray
    dark: FloatArray
    ink: npt.NDArray[np.uint8]
    label: IntArray


def find_components(page: PageInk, rules: Rules, printed: Sequence[PrintedBox]) -> Components:
    """Return the components of the page's text; specks and blots are left out, the largest ``MOST`` kept."""
    lines = dilated(rules.horizontal, 1, 3)
    # A stroke that crosses a rule stays whole: it has ink above and below.
    text = page.ink & (1 - (lines & (beside_ink(page.ink & (1 - lines)) == 0)))
    for box in printed:
        for x0, x1 in box.posts:
            text[max(box.inside.y0 - 2, 0) : box.inside.y1 + 2, x0:x1] = 0
        if box.radius:
            _clear_corners(text, box)
    labels, stats = labelled(text)
    width, height, area = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT], stats[:, 4]
    keep = (np.maximum(width, height) >= SMALLEST) & (height <= TALLEST)
    keep[0] = False
    rows = np.flatnonzero(keep)
    if len(rows) > MOST:
        rows = np.sort(rows[np.argsort(-area[rows], kind="stable")[:MOST]])
    new = np.full(len(stats), -1, np.int32)
    new[rows] = np.arange(len(rows), dtype=np.int32)
    x0, y0 = stats[rows, cv2.CC_STAT_LEFT], stats[rows, cv2.CC_STAT_TOP]
    boxes = np.stack([x0, y0, x0 + width[rows], y0 + height[rows]], axis=1).astype(np.int32)
    inside = np.flatnonzero(text)
    owner = new[labels.reshape(-1)[inside]]
    inside, owner = inside[owner >= 0], owner[owner >= 0]
    label = np.full(text.shape, -1, np.int32)
    label.reshape(-1)[inside] = owner
    depth = cv2.distanceTransform(text, cv2.DIST_L1, 3).reshape(-1)[inside]
    dark = page.darkness.reshape(-1)[inside]
    total = np.maximum(np.bincount(owner, minlength=len(rows)), 1)
    # Across a stroke of width w the distance to its edge averages about w/4 + 1/2.
    stroke = 4 * np.bincount(owner, depth, len(rows)) / total - 2
    darkness = np.bincount(owner, dark, len(rows)) / total / page.strength
    return Components(
        boxes,
        area[rows].astype(np.int32),
        stroke.astype(np.float32),
        darkness.astype(np.float32),
        text,
        label,
    )


def _clear_corners(text: npt.NDArray[np.uint8], box: PrintedBox) -> None:
    """Take the round corners of a printed rectangle out of the text."""
    x0, y0, x1, y1 = box.inside
    away = np.arange(box.radius)[::-1] ** 2  # of the middle of a corner's circle, from its outer edge on
    inner = away[:, None] + away < (ROUND_INSIDE * box.radius) ** 2
    for rows, down in ((slice(y0, y0 + box.radius), 1), (slice(y1 - box.radius, y1), -1)):
        for columns, right in ((slice(x0, x0 + box.radius), 1), (slice(x1 - box.radius, x1), -1)):
            text[rows, columns] *= inner[::down, ::right]


@dataclass(frozen=True)
class LineGaps:
    """Pairs of components side by side: rows ``left`` and ``right`` int32 [m], ``gap`` float32 [m].

    ``count`` is the number of components.
    """

    left: IntArray
    right: IntArray
    gap: FloatArray
    count: int


def line_gaps(boxes: IntArray) -> LineGaps:
    """Return the pairs of components, boxes [n, 4], that stand side by side, and the gaps between them.

    Two stand side by side when they share two fifths of the lower one's height. The gap is the space between
    them in units of the taller one's height, kept between those of small print and of large handwriting, so
    that neither a dash nor a flourish sets the measure.
    """
    x0, y0, x1, y1 = boxes.T.astype(np.float32)
    height = y1 - y0
    shared = np.minimum(y1[:, None], y1) - np.maximum(y0[:, None], y0)
    level = shared >= 0.4 * np.minimum(height[:, None], height)
    left, right = np.nonzero(np.triu(level, 1))
    space = np.maximum(x0[left], x0[right]) - np.minimum(x1[left], x1[right])
    measure = np.clip(np.maximum(height[left], height[right]), 0.1 * INCH, 0.32 * INCH)
    gap = np.maximum(space, 0) / measure
    return LineGaps(left.astype(np.int32), right.astype(np.int32), gap.astype(np.float32), len(boxes))


def group_along_lines(gaps: LineGaps, widest: float) -> list[IntArray]:
    """Return the groups linked by gaps of at most ``widest``: rows of components, ascending."""
    linked = gaps.gap <= widest
    return linked_groups(gaps.left[linked], gaps.right[linked], gaps.count)
