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
    """A zone on the coarse page: the box of its ink, the rows of its components (ascending), the printed box around it."""

    box: Box
    members: IntArray
    printed: PrintedBox | None


def find_candidates(components: Components, printed: Sequence[PrintedBox]) -> list[Candidate]:
    """Return the candidates of a page, each set of components once; none for a page without text."""
    boxes = components.boxes
    found: dict[bytes, Candidate] = {}
    frames = sorted(printed, key=lambda p: p.inside.area)
    held = centres_inside(boxes, [frame.inside for frame in frames])
    # From here on a set of components is an ascending array of rows.
    for frame, rows in zip(frames, held, strict=True):
        _add(found, boxes, np.flatnonzero(rows & ~_remnants(boxes, frame.inside)), frame)
    gaps = line_gaps(boxes)
    groups = {g.tobytes(): g for widest in GAPS for g in group_along_lines(gaps, widest)}
    for group in groups.values():
        around = np.flatnonzero(held[:, group].all(axis=1))
        _add(found, boxes, group, frames[around[0]] if len(around) else None)
    for whole in list(found.values()):
        _add(found, boxes, _after_sign(boxes, whole.members), whole.printed)
    return list(found.values())


def _add(
    found: dict[bytes, Candidate],
    boxes: IntArray,
    members: npt.NDArray[np.integer],
    printed: PrintedBox | None,
) -> None:
    """Add the candidate of some components, unless it is there or no amount is of its size."""
    key = members.astype(np.int32).tobytes()
    if len(members) == 0 or key in found:
        return
    x0, y0 = boxes[members, :2].min(axis=0).tolist()
    x1, y1 = boxes[members, 2:].max(axis=0).tolist()
    box = Box(x0, y0, x1, y1)
    if printed is not None:
        limit = printed.inside
        box = box.intersection(
            Box(limit.x0 - OVERFLOW, limit.y0 - OVERFLOW, limit.x1 + OVERFLOW, limit.y1 + OVERFLOW)
        )
    if NARROWEST <= box.width <= WIDEST and HEIGHTS[0] <= box.height <= HEIGHTS[1]:
        found[key] = Candidate(box, members.astype(np.int32), printed)


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
