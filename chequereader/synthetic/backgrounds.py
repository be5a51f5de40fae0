"""Security paper: wavy lines, hatching, dots, microtext, rosettes, tints below everything else on a cheque.

Periodic patterns are computed once on a small tile and repeated, so a whole page costs a few milliseconds.
Not for what is printed on the paper (``printing``, ``layouts``) nor for what scanning does to it
(``degrade``).
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from chequereader.synthetic.pixels import Floats, unit
from chequereader.synthetic.printing import Face, set_type

_TAU = np.float32(2 * np.pi)


def _grid(height: int, width: int) -> tuple[Floats, Floats]:
    """Return y [height, 1] and x [1, width], each running over one period 0..1."""
    y = np.linspace(0, 1, height, endpoint=False, dtype=np.float32)[:, None]
    x = np.linspace(0, 1, width, endpoint=False, dtype=np.float32)[None, :]
    return y, x


def _lines(phase: Floats, thickness: float) -> Floats:
    """Return soft lines where ``phase`` (in periods) is whole; ``thickness`` is their share of a period."""
    wave = 0.5 + 0.5 * np.cos(_TAU * phase)
    threshold = 1 - thickness
    return np.clip((wave - threshold) / (1 - threshold), 0, 1)


def _waves(rng: np.random.Generator) -> Floats:
    size = int(rng.integers(150, 300))
    y, x = _grid(size, size)
    count = int(rng.integers(size // 9, size // 4))
    bends = int(rng.integers(1, 5))
    phase = y * count + rng.uniform(0.5, 4) * np.sin(_TAU * x * bends)
    if rng.random() < 0.5:
        phase = phase + rng.uniform(0, 2) * np.sin(_TAU * (2 * bends * x + y))
    return _lines(phase, rng.uniform(0.3, 0.9))


def _crossed_waves(rng: np.random.Generator) -> Floats:
    size = int(rng.integers(160, 320))
    y, x = _grid(size, size)
    count = int(rng.integers(size // 14, size // 6))
    bends, deep = int(rng.integers(1, 4)), rng.uniform(1, 4)
    thickness = rng.uniform(0.3, 0.7)
    one = _lines(y * count + deep * np.sin(_TAU * x * bends), thickness)
    return np.maximum(one, _lines(y * count - deep * np.sin(_TAU * x * bends), thickness))


def _hatching(rng: np.random.Generator) -> Floats:
    size = int(rng.integers(120, 260))
    y, x = _grid(size, size)
    across, down = int(rng.integers(5, size // 5)), int(rng.integers(-size // 6, size // 6))
    one = _lines(x * across + y * down, rng.uniform(0.3, 0.8))
    return np.maximum(one, _lines(x * across - y * down, 0.4)) if rng.random() < 0.3 else one


def _dots(rng: np.random.Generator) -> Floats:
    size = int(rng.integers(120, 220))
    y, x = _grid(size, size)
    count = int(rng.integers(size // 10, size // 4))
    return _lines(x * count, 0.8) * _lines(y * count + 0.5 * np.round(x * 0), 0.8)


def _weave(rng: np.random.Generator) -> Floats:
    size = int(rng.integers(120, 220))
    y, x = _grid(size, size)
    count = int(rng.integers(size // 16, size // 4))
    phase = (x + y) * count + 0.7 * np.sin(_TAU * (x - y) * count)
    return 0.5 * _lines(phase, 0.9) + 0.5 * (rng.random((size, size), dtype=np.float32) < 0.25)


def _scales(rng: np.random.Generator) -> Floats:
    size = int(rng.integers(160, 260))
    y, x = _grid(size, size)
    cells = int(rng.integers(3, 9))
    u, v = (x * cells) % 1 - 0.5, (y * cells) % 1 - 0.5
    return _lines(np.hypot(u, v) * rng.uniform(3, 6), 0.6).astype(np.float32)


def _microtext(rng: np.random.Generator) -> Floats:
    word = "".join(rng.choice(list("ABCDEFGHIKLMNOPRSTUV"), int(rng.integers(3, 8))))
    ink = set_type(
        word, float(rng.uniform(7, 26)), Face("", weight=float(rng.choice([0, 0.6]))), rng
    ).coverage
    pad = int(rng.integers(3, 14))
    tile = cv2.copyMakeBorder(ink, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=0)
    shifted = np.roll(tile, tile.shape[1] // 2, axis=1)
    return np.vstack([tile, shifted])


_TILES: tuple[Callable[[np.random.Generator], Floats], ...] = (
    _waves,
    _waves,
    _crossed_waves,
    _hatching,
    _dots,
    _weave,
    _scales,
    _microtext,
)


def _repeat(tile: Floats, height: int, width: int, rng: np.random.Generator) -> Floats:
    """Return [height, width] of a tile repeated, beginning anywhere in it."""
    tile = np.roll(tile, rng.integers(0, tile.shape).tolist(), (0, 1))
    return np.tile(tile, (-(-height // tile.shape[0]), -(-width // tile.shape[1])))[:height, :width]


def _rosette(radius: int, rng: np.random.Generator) -> Floats:
    """Return a guilloche rosette, [2 * radius, 2 * radius]."""
    angle = np.linspace(0, 2 * np.pi, 480, dtype=np.float32)
    canvas = np.zeros((2 * radius, 2 * radius), np.uint8)
    lobes = int(rng.integers(5, 17))
    curves = []
    for ring in np.linspace(0.25, 0.95, int(rng.integers(5, 14))):
        r = radius * (ring + 0.04 * np.sin(lobes * angle + 8 * ring) + 0.03 * np.sin(3 * lobes * angle))
        points = np.stack([radius + r * np.cos(angle), radius + r * np.sin(angle)], axis=1)
        curves.append(np.rint(points * 8).astype(np.int32))
    cv2.polylines(canvas, curves, True, 255, 1, cv2.LINE_AA, 3)
    return unit(canvas)


def _band(height: int, width: int, rng: np.random.Generator) -> Floats:
    """Return a bundle of wandering lines across the page, [height, width]."""
    x = np.linspace(0, width, 60, dtype=np.float32)
    canvas = np.zeros((height, width), np.uint8)
    middle, swing = rng.uniform(0.2, 0.9) * height, rng.uniform(0.05, 0.3) * height
    phase, period = rng.uniform(0, 6.3), rng.uniform(0.4, 1.5) * width
    curves = []
    for k in range(int(rng.integers(6, 24))):
        y = middle + swing * (1 - k * 0.06) * np.sin(2 * np.pi * x / period + phase + 0.09 * k) + 3 * k
        curves.append(np.rint(np.stack([x, y], axis=1) * 8).astype(np.int32))
    cv2.polylines(canvas, curves, False, 255, 1, cv2.LINE_AA, 3)
    return unit(canvas)


def security_paper(height: int, width: int, rng: np.random.Generator, strength: float = 1.0) -> Floats:
    """Return blank security paper, float32 [height, width] in 0..255, light.

    ``strength`` scales how dark patterns are: 0 gives plain paper, 1 what banks print, 2 a photocopier's
    view.
    """
    page = np.full((height, width), rng.uniform(205, 252), np.float32)
    if strength <= 0:
        return page
    for _ in range(int(rng.choice([0, 1, 2], p=[0.12, 0.63, 0.25]))):
        tile = _TILES[int(rng.integers(len(_TILES)))](rng)
        depth = strength * float(
            rng.choice([rng.uniform(0.03, 0.12), rng.uniform(0.12, 0.3)], p=[0.65, 0.35])
        )
        page *= 1 - min(depth, 0.6) * _repeat(tile, height, width, rng)
    if rng.random() < 0.25:
        page *= 1 - strength * rng.uniform(0.05, 0.2) * _band(height, width, rng)
    if height > 200 and rng.random() < 0.3:
        radius = int(rng.uniform(0.2, 0.5) * height)
        size = 2 * radius
        x, y = int(rng.integers(-radius, width - radius)), int(rng.integers(-radius, height - radius))
        x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + size, width), min(y + size, height)
        rosette = _rosette(radius, rng)[y0 - y : y1 - y, x0 - x : x1 - x]
        page[y0:y1, x0:x1] *= 1 - strength * rng.uniform(0.06, 0.22) * rosette
    if rng.random() < 0.25:  # a tint that fades across the page
        ramp = np.linspace(rng.uniform(0.85, 1), rng.uniform(0.85, 1), width, dtype=np.float32)
        page *= ramp[None, :]
    return page
