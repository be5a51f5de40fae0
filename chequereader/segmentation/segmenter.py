"""The segmentation graph of a field: nodes are cuts, arcs are candidate characters (sections V and X).

A candidate is a single piece between two cuts or a run of successive pieces, unless a wide gap separates
them. Every candidate comes with its picture for the network and with where it stands in the line of writing.
Not the place for scores: what a candidate is and whether it is a character is said by ``recognition``.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from chequereader.box import Box
from chequereader.segmentation.cuts import Cuts, find_cuts
from chequereader.segmentation.normalise import HEIGHT, Field, normalise

CROP = 32
"""Side of a candidate's picture, as LeNet-5 takes it (section II-B)."""

GEOMETRY = (
    "height",
    "width",
    "top",
    "bottom",
    "gap_left",
    "gap_right",
    "crossed_left",
    "crossed_right",
    "density",
    "pieces",
    "stroke",
    "size_limited",
)
"""What is told of each candidate beside its picture; lengths in units of the field's digit height."""

_BOX = 20  # an MNIST digit's box; 28 less the 20 leaves room to centre by mass
_MAX_RUN = 7
_MAX_WIDTH = 1.7 * HEIGHT
_MAX_GAP = 0.45 * HEIGHT  # wider gaps separate characters for certain
_MIN_SIDE = 0.4 * HEIGHT  # smaller candidates are not blown up to the full box: a dot stays a dot
_MAX_CUTS = 160


@dataclass(frozen=True)
class Segmentation:
    """Candidates of one field as arcs between cuts, topologically ordered by source.

    ``source``, ``target`` int64 [arcs]: cuts, 0 .. ``cuts`` - 1. ``crops`` uint8 [arcs, 32, 32]: ink bright
    on black, in a 20 x 20 box centred by mass. ``geometry`` float32 [arcs, len(GEOMETRY)]. ``boxes`` int32
    [arcs, 4]: x0, y0, x1, y1 in pixels of the normalised field.
    """

    field: Field
    lines: Cuts
    source: NDArray[np.int64]
    target: NDArray[np.int64]
    crops: NDArray[np.uint8]
    geometry: NDArray[np.float32]
    boxes: NDArray[np.int32]

    @property
    def cuts(self) -> int:
        """Number of nodes; nought for a field without ink."""
        return len(self.lines.x)

    def mask(self, arc: int) -> NDArray[np.bool_]:
        """Return a candidate's ink, bool [height, width] of the field."""
        return _between(self.field, self.lines, int(self.source[arc]), int(self.target[arc]))

    def image_box(self, arc: int) -> Box:
        """Return a candidate's bounding box in pixels of the image that was segmented."""
        y, x = np.nonzero(self.mask(arc))
        corners = self.field.to_image @ np.stack([x + 0.5, y + 0.5, np.ones(len(x))])
        reach = 0.5 * abs(self.field.to_image[0, 0])
        low, high = np.floor(corners.min(axis=1) - reach), np.ceil(corners.max(axis=1) + reach)
        return Box(max(int(low[0]), 0), max(int(low[1]), 0), int(high[0]), int(high[1]))


def segment(image: NDArray[np.uint8]) -> Segmentation:
    """Return the segmentation graph of a field; ``image`` is grey uint8 [height, width].

    A field without ink has no cuts and no arcs.
    """
    return candidates(normalise(image))


def candidates(field: Field) -> Segmentation:
    """Return the segmentation graph of a field that is normalised already."""
    lines = find_cuts(field)
    if len(lines.x) > _MAX_CUTS:  # a page of noise, not an amount: the least inked cuts are enough
        inner = np.argsort(lines.crossed[1:-1], kind="stable")[: _MAX_CUTS - 2] + 1
        keep = np.sort(np.concatenate([[0], inner, [len(lines.x) - 1]]))
        lines = Cuts(lines.x[keep], lines.crossed[keep])
    return _candidates(field, lines)


def _between(field: Field, lines: Cuts, i: int, j: int) -> NDArray[np.bool_]:
    column = np.arange(field.ink.mask.shape[1])[None, :]
    return field.ink.mask & (column >= lines.x[i][:, None]) & (column < lines.x[j][:, None])


