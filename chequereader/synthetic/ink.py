"""Ink: what a writer or a printer leaves behind, with the place of every character.

Shared by handwriting and print. Not for the paper below it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from chequereader.box import Box
from chequereader.synthetic.pixels import Floats


@dataclass(frozen=True, eq=False)
class Mark:
    """One written character: its ink is within ``margin`` of the points ``outline`` [n, 2] (pixels)."""

    character: str
    outline: Floats
    margin: float

    @property
    def box(self) -> Box:
        """The smallest box of whole pixels that holds the character's ink."""
        (x0, y0), (x1, y1) = self.outline.min(axis=0) - self.margin, self.outline.max(axis=0) + self.margin
        return Box(math.floor(x0), math.floor(y0), math.ceil(x1), math.ceil(y1))

    def moved(self, dx: float, dy: float) -> Mark:
        """Return the mark shifted by pixels."""
        return replace(self, outline=self.outline + np.array([dx, dy], dtype=np.float32))

    def warped(self, matrix: NDArray[np.float64]) -> Mark:
        """Return the mark under a perspective ``matrix`` [3, 3]; the margin grows with the enlargement."""
        points = cv2.perspectiveTransform(self.outline[None].astype(np.float32), matrix)[0]
        scale = math.sqrt(abs(np.linalg.det(matrix[:2, :2])))
        return Mark(self.character, points, max(self.margin * scale, 0.5))


@dataclass(frozen=True, eq=False)
class Ink:
    """``coverage`` float32 [height, width] in 0..1; ``marks`` in its frame, in the order of the text.

    ``baseline`` is the row (pixels from the top) on which digits stand; ``text`` what was written;
    ``strays`` is ink that belongs to no character, such as the line below raised cents.
    """

    coverage: Floats
    marks: tuple[Mark, ...]
    baseline: float
    text: str
    strays: tuple[Mark, ...] = ()

    @property
    def box(self) -> Box:
        """The smallest box around all ink."""
        box = self.marks[0].box
        for mark in self.marks[1:] + self.strays:
            box = box.union(mark.box)
        return box

    def moved(self, dx: float, dy: float) -> Ink:
        """Return the ink with its marks shifted by pixels: where it was laid on a page."""
        marks, strays = (tuple(one.moved(dx, dy) for one in some) for some in (self.marks, self.strays))
        return replace(self, marks=marks, strays=strays, baseline=self.baseline + dy)


def lay(page: Floats, coverage: Floats, x: int, y: int, darkness: float) -> None:
    """Lay ink on ``page`` (float32 [h, w], light 0..255) in place, its top left corner at (x, y), clipped.

    ``darkness`` is the share of light that full coverage takes away.
    """
    height, width = page.shape
    x0, y0 = max(x, 0), max(y, 0)
    x1, y1 = min(x + coverage.shape[1], width), min(y + coverage.shape[0], height)
    if x0 < x1 and y0 < y1:
        page[y0:y1, x0:x1] *= 1 - darkness * coverage[y0 - y : y1 - y, x0 - x : x1 - x]
