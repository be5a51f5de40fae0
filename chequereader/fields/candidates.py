"""Candidate amount zones of a page: what is written in printed boxes, and groups along text lines.

Only proposes; which candidate is likely is the penalty's matter, which one is right the recognition graph's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chequereader.box import Box
from chequereader.fields.groups import GAPS, Components, IntArray, group_along_lines, line_gaps
from chequereader.fields.page_ink import INCH
from chequereader.fields.rules import PrintedBox

NARROWEST = 0.25 * INCH
HEIGHTS = 0.09 * INCH, 0.9 * INCH
WIDEST = 4.5 * INCH
OVERFLOW = round(0.14 * INCH)
"""How far the amount's ink may run over its printed box and still belong to the zone."""


@dataclass(frozen=True)
class Candidate:
    """A zone on the coarse page: the box of its ink, the rows of its components, the printed box around it."""

    box: Box
    members: IntArray
    printed: PrintedBox | None


def find_candidates(components: Components, printed: Sequence[PrintedBox]) -> list[Candidate]:
    """Return the candidates of a page, each set of components once; none for a page without text."""
    found: dict[tuple[int, ...], Candidate] = {}
    by_size = sorted(printed, key=lambda p: p.inside.area)
    for box in by_size:
        members = _written_in(components.boxes, box.inside)
        _add(found, components, members, box)
    gaps = line_gaps(components.boxes)
    for widest in GAPS:
        for group in group_along_lines(gaps, widest):
            members = group[np.argsort(components.boxes[group, 0], kind="stable")]
            _add(found, components, members, _around(components.boxes[members], by_size))
    for whole in list(found.values()):
        rest = _after_sign(components.boxes, whole.members)
        _add(found, components, rest, whole.printed)
    return list(found.values())


def _after_sign(boxes: IntArray, members: IntArray) -> IntArray:
    """Return what follows the widest space after the first, second or third component: a sign may stand there.

    Nothing where that space is narrow.
    """
    x0, y0, x1, y1 = boxes[members].T
    reached = np.maximum.accumulate(x1)
    spaces = (x0[1:] - reached[:-1])[:3]
    if len(spaces) == 0 or spaces.max() < 0.3 * np.median(y1 - y0):
        return members[:0]
    return members[int(spaces.argmax()) + 1 :]


def _add(
    found: dict[tuple[int, ...], Candidate],
    components: Components,
    members: IntArray,
    printed: PrintedBox | None,
) -> None:
    if len(members) == 0:
        return
    box = _hull(components.boxes[members])
    if printed is not None:
        limit = printed.inside
        box = box.intersection(
            Box(limit.x0 - OVERFLOW, limit.y0 - OVERFLOW, limit.x1 + OVERFLOW, limit.y1 + OVERFLOW)
        )
    if NARROWEST <= box.width <= WIDEST and HEIGHTS[0] <= box.height <= HEIGHTS[1]:
        found.setdefault(tuple(sorted(members.tolist())), Candidate(box, members, printed))


def _hull(boxes: IntArray) -> Box:
    x0, y0 = boxes[:, :2].min(axis=0).tolist()
    x1, y1 = boxes[:, 2:].max(axis=0).tolist()
    return Box(x0, y0, x1, y1)


def _written_in(boxes: IntArray, inside: Box) -> IntArray:
    """Return the rows, left to right, of the components whose centre is inside."""
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    within = (x >= inside.x0) & (x < inside.x1) & (y >= inside.y0) & (y < inside.y1)
    rows = np.flatnonzero(within)
    return rows[np.argsort(boxes[rows, 0], kind="stable")].astype(np.int32)


def _around(boxes: IntArray, by_size: Sequence[PrintedBox]) -> PrintedBox | None:
    """Return the smallest printed box that holds the centres of all components, if there is one."""
    for printed in by_size:
        if len(_written_in(boxes, printed.inside)) == len(boxes):
            return printed
    return None
