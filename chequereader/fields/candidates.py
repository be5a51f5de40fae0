"""Candidate amount zones of a page: what is written in printed boxes, and groups along text lines.

Only proposes; which candidate is likely is the penalty's matter, which one is right the recognition graph's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from chequereader.box import Box
from chequereader.fields.groups import GAPS, Components, IntArray, group_along_lines, line_gaps
from chequereader.fields.page_ink import INCH
from chequereader.fields.rules import PrintedBox

NARROWEST = 0.17 * INCH
HEIGHTS = 0.09 * INCH, 0.9 * INCH
WIDEST = 4.5 * INCH
FRAME = round(0.06 * INCH)
OVERFLOW = round(0.14 * INCH)
"""How far the amount's ink may run over its printed box and still belong to the zone."""


@dataclass(frozen=True)
class Candidate:
    """A zone on the coarse page: the box of its ink, the rows of its ``members``, the printed box."""

    box: Box
    members: IntArray
    printed: PrintedBox | None


def find_candidates(components: Components, printed: Sequence[PrintedBox]) -> list[Candidate]:
    """Return the candidates of a page, each set of components once; none for a page without text."""
    boxes = components.boxes
    frames = sorted(printed, key=lambda p: p.inside.area)
    held = centres_inside(boxes, [frame.inside for frame in frames])
    written = [
        np.flatnonzero(rows & ~_remnants(boxes, frame.inside)).astype(np.int32)
        for frame, rows in zip(frames, held, strict=True)
    ]
    gaps = line_gaps(boxes)
    grouped = [group for widest in GAPS for group in group_along_lines(gaps, widest)]
    whole = _of_amount_size(boxes, [*written, *grouped])
    found = {group.tobytes(): group for group in whole}
    for group in _of_amount_size(boxes, [_after_sign(boxes, members) for members in found.values()]):
        found.setdefault(group.tobytes(), group)
    return [
        candidate for members in found.values() if (candidate := _candidate(boxes, members, frames, held))
    ]


def _of_amount_size(boxes: IntArray, groups: Sequence[IntArray]) -> list[IntArray]:
    """Return the groups that are not empty and whose hull an amount can fill."""
    groups = [group for group in groups if len(group)]
    if not groups:
        return []
    members = boxes[np.concatenate(groups)]
    starts = np.concatenate([[0], np.cumsum([len(group) for group in groups])[:-1]])
    low = np.minimum.reduceat(members[:, :2], starts)
    width, height = (np.maximum.reduceat(members[:, 2:], starts) - low).T
    # A group may be higher than its box, which then cuts it.
    fits = (width >= NARROWEST) & (width <= WIDEST) & (height >= HEIGHTS[0]) & (height <= 2 * HEIGHTS[1])
    return [groups[i] for i in np.flatnonzero(fits)]


def _candidate(
    boxes: IntArray, members: IntArray, frames: Sequence[PrintedBox], held: npt.NDArray[np.bool_]
) -> Candidate | None:
    """Return the zone of some components, cut to the smallest printed box that holds their centres.

    ``None`` if it is too high for an amount.
    """
    x0, y0 = boxes[members, :2].min(axis=0).tolist()
    x1, y1 = boxes[members, 2:].max(axis=0).tolist()
    box, around = Box(x0, y0, x1, y1), np.flatnonzero(held[:, members].all(axis=1))
    printed = frames[around[0]] if len(around) else None
    if printed is not None:
        limit = printed.inside
        box = box.intersection(
            Box(limit.x0 - OVERFLOW, limit.y0 - OVERFLOW, limit.x1 + OVERFLOW, limit.y1 + OVERFLOW)
        )
    return Candidate(box, members, printed) if box.height <= HEIGHTS[1] and box.area else None


def centres_inside(boxes: IntArray, frames: Sequence[Box]) -> npt.NDArray[np.bool_]:
    """Return which components' centres are in which frame, bool [frames, n]."""
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    x0, y0, x1, y1 = np.array(frames, np.int32).reshape(-1, 4, 1).transpose(1, 0, 2)
    return (x >= x0) & (x < x1) & (y >= y0) & (y < y1)


def _remnants(boxes: IntArray, inside: Box) -> npt.NDArray[np.bool_]:
    """Return which components are what is left of a frame: a second line of it, a rounded corner."""
    x0, y0, x1, y1 = boxes.T
    across = (x1 <= inside.x0 + FRAME) | (x0 >= inside.x1 - FRAME)
    return across | (y1 <= inside.y0 + FRAME) | (y0 >= inside.y1 - FRAME)


def _after_sign(boxes: IntArray, members: IntArray) -> IntArray:
    """Return what follows the widest space after the first to fifth component: a sign may stand before it.

    Nothing where that space is narrow.
    """
    along = members[np.argsort(boxes[members, 0], kind="stable")]
    x0, y0, x1, y1 = boxes[along].T
    spaces = (x0[1:] - np.maximum.accumulate(x1)[:-1])[:5]
    if len(spaces) == 0 or spaces.max() < 0.3 * np.sort(y1 - y0)[len(along) // 2]:
        return members[:0]
    return np.sort(along[int(spaces.argmax()) + 1 :])
