"""Amount fields drawn with OpenCV's own font and lines, for tests that need to know where everything is."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from chequereader.box import Box

PAPER, PEN = 225, 40
_HERSHEY = 21.0  # height of a digit of the font at scale 1, pixels


@dataclass(frozen=True)
class Drawn:
    """A field: grey uint8 [height, width], and for each character its ink bool [height, width]."""

    image: NDArray[np.uint8]
    inks: tuple[NDArray[np.bool_], ...]
    text: str

    @property
    def boxes(self) -> list[Box]:
        """Bounding boxes of the characters."""
        found = []
        for ink in self.inks:
            y, x = np.nonzero(ink)
            found.append(Box(int(x.min()), int(y.min()), int(x.max()) + 1, int(y.max()) + 1))
        return found


def draw(
    text: str, height: float = 40.0, gap: float = 12.0, shear: float = 0.0, slope: float = 0.0, pen: int = 4
) -> Drawn:
    """Draw a text: digits ``height`` tall, ``gap`` between their boxes, all in pixels.

    Strokes lean right by ``shear`` pixels a pixel; the line of writing falls by ``slope`` pixels a pixel.
    """
    scale = height / _HERSHEY
    rows = int(3 * height)
    columns = int(len(text) * (1.2 * height + gap) + 3 * height)
    base = 2 * height
    x = 1.2 * height
    inks = []
    for char in text:
        canvas = np.zeros((rows, columns), np.uint8)
        cv2.putText(canvas, char, (round(x), round(base)), cv2.FONT_HERSHEY_SIMPLEX, scale, 255, pen, cv2.LINE_AA)
        middle = (rows - 1) / 2
        lean = np.array([[1.0, -shear, shear * middle], [slope, 1.0, -slope * columns / 2]])
        ink = cv2.warpAffine(canvas, lean, (columns, rows)) > 100
        inks.append(ink)
        x += np.ptp(np.flatnonzero(canvas.any(axis=0))) + 1 + gap
    image = np.full((rows, columns), PAPER, np.uint8)
    image[np.any(inks, axis=0)] = PEN
    return Drawn(cv2.GaussianBlur(image, (0, 0), 0.7), tuple(inks), text)
