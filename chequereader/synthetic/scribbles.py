"""Signatures and rubber stamps: ink that nobody reads but every reader must ignore. Not for text."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from chequereader.box import Box
from chequereader.synthetic import names
from chequereader.synthetic.handwriting import Writer
from chequereader.synthetic.ink import lay
from chequereader.synthetic.pens import draw
from chequereader.synthetic.pixels import Floats, floats
from chequereader.synthetic.printing import Face, set_type

_STAMPS = ("PAID", "RECEIVED", "CLEARING", "BANK", "POSTED", "12 MAR", "04 OCT")


def sign(page: Floats, box: Box, writer: Writer, rng: np.random.Generator, dpi: float = 200.0) -> None:
    """Scribble a signature about ``box`` on ``page`` in place: loops that run to the right, or a name."""
    own = np.random.default_rng((*writer.key, 3))  # a writer's signature is nearly the same each time
    ink = _name(box, writer, own, rng, dpi) if own.random() < 0.5 else _loops(box, writer, own, rng, dpi)
    x = box.x0 + int(rng.uniform(0, 1) * max(box.width - ink.shape[1], 1))
    lay(page, ink, x, box.y1 - int(rng.uniform(0.7, 1.0) * ink.shape[0]), writer.pen.darkness)


def _name(box: Box, writer: Writer, own: np.random.Generator, rng: np.random.Generator, dpi: float) -> Floats:
    """Return the ink of a name or its beginning, written in haste."""
    style = replace(writer.style, cursive=1.0, haste=1.0, letter_width=1.3, wobble=0.03, tremor=0.02)
    hand = Writer((*writer.key, 4), replace(style, slant=float(own.uniform(0, 0.7))), writer.pen)
    name = names.person(own)
    if own.random() < 0.4:
        name = name[: int(own.integers(3, 6))]
    ink = hand.write(name, box.height * float(own.uniform(0.35, 0.6)), rng, dpi).coverage
    size = (min(ink.shape[1], int(0.95 * box.width)), int(ink.shape[0] * rng.uniform(0.85, 1.2)))
    return floats(cv2.resize(ink, size, interpolation=cv2.INTER_AREA))


def _loops(
    box: Box, writer: Writer, own: np.random.Generator, rng: np.random.Generator, dpi: float
) -> Floats:
    """Return the ink of loops that get smaller, at times with a flourish below."""
    count = int(own.integers(3, 9))
    t = np.linspace(0, 2 * np.pi * count, 24 * count)
    knots = np.linspace(0, t[-1], 2 * count)
    sizes = own.gamma(2.5, 0.4, 2 * count) + np.linspace(0.8, 0, 2 * count) + rng.normal(0, 0.05, 2 * count)
    radius = np.interp(t, knots, sizes)
    round_about, pace = own.uniform(0.1, 1.0), own.uniform(0.15, 0.6)
    path = np.stack([pace * t + round_about * radius * np.cos(t), 1.5 * radius * np.sin(t)], axis=1)
    path += np.stack([np.interp(t, knots, own.normal(0, 0.4, 2 * count)) for _ in (0, 1)], axis=1)
    for _ in range(6):
        path[1:-1] = 0.25 * path[:-2] + 0.5 * path[1:-1] + 0.25 * path[2:]
    path -= path.min(axis=0)
    size = np.array([box.width * rng.uniform(0.3, 0.8), box.height * rng.uniform(0.5, 1.1)])
    paths = [floats(path / np.maximum(path.max(axis=0), 1e-6) * size + 6)]
    if own.random() < 0.5:
        low = float(size[1] * rng.uniform(0.6, 1.0))
        bow = np.array([[2, low + 8], [size[0] * 0.5, low + 14], [size[0] * 1.1, low + 2]])
        t = np.linspace(0, 1, 12)[:, None]
        paths.append(floats((1 - t) ** 2 * bow[0] + 2 * t * (1 - t) * bow[1] + t**2 * bow[2]))
    radii = [writer.pen.radii(p, dpi, rng) for p in paths]
    extent = (int(size[1] * 1.1) + 30, int(size[0] * 1.1) + 30)
    return draw(paths, radii, [1.0] * len(paths), extent)


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
        low, high = (middle - radius, middle - radius // 2), (middle + radius, middle + radius // 2)
        cv2.rectangle(canvas, low, high, 1.0, 3)
    word = _STAMPS[int(rng.integers(len(_STAMPS)))]
    text = set_type(word, 0.3 * radius, Face(""), rng).coverage[:, : side - 2]
    y, x = middle - text.shape[0] // 2, max(middle - text.shape[1] // 2, 0)
    part = canvas[y : y + text.shape[0], x : x + text.shape[1]]
    np.maximum(part, text, out=part)
    turn = cv2.getRotationMatrix2D((middle, middle), float(rng.normal(0, 20)), 1)
    turned = floats(cv2.warpAffine(canvas, turn, (side, side)))
    grain = floats(cv2.resize(rng.random((24, 24), dtype=np.float32), (side, side)))
    x, y = int(rng.uniform(0.1, 0.8) * page.shape[1]), int(rng.uniform(0.05, 0.7) * page.shape[0])
    lay(page, turned * np.clip(1.5 * grain, 0.2, 1), x, y, float(rng.uniform(0.25, 0.65)))
