"""What a zone is a part of: all that is written on its line, or the frame around it; on the page as scanned.

Zones are made of what the coarse page shows: a first digit beside a box's side or under a fold, cents behind
a faint point may be missing from all of them. Only proposes; whether the whole is what the zone was a part
of is told by what both of them say, see ``interpretation.wholes``.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from chequereader.box import Box
from chequereader.fields.groups import FloatArray
from chequereader.fields.page_ink import GreyImage
from chequereader.segmentation.components import component_stats
from chequereader.segmentation.ink import find_ink

ROWS = 40
"""Rows that a zone has at most where its ink is looked for: more tell nothing more of what goes on."""
REACH = 6.0, 0.35
"""How far the page is looked at beside a zone, and above and below it, in heights of the zone."""

# In heights of the zone's own tall components:
GAP = 0.4
"""Widest space within one number."""
TALLEST, LOWEST, WIDEST = 1.3, 0.12, 4.0
"""Sizes of what goes on: a printed sign is taller, a box's side more so."""
OFF_LINE = 0.35
"""How far beyond the line's own rows the middle of what goes on may be: raised cents, commas."""
LEAST = 0.15
"""Growth from which on a zone is another one."""

SAME = 0.93
"""Intersection over union from which on two zones are one."""

_TALL = 0.5  # of the tallest ones' height: what tells the line's height, not points and dashes
_OWN = 0.5  # of a component's width, that is in the zone at least
_ON_LINE = 0.6  # of a component's height, that has to be on the line
_MARGIN = 0.15  # of the zone's height, beside what goes on


def wholes(page_image: GreyImage, zones: Sequence[Box]) -> tuple[list[Box], list[tuple[int, int]]]:
    """Return what zones are parts of, and pairs of places (part, whole), wholes counted on from the zones.

    ``page_image`` grey uint8 [height, width]; boxes are in its pixels. Of each zone: all that goes on at its
    ends, and the frame around it, if there is any. Zones that grow to much the same are parts of one whole;
    none grows to what is a zone already.
    """
    grown: list[Box] = []
    pairs: list[tuple[int, int]] = []
    for part, zone in enumerate(zones):
        ink = _components(page_image, zone)
        for box in (along_its_line(ink, zone), with_its_frame(ink, zone)):
            limited = box.intersection(_around(page_image, zone))
            if any(limited.overlap(other) >= SAME for other in zones):
                continue
            alike = next((k for k, other in enumerate(grown) if limited.overlap(other) >= SAME), len(grown))
            if alike == len(grown):
                grown.append(limited)
            pairs.append((part, len(zones) + alike))
    return grown, pairs


def along_its_line(ink: FloatArray, zone: Box) -> Box:
    """Return the zone with all that goes on at its ends, the zone itself where nothing does.

    ``ink`` float32 [n, 4]: boxes of the components in and around it.
    """
    x0, y0, x1, y1 = ink.T
    height = y1 - y0
    inside, own = _inside(ink, zone)
    taken = inside & own
    if not taken.any():
        return zone
    tall = height[taken] >= _TALL * np.percentile(height[taken], 90)
    unit = float(np.median(height[taken][tall]))
    top, bottom = np.median(y0[taken][tall]), np.median(y1[taken][tall])
    near = OFF_LINE * unit
    y = (y0 + y1) / 2
    on_line = np.minimum(y1, bottom + near) - np.maximum(y0, top - near)
    fits = (height <= TALLEST * unit) & (height >= LOWEST * unit) & (x1 - x0 <= WIDEST * unit)
    fits &= (y > top - near) & (y < bottom + near) & (on_line >= _ON_LINE * height)
    left, right = x0[taken].min(), x1[taken].max()
    while True:
        before = (x0 < left) & (np.abs(x1 - left) <= GAP * unit)
        behind = (x1 > right) & (np.abs(x0 - right) <= GAP * unit)
        more = fits & ~taken & (before | behind)
        if not more.any():
            break
        taken |= more
        left, right = x0[taken].min(), x1[taken].max()
    if max(zone.x0 - left, right - zone.x1) < LEAST * unit:
        return zone
    return _reaching(zone, ink[taken])


def with_its_frame(ink: FloatArray, zone: Box) -> Box:
    """Return the zone with what is drawn around it, the zone itself without; ``ink`` as ``along_its_line``.

    A zone that its frame's lower side runs through is read worse than one with all of the frame, whose sides
    are known for rules then.
    """
    inside, own = _inside(ink, zone)
    frame = ink[inside & ~own]
    return _reaching(zone, frame) if len(frame) else zone


def _inside(ink: FloatArray, zone: Box) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which components' centres are in a zone, and which don't reach far beyond it."""
    x0, y0, x1, y1 = ink.T
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    inside = (x > zone.x0) & (x < zone.x1) & (y > zone.y0) & (y < zone.y1)
    across = np.minimum(x1, zone.x1) - np.maximum(x0, zone.x0)
    return inside, (across >= _OWN * (x1 - x0)) & (y1 - y0 <= zone.height)


def _reaching(zone: Box, ink: FloatArray) -> Box:
    """Return the zone and all of some components, with a margin beside them."""
    x0, y0, x1, y1 = ink.T
    margin = _MARGIN * zone.height
    left, top = int(x0.min() - margin), int(y0.min() - margin / 2)
    return zone.union(Box(left, top, int(x1.max() + margin), int(y1.max() + margin / 2)))


def _around(page_image: GreyImage, zone: Box) -> Box:
    beside, over = (round(reach * zone.height) for reach in REACH)
    height, width = page_image.shape
    return zone.padded(beside, over, width, height)


def _components(page_image: GreyImage, zone: Box) -> FloatArray:
    """Return the boxes of the ink's components around a zone, page pixels, float32 [n, 4]."""
    around = _around(page_image, zone)
    scale = min(ROWS / zone.height, 1.0)
    image = page_image[around.y0 : around.y1, around.x0 : around.x1]
    if scale < 1.0:
        small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        image = np.asarray(small, np.uint8)
    mask = find_ink(image, height=0.6 * zone.height * scale).mask
    x, y, width, height, _ = component_stats(mask.view(np.uint8)).T.astype(np.float32) / np.float32(scale)
    return np.stack([x + around.x0, y + around.y0, x + width + around.x0, y + height + around.y0], axis=1)
