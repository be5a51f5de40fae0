"""Strings of characters written over paper, with the truth of every pixel: amounts made for training.

Characters from a glyph source are set on a line the way a hand does, close, touching, slanted and drifting,
and laid as ink over paper cut out of real amounts or drawn. Not for whole cheques: see ``synthetic``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from chequereader.alphabet import LOWERED
from chequereader.training.glyphs import GlyphSource, Pen, Picture

NOBODY = -1


@dataclass(frozen=True)
class Written:
    """A string over paper.

    ``image`` is grey uint8 [height, width]; ``owner`` int16 [height, width] tells which character of ``text``
    a pixel's ink belongs to, ``NOBODY`` where there is none.
    """

    image: NDArray[np.uint8]
    owner: NDArray[np.int16]
    text: str


class Laid(NamedTuple):
    """A line without paper: ``ink`` float32 [height, width], 0 to 1; ``owner`` as in ``Written``.

    ``baseline`` is the row on which the first characters stand.
    """

    ink: Picture
    owner: NDArray[np.int16]
    baseline: float


_MIDDLE = set("-=*x")
_RAISED_SCALE = (0.45, 0.7)


def write(
    text: str, sources: list[GlyphSource], papers: list[NDArray[np.uint8]], rng: np.random.Generator
) -> Written:
    """Write a text over paper.

    Each character comes from the first of ``sources`` that can write it. ``papers`` are grey images without
    ink; with none, the paper is plain. ``KeyError`` for a character that no source can write.
    """
    height = rng.uniform(24, 48)
    pen = Pen(float(rng.uniform(0.05, 0.14)), float(np.clip(rng.normal(0.12, 0.22), -0.3, 0.7)))
    writer = int(rng.integers(1 << 30))
    laid = lay(text, sources, height, pen, writer, rng)
    paper = _paper(papers, laid.ink.shape, rng)
    return Written(_print(laid.ink, paper, rng), laid.owner, text)


def lay(
    text: str,
    sources: Sequence[GlyphSource],
    height: float,
    pen: Pen,
    writer: int,
    rng: np.random.Generator,
) -> Laid:
    """Set the characters of a text on a line; digits are ``height`` pixels tall. Errors as of ``write``."""
    spacing = rng.normal(0.06, 0.1)
    drift = rng.normal(0, 0.025)
    placed: list[tuple[Picture, int, int]] = []
    x = 0.0
    size = rng.uniform(0.02, 0.12)
    for char in text:
        digit = char.translate(LOWERED)
        raised = digit != char
        source = next((s for s in sources if digit in s.characters()), None)
        if source is None:
            raise KeyError(f"no glyph source writes {digit!r}")
        tall = height * float(np.exp(rng.normal(0, size))) * (rng.uniform(*_RAISED_SCALE) if raised else 1.0)
        if char == "0" and rng.random() < 0.25:
            tall *= rng.uniform(0.55, 0.95)
        picture = source.draw(digit, writer, tall, pen, rng)
        h, w = picture.shape
        base = -drift * x + rng.normal(0, 0.03) * height
        if raised:
            top = base - height - rng.uniform(-0.1, 0.15) * height
        elif char in _MIDDLE:
            top = base - rng.uniform(0.35, 0.75) * height - h / 2
        elif char == ",":
            top = base - rng.uniform(0.1, 0.6) * h
        elif char == ".":
            top = base - h - rng.normal(0.02, 0.06) * height
        elif char.isdigit() and h < 0.95 * tall:
            top = base - rng.uniform(0.3, 0.6) * height - h / 2 if h < 0.4 * tall else base - h
        else:
            top = base - h + rng.uniform(0, 0.3) * (h - height) * (h > height)
        gap = (spacing + rng.normal(0, 0.06)) * height
        if char in ".,-/=" or (placed and text[len(placed) - 1] in ".,-/="):
            gap += rng.uniform(-0.05, 0.25) * height
        if rng.random() < 0.05:
            gap += rng.uniform(0, 0.8) * height
        # slanted neighbours overhang: their boxes overlap by as much as they lean
        gap -= max(pen.slant, 0) * 0.45 * min(h, height)
        start = x + gap if placed else 0.0
        if placed:
            start = max(start, placed[-1][1] + 2.0)
        placed.append((picture, round(start), round(top)))
        x = start + w
    left = min(p[1] for p in placed)
    upper = min(p[2] for p in placed)
    right = max(p[1] + p[0].shape[1] for p in placed)
    lower = max(p[2] + p[0].shape[0] for p in placed)
    pad = np.round(rng.uniform(0.02, 0.5, 4) * height).astype(int)
    canvas = np.zeros((lower - upper + pad[0] + pad[1], right - left + pad[2] + pad[3]), np.float32)
    owner = np.full(canvas.shape, NOBODY, np.int16)
    for index, (picture, px, py) in enumerate(placed):
        y0, x0 = py - upper + pad[0], px - left + pad[2]
        view = canvas[y0 : y0 + picture.shape[0], x0 : x0 + picture.shape[1]]
        mine = owner[y0 : y0 + picture.shape[0], x0 : x0 + picture.shape[1]]
        mine[(picture > 0.25) & (picture >= view)] = index
        np.maximum(view, picture, out=view)
    return Laid(canvas, owner, float(pad[0] - upper))


def _paper(papers: list[NDArray[np.uint8]], shape: tuple[int, ...], rng: np.random.Generator) -> Picture:
    height, width = shape
    if not papers or rng.random() < 0.15:
        plain = np.full(shape, rng.uniform(130, 250), np.float32)
        return plain + rng.normal(0, rng.uniform(0, 6), shape).astype(np.float32)
    paper = papers[rng.integers(len(papers))]
    zoom = max(height / paper.shape[0], width / paper.shape[1] / 3, rng.uniform(0.7, 1.4))
    paper = np.asarray(cv2.resize(paper, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_LINEAR), np.uint8)
    if rng.random() < 0.5:
        paper = paper[:, ::-1]
    while paper.shape[1] < width:
        paper = np.concatenate([paper, paper[:, ::-1]], axis=1)
    y, x = rng.integers(paper.shape[0] - height + 1), rng.integers(paper.shape[1] - width + 1)
    cut = paper[y : y + height, x : x + width].astype(np.float32)
    return (cut - cut.mean()) * rng.uniform(0.5, 1.5) + cut.mean() + rng.normal(0, 15)


def _print(ink: Picture, paper: Picture, rng: np.random.Generator) -> NDArray[np.uint8]:
    pressure = cv2.resize(rng.uniform(0.8, 1.0, (2, 4)).astype(np.float32), ink.shape[::-1])
    if rng.random() < 0.5:
        ink = np.asarray(cv2.GaussianBlur(ink, (0, 0), rng.uniform(0.4, 1.0)), np.float32)
    pen = np.minimum(rng.uniform(10, 120), paper.mean() - rng.uniform(55, 110))
    cover = np.clip(ink * pressure, 0, 1)
    image = paper * (1 - cover) + pen * cover
    if rng.random() < 0.35:  # a printed line to write on, or a box's edge
        y = int(image.shape[0] * (rng.uniform(0.8, 0.98) if rng.random() < 0.7 else rng.uniform(0.02, 0.1)))
        thick = int(rng.integers(1, 3))
        image[y : y + thick] = np.minimum(image[y : y + thick], rng.uniform(20, paper.mean() - 10))
    image += rng.normal(0, rng.uniform(0, 4), image.shape)
    out = np.clip(image, 0, 255).astype(np.uint8)
    if rng.random() < 0.25:
        scale = rng.uniform(0.6, 0.9)
        small = cv2.resize(out, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        out = cv2.resize(small, out.shape[::-1], interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.5:
        _, data = cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 95))])
        out = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)
    return out
