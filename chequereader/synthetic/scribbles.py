"""Signatures and rubber stamps: ink that nobody reads but every reader must ignore. Not for text."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from chequereader.box import Box
from chequereader.synthetic.handwriting import Writer
from chequereader.synthetic.ink import lay
from chequereader.synthetic.pens import draw
from chequereader.synthetic.printing import Face, set_type

Floats = NDArray[np.float32]


def sign(page: Floats, box: Box, writer: Writer, rng: np.random.Generator, dpi: float = 200.0) -> None:
    """Scribble a signature about ``box`` on ``page`` in place: loops that run to the right and a flourish."""
    own = np.random.default_rng((*writer.key, 3))  # a writer's signature is nearly the same each time
    loops = int(own.integers(5, 14))
    x = np.cumsum(own.uniform(-0.25, 1.0, 2 * loops))
    y = np.where(np.arange(2 * loops) % 2, 1, -1) * own.gamma(2.0, 0.35, 2 * loops)
    y[: int(own.integers(1, 4))] *= 2.2
    controls = np.stack([x, y], axis=1) + rng.normal(0, 0.06, (2 * loops, 2))
    fine = np.linspace(0, 2 * loops - 1, 16 * loops)
    smooth = [np.interp(fine, np.arange(2 * loops), controls[:, k]) for k in (0, 1)]
    path = np.stack(smooth, axis=1)
    for _ in range(6):
        path[1:-1] = 0.25 * path[:-2] + 0.5 * path[1:-1] + 0.25 * path[2:]
    path -= path.min(axis=0)
    size = np.array([box.width * rng.uniform(0.3, 0.8), box.height * rng.uniform(0.5, 1.1)])
    path = path / np.maximum(path.max(axis=0), 1e-6) * size + 6
    paths = [path.astype(np.float32)]
    if own.random() < 0.5:
        y = float(size[1] * rng.uniform(0.6, 1.0))
        bow = np.array([[0, y + 6], [size[0] * 0.5, y + 12], [size[0] * 1.1, y]], np.float32)
        t = np.linspace(0, 1, 12, dtype=np.float32)[:, None]
        paths.append((1 - t) ** 2 * bow[0] + 2 * t * (1 - t) * bow[1] + t**2 * bow[2] + np.float32(2))
    radii = [writer.pen.radii(p, dpi, rng) for p in paths]
    extent = (int(size[1] * 1.1) + 30, int(size[0] * 1.1) + 30)
    ink = draw(paths, radii, [1.0] * len(paths), extent)
    left = box.x0 + int(rng.uniform(0, 0.2) * box.width)
    top = box.y1 - int(size[1] * rng.uniform(0.7, 1.1))
    lay(page, ink, left, top, writer.pen.darkness)


def lay_stamp(page: Floats, rng: np.random.Generator) -> None:
    """Press a rubber stamp, round or square, somewhere on ``page`` in place."""
    radius = int(rng.uniform(0.08, 0.2) * page.shape[0])
    side = 3 * radius
    canvas = np.zeros((side, side), np.float32)
    middle = side // 2
    if rng.random() < 0.5:
        cv2.circle(canvas, (middle, middle), radius, 1.0, 3, cv2.LINE_AA)
        cv2.circle(canvas, (middle, middle), int(0.8 * radius), 1.0, 1, cv2.LINE_AA)
    else:
        cv2.rectangle(canvas, (middle - radius, middle - radius // 2), (middle + radius, middle + radius // 2), 1.0, 3)
    word = str(rng.choice(["PAID", "RECEIVED", "CLEARING", "BANK", "POSTED", "12 MAR", "04 OCT"]))
    text = set_type(word, 0.3 * radius, Face(""), rng).coverage
    text = text[:, : side - 2]
    y, x = middle - text.shape[0] // 2, max(middle - text.shape[1] // 2, 0)
    canvas[y : y + text.shape[0], x : x + text.shape[1]] = np.maximum(
        canvas[y : y + text.shape[0], x : x + text.shape[1]], text
    )
    turn = cv2.getRotationMatrix2D((middle, middle), float(rng.normal(0, 20)), 1)
    canvas = cv2.warpAffine(canvas, turn, (side, side))
    grain = cv2.resize(rng.random((24, 24), dtype=np.float32), (side, side))
    x, y = int(rng.uniform(0.1, 0.8) * page.shape[1]), int(rng.uniform(0.05, 0.7) * page.shape[0])
    lay(page, canvas * np.clip(1.5 * grain, 0.2, 1), x, y, float(rng.uniform(0.25, 0.65)))
