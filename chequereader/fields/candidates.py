"""Candidate amount zones of a page: what printed boxes hold, groups along text lines, spotted regions.

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
from chequereader.fields.parts import parts_of
from chequereader.fields.rules import PrintedBox, hulls

NARROWEST = 0.06 * INCH
HEIGHTS = 0.06 * INCH, 0.9 * INCH
WIDEST = 4.5 * INCH
FRAME = round(0.06 * INCH)
OVERFLOW = round(0.14 * INCH)
"""How far the amount's ink may run over its printed box and still belong to the zone."""

# Of what goes on at the ends of a spotted region, in heights of what stands in it:
NEAR = 0.4
"""Widest space between a character and what is in the zone so far."""
SHORTEST = 0.45
"""Least height of a character, which is at most as wide as the line is tall; points belong to no end."""
ON_LINE = 0.6
"""Share of its height that has to be on the line."""
MOST_BEYOND = 5
"""Times that what is near is taken in, a character at either end each time as a rule."""


@dataclass(frozen=True)
class Candidate:
    """A zone on the coarse page: the box of its ink, the rows of its ``members``, the printed box.

    Of a spotted region the box may cut members that run on beyond it.
    """

    box: Box
    members: IntArray
    printed: PrintedBox | None


def find_candidates(
    components: Components, printed: Sequence[PrintedBox], spotted: Sequence[Box]
) -> list[Candidate]:
    """Return the candidates of a page, each group of components once; none for a page without text.

    ``spotted`` are regions where the amount may stand whatever its components are joined to, a barcode or a
    pattern: what is written there, as far as it lies there, is a zone.
    """
    boxes = components.boxes
    frames = sorted(printed, key=lambda p: p.inside.area)
    held = centres_inside(boxes, [frame.inside for frame in frames])
    written = [
        np.flatnonzero(rows & ~_remnants(boxes, frame.inside)).astype(np.int32)
        for frame, rows in zip(frames, held, strict=True)
    ]
    gaps = line_gaps(boxes)
    grouped = [group for widest in GAPS for group in group_along_lines(gaps, widest)]
    found: dict[bytes, IntArray] = {}
    fresh = _new([*written, *grouped], found, boxes)
    _new(parts_of(components, fresh), found, boxes)
    return _framed(boxes, list(found.values()), frames, held) + _regions(components, spotted, frames)


def _regions(components: Components, spotted: Sequence[Box], frames: Sequence[PrintedBox]) -> list[Candidate]:
    """Return what stands in spotted regions as zones, each in the smallest printed box around its middle."""
    zones = []
    for region, rows in zip(spotted, centres_inside(components.boxes, spotted), strict=True):
        if not rows.any():
            continue
        zone, members = _written_in(region, np.flatnonzero(rows).astype(np.int32), components)
        x, y = (zone.x0 + zone.x1) / 2, (zone.y0 + zone.y1) / 2
        around = (f for f in frames if f.inside.x0 <= x < f.inside.x1 and f.inside.y0 <= y < f.inside.y1)
        if HEIGHTS[0] <= zone.height <= HEIGHTS[1] and NARROWEST <= zone.width <= WIDEST:
            zones.append(Candidate(zone, members, next(around, None)))
    return zones


def _written_in(region: Box, rows: IntArray, components: Components) -> tuple[Box, IntArray]:
    """Return the zone of what is written in a region, and its members; ``rows`` have their centres there.

    As tall as these, for a line of print may run along a region's foot. As wide as all ink of the region on
    that line, for the last digit may be one component with a barcode; and whole characters that go on at
    either end belong to it, for a region's ends are vague.
    """
    boxes = components.boxes
    (hull,) = hulls(boxes, [rows]).tolist()
    y0, y1 = max(hull[1], region.y0), min(hull[3], region.y1)
    columns = np.flatnonzero(components.ink[y0:y1, region.x0 : region.x1].any(axis=0))
    if not len(columns):
        return Box(region.x0, y0, region.x0, y1), rows
    left, right = region.x0 + int(columns[0]), region.x0 + int(columns[-1]) + 1
    width, height = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    tall = y1 - y0
    on_line = np.minimum(y1, boxes[:, 3]) - np.maximum(y0, boxes[:, 1]) >= ON_LINE * height
    characters = boxes[on_line & (height >= SHORTEST * tall) & (width <= tall)]
    for _ in range(MOST_BEYOND):
        near = characters[
            (characters[:, 2] >= left - NEAR * tall) & (characters[:, 0] <= right + NEAR * tall)
        ]
        left, right = min([left, *near[:, 0].tolist()]), max([right, *near[:, 2].tolist()])
    zone = Box(left, y0, right, y1)
    (inside,) = centres_inside(boxes, [zone])
    # of a frame around the region's middle nothing but a side may lie in the zone
    return zone, np.flatnonzero(inside).astype(np.int32) if inside.any() else rows


def _new(groups: Sequence[IntArray], found: dict[bytes, IntArray], boxes: IntArray) -> list[IntArray]:
    """Return the groups of an amount's size that weren't ``found`` before, and put them there."""
    unknown = {key: group for group in groups if len(group) and (key := group.tobytes()) not in found}
    groups = list(unknown.values())
    if not groups:
        return []
    x0, y0, x1, y1 = hulls(boxes, groups).T
    width, height = x1 - x0, y1 - y0
    # A group may be higher than its box, which then cuts it.
    fits = (width >= NARROWEST) & (width <= WIDEST) & (height >= HEIGHTS[0]) & (height <= 2 * HEIGHTS[1])
    fresh = [group for group, fit in zip(groups, fits.tolist(), strict=True) if fit]
    found.update((group.tobytes(), group) for group in fresh)
    return fresh


def _framed(
    boxes: IntArray, groups: Sequence[IntArray], frames: Sequence[PrintedBox], held: npt.NDArray[np.bool_]
) -> list[Candidate]:
    """Return the zones of groups, each cut to the smallest printed box that holds all centres of its members.

    Zones too high for an amount are left out.
    """
    if not groups:
        return []
    starts = np.cumsum([0, *(len(group) for group in groups)])[:-1]
    around = np.logical_and.reduceat(held[:, np.concatenate(groups)], starts, axis=1)
    zones = hulls(boxes, groups)
    limits = np.array([frame.inside for frame in frames], np.int32).reshape(-1, 4)
    limits = limits + np.array([-OVERFLOW, -OVERFLOW, OVERFLOW, OVERFLOW], np.int32)
    smallest = np.full(len(groups), -1)
    if len(frames):
        smallest = np.where(around.any(axis=0), around.argmax(axis=0), -1)
        cut = smallest >= 0
        zones[cut, :2] = np.maximum(zones[cut, :2], limits[smallest[cut], :2])
        zones[cut, 2:] = np.minimum(zones[cut, 2:], limits[smallest[cut], 2:])
    return [
        Candidate(Box(x0, y0, x1, y1), group, frames[frame] if frame >= 0 else None)
        for (x0, y0, x1, y1), group, frame in zip(zones.tolist(), groups, smallest.tolist(), strict=True)
        if x1 > x0 and 0 < y1 - y0 <= HEIGHTS[1]
    ]


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
