"""Pictures of a MICR line's stages, for people who want to see why it was read so. Not part of reading."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from chequereader.box import Box
from chequereader.drawing import BLUE, GREEN, GREY, RED, Picture, coloured, draw_box, draw_text, resized
from chequereader.micr.fonts import CMC7, E13B
from chequereader.micr.line import Strip, straighten
from chequereader.micr.reading import MicrReading
from chequereader.micr.segmenter import MicrSegmentation, segment

_TALL = 40  # pixels of a character in the picture of what was read
_ZOOM = 4


def answer(image: NDArray[np.uint8], reading: MicrReading) -> Picture:
    """Return what was read above the line; ``image`` is grey uint8 [height, width], the reading's pixels.

    What the grammar restored is red.
    """
    height, width = image.shape
    size = max(reading.box.height, 1)
    part = reading.box.padded(size, size // 2, width, height)
    scale = _TALL / size
    picture = coloured(resized(np.ascontiguousarray(image[part.y0 : part.y1, part.x0 : part.x1]), scale))
    out = np.full((picture.shape[0] + 60, *picture.shape[1:]), 255, np.uint8)
    out[60:] = picture
    draw_text(out, 4, 2, f"{reading.grammar}, check digit {reading.check_digit}: {reading.line()}", BLUE, 16)
    for place, (character, box) in enumerate(zip(reading.raw, reading.characters, strict=True)):
        colour = RED if place in reading.restored else GREEN
        x0, y0, x1, y1 = (round(side * scale) for side in box.moved(-part.x0, -part.y0))
        draw_box(out, Box(x0, y0 + 60, x1, y1 + 60), colour)
        draw_text(out, (x0 + x1) // 2, 26, character, colour, 28, centred=True)
    return out


def stages(image: NDArray[np.uint8], reading: MicrReading | None) -> dict[str, Picture]:
    """Return the pictures of a line's stages by name; ``image`` is the line, grey uint8 [height, width]."""
    font = CMC7 if reading is not None and reading.font == CMC7.name else E13B
    strip = straighten(image, font)
    if strip is None:
        return {"1-line": coloured(image)}
    straight = _enlarged(strip)
    pictures = {"1-strip": straight, "2-candidates": _candidates(straight, segment(strip, font))}
    if reading is not None:
        pictures["3-path"] = answer(image, reading)
    return pictures


def _enlarged(strip: Strip) -> Picture:
    size = strip.ink.shape[1] * _ZOOM, strip.ink.shape[0] * _ZOOM
    return coloured(np.asarray(cv2.resize(255 - strip.ink, size, interpolation=cv2.INTER_NEAREST), np.uint8))


def _candidates(straight: Picture, segmentation: MicrSegmentation) -> Picture:
    """Draw under the strip a bar for each candidate, no two beside each other; blanks are grey."""
    ends: list[int] = []  # of the last bar in each row
    bars = []
    for (x0, x1), cells in zip(segmentation.columns.tolist(), segmentation.geometry[:, -1], strict=True):
        row = next((r for r, end in enumerate(ends) if end < x0), len(ends))
        ends[row : row + 1] = [x1]
        bars.append((row, x0, x1, GREY if cells else GREEN))
    height = straight.shape[0]
    out = np.full((height + 12 * len(ends) + 8, *straight.shape[1:]), 255, np.uint8)
    out[:height] = straight
    for row, x0, x1, colour in bars:
        y = height + 6 + 12 * row
        cv2.rectangle(out, (x0 * _ZOOM, y), (x1 * _ZOOM - 2, y + 7), colour, -1)
    return out
