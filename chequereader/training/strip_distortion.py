"""Distortions of strips on the fly: another hand, another pen, another scan, each time anew.

For the sliding network's strips, whole lines in one piece; characters by themselves are for ``distortions``.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from chequereader.segmentation.strip import REACH, STRIDE

_BLOTTED, _BLOT = 0.12, 14  # share of strips, pixels at most
_COARSE, _COARSEST = 0.1, 0.35  # share of strips, and how much coarser at most a scan has them


def distort(strip: NDArray[np.uint8], strength: float, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return the strip as another hand, pen and scan would have it.

    Sheared, scaled, moved up or down, waved; strokes wider or narrower, darker or lighter, the paper's own
    pattern stronger or weaker; now and then from a coarser scan, or with a few small places lost or blotted.
    """
    height, width = strip.shape

    def normal(scale: float) -> float:
        return float(np.clip(rng.normal(), -2.5, 2.5)) * scale * strength

    x_scale, y_scale = float(np.exp(normal(0.1))), float(np.exp(normal(0.08)))
    wide = max(int(np.ceil(x_scale * width)) + int(rng.integers(STRIDE)), REACH)
    x, y = np.meshgrid(np.arange(wide, dtype=np.float32), np.arange(height, dtype=np.float32) - height / 2)
    # a wave along the line, another one for the letters' widths
    knots = wide // 12 + 3
    rise = cv2.resize((rng.normal(size=(1, knots)) * 0.5 * strength).astype(np.float32), (wide, 1))
    push = cv2.resize((rng.normal(size=(3, knots)) * 0.7 * strength).astype(np.float32), (wide, height))
    from_x = (x + normal(0.12) * y) / x_scale + push
    from_y = (y - normal(1.0) + normal(0.01) * (x - wide / 2)) / y_scale + rise + height / 2
    out = cv2.remap(strip, from_x, from_y.astype(np.float32), cv2.INTER_LINEAR)
    pen = rng.random()
    if pen < 0.15 * strength:
        out = cv2.dilate(out, np.ones((2, 2), np.uint8))
    elif pen < 0.3 * strength:
        out = cv2.erode(out, np.ones((2, 1) if rng.random() < 0.5 else (1, 2), np.uint8))
    if rng.random() < _COARSE * strength:
        coarse = rng.uniform(_COARSEST, 0.8)
        small = cv2.resize(out, None, fx=coarse, fy=coarse, interpolation=cv2.INTER_AREA)
        out = cv2.resize(small, (wide, height), interpolation=cv2.INTER_LINEAR)
    elif rng.random() < 0.2 * strength:
        out = cv2.GaussianBlur(out, (0, 0), rng.uniform(0.4, 0.9))
    bend = float(np.exp(normal(0.3)))  # bends the scale of grey: the middle moves, paper and ink don't
    table = 255.0 * (np.arange(256) / 255.0) ** bend * float(np.exp(normal(0.12)))
    out = np.asarray(cv2.LUT(out, np.clip(table, 0, 255).astype(np.uint8)), np.uint8)
    if rng.random() < _BLOTTED * strength:
        for _ in range(int(rng.integers(1, 4))):
            x0, y0 = int(rng.integers(wide)), int(rng.integers(height))
            size = rng.integers(2, _BLOT, size=2)
            out[y0 : y0 + size[0], x0 : x0 + size[1]] = rng.integers(160) if rng.random() < 0.5 else 0
    return out
