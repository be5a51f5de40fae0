"""Amount fields drawn with OpenCV's own font, for tests that need to know where every character is."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from chequereader.box import Box

PAPER, PEN = 225, 40
_FONT_HEIGHT = 21.0  # of a digit at scale 1, pixels


@dataclass(frozen=True)
class Drawn:
    """A field: grey uint8 [height, width], and for each character its ink bool [height, width]."""

    image: NDArray[np.uint8]
    inks: tuple[NDArray[np.bool_], ...]

    @property
    def ink(self) -> NDArray[np.bool_]:
        """The ink of all characters."""
        return np.any(self.inks, axis=0)

    @property
    def boxes(self) -> list[Box]:
        """Bounding boxes of the characters."""
        return [bounds(ink) for ink in self.inks]


def bounds(ink: NDArray[np.bool_]) -> Box:
    """Bounding box of ink, pixel by pixel."""
    y, x = np.nonzero(ink)
    return Box(int(x.min()), int(y.min()), int(x.max()) + 1, int(y.max()) + 1)


def overlap(a: Box, b: Box) -> float:
    """Intersection over union."""
    shared = a.intersection(b).area
    return shared / (a.area + b.area - shared)


def paint(ink: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """A pen's ink on plain paper, edges soft."""
    image = np.where(ink, PEN, PAPER).astype(np.uint8)
    return cv2.GaussianBlur(image, (0, 0), 0.7)


def draw(
    text: str, height: float = 40.0, gap: float = 12.0, shear: float = 0.0, slope: float = 0.0, pen: int = 4
) -> Drawn:
    """Draw a text: digits ``height`` tall, ``gap`` between their ink, all in pixels.

    Strokes lean right by ``shear`` pixels a pixel; the line of writing falls by ``slope`` pixels a pixel.
    """
    rows, columns = int(3 * height), int(len(text) * (1.2 * height + gap) + 3 * height)
    middle = (rows - 1) / 2
    lean = np.array([[1.0, -shear, shear * middle], [slope, 1.0, -slope * columns / 2]])
    start = 1.2 * height
    inks = []
    for char in text:
        canvas = np.zeros((rows, columns), np.uint8)
        origin = round(start), round(2 * height)
        cv2.putText(
            canvas, char, origin, cv2.FONT_HERSHEY_SIMPLEX, height / _FONT_HEIGHT, 255, pen, cv2.LINE_AA
        )
        inks.append(cv2.warpAffine(canvas, lean, (columns, rows)) > 100)
        start += np.ptp(np.flatnonzero(canvas.any(axis=0))) + 1 + gap
    return Drawn(paint(np.any(inks, axis=0)), tuple(inks))
