"""Where the MICR line stands on a page: rows of characters of one height along a straight line.

A page may lie in any of four orientations and a few degrees askew. Components of like size whose neighbours
stand a pitch apart make chains; chains along one line make a row; rows are handed on as level pictures, both
ways up, best first: the reader decides which of them says something. Not for reading.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from chequereader.box import Box
from chequereader.micr.fonts import E13B, Font
from chequereader.micr.line import characters_together, darkness
from chequereader.micr.reading import MicrReading
from chequereader.segmentation.components import component_stats

LIMIT = 3
"""Rows handed on for each way the page may lie along; each of them both ways up."""

_MAX_SIDE = 1800  # pixels; larger pages are made smaller to look for rows
_HEIGHTS = 0.009, 0.035  # height of a digit as a share of the page's length: 0.117 inch of 3.5 .. 13 inches
_USUAL = 0.0165  # the same of a cheque
_LEAST_CHAIN = 6  # characters
_NEIGHBOUR = 3.4  # digit heights from a character to the next: two cells may be blank
_FREE_ROOM = 0.9  # of a digit's height, above and below the row in the picture handed on
_MOST_COMPONENTS = 4000
_CHEQUE = 0.6  # height by width of a page that is a cheque and no more
_FOOT = 0.35  # of a cheque's height within which its line stands


@dataclass(frozen=True, eq=False)
class Candidate:
    """A row of ``page``, grey uint8 [height, width], that may be its MICR line.

    ``to_page`` float64 [2, 3] takes pixels (x, y, 1) of the row's picture, ``columns`` wide and ``rows``
    high, centres at whole numbers, to the page's; ``turned`` quarter turns clockwise bring the page upright
    if this is the line.
    """

    page: NDArray[np.uint8]
    to_page: NDArray[np.float64]
    columns: int
    rows: int
    turned: int

    @cached_property
    def image(self) -> NDArray[np.uint8]:
        """The row cut out of the page, level, grey uint8 [height, width]: not before it is looked at."""
        picture = cv2.warpAffine(
            self.page,
            self.to_page,
            (self.columns, self.rows),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return np.asarray(picture, np.uint8)

    def on_page(self, reading: MicrReading) -> MicrReading:
        """Return a reading of ``image`` in the page's pixels."""
        box, *characters = self._boxes_on_page((reading.box, *reading.characters))
        return replace(reading, box=box, characters=tuple(characters), turned=self.turned)

    def _boxes_on_page(self, boxes: Sequence[Box]) -> list[Box]:
        x0, y0, x1, y1 = np.array(boxes, float).T - 0.5
        corners = np.stack([(x0, y0), (x1, y0), (x0, y1), (x1, y1)])
        places = np.einsum("ij,kjn->kin", self.to_page[:, :2], corners) + self.to_page[:, 2:] + 0.5
        low, high = np.floor(places.min(axis=0)), np.ceil(places.max(axis=0))
        height, width = self.page.shape
        page = Box(0, 0, width, height)
        edges = np.concatenate([low, high]).T.astype(int).tolist()
        return [Box(*edge).intersection(page) for edge in edges]


@dataclass(frozen=True)
class _Row:
    """A row of characters: its ends and middle line y = slope x + middle, digit height, merit."""

    x0: float
    x1: float
    slope: float
    middle: float
    height: float
    merit: float


def locate(image: NDArray[np.uint8], font: Font = E13B, limit: int = LIMIT) -> list[Candidate]:
    """Return rows of a page that may be its line in a type, the likeliest first; none on a page without rows.

    The page may lie in any of four orientations; each row is handed on both ways up.
    """
    mask, shrink = _ink(image, 0, image.shape[0])
    found = []
    for upright in (True, False):
        seen = _boxes(mask if upright else np.ascontiguousarray(mask.T), shrink * max(image.shape), font)
        for row in _rows(seen, shrink * max(image.shape))[:limit]:
            found.append((row.merit, upright, row))
    found.sort(key=lambda one: -one[0])
    return [_cut(image, row, upright, over, shrink) for _, upright, row in found for over in (False, True)]


def at_foot(image: NDArray[np.uint8], over: bool = False, font: Font = E13B) -> list[Candidate]:
    """Return rows near the foot of a level page that may be its line in a type, the likeliest first.

    With ``over`` the page stands on its head. A page as high as one with a voucher is searched as a whole.
    """
    height, width = image.shape
    band = height if height > _CHEQUE * width else max(round(_FOOT * height), 1)
    begin, end = (0, band) if over else (height - band, height)
    mask, shrink = _ink(image, begin, end)
    boxes = _boxes(mask, shrink * max(image.shape), font)
    boxes[:, 1] += begin * shrink
    return [_cut(image, row, True, over, shrink) for row in _rows(boxes, shrink * max(image.shape))[:LIMIT]]


