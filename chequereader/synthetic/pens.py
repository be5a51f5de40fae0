"""Pens: how a path of a pen point becomes grey ink.

A path is drawn three times as large with round segments of varying width, then averaged down, which gives
antialiased edges. Not for the shapes of characters (``strokes``) nor for paper (``backgrounds``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from chequereader.synthetic.pixels import Floats, floats, unit

PenKind = Literal["ballpoint", "gel", "fountain", "felt"]

_SUPERSAMPLING = 3
_FRACTION_BITS = 3
_MILLIMETRES_PER_INCH = 25.4


@dataclass(frozen=True)
class Pen:
    """A pen: line ``width`` in millimetres, and how its ink behaves.

    ``darkness`` is the share of light that full ink takes away (0..1); ``pressure`` how much width and tone
    vary along a stroke; ``nib`` the angle in radians of a broad nib, of which ``contrast`` (0..1) is the
    effect.
    """

    kind: PenKind
    width: float
    darkness: float
    pressure: float
    nib: float
    contrast: float
    skips: float

    @classmethod
    def choose(cls, rng: np.random.Generator) -> Pen:
        """Draw a pen as people use them for cheques: mostly ballpoint and gel."""
        kind: PenKind = rng.choice(["ballpoint", "gel", "fountain", "felt"], p=[0.5, 0.3, 0.12, 0.08])
        widths = {"ballpoint": (0.28, 0.5), "gel": (0.35, 0.65), "fountain": (0.4, 0.7), "felt": (0.55, 0.8)}
        darkness = {
            "ballpoint": (0.5, 0.9),
            "gel": (0.75, 0.98),
            "fountain": (0.6, 0.95),
            "felt": (0.85, 0.99),
        }
        return cls(
            kind=kind,
            width=float(rng.uniform(*widths[kind])),
            darkness=float(rng.uniform(*darkness[kind])),
            pressure=float(rng.uniform(0.05, 0.35 if kind == "ballpoint" else 0.2)),
            nib=float(rng.uniform(0.4, 1.1)),
            contrast=float(rng.uniform(0.3, 0.7)) if kind == "fountain" else 0.0,
            skips=float(rng.uniform(0.0, 0.25)) if kind == "ballpoint" else 0.0,
        )

    def width_px(self, dpi: float) -> float:
        """Return the width of the line in pixels."""
        return self.width * dpi / _MILLIMETRES_PER_INCH

    def radii(self, path: Floats, dpi: float, rng: np.random.Generator) -> Floats:
        """Return the half width in pixels at each point of ``path`` [n, 2] (pixels), float32 [n]."""
        count = len(path)
        along = np.linspace(0, 1, count, dtype=np.float32)
        a, b = rng.uniform(-1, 1, 2)
        swell = 1 + self.pressure * (a * np.sin(5 * along + 6 * b) + 0.5 * np.sin(11 * along + 9 * a))
        taper = np.minimum(1, 0.75 + 6 * np.minimum(along + 0.01, 1.01 - along) * 0.25)
        if self.contrast and count > 1:
            step = np.gradient(path, axis=0)
            turned = np.abs(np.sin(np.arctan2(-step[:, 1], step[:, 0]) - self.nib))
            swell = swell * (1 - self.contrast + self.contrast * turned)
        return np.maximum(0.5 * self.width_px(dpi) * swell * taper, 0.35).astype(np.float32)

    def texture(self, coverage: Floats, rng: np.random.Generator) -> Floats:
        """Return the coverage [h, w] with the uneven flow of this pen's ink on paper fibres."""
        if self.skips < 0.02 or not coverage.size:
            return coverage
        height, width = coverage.shape
        coarse = rng.random((max(height // 3, 1), max(width // 3, 1)), dtype=np.float32)
        grain = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
        return floats(coverage * (1 - self.skips * grain))


def draw(paths: list[Floats], radii: list[Floats], tones: list[float], size: tuple[int, int]) -> Floats:
    """Return the ink of pen paths, float32 [height, width] in 0..1.

    ``paths`` are [n, 2] pixels (x, y) in the frame of the result, ``radii`` [n] half widths in pixels,
    ``tones`` one ink density 0..1 per path; ``size`` is (height, width). Pixel (0, 0) covers 0..1 in both
    directions.
    """
    height, width = size
    canvas = np.zeros((height * _SUPERSAMPLING, width * _SUPERSAMPLING), dtype=np.uint8)
    scale = _SUPERSAMPLING * (1 << _FRACTION_BITS)
    for path, radius, tone in zip(paths, radii, tones, strict=True):
        points = np.rint(path * scale - (1 << (_FRACTION_BITS - 1))).astype(np.int32)
        widths = np.maximum(np.rint(2 * _SUPERSAMPLING * radius), 1).astype(np.int32)
        colour = round(255 * tone)
        changes = np.flatnonzero(np.diff(widths)) + 1
        for first, last in zip([0, *changes], [*changes, len(widths)], strict=True):
            run = points[max(first - 1, 0) : last]  # from the last point of the run before, so no gap is left
            cv2.polylines(canvas, [run], False, colour, int(widths[first]), cv2.LINE_8, _FRACTION_BITS)
    small = cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA)
    return unit(small)
