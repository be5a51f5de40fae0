"""A zone grown along its line to all that is written there, looked for on the page as it was scanned.

Zones are made of what the coarse page shows: a first digit beside a box's side or under a fold, cents behind
a faint point may be missing from all of them. Only proposes; whether the whole is what the zone was a part
of is told by what both of them say, see ``interpretation.wholes``.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

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
_ON_LINE = 0.6  # of a component's height, that has to be on the line
_MARGIN = 0.15  # of the zone's height, beside what goes on


def wholes(page_image: GreyImage, zones: Sequence[Box]) -> tuple[list[Box], list[tuple[int, int]]]:
    """Return what zones are parts of, and pairs of places (part, whole), wholes counted on from the zones.

    Zones that grow to much the same are parts of one whole; none grows to what is a zone already.
    """
    grown: list[Box] = []
    pairs = []
    for part, zone in enumerate(zones):
        box = whole(page_image, zone)
        if any(box.overlap(other) >= SAME for other in zones):
            continue
        alike = next((k for k, other in enumerate(grown) if box.overlap(other) >= SAME), len(grown))
        if alike == len(grown):
            grown.append(box)
        pairs.append((part, len(zones) + alike))
    return grown, pairs


def whole(page_image: GreyImage, zone: Box) -> Box:
    """Return the zone with all that goes on at its ends, the zone itself where nothing does.

    ``page_image`` grey uint8 [height, width]; boxes are in its pixels.
    """
    boxes = _components(page_image, zone)
    x0, y0, x1, y1 = boxes.T
    x, y, height = (x0 + x1) / 2, (y0 + y1) / 2, y1 - y0
    taken = (x > zone.x0) & (x < zone.x1) & (y > zone.y0) & (y < zone.y1)
    if not taken.any():
        return zone
    tall = height[taken] >= _TALL * np.percentile(height[taken], 90)
    unit = float(np.median(height[taken][tall]))
    top, bottom = np.median(y0[taken][tall]), np.median(y1[taken][tall])
    near = OFF_LINE * unit
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
    beside, over = _MARGIN * zone.height, _MARGIN * unit
    limits = _around(page_image, zone)
    return Box(
        max(min(zone.x0, int(left - beside)), limits.x0),
        max(min(zone.y0, int(y0[taken].min() - over)), limits.y0),
        min(max(zone.x1, int(right + beside)), limits.x1),
        min(max(zone.y1, int(y1[taken].max() + over)), limits.y1),
    )


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
