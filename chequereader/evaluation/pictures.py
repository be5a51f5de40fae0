"""The pictures of a report: the amount field as it was read, and where on the cheque it was found.

Small JPEGs, drawn while a page is at hand. Not for choosing which cheques are shown: see ``gallery``.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from chequereader.alphabet import AMOUNTS
from chequereader.box import Box
from chequereader.drawing import (
    BLUE,
    GREEN,
    RED,
    Picture,
    coloured,
    draw_box,
    draw_cuts,
    draw_text,
    resized,
)
from chequereader.explain import page_with_zones
from chequereader.symbols import spoken

if TYPE_CHECKING:
    from chequereader.followed import FollowedPage

_FIELD = 560, 190  # pixels across and down of a field's picture, at most; the letters come on top
_LARGEST_SCALE = 3.0
_PAGE = 420, 260
_BAND = 30  # pixels above the field for the letters
_QUALITY = 60
_CUTS_SHOW = 0.45  # how much of a cut's colour covers the ink that it crosses
_WHOLE = 0.5  # share of the page from which on a field's picture shows enough of it


@dataclass(frozen=True)
class EncodedPicture:
    """A JPEG, its size in pixels, and what it shows, in words."""

    jpeg: bytes
    width: int
    height: int
    shows: str


def draw_pictures(page: FollowedPage) -> tuple[EncodedPicture, ...]:
    """Draw a page: the field of its best answer, or else its likeliest zone; then all of its zones.

    The second picture is left out where the field is most of the page.
    """
    whole = _fitting(page.image.shape, *_PAGE)
    if not page.zones:
        return (_encoded(page_with_zones(page, whole), "the page, without any candidate zone"),)
    zone = page.zones[page.answers[0].zone if page.answers else 0]
    field = _encoded(_field(page), "the amount field and the characters read there")
    if zone.area > _WHOLE * page.image.size:
        return (field,)
    return field, _encoded(page_with_zones(page, whole), "the page with its candidate zones")


def _field(page: FollowedPage) -> Picture:
    """The zone with a little of what is around it; above it the letters that were read."""
    best = page.answers[0] if page.answers else None
    index = best.zone if best else 0
    zone = page.zones[index]
    height, width = page.image.shape
    margin = max(zone.height // 4, 4)
    shown = zone.padded(margin, margin, width, height)
    part = np.ascontiguousarray(page.image[shown.y0 : shown.y1, shown.x0 : shown.x1])
    scale = min(_fitting(part.shape, *_FIELD), _LARGEST_SCALE)
    part = resized(part, scale)
    canvas = np.full((part.shape[0] + _BAND, part.shape[1], 3), 255, np.uint8)
    canvas[_BAND:] = coloured(part)
    to_canvas = np.array([[scale, 0.0, -scale * shown.x0], [0.0, scale, _BAND - scale * shown.y0]])
    if page.segmentations:
        cuts = page.segmentations[index].lines
        # A field's pixels become those of its zone, those the page's, and those the canvas's.
        to_page = page.fields[index].to_image + np.array([[0, 0, zone.x0], [0, 0, zone.y0]])
        lines = canvas.copy()
        draw_cuts(lines, cuts, to_canvas @ np.vstack([to_page, [0.0, 0.0, 1.0]]), RED)
        canvas[:] = cv2.addWeighted(lines, _CUTS_SHOW, canvas, 1 - _CUTS_SHOW, 0)
    draw_box(canvas, _placed(zone, to_canvas), BLUE, 1)
    if best is not None:
        characters = spoken(best.path)
        placed = [
            _placed(box.moved(zone.x0, zone.y0).intersection(zone), to_canvas) for box in page.boxes(best)
        ]
        for box in placed:
            draw_box(canvas, box, GREEN, 1)
        for (label, _, _), box in zip(characters, placed, strict=True):
            draw_text(canvas, (box.x0 + box.x1) // 2, 2, AMOUNTS.labels[label], GREEN, 22, centred=True)
    return canvas


def _placed(box: Box, to_canvas: NDArray[np.float64]) -> Box:
    corners = np.array([[box.x0, box.y0, 1], [box.x1, box.y1, 1]]) @ to_canvas.T
    return Box(*(round(side) for side in corners.ravel().tolist()))


def _fitting(shape: tuple[int, ...], width: int, height: int) -> float:
    """Return the scale at which a picture of shape [height, width] fills a frame."""
    return min(width / shape[1], height / shape[0])


def _encoded(canvas: Picture, shows: str) -> EncodedPicture:
    buffer = io.BytesIO()
    # Colours as fine as the grey: thin lines would fade.
    Image.fromarray(canvas).save(buffer, "JPEG", quality=_QUALITY, subsampling=0, optimize=True)
    return EncodedPicture(buffer.getvalue(), canvas.shape[1], canvas.shape[0], shows)