def _ink(image: NDArray[np.uint8], y0: int, y1: int) -> tuple[NDArray[np.uint8], float]:
    """Return the ink in some rows of a page, uint8 [height, width], and its pixels per pixel of the page."""
    shrink = min(1.0, _MAX_SIDE / max(image.shape))
    part = image[y0:y1]
    if shrink < 1:
        size = max(round(part.shape[1] * shrink), 1), max(round(part.shape[0] * shrink), 1)
        part = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    dark = darkness(part, reach=round(shrink * max(image.shape)) // 40)
    level = max(cv2.threshold(dark, 0, 1, cv2.THRESH_OTSU)[0], 25.0)
    return (dark > level).astype(np.uint8), shrink


def _boxes(mask: NDArray[np.uint8], length: float, font: Font) -> NDArray[np.float64]:
    """Return the boxes of what may be characters, [components, 4] x, y, width, height."""
    return component_stats(characters_together(mask, _USUAL * length, font))[:, :4].astype(np.float64)


def _rows(boxes: NDArray[np.float64], length: float) -> list[_Row]:
    """Return rows among component boxes (x, y, width, height), best first."""
    low, high = _HEIGHTS[0] * length, _HEIGHTS[1] * length
    x, y, width, height = boxes.T
    fit = (height > low) & (height < high) & (width < 1.1 * height) & (width > 0.2 * height)
    x, y, width, height = boxes[fit][:_MOST_COMPONENTS].T
    if len(x) < _LEAST_CHAIN:
        return []
    chain = _chains(x, y, width, height)
    rows: list[_Row] = []
    for number in np.flatnonzero(np.bincount(chain) >= _LEAST_CHAIN):
        mine = chain == number
        size = float(np.median(height[mine]))
        middle = (y + height / 2)[mine]
        centre = (x + width / 2)[mine]
        if np.ptp(centre) < _LEAST_CHAIN * size:
            continue
        slope, base = np.polyfit(centre, middle, 1)
        for _ in range(2):  # the other fields of the line stand further along
            off = y + height / 2 - slope * (x + width / 2) - base
            along = (np.abs(off) < 0.3 * size) & (np.abs(height / size - 1) < 0.2)
            centre, middle = (x + width / 2)[along], (y + height / 2)[along]
            if len(centre) < _LEAST_CHAIN:
                break
            slope, base = np.polyfit(centre, middle, 1)
        if len(centre) < _LEAST_CHAIN:
            continue
        ragged = np.std(height[along]) / size + np.std(middle - slope * centre - base) / size
        merit = min(float(along.sum()), 30.0) * max(1.0 - 4 * float(ragged), 0.05)
        row = _Row(x[along].min(), (x + width)[along].max(), float(slope), float(base), size, merit)
        if not any(_same(row, other) for other in rows):
            rows.append(row)
    return sorted(rows, key=lambda row: -row.merit)


def _chains(
    x: NDArray[np.float64], y: NDArray[np.float64], width: NDArray[np.float64], height: NDArray[np.float64]
) -> NDArray[np.int32]:
    """Number the chains of components that stand next to each other, alike in height, in line."""
    order = np.argsort(x + width / 2)
    centre, middle = (x + width / 2)[order], (y + height / 2)[order]
    size = height[order]
    # candidates for the right neighbour of each: those behind it that are near enough
    count = np.searchsorted(centre, centre + _NEIGHBOUR * size) - np.arange(len(order)) - 1
    i = np.repeat(np.arange(len(order)), count)
    j = i + 1 + np.arange(len(i)) - np.repeat(np.cumsum(count) - count, count)
    linked = (
        (np.abs(size[j] / size[i] - 1) < 0.15)
        & (centre[j] - centre[i] > 0.7 * size[i])
        & (np.abs(middle[j] - middle[i]) < 0.1 * size[i] + 0.06 * (centre[j] - centre[i]))
    )
    i, j = order[i[linked]], order[j[linked]]
    links = coo_array((np.ones(len(i)), (i, j)), shape=(len(x), len(x)))
    return np.asarray(connected_components(links, directed=False)[1], np.int32)


def _same(one: _Row, other: _Row) -> bool:
    at = (one.x0 + one.x1) / 2
    apart = abs((one.slope - other.slope) * at + one.middle - other.middle)
    return apart < 0.5 * other.height and one.x0 < other.x1 and other.x0 < one.x1


def _cut(image: NDArray[np.uint8], row: _Row, upright: bool, over: bool, shrink: float) -> Candidate:
    """Return where to cut a row out of the page, level and the way up that is asked for."""
    # pixels of the small page, as it was looked at, to pixels of the page
    scale, half = 1 / shrink, 0.5 / shrink - 0.5
    page = np.array([[scale, 0, half], [0, scale, half], [0, 0, 1]])
    if not upright:
        page = np.array([[0, scale, half], [scale, 0, half], [0, 0, 1]])
    reach = 4 * row.height  # symbols and a field that was missed stand beyond the ends
    x0, x1 = row.x0 - reach, row.x1 + reach
    room = (0.5 + _FREE_ROOM) * row.height
    columns, rows = round((x1 - x0) * scale), round(2 * room * scale)
    level = np.array(
        [
            [1 / scale, 0, x0],
            [row.slope / scale, 1 / scale, row.slope * x0 + row.middle - room],
            [0, 0, 1],
        ]
    )
    to_page = page @ level
    if not upright:  # seen transposed: a mirror image, set right by running the rows backwards
        to_page = to_page @ np.array([[1.0, 0, 0], [0, -1.0, rows - 1], [0, 0, 1]])
    if over:
        to_page = to_page @ np.array([[-1.0, 0, columns - 1], [0, -1.0, rows - 1], [0, 0, 1]])
    turned = (0 if upright else 3) + (2 if over else 0)
    return Candidate(image, to_page[:2], max(columns, 1), max(rows, 1), turned % 4)