def _candidates(field: Field, lines: Cuts) -> Segmentation:
    mask, soft = field.ink.mask, field.ink.soft
    count = max(len(lines.x) - 1, 0)
    # each ink pixel belongs to one piece: the number of cuts on its left
    height, width = mask.shape
    place = np.arange(height) * width + lines.x[1:-1]
    piece = np.bincount(place.ravel(), minlength=mask.size).reshape(mask.shape).cumsum(axis=1)
    piece = np.where(mask, piece, -1).astype(np.int16)
    extent = _extents(piece, count)
    grown = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    ink = np.where(grown, soft, 0.0).astype(np.float32)
    # the dilated rim belongs to the piece whose ink it touches
    rim = cv2.dilate(piece, np.ones((3, 3), np.uint8))
    piece_grown = np.where(mask, piece, rim)
    arcs: list[tuple[int, int]] = []
    boxes: list[tuple[int, int, int, int]] = []
    for i in range(count):
        x0, y0, x1, y1 = extent[i]
        for j in range(i + 1, min(i + _MAX_RUN, count) + 1):
            if j > i + 1:
                px0, py0, px1, py1 = extent[j - 1]
                if px0 - x1 > _MAX_GAP:
                    break
                x0, y0, x1, y1 = min(x0, px0), min(y0, py0), max(x1, px1), max(y1, py1)
                if x1 - x0 > _MAX_WIDTH:
                    break
            arcs.append((i, j))
            boxes.append((x0, y0, x1, y1))
    arc = np.array(arcs, np.int64).reshape(-1, 2)
    box = np.array(boxes, np.int32).reshape(-1, 4)
    crops = np.zeros((len(arc), CROP, CROP), np.uint8)
    area = np.zeros(len(arc), np.float32)
    for a, ((i, j), (x0, y0, x1, y1)) in enumerate(zip(arcs, boxes, strict=True)):
        window = slice(max(y0 - 1, 0), y1 + 1), slice(max(x0 - 1, 0), x1 + 1)
        mine = (piece_grown[window] >= i) & (piece_grown[window] < j)
        picture = ink[window] * mine
        area[a] = picture.sum()
        crops[a] = _crop(picture)
    geometry = _geometry(field, lines, arc, box, extent, area)
    return Segmentation(field, lines, arc[:, 0], arc[:, 1], crops, geometry, box)


def _extents(piece: NDArray[np.int16], count: int) -> list[tuple[int, int, int, int]]:
    """Bounding box of each piece: x0, y0, x1, y1."""
    y, x = np.nonzero(piece >= 0)
    which = piece[y, x]
    low_x, low_y = np.full(count, 1 << 30), np.full(count, 1 << 30)
    high_x, high_y = np.zeros(count, int), np.zeros(count, int)
    np.minimum.at(low_x, which, x)
    np.minimum.at(low_y, which, y)
    np.maximum.at(high_x, which, x + 1)
    np.maximum.at(high_y, which, y + 1)
    return list(zip(low_x.tolist(), low_y.tolist(), high_x.tolist(), high_y.tolist(), strict=True))


def _crop(picture: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Bring a candidate's ink into a 20 x 20 box, its centre of mass into the middle of the crop."""
    height, width = picture.shape
    scale = _BOX / max(height, width, _MIN_SIDE)
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    bright = cv2.convertScaleAbs(small, alpha=255.0)
    moments = cv2.moments(bright)  # of bytes: OpenCV takes floats of two columns for the points of an outline
    total = moments["m00"] or 1.0
    middle = (CROP - 1) / 2
    left = min(max(round(middle - moments["m10"] / total), 0), CROP - size[0])
    top = min(max(round(middle - moments["m01"] / total), 0), CROP - size[1])
    out = np.zeros((CROP, CROP), np.uint8)
    out[top : top + size[1], left : left + size[0]] = bright
    return out


def _geometry(
    field: Field,
    lines: Cuts,
    arc: NDArray[np.int64],
    box: NDArray[np.int32],
    extent: list[tuple[int, int, int, int]],
    area: NDArray[np.float32],
) -> NDArray[np.float32]:
    if not len(arc):
        return np.zeros((0, len(GEOMETRY)), np.float32)
    x0, y0, x1, y1 = box.T.astype(np.float32)
    middle = (x0 + x1) / 2
    base = field.baseline[0] * middle + field.baseline[1]
    top = field.topline[0] * middle + field.topline[1]
    unit = np.clip(base - top, 0.4 * HEIGHT, 2.5 * HEIGHT)
    # gaps to the nearest ink on either side, by bounding boxes; negative where characters overhang
    piece = np.array(extent, np.float32)
    before = np.maximum.accumulate(piece[:, 2])
    after = np.minimum.accumulate(piece[::-1, 0])[::-1]
    i, j = arc[:, 0], arc[:, 1]
    far = 1.5 * HEIGHT
    gap_left = np.where(i > 0, x0 - before[np.maximum(i - 1, 0)], far)
    gap_right = np.where(j < len(piece), after[np.minimum(j, len(piece) - 1)] - x1, far)
    height, width = y1 - y0, x1 - x0
    columns = (
        height / unit,
        width / unit,
        (y0 - top) / unit,
        (y1 - base) / unit,
        np.clip(gap_left, -far, far) / unit,
        np.clip(gap_right, -far, far) / unit,
        lines.crossed[i] / 4,
        lines.crossed[j] / 4,
        area / np.maximum(height * width, 1),
        (j - i) / _MAX_RUN,
        np.full(len(arc), field.stroke / HEIGHT * 5),
        np.maximum(height, width) < _MIN_SIDE,
    )
    return np.clip(np.stack(columns, axis=1), -4, 4).astype(np.float32)
