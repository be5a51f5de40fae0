"""The printing press: type, lines and boxes laid on a page. Not for what goes where (``form``)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from chequereader.box import Box
from chequereader.synthetic.ink import lay
from chequereader.synthetic.pixels import Floats, unit
from chequereader.synthetic.printing import Face, printable, set_type

Anchor = Literal["left", "right", "middle"]

FILLER = "~"
"""In labels, a run of it stands for a word in a script that the faces lack: shapes like it are drawn."""


@dataclass
class Press:
    """Prints on ``page`` (float32 [h, w], light 0..255) in place; millimetres become pixels by ``dpi``."""

    page: Floats
    dpi: float
    rng: np.random.Generator
    darkness: float

    def px(self, millimetres: float) -> float:
        """Return a length in pixels."""
        return millimetres * self.dpi / 25.4

    def width(self, text: str, height: float, face: Face) -> int:
        """Return how many pixels wide ``text`` prints a text without filler."""
        text = "".join(c for c in text if printable(c))
        return set_type(text, height, face, self.rng).coverage.shape[1] if text.strip() else 0

    def text(
        self, text: str, x: float, baseline: float, height: float, face: Face, *, anchor: Anchor = "left"
    ) -> Box:
        """Print type with capitals ``height`` pixels high and return its box; ``anchor`` lies at ``x``.

        Characters that no face has are left out. A text of which nothing is left gives an empty box.
        """
        if FILLER in text:
            return self._with_filler(text, x, baseline, height, face)
        text = "".join(c for c in text if printable(c))
        if not text.strip():
            return Box(round(x), round(baseline), round(x), round(baseline))
        ink = set_type(text, height, face, self.rng)
        width = ink.coverage.shape[1]
        left = round(x - {"left": 0.0, "middle": 0.5, "right": 1.0}[anchor] * width)
        top = round(baseline - ink.baseline)
        lay(self.page, ink.coverage, left, top, self.darkness)
        return Box(left, top, left + width, top + ink.coverage.shape[0])

    def _with_filler(self, text: str, x: float, baseline: float, height: float, face: Face) -> Box:
        left = x
        for word in text.split(" "):
            if not word:
                continue
            if word[0] == FILLER:
                x += self._script(len(word), x, baseline, height)
            else:
                x = self.text(word, x, baseline, height, face).x1
            x += 0.5 * height
        return Box(round(left), round(baseline - height), round(x), round(baseline))

    def _script(self, characters: int, x: float, baseline: float, height: float) -> float:
        """Draw a word of shapes hanging from a head line, and return its width in pixels."""
        scale, step = 4, 0.75 * height
        width = step * characters
        canvas = np.zeros((int(1.5 * height * scale) + 4, int(width * scale) + 4), np.uint8)
        thickness = max(int(0.14 * height * scale), 1)
        cv2.line(canvas, (0, thickness), (canvas.shape[1], thickness), 255, thickness)
        for k in range(characters):
            points = self.rng.uniform((k * step, 0.15 * height), ((k + 1) * step, height), (4, 2))
            points[0, 1] = 0
            smooth = np.stack(
                [np.interp(np.linspace(0, 3, 13), range(4), points[:, i]) for i in (0, 1)], axis=1
            )
            cv2.polylines(canvas, [np.rint(smooth * scale).astype(np.int32)], False, 255, thickness)
            cv2.line(
                canvas,
                (int((k + 0.95) * step * scale), 0),
                (int((k + 0.95) * step * scale), int(height * scale)),
                255,
                thickness,
            )
        size = (max(canvas.shape[1] // scale, 1), max(canvas.shape[0] // scale, 1))
        small = unit(cv2.resize(canvas, size, interpolation=cv2.INTER_AREA))
        lay(self.page, small, round(x), round(baseline - height), self.darkness)
        return width

    def rule(self, x0: float, x1: float, y: float, weight: float, dotted: bool = False) -> None:
        """Print a horizontal line of ``weight`` pixels, the row at ``y`` its upper edge."""
        top, thickness = round(y), max(round(weight), 1)
        part = self.page[top : top + thickness, max(round(x0), 0) : max(round(x1), 0)]
        if dotted:
            part = part[:, :: int(3 + weight)]
        part *= 1 - self.darkness

    def upright(self, x: float, y0: float, y1: float, weight: float) -> None:
        """Print a vertical line."""
        left, thickness = round(x), max(round(weight), 1)
        self.page[max(round(y0), 0) : max(round(y1), 0), max(left, 0) : left + thickness] *= 1 - self.darkness

    def frame(self, box: Box, weight: float) -> None:
        """Print the outline of a box, inside it."""
        thickness = max(round(weight), 1)
        self.rule(box.x0, box.x1, box.y0, thickness)
        self.rule(box.x0, box.x1, box.y1 - thickness, thickness)
        self.upright(box.x0, box.y0 + thickness, box.y1 - thickness, thickness)
        self.upright(box.x1 - thickness, box.y0 + thickness, box.y1 - thickness, thickness)

    def tint(self, box: Box, depth: float) -> None:
        """Shade a box."""
        self.page[max(box.y0, 0) : box.y1, max(box.x0, 0) : box.x1] *= 1 - depth

    def hatch(self, box: Box, depth: float) -> None:
        """Fill a box with fine slanted lines."""
        y, x = np.mgrid[: box.height, : box.width]
        lines = ((x + y) % int(self.rng.integers(4, 9)) == 0).astype(np.float32)
        lay(self.page, lines, box.x0, box.y0, depth)

    def outline(self, points: NDArray[np.int32], weight: int, fill: bool = False) -> None:
        """Print a polygon [n, 2] of pixels, its outline or filled."""
        low, high = points.min(axis=0) - weight - 1, points.max(axis=0) + weight + 2
        canvas = np.zeros((int(high[1] - low[1]), int(high[0] - low[0])), np.uint8)
        shifted = (points - low).astype(np.int32)
        if fill:
            cv2.fillPoly(canvas, [shifted], 255, cv2.LINE_AA)
        else:
            cv2.polylines(canvas, [shifted], True, 255, weight, cv2.LINE_AA)
        lay(self.page, unit(canvas), int(low[0]), int(low[1]), self.darkness)
